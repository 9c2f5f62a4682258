#pragma once

#include "services/calibration_service.hpp"
#include "services/embedder_adoption.hpp"
#include "services/index_verification.hpp"
#include "services/job_control.hpp"
#include "services/rebuild_lease.hpp"
#include "services/service_context.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace learnd::services {

class Indexer;

struct RebuildCounts {
  std::uint64_t embedded = 0;  // learnings whose vector was made anew
  std::uint64_t refused = 0;   // what the embedder or the index did not take; the outbox tries it by itself
  VerificationCounts verified;
};

enum class RebuildReason : bool {
  Asked,  // by somebody, whatever the index is like
  Needed  // by the daemon: not where another daemon has done it meanwhile
};

/// Builds the index anew from the records, with the configured embedder, while the old one serves; then swaps them and compares the result
/// with the records. What it has done is noted in the record store: after a crash it goes on from there. One daemon does it at a time of
/// those that share a record store; another one waits. On the I/O thread.
class IndexRebuild {
 public:
  IndexRebuild(ServiceContext& context, Indexer& indexer, EmbedderAdoption& adoption, CalibrationService& calibration,
               IndexVerification& verification)
      : context_(context), indexer_(indexer), adoption_(adoption), calibration_(calibration), verification_(verification) {}

  /// A backend that is down makes it wait. Cancelled: an error of kind Conflict; the old index goes on serving and what was built goes.
  /// Once the swap has begun it goes to its end instead.
  ports::Task<RebuildCounts> run(JobControl& control, RebuildReason reason);
  /// Whether one was begun and neither finished nor cancelled.
  ports::Task<bool> isUnfinished();
  /// Where none was begun, nothing is left of an earlier one.
  ports::Task<void> tidy();
  /// Before the daemon ends: what is under way is left to whoever goes on with it.
  ports::Task<void> stop();

 private:
  enum class Phase : unsigned char { Scan, Swap, Verify };

  /// What is noted.
  struct State {
    std::string digest;                     // of the embedder's vectors
    std::string name;                       // of the second index
    std::optional<core::LearningId> after;  // the last one that is done
    Phase phase = Phase::Scan;
  };

  /// One that is under way.
  struct Run {
    JobControl& control;
    RebuildReason reason = RebuildReason::Asked;
    RebuildLease lease;
    RebuildCounts counts;
    bool swapping = false;  // it can't be cancelled any more
    std::string told;       // why it waits, as the log has it
    std::string name;       // of the second index, once it has begun
    [[nodiscard]] bool isCancelled() const { return control.cancelled && !swapping; }
  };

  /// Of some texts from the first on; nothing for one that the embedder does not take.
  struct Embedded {
    std::vector<std::optional<ports::Embedding>> made;
    std::optional<core::Error> brokenOff;  // why the rest is missing
  };

  ports::Task<RebuildCounts> runOn(Run& run);
  ports::Task<void> attempt(Run& run);
  ports::Task<void> dropLeft();
  ports::Task<void> build(State& state, Run& run, const ports::EmbedderIdentity& identity);
  /// Whether the daemon's own reason for it is there still.
  ports::Task<bool> isNeeded(const ports::EmbedderIdentity& identity);
  ports::Task<State> begin(const ports::EmbedderIdentity& identity);
  /// That somebody asked for it outlives a restart, also where no backend has answered yet.
  ports::Task<void> noteWanted();
  /// What this run began is over: the index is of this digest by now.
  ports::Task<bool> isDoneByAnother(std::string name, std::string digest);
  ports::Task<bool> isNoted(std::string name);
  ports::Task<State> noted(std::string digest);
  ports::Task<void> beginSecond(State& state, std::size_t dimensions);
  ports::Task<void> abandon(Run& run);
  ports::Task<void> note(State state);
  ports::Task<void> scan(State& state, Run& run);
  ports::Task<void> rebuildPage(State& state, std::vector<ports::StoredEntry> page, RebuildCounts& counts, const JobControl& control);
  /// Into the second index; what it refuses by itself is told in `refused`.
  ports::Task<void> putInto(const std::vector<ports::IndexEntry>& entries, std::size_t first, std::size_t end,
                            std::set<core::LearningId>& refused);
  boost::asio::awaitable<Embedded> embedAll(std::vector<std::string> texts, const JobControl& control);
  ports::Task<void> swap(State& state, std::size_t dimensions, Run& run);
  ports::Task<void> startAnew(State& state);
  ports::Task<void> fillSecond(const State& state, std::size_t dimensions);

  ServiceContext& context_;
  Indexer& indexer_;
  EmbedderAdoption& adoption_;
  CalibrationService& calibration_;
  IndexVerification& verification_;
  Run* current_ = nullptr;
  bool stopping_ = false;
  bool tidying_ = false;
};

}  // namespace learnd::services

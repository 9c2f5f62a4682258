#pragma once

#include "core/access.hpp"
#include "json/value.hpp"
#include "services/index_rebuild.hpp"
#include "services/index_verification.hpp"
#include "services/job_control.hpp"
#include "services/service_context.hpp"

#include <boost/asio/awaitable.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::services {

enum class JobKind : unsigned char { Reindex, Verify };
std::string_view nameOf(JobKind kind);
/// InvalidInput, field "kind", where this learnd has no such job.
core::Result<JobKind> parseJobKind(std::string_view name);

enum class JobState : unsigned char { Running, Succeeded, Failed, Cancelled };
std::string_view nameOf(JobState state);

/// A job as it is told.
struct Job {
  std::string id;
  JobKind kind = JobKind::Verify;
  bool dryRun = false;
  JobState state = JobState::Running;
  double progress = 0;
  json::Value result;  // an object once it succeeded
  std::string error;   // why it failed
  core::Timestamp created;
  core::Timestamp started;
  std::optional<core::Timestamp> finished;
};

/// Long work on the whole store, one of a kind at a time. The last hundred are remembered until the daemon ends; a reindex that was begun
/// goes on after a restart. On the I/O thread.
class JobService {
 public:
  JobService(ServiceContext& context, IndexRebuild& rebuild, IndexVerification& verification)
      : context_(context), rebuild_(rebuild), verification_(verification) {}

  /// Begins it and answers at once. PermissionDenied but for administrators; Conflict, with its id, where one of the kind runs.
  ports::Task<Job> start(JobKind kind, bool dryRun, core::Caller caller);
  /// A reindex that the daemon itself begins; where one runs that is as good.
  ports::Task<void> startRebuild();
  /// A comparison that the daemon itself begins.
  ports::Task<void> startVerification();
  /// Goes on with a reindex that an earlier run of the daemon left unfinished.
  ports::Task<void> resume();

  /// Newest first.
  [[nodiscard]] core::Result<std::vector<Job>> list(const core::Caller& caller) const;
  [[nodiscard]] core::Result<Job> show(const std::string& id, const core::Caller& caller) const;
  /// It ends soon after; Conflict where it has ended already.
  core::Result<Job> cancel(const std::string& id, const core::Caller& caller);

 private:
  struct Entry {
    Job job;
    JobControl control;
    RebuildReason reason = RebuildReason::Asked;
  };

  [[nodiscard]] core::Result<void> checkRight(const core::Caller& caller) const;
  [[nodiscard]] std::shared_ptr<Entry> find(const std::string& id) const;
  [[nodiscard]] std::shared_ptr<Entry> running(JobKind kind) const;
  std::shared_ptr<Entry> begin(JobKind kind, bool dryRun, RebuildReason reason, boost::asio::any_io_executor executor);
  boost::asio::awaitable<void> work(std::shared_ptr<Entry> entry);
  static Job told(const Entry& entry);

  ServiceContext& context_;
  IndexRebuild& rebuild_;
  IndexVerification& verification_;
  std::deque<std::shared_ptr<Entry>> jobs_;  // oldest first
};

}  // namespace learnd::services

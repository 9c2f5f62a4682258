#pragma once

#include "services/calibration_service.hpp"
#include "services/service_context.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace learnd::services {

/// Brings the index up to the records: words at once, vectors from the outbox in batches behind every search. On the I/O thread.
class Indexer {
 public:
  Indexer(ServiceContext& context, CalibrationService& calibration) : context_(context), calibration_(calibration) {}

  /// Loads the index from the record store; vectors of another embedder are dropped, to be made anew. Before serving.
  ports::Task<void> load();

  /// Works the outbox off until stop(). One of these runs.
  boost::asio::awaitable<void> run();
  void stop();

  /// A learning was stored or changed: its words go in now, its vector too where it is given, else that follows. True: its vector is in.
  ports::Task<bool> take(core::Learning learning, std::optional<ports::Embedding> embedding);
  /// A learning whose text or attributes changed: embedded (in a second at most) and taken.
  ports::Task<bool> refresh(core::Learning learning);
  /// Its vector, where there is an embedder that answers in time; else nothing.
  ports::Task<std::optional<ports::Embedding>> embed(std::string text, std::chrono::milliseconds time);
  /// Many at once, words only; their vectors follow.
  ports::Task<void> takeWords(std::vector<core::Learning> learnings);
  ports::Task<void> drop(core::LearningId id);
  /// There may be new outbox rows.
  void wake();

  /// What is embedded for a learning: its question without noise.
  [[nodiscard]] static std::string embeddedText(const core::Learning& learning);
  /// What an index can filter it by.
  [[nodiscard]] static std::vector<ports::Attribute> attributesOf(const core::Learning& learning);
  [[nodiscard]] static ports::IndexEntry entryOf(const core::Learning& learning, std::optional<std::vector<float>> vector);

 private:
  /// What a round did: nothing due, a batch done, or a backend that does not answer.
  enum class Round : unsigned char { Idle, Worked, Failed };

  ports::Task<void> adoptEmbedder();
  boost::asio::awaitable<Round> workOff();
  ports::Task<void> indexBatch(std::vector<ports::PendingEntry> pending);
  ports::Task<void> embedInto(std::vector<ports::IndexEntry>& entries, std::vector<ports::IndexedEntry>& done,
                              std::vector<ports::PendingEntry>& missing);
  ports::Task<void> setBack(std::vector<ports::PendingEntry> pending, ports::Error reason);
  ports::Task<void> flushHanded();
  boost::asio::awaitable<void> sleep(std::chrono::milliseconds time);
  boost::asio::awaitable<void> letImportsPass();

  ServiceContext& context_;
  CalibrationService& calibration_;
  std::optional<boost::asio::steady_timer> idle_;
  bool stopping_ = false;
  bool woken_ = false;
  bool flushing_ = false;
  /// When many learnings were last taken at once.
  std::chrono::steady_clock::time_point lastMany_{};
  /// Which embedder's vectors the index and the record store have taken up; empty until there is one.
  std::string adopted_;
  /// Vectors that stores brought along, to be written together.
  std::vector<ports::IndexedEntry> handed_;
  /// Learnings whose vector is on its way from a store, so that the outbox does not make it a second time.
  std::unordered_set<core::LearningId, core::LearningIdHash> inFlight_;
};

}  // namespace learnd::services

#pragma once

#include "services/service_context.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace learnd::services {

/// Brings the index up to the records: words at once, vectors from the outbox in batches behind every search. On the I/O thread.
class Indexer {
 public:
  explicit Indexer(ServiceContext& context);

  /// Loads the index from the record store, and has vectors of another embedder made anew. Before serving.
  ports::Task<void> load();

  /// Works the outbox off until stop(). One of these runs.
  boost::asio::awaitable<void> run();
  void stop();

  /// A learning was stored or changed: its words go in now, its vector too where it is given. True: it is in the index with its vector.
  ports::Task<bool> take(core::Learning learning, std::optional<ports::Embedding> embedding);
  ports::Task<void> drop(core::LearningId id);
  /// There may be new outbox rows.
  void wake();

  /// What is embedded for a learning: its question without noise.
  [[nodiscard]] static std::string embeddedText(const core::Learning& learning);
  [[nodiscard]] static ports::IndexEntry entryOf(const core::Learning& learning, std::optional<std::vector<float>> vector);

 private:
  ServiceContext& context_;
  std::optional<boost::asio::steady_timer> idle_;
  bool stopping_ = false;
};

}  // namespace learnd::services

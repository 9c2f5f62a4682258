#pragma once

#include "services/indexer.hpp"
#include "services/service_context.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace learnd::services {

/// Brings what other daemons on the same record store change into this one's index in memory, within a second or two. On the I/O thread.
class ChangeFollower {
 public:
  ChangeFollower(ServiceContext& context, Indexer& indexer) : context_(context), indexer_(indexer) {}

  /// Whether there is anything to follow: records that are shared and an index that is not.
  [[nodiscard]] bool isNeeded() const { return context_.records.isFollowed() && context_.index.keepsVectorsInStore(); }
  /// Once; what fails is made good by the next.
  ports::Task<void> follow();
  /// That again and again, until it is cancelled or the loop ends.
  boost::asio::awaitable<void> run();

 private:
  /// Takes them one part after another out of the list; what is not there any more goes into `gone`, if anywhere.
  ports::Task<void> take(std::vector<core::LearningId>& ids, std::vector<core::LearningId>* gone);

  ServiceContext& context_;
  Indexer& indexer_;
  /// Told and not yet in the index.
  std::vector<core::LearningId> waiting_;
  /// Taken out of the index, where an older state of them may have been on its way into it, which nothing tells from a new one.
  std::vector<core::LearningId> gone_;
  std::optional<std::uint64_t> pieceThen_;
};

}  // namespace learnd::services

#pragma once

#include "services/indexer.hpp"
#include "services/service_context.hpp"

#include <boost/asio/awaitable.hpp>

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
  ports::Task<void> takeSome();

  ServiceContext& context_;
  Indexer& indexer_;
  /// Told and not yet in the index.
  std::vector<core::LearningId> waiting_;
};

}  // namespace learnd::services

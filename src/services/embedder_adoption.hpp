#pragma once

#include "services/service_context.hpp"

#include <functional>
#include <string>

namespace learnd::services {

/// Sees to it that index and record store have vectors of the embedder that serves. Where the index in use was made with another model than
/// the configured one, that model answers on as long as it can be had, and a rebuild is begun. On the I/O thread.
class EmbedderAdoption {
 public:
  explicit EmbedderAdoption(ServiceContext& context) : context_(context) {}

  /// Nothing to do where it is done. Unavailable while the index is of a model that can't be had: words serve until it is rebuilt.
  ports::Task<void> adopt();
  /// The index is of the configured embedder now: that is noted.
  ports::Task<void> adoptConfigured();
  /// Whether vectors may go into the index.
  [[nodiscard]] bool isDone() const { return !adopted_.empty(); }

  /// What names vectors of this embedder in this index, in the record store.
  [[nodiscard]] std::string digestOf(const ports::EmbedderIdentity& identity) const;

  /// Called where a rebuild is wanted; once for each.
  void onOtherModel(std::function<ports::Task<void>()> rebuild) { onOtherModel_ = std::move(rebuild); }

 private:
  /// The index was made with another model: that one answers on where it can, else the index is rebuilt or its vectors go. Its digest.
  ports::Task<std::string> adoptEarlier(std::string earlier, std::string configured);
  /// Whether the index, when this process first meets it, holds none of what the records say is in it.
  ports::Task<bool> isIndexLost();
  ports::Task<void> rebuildForConfigured();

  ServiceContext& context_;
  std::function<ports::Task<void>()> onOtherModel_;
  bool rebuildBegun_ = false;
  /// Which embedder's vectors the index and the record store have taken up; empty until there is one.
  std::string adopted_;
};

}  // namespace learnd::services

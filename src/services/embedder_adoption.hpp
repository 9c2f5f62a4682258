#pragma once

#include "services/service_context.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace learnd::services {

/// Sees to it that index and record store have vectors of the embedder that serves. Where the index in use was made with another model than
/// the configured one, that model answers on as long as it can be had, and a rebuild is begun. Where another daemon has changed the index
/// of a shared record store, this one follows: it begins no rebuild of its own. On the I/O thread.
class EmbedderAdoption {
 public:
  explicit EmbedderAdoption(ServiceContext& context) : context_(context) {}

  /// Nothing to do where it is done. Unavailable while the index is of a model that can't be had: words serve until it is rebuilt.
  ports::Task<void> adopt();
  /// The index is of the configured embedder now: that is noted.
  ports::Task<void> adoptConfigured();
  /// The index is about to be made of parts of this embedder: until adoptConfigured() no other one's vectors are compared with it.
  void beginSwap(const std::string& digest);
  /// It was not: what serves is as it was.
  void endSwap() { swapping_ = false; }
  /// Returns as the swap ends that is under way, or once it has taken so long that nobody should wait for it.
  boost::asio::awaitable<void> untilSwapped();
  /// Somebody says that vectors are another embedder's by now: the next adopt() asks.
  void doubt() { adopted_.clear(); }

  /// Whether vectors may go into the index.
  [[nodiscard]] bool isDone() const { return !adopted_.empty() && !wantsLoading(); }
  /// Whose they are, as digestOf names it; empty where it is not done.
  [[nodiscard]] std::string adopted() const { return isDone() ? adopted_ : std::string(); }
  /// Conflict where the embedder that answers now is not the adopted one: its vectors are of no use. Who notices is told by onStranger.
  ports::Task<void> check();

  /// What names vectors of this embedder in this index, in the record store.
  [[nodiscard]] std::string digestOf(const ports::EmbedderIdentity& identity) const;

  /// An index that is loaded from the record store has its vectors of this digest; empty: none.
  void noteLoaded(std::string digest) { loaded_ = std::move(digest); }
  void noteLoadedAgain() { loaded_ = adopted_; }
  /// Whether that index has vectors of another embedder, and must be loaded again.
  [[nodiscard]] bool wantsLoading() const { return loaded_ && !loaded_->empty() && !adopted_.empty() && *loaded_ != adopted_; }

  /// Called where a rebuild is wanted; once for each.
  void onOtherModel(std::function<ports::Task<void>()> rebuild) { onOtherModel_ = std::move(rebuild); }
  /// Called where another embedder than the adopted one answers.
  void onStranger(std::function<void()> look) { onStranger_ = std::move(look); }
  /// Called where the index lacks some of what the records say is in it.
  void onLack(std::function<ports::Task<void>()> compare) { onLack_ = std::move(compare); }

 private:
  /// The index was made with another model: that one answers on where it can, else the index is rebuilt or its vectors go. Its digest.
  ports::Task<std::string> adoptEarlier(std::string earlier, std::string configured);
  /// Whether the index holds nothing of a sample (the oldest and the newest) of what the records say is in it.
  ports::Task<bool> isIndexLost();
  /// While an earlier one serves: the index is the configured one's by now, or of neither. By their digests; an empty one does not answer.
  ports::Task<void> useConfiguredWhere(std::string used, std::string serving);
  /// `isSameModel`: what the index has now was made with it too.
  ports::Task<void> take(std::string digest, ports::EmbedderIdentity identity, bool isSameModel);
  ports::Task<void> rebuildForConfigured(std::string why);
  ports::Task<void> lookAtWords();

  ServiceContext& context_;
  std::function<ports::Task<void>()> onOtherModel_;
  std::function<void()> onStranger_;
  std::function<ports::Task<void>()> onLack_;
  bool rebuildBegun_ = false;
  bool swapping_ = false;
  std::chrono::steady_clock::time_point swapBegan_;
  /// The index is of a model that another daemon wanted.
  bool follows_ = false;
  bool wordsSeen_ = false;
  /// Whether this process has compared a sample of the records with the index.
  bool isLookedThrough_ = false;
  /// Which embedder's vectors the index and the record store have taken up; empty until there is one.
  std::string adopted_;
  /// The configured one, once the index was of it: if it is of another one later, another daemon wanted that.
  std::string configured_;
  std::optional<std::string> loaded_;
};

}  // namespace learnd::services

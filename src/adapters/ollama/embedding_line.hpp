#pragma once

#include "adapters/ollama/codec.hpp"
#include "adapters/ollama/text_window.hpp"
#include "ports/embedder.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace learnd::ollama {

struct LineRules {
  std::size_t mostTexts = 16;                // in a request
  std::chrono::milliseconds share{300};      // that a request should take, by the speed seen so far
  std::chrono::milliseconds starving{2000};  // behind searches, then one background text goes in between
  std::size_t mostSearches = 1024;           // texts that may wait; more are refused
  std::size_t mostBackground = 65536;
};

/// An answer that tells of a longer load: the model was not there. One that is there takes some milliseconds, one that is loaded some
/// hundred.
inline constexpr std::chrono::milliseconds kLoaded{50};

/// Sends the requests of a line.
class EmbeddingSender {
 public:
  virtual ~EmbeddingSender() = default;

  /// As many vectors as texts. InvalidInput: one of the texts is too long or else refused; Internal: the model fails on one of them. With
  /// any other error none of them can be had now.
  virtual ports::Task<EmbedAnswer> send(std::vector<std::string> texts, ports::Priority priority) = 0;

  /// The last request failed as a whole.
  virtual void noteFailure(const core::Error& error, const boost::asio::any_io_executor& executor) = 0;
};

/// The texts that wait for a model that takes one at a time: searches first, and together; the rest in requests so small that a search
/// behind one waits a fraction of a second. At most one request of each kind is under way. A text that fails its request is found by
/// halves, and shortened where it is too long. On the I/O thread; a request under way may end after the line.
class EmbeddingLine {
 public:
  EmbeddingLine(std::shared_ptr<EmbeddingSender> sender, std::string prefix, LineRules rules);
  ~EmbeddingLine();
  EmbeddingLine(const EmbeddingLine&) = delete;
  EmbeddingLine& operator=(const EmbeddingLine&) = delete;

  /// Unit vectors. Fails as a whole; Busy where too many wait, InvalidInput where there is none for one of the texts. A caller that is
  /// cancelled leaves, and its texts with it where they are not under way.
  ports::Task<std::vector<ports::Embedding>> embed(std::vector<WindowedText> texts, ports::Priority priority);

  /// Searches that wait, and those under way, are told this. What is under way goes on.
  void dismissSearches(const core::Error& error);
  /// Texts that got their vectors.
  [[nodiscard]] std::uint64_t embedded() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace learnd::ollama

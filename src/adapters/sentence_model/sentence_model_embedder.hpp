#pragma once

#include "adapters/sentence_model/embedding_queue.hpp"
#include "adapters/sentence_model/encoder.hpp"
#include "adapters/sentence_model/vector_cache.hpp"
#include "adapters/sentence_model/word_piece.hpp"
#include "ports/embedder.hpp"

#include <atomic>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace learnd::sentence_model {

struct EmbedderOptions {
  std::filesystem::path folder;        // a sentence-transformers folder
  std::string model;                   // its name
  std::string prefix;                  // put before every text
  std::size_t threads = 0;             // 0: one a core
  std::optional<Precision> precision;  // nothing: what the processor does best
};

/// The builtin embedder: a sentence model inside the process. Its threads idle without a wake-up. Where the model is not installed, or
/// can't run here, it says so in problem() and status(), and embed() is Unavailable. Searches that are too many are Busy; background
/// callers wait their turn, and are Busy only past 64 MiB of waiting texts. The executors of those who
/// wait must outlive it.
class SentenceModelEmbedder final : public ports::Embedder {
 public:
  /// Loads the model: blocks, about a tenth of a second.
  explicit SentenceModelEmbedder(const EmbedderOptions& options);
  ~SentenceModelEmbedder() override;

  /// Why it can't embed; empty where it can.
  [[nodiscard]] const std::string& problem() const { return problem_.message(); }
  /// NotFound: there is no such folder. InvalidInput: it holds something else. Unavailable: it can't run here.
  [[nodiscard]] core::ErrorKind problemKind() const { return problem_.kind(); }

  ports::Task<ports::EmbedderIdentity> identity() override;
  ports::Task<std::vector<ports::Embedding>> embed(std::vector<std::string> texts, ports::Priority priority) override;
  ports::Task<ports::EmbedderStatus> status() override;

 private:
  core::Result<void> load(const EmbedderOptions& options);
  core::Result<void> loadModel(const EmbedderOptions& options);
  void work();
  void embedBatch(std::span<const EmbeddingWork> batch, EncoderRoom& room);
  [[nodiscard]] core::Error unavailable() const { return {core::ErrorKind::Unavailable, problem_.message()}; }

  core::Error problem_;
  ports::EmbedderIdentity identity_;
  std::optional<WordPiece> tokenizer_;
  std::optional<Encoder> encoder_;
  VectorCache questions_;
  std::optional<EmbeddingQueue> queue_;
  std::atomic<std::uint64_t> embedded_{0};
  std::vector<std::thread> threads_;
};

}  // namespace learnd::sentence_model

#pragma once

#include "adapters/http_client/url.hpp"
#include "adapters/ollama/embedding_line.hpp"
#include "adapters/ollama/ollama_model.hpp"
#include "ports/embedder.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace learnd::ollama {

struct EmbedderOptions {
  http_client::Url url;
  std::string model;
  std::optional<std::string> prefix;  // put before every text; unset: the one known for the model
  std::uint32_t threads = 0;          // that Ollama may use; 0: as many as it takes
  Patience patience;
  LineRules line;
};

/// A model of an Ollama as the embedder. Where it can't be had, every call says why and what to do: the server is down, the model is
/// missing, or it is being loaded. On the I/O thread; it must outlive its calls.
class OllamaEmbedder final : public ports::Embedder {
 public:
  explicit OllamaEmbedder(const EmbedderOptions& options);
  ~OllamaEmbedder() override;

  ports::Task<ports::EmbedderIdentity> identity() override;
  ports::Task<std::vector<ports::Embedding>> embed(std::vector<std::string> texts, ports::Priority priority) override;
  ports::Task<ports::EmbedderStatus> status() override;

 private:
  std::string name_;
  std::string prefix_;
  std::shared_ptr<OllamaServer> server_;
  std::shared_ptr<OllamaModel> model_;
  EmbeddingLine line_;
};

}  // namespace learnd::ollama

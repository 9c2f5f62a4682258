#pragma once

#include "adapters/http_client/http_client.hpp"
#include "adapters/ollama/codec.hpp"
#include "ports/task.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::ollama {

/// What Ollama knows of a model.
struct ModelFacts {
  ShownModel shown;
  std::string digest;  // of its weights and parameters, without "sha256:"
};

/// Ollama's HTTP API, as far as an embedder needs it, and what its answers mean. On the I/O thread.
///
/// Errors, beside those of the HTTP client:
/// NotFound: the server is up and does not have the model; PermissionDenied: it does not want to be asked so; InvalidInput: one of the
/// texts is at fault (400); Internal: it failed on this call (500), by a text's fault or its own; Unavailable: anything else.
class OllamaServer {
 public:
  OllamaServer(http_client::Url url, EmbedOptions options);

  /// Whether it lives, and its version. Answered at once, also while a model is loaded.
  ports::Task<std::string> version(std::chrono::milliseconds deadline);
  ports::Task<ModelFacts> describe(std::chrono::milliseconds deadline);
  /// As many vectors as texts. While the model is loaded there is no answer.
  ports::Task<EmbedAnswer> embed(std::vector<std::string> texts, std::chrono::milliseconds deadline);

  [[nodiscard]] const EmbedOptions& options() const { return options_; }
  [[nodiscard]] std::string url() const { return client_.url().text(); }

 private:
  ports::Task<std::string> ask(std::string method, std::string target, std::string body, std::chrono::milliseconds deadline);
  [[nodiscard]] core::Error refused(const std::string& target, const http_client::Response& response) const;
  [[nodiscard]] core::Error named(const core::Error& error) const;
  [[nodiscard]] core::Error missing() const;

  http_client::HttpClient client_;
  EmbedOptions options_;
};

}  // namespace learnd::ollama

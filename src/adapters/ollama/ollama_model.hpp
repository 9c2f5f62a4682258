#pragma once

#include "adapters/ollama/embedding_line.hpp"
#include "adapters/ollama/ollama_server.hpp"
#include "support/backend_guard.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace learnd::ollama {

struct Patience {
  std::chrono::milliseconds cheap{2000};       // for what Ollama answers at once
  std::chrono::milliseconds suspicious{1000};  // without vectors: then it is asked whether it lives
  std::chrono::milliseconds search{3000};      // without vectors: then searches do without
  std::chrono::milliseconds longest{300000};   // for vectors; Ollama gives the loading of a model as long
  std::chrono::milliseconds facts{60000};      // then what is known of the model is asked again
  std::chrono::milliseconds word{2000};        // then it is not taken for alive unasked
};

/// One model of an Ollama: what it is, whether it can be had, and its vectors. Tells a server that is down from one without the model and
/// from one that loads it or is slow. A breaker keeps calls from a server that fails. On the I/O thread.
///
/// A model can be replaced under its name. Ollama loads the new one then, and an answer says how long that took, so after a load (and after
/// any failure) the digest is asked before a vector is given out.
class OllamaModel final : public EmbeddingSender {
 public:
  OllamaModel(std::shared_ptr<OllamaServer> server, Patience patience);

  /// Called where searches had better do without their vectors.
  void whenSlow(std::function<void(const core::Error&)> told) { tellSlow_ = std::move(told); }

  /// What it is; asked where that is not known for sure. Fails with kinds as OllamaServer's, at once while the breaker is open.
  ports::Task<ModelFacts> facts();
  /// Ends well where the server lives and has the model, as far as it was heard lately.
  ports::Task<void> check();
  /// Why a request can't be sent now, or had better not.
  [[nodiscard]] std::optional<core::Error> obstacle(ports::Priority priority) const;
  [[nodiscard]] const std::string& version() const { return version_; }

  ports::Task<EmbedAnswer> send(std::vector<std::string> texts, ports::Priority priority) override;
  void noteFailure(const core::Error& error, const boost::asio::any_io_executor& executor) override;

 private:
  using SteadyClock = std::chrono::steady_clock;

  /// Without a word to the breaker: a request that fails by them is one failure.
  ports::Task<ModelFacts> knownFacts();
  ports::Task<ModelFacts> askFacts();
  ports::Task<EmbedAnswer> sendWatched(std::vector<std::string> texts, ports::Priority priority);
  /// Ends only where the server is found dead.
  ports::Task<EmbedAnswer> watch(ports::Priority priority);
  ports::Task<EmbedAnswer> blame(core::Error error, ports::Priority priority);
  ports::Task<EmbedAnswer> verified(EmbedAnswer answer, ModelFacts before);
  [[nodiscard]] core::Error slow() const;
  void noteAnswer();

  std::shared_ptr<OllamaServer> server_;
  Patience patience_;
  support::BackendGuard guard_;
  std::function<void(const core::Error&)> tellSlow_;
  std::optional<ModelFacts> facts_;
  SteadyClock::time_point asked_{};
  bool doubted_ = false;  // the facts, by something that has happened since
  /// Dimensions of a digest, where its vectors have others than it says.
  std::optional<std::pair<std::string, std::size_t>> seen_;
  std::string version_;
  SteadyClock::time_point heard_{};
  bool slow_ = false;
};

}  // namespace learnd::ollama

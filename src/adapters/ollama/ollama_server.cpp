#include "adapters/ollama/ollama_server.hpp"

#include <utility>

namespace learnd::ollama {

namespace {

constexpr const char* kEmbed = "/api/embed";

http_client::ClientSettings clientSettings() {
  http_client::ClientSettings settings;
  settings.server = "Ollama";
  settings.advice = "start it (systemctl start ollama), or set embedder.url";
  settings.pool.connections = 8;
  settings.retries = 1;
  // It never closes an idle connection.
  settings.pool.idle = std::chrono::seconds(60);
  return settings;
}

}  // namespace

OllamaServer::OllamaServer(http_client::Url url, EmbedOptions options)
    : client_(std::move(url), clientSettings()), options_(std::move(options)) {}

ports::Task<std::string> OllamaServer::version(std::chrono::milliseconds deadline) {
  auto body = co_await ask("GET", "/api/version", "", deadline);
  if (!body) co_return body.error();
  auto version = decodeVersion(*body);
  if (!version) co_return named(version.error());
  co_return *version;
}

ports::Task<ModelFacts> OllamaServer::describe(std::chrono::milliseconds deadline) {
  std::string question = encodeShow(options_.model);
  auto shown = co_await ask("POST", "/api/show", std::move(question), deadline);
  if (!shown) co_return shown.error();
  auto model = decodeShow(*shown);
  if (!model) co_return named(model.error());
  auto tags = co_await ask("GET", "/api/tags", "", deadline);
  if (!tags) co_return tags.error();
  auto digest = decodeDigest(*tags, options_.model);
  // Shown, and a moment later not listed: it was removed in between.
  if (!digest) co_return digest.error().kind() == core::ErrorKind::NotFound ? missing() : named(digest.error());
  co_return ModelFacts{*model, *digest};
}

ports::Task<EmbedAnswer> OllamaServer::embed(std::vector<std::string> texts, std::chrono::milliseconds deadline) {
  std::string question = encodeEmbed(options_, texts);
  auto body = co_await ask("POST", kEmbed, std::move(question), deadline);
  if (!body) co_return body.error();
  auto answer = decodeEmbed(*body);
  if (!answer) co_return named(answer.error());
  if (answer->vectors.size() != texts.size()) {
    const std::string counts = std::to_string(answer->vectors.size()) + " vectors for " + std::to_string(texts.size()) + " texts";
    co_return named(core::Error(core::ErrorKind::Unavailable, counts));
  }
  co_return std::move(*answer);
}

ports::Task<std::string> OllamaServer::ask(std::string method, std::string target, std::string body, std::chrono::milliseconds deadline) {
  http_client::Request request;
  request.method = std::move(method);
  request.target = target;
  request.body = std::move(body);
  request.deadline = deadline;
  auto response = co_await client_.send(std::move(request));
  if (!response) co_return response.error();
  if (!response->ok()) co_return refused(target, *response);
  co_return std::move(response->body);
}

core::Error OllamaServer::refused(const std::string& target, const http_client::Response& response) const {
  const auto said = decodeError(response.body);
  const std::string answered = "Ollama at " + url() + " answered " + target + " with " + std::to_string(response.status);
  const std::string what = said ? answered + " (" + *said + ")" : answered;
  switch (response.status) {
    case 400:
      return {core::ErrorKind::InvalidInput, what};
    case 403:
      return {core::ErrorKind::PermissionDenied,
              answered + ": it takes only an address, localhost, *.local or *.internal as its name; set embedder.url so"};
    case 404:
      if (said) return missing();
      return {core::ErrorKind::Unavailable, answered + ": it is older than 0.3, or no Ollama; set embedder.url to one"};
    case 429:
    case 503:
      return {core::ErrorKind::Unavailable, what + ": it has too much to do"};
    case 500:
      return {target == kEmbed ? core::ErrorKind::Internal : core::ErrorKind::Unavailable, what + ": see its log"};
    default:
      return {core::ErrorKind::Unavailable, what + ": is embedder.url the address of an Ollama?"};
  }
}

core::Error OllamaServer::named(const core::Error& error) const { return {error.kind(), "Ollama at " + url() + ": " + error.message()}; }

core::Error OllamaServer::missing() const {
  return {core::ErrorKind::NotFound,
          "Ollama at " + url() + " does not have the model " + options_.model + ": run `ollama pull " + options_.model + "`"};
}

}  // namespace learnd::ollama

#include "adapters/ollama/ollama_embedder.hpp"

#include "adapters/ollama/known_models.hpp"
#include "adapters/ollama/text_window.hpp"

#include <algorithm>
#include <utility>

namespace learnd::ollama {

namespace {

using core::Error;
using core::ErrorKind;

/// What every Ollama gives a text by itself, whatever the model could read (its own default of num_ctx has never been less), and as much as
/// a slow processor reads in some seconds.
constexpr std::size_t kWidestWindow = 2048;

/// Well below what the model reads: tokens are estimated.
std::size_t windowOf(const ShownModel& shown) {
  const std::size_t reads = std::min({shown.contextLength, shown.chosenContext.value_or(kWidestWindow), kWidestWindow});
  return std::max<std::size_t>(reads * 3 / 4, 1);
}

/// Kinds as the port has them.
Error unavailable(const Error& error) {
  const bool known = error.kind() == ErrorKind::Timeout || error.kind() == ErrorKind::Busy;
  return known ? error : Error(ErrorKind::Unavailable, error.message());
}

}  // namespace

OllamaEmbedder::OllamaEmbedder(const EmbedderOptions& options)
    : name_(options.model),
      prefix_(options.prefix.value_or(knownPrefix(options.model))),
      server_(std::make_shared<OllamaServer>(options.url, EmbedOptions{options.model, options.threads})),
      model_(std::make_shared<OllamaModel>(server_, options.patience)),
      line_(model_, prefix_, options.line) {
  model_->whenSlow([this](const Error& error) { line_.dismissSearches(error); });
}

OllamaEmbedder::~OllamaEmbedder() { model_->whenSlow({}); }

ports::Task<ports::EmbedderIdentity> OllamaEmbedder::identity() {
  auto facts = co_await model_->facts();
  if (!facts) co_return unavailable(facts.error());
  co_return ports::EmbedderIdentity{"ollama", name_, facts->digest, prefix_, facts->shown.dimensions, windowOf(facts->shown)};
}

ports::Task<std::vector<ports::Embedding>> OllamaEmbedder::embed(std::vector<std::string> texts, ports::Priority priority) {
  if (texts.empty()) co_return std::vector<ports::Embedding>();
  if (const auto obstacle = model_->obstacle(priority)) co_return *obstacle;
  auto facts = co_await model_->facts();
  if (!facts) co_return unavailable(facts.error());
  const std::size_t window = windowOf(facts->shown);
  const std::size_t taken = ollama::windowOf(prefix_, window).tokens;
  std::vector<WindowedText> windowed;
  windowed.reserve(texts.size());
  for (const std::string& text : texts) windowed.push_back(ollama::windowOf(text, std::max<std::size_t>(window - taken, 1)));
  auto embedded = co_await line_.embed(std::move(windowed), priority);
  // A text at fault is the caller's to set aside; all else is the server's.
  if (!embedded && embedded.error().kind() != ErrorKind::InvalidInput) co_return unavailable(embedded.error());
  co_return embedded;
}

ports::Task<ports::EmbedderStatus> OllamaEmbedder::status() {
  ports::EmbedderStatus status;
  status.texts = line_.embedded();
  auto checked = co_await model_->check();
  status.up = checked.has_value();
  status.version = model_->version();
  if (!status.up) {
    status.detail = checked.error().message();
    co_return status;
  }
  auto facts = co_await model_->facts();
  status.detail = "at " + server_->url();
  if (facts && !facts->shown.embeds)
    status.detail += "; Ollama says that " + name_ + " is no embedding model, so its scores may mean little";
  co_return status;
}

}  // namespace learnd::ollama

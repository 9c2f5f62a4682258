#include "adapters/ollama/ollama_model.hpp"

#include "support/log.hpp"
#include "support/timeout.hpp"

#include <utility>

namespace learnd::ollama {

namespace {

namespace asio = boost::asio;
using core::Error;
using core::ErrorKind;
using ports::Priority;

constexpr const char* kHarmlessText = "a";

asio::awaitable<core::Result<void>> probe(std::shared_ptr<OllamaServer> server, std::chrono::milliseconds deadline) {
  auto version = co_await server->version(deadline);
  if (!version) co_return version.error();
  co_return core::Result<void>();
}

}  // namespace

OllamaModel::OllamaModel(std::shared_ptr<OllamaServer> server, Patience patience)
    : server_(std::move(server)),
      patience_(patience),
      guard_("Ollama", [asked = server_, deadline = patience.cheap] { return probe(asked, deadline); }) {}

std::optional<Error> OllamaModel::obstacle(Priority priority) const {
  if (!guard_.allows()) return guard_.refusal();
  if (priority == Priority::Search && slow_) return slow();
  return std::nullopt;
}

ports::Task<ModelFacts> OllamaModel::facts() {
  if (!guard_.allows()) co_return guard_.refusal();
  auto known = co_await knownFacts();
  if (!known) noteFailure(known.error(), co_await asio::this_coro::executor);
  co_return known;
}

ports::Task<ModelFacts> OllamaModel::knownFacts() {
  if (facts_ && !doubted_ && SteadyClock::now() - asked_ < patience_.facts) co_return *facts_;
  co_return co_await askFacts();
}

ports::Task<ModelFacts> OllamaModel::askFacts() {
  auto asked = co_await server_->describe(patience_.cheap);
  if (!asked) {
    doubted_ = true;
    co_return asked.error();
  }
  noteAnswer();
  if (seen_ && seen_->first == asked->digest) asked->shown.dimensions = seen_->second;
  if (facts_ && facts_->digest != asked->digest) {
    support::log::info("Ollama has another model under the same name", {{"MODEL", server_->options().model}, {"DIGEST", asked->digest}});
  }
  facts_ = *asked;
  asked_ = SteadyClock::now();
  doubted_ = false;
  co_return asked;
}

ports::Task<void> OllamaModel::check() {
  if (slow_) co_return slow();
  auto known = co_await facts();
  if (!known) co_return known.error();
  if (!version_.empty() && SteadyClock::now() - heard_ < patience_.word) co_return core::Result<void>();
  auto version = co_await server_->version(patience_.cheap);
  if (!version) {
    noteFailure(version.error(), co_await asio::this_coro::executor);
    co_return version.error();
  }
  version_ = *version;
  noteAnswer();
  co_return core::Result<void>();
}

ports::Task<EmbedAnswer> OllamaModel::send(std::vector<std::string> texts, Priority priority) {
  if (!guard_.allows()) co_return guard_.refusal();
  auto known = co_await knownFacts();
  if (!known) co_return known.error();
  auto answer = co_await sendWatched(std::move(texts), priority);
  if (!answer && answer.error().kind() == ErrorKind::Internal) {
    Error error = answer.error();
    co_return co_await blame(std::move(error), priority);
  }
  if (!answer) co_return answer.error();
  co_return co_await verified(std::move(*answer), std::move(*known));
}

ports::Task<EmbedAnswer> OllamaModel::sendWatched(std::vector<std::string> texts, Priority priority) {
  using namespace asio::experimental::awaitable_operators;
  auto sending = server_->embed(std::move(texts), patience_.longest);
  auto ended = co_await (support::withoutThrowing(std::move(sending)) || watch(priority));
  if (priority == Priority::Search) slow_ = false;
  if (ended.index() == 1) co_return std::get<1>(std::move(ended));
  co_return std::get<0>(std::move(ended));
}

ports::Task<EmbedAnswer> OllamaModel::watch(Priority priority) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto began = SteadyClock::now();
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (true) {
    timer.expires_after(patience_.suspicious);
    const auto [cancelled] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (cancelled) co_return Error(ErrorKind::Timeout, "the deadline passed");
    auto version = co_await server_->version(patience_.cheap);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return Error(ErrorKind::Timeout, "the deadline passed");
    if (!version) co_return version.error();
    version_ = *version;
    noteAnswer();
    if (priority != Priority::Search || slow_ || SteadyClock::now() - began < patience_.search) continue;
    slow_ = true;
    if (tellSlow_) tellSlow_(slow());
  }
}

ports::Task<EmbedAnswer> OllamaModel::blame(Error error, Priority priority) {
  std::vector<std::string> harmless{kHarmlessText};
  auto answer = co_await sendWatched(std::move(harmless), priority);
  if (!answer) co_return Error(ErrorKind::Unavailable, error.message());
  co_return error;
}

ports::Task<EmbedAnswer> OllamaModel::verified(EmbedAnswer answer, ModelFacts before) {
  noteAnswer();
  if (answer.load >= kLoaded) doubted_ = true;
  auto now = co_await knownFacts();
  if (!now) co_return now.error();
  if (now->digest != before.digest) {
    co_return Error(ErrorKind::Unavailable, "Ollama has another model under the name " + server_->options().model + ": ask again");
  }
  for (const auto& vector : answer.vectors) {
    if (vector.empty() || vector.size() == before.shown.dimensions) continue;
    // The vectors are right: what the model says of itself is not.
    seen_.emplace(before.digest, vector.size());
    doubted_ = true;
    co_return Error(ErrorKind::Unavailable, "vectors of " + server_->options().model + " have " + std::to_string(vector.size()) +
                                                " dimensions and not " + std::to_string(before.shown.dimensions) + ": ask again");
  }
  co_return answer;
}

Error OllamaModel::slow() const {
  return {ErrorKind::Unavailable,
          "Ollama at " + server_->url() + " is up, but takes longer than " + std::to_string(patience_.search.count()) +
              " ms for a question: it loads the model " + server_->options().model +
              ", or has too much to do (where other programs use the processors, embedder.threads below their number helps)"};
}

void OllamaModel::noteFailure(const Error& error, const asio::any_io_executor& executor) {
  if (error.kind() != ErrorKind::InvalidInput) doubted_ = true;
  guard_.noteFailure(error, executor);
}

void OllamaModel::noteAnswer() {
  heard_ = SteadyClock::now();
  guard_.noteSuccess();
}

}  // namespace learnd::ollama

#include "tests/fakes/ollama/fake_ollama.hpp"

#include "core/code_points.hpp"
#include "tests/fakes/ollama/replies.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace learnd::fakes {

namespace {

using json::Value;

// What a loaded model and one that had to be loaded report.
constexpr std::int64_t kWarmNanoseconds = 2500000;
constexpr std::int64_t kColdNanoseconds = 310000000;
constexpr const char* kTooLong = "the input length exceeds the context length";

std::string fullName(std::string_view name) {
  std::string full(name);
  std::transform(full.begin(), full.end(), full.begin(), core::lowerAscii);
  return full.find(':') == std::string::npos ? full + ":latest" : full;
}

bool isName(std::string_view name) {
  return name.find("..") == std::string_view::npos && std::all_of(name.begin(), name.end(), [](char sign) {
           return core::isAsciiLetter(sign) || core::isAsciiDigit(sign) || std::string_view("-_.:/").find(sign) != std::string_view::npos;
         });
}

std::string textAt(const Value& value, std::string_view name) {
  const Value* found = value.find(name);
  return found != nullptr && found->asText() != nullptr ? *found->asText() : std::string();
}

/// The texts; nothing where it is none of the types that are taken.
std::optional<std::vector<std::string>> readInput(const Value* input) {
  std::vector<std::string> texts;
  if (input == nullptr || input->isNull()) return texts;
  if (const auto* text = input->asText()) {
    if (!text->empty()) texts.push_back(*text);
    return texts;
  }
  if (input->asArray() == nullptr) return std::nullopt;
  for (const Value& one : *input->asArray()) {
    if (one.asText() == nullptr) return std::nullopt;
    texts.push_back(*one.asText());
  }
  return texts;
}

void cutTo(std::vector<float>& vector, std::size_t dimensions) {
  vector.resize(dimensions);
  float squares = 0;
  for (const float part : vector) squares += part * part;
  for (float& part : vector) part /= std::sqrt(squares);
}

void cutAll(std::vector<std::vector<float>>& vectors, const Value* dimensions) {
  if (dimensions == nullptr || dimensions->asInteger() == nullptr || *dimensions->asInteger() <= 0) return;
  const auto wanted = static_cast<std::size_t>(*dimensions->asInteger());
  for (auto& vector : vectors) {
    if (wanted < vector.size()) cutTo(vector, wanted);
  }
}

bool hasUnknown(const FakeTokens& tokens, std::size_t among) {
  const auto end = tokens.tokens.begin() + static_cast<std::ptrdiff_t>(std::min(among, tokens.tokens.size()));
  return std::any_of(tokens.tokens.begin(), end, [](const FakeTokens::Token& token) { return !token.known; });
}

std::vector<FakeModel> ownModels() {
  const auto digest = [](char sign) { return std::string(63, '0') + sign; };
  return {{"nomic-embed-text:latest", "nomic-bert", 768, 2048, digest('1'), 8192},
          {"tiny-llama:latest", "llama", 128, 512, digest('2'), 0, true},
          {"nan-nomic:latest", "nomic-bert", 128, 2048, digest('3'), 0, false, true},
          {"tiny-bert:latest", "bert", 128, 512, digest('4')},
          {"tiny-nomic:latest", "nomic-bert", 768, 2048, digest('5')}};
}

}  // namespace

FakeOllama::FakeOllama(std::uint16_t port)
    : runners_([this](std::chrono::milliseconds time) { return listener_.sleep(time); }),
      listener_([this](const ListenerRequest& request) { return handle(request); }, port) {
  for (FakeModel& model : ownModels()) putModel(std::move(model));
}

void FakeOllama::putModel(FakeModel model) {
  const std::lock_guard lock(mutex_);
  std::string name = model.name;
  models_.insert_or_assign(std::move(name), std::move(model));
}

void FakeOllama::removeModel(const std::string& name) {
  const std::lock_guard lock(mutex_);
  models_.erase(fullName(name));
}

std::optional<FakeModel> FakeOllama::model(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = models_.find(fullName(name));
  return found == models_.end() ? std::nullopt : std::optional(found->second);
}

void FakeOllama::answerEmbedWith(std::string body) {
  const std::lock_guard lock(mutex_);
  cannedEmbed_ = std::move(body);
}

std::size_t FakeOllama::asked(const std::string& path) {
  const std::lock_guard lock(mutex_);
  return asked_[path];
}

ListenerReply FakeOllama::handle(const ListenerRequest& request) {
  {
    const std::lock_guard lock(mutex_);
    ++asked_[request.target];
  }
  if (!isAllowedHost(request.host) || !isAllowedOrigin(request.origin)) return {403, "", "", {}};
  ListenerReply reply = route(request);
  if (!request.origin.empty()) {
    reply.headers.emplace_back("Access-Control-Allow-Origin", request.origin);
    reply.headers.emplace_back("Vary", "Origin");
  }
  return reply;
}

ListenerReply FakeOllama::route(const ListenerRequest& request) {
  static const std::map<std::string, std::string> methods{{"/", "GET"},       {"/api/version", "GET"}, {"/api/tags", "GET"},
                                                          {"/api/ps", "GET"}, {"/api/show", "POST"},   {"/api/embed", "POST"},
                                                          {"/fault", "POST"}};
  std::string path = request.target.substr(0, request.target.find('?'));
  if (path.size() > 1 && path.ends_with('/')) {
    path.pop_back();
    if (methods.contains(path)) return {307, "", "", {{"Location", path}}};
  }
  const auto known = methods.find(path);
  if (known == methods.end()) return textReply(404, "404 page not found");
  const bool asked = request.method == known->second || (request.method == "HEAD" && known->second == "GET" && path != "/api/ps");
  if (!asked) return textReply(405, "405 method not allowed");
  if (path == "/") return {200, "text/plain; charset=utf-8", "Ollama is running", {}};
  if (path == "/api/version") return jsonReply(200, Value(Value::Object{{"version", Value("0.24.0")}}));
  if (path == "/api/tags") return tags();
  if (path == "/api/ps") return loaded();
  if (request.body.empty()) return errorReply(400, "missing request body");
  const auto question = json::parse(repaired(request.body));
  if (!question || question->asObject() == nullptr) return errorReply(400, "unexpected EOF");
  if (path == "/api/show") return show(*question);
  if (path == "/fault") return switchFault(*question);
  return embed(*question);
}

ListenerReply FakeOllama::tags() {
  const std::lock_guard lock(mutex_);
  Value::Array models;
  for (const auto& [name, model] : models_) {
    Value described = describe(model);
    described.set("modified_at", Value("2026-01-01T00:00:00.327345662Z"));
    models.push_back(std::move(described));
  }
  return jsonReply(200, Value(Value::Object{{"models", Value(std::move(models))}}));
}

ListenerReply FakeOllama::loaded() {
  Value::Array models;
  for (const auto& one : runners_.loaded()) {
    Value described = describe(one.model);
    described.set("expires_at", Value("2026-01-01T00:05:00.326188828Z"));
    described.set("size_vram", Value(0));
    described.set("context_length", Value(static_cast<std::uint64_t>(one.model.context)));
    models.push_back(std::move(described));
  }
  return jsonReply(200, Value(Value::Object{{"models", Value(std::move(models))}}));
}

ListenerReply FakeOllama::show(const Value& question) {
  std::string name = textAt(question, "model");
  if (name.empty()) name = textAt(question, "name");
  if (name.empty()) return errorReply(400, "model is required");
  const auto found = model(name);
  if (!found) return errorReply(404, "model '" + name + "' not found");
  return jsonReply(200, showOf(*found));
}

ListenerReply FakeOllama::embed(const Value& question) {
  ModelRunners::Job job;
  std::string name = textAt(question, "model");
  if (auto refusal = readJob(question, job)) return std::move(*refusal);
  {
    const std::lock_guard lock(mutex_);
    if (!cannedEmbed_.empty()) return {200, "application/json; charset=utf-8", cannedEmbed_, {}};
  }
  const Value* truncate = question.find("truncate");
  const bool cuts = truncate == nullptr || truncate->asBool() == nullptr || *truncate->asBool();
  std::size_t tokens = 0;
  bool tooLong = false;
  for (const FakeTokens& text : job.texts) {
    tooLong = tooLong || (text.count() > job.mostTokens && (!cuts || hasUnknown(text, job.mostTokens - 2)));
    tokens += std::min(text.count(), job.mostTokens);
  }
  const bool asks = !job.texts.empty();
  if (tooLong) job.texts.clear();  // the model is loaded all the same
  auto answer = runners_.run(job);
  if (!answer) return errorReply(503, "server busy, please try again.  maximum pending requests exceeded");
  if (tooLong) return errorReply(400, kTooLong);
  if (job.model.broken && asks) return errorReply(500, "failed to encode response: json: unsupported value: NaN");
  cutAll(answer->vectors, question.find("dimensions"));
  const auto load = answer->loaded ? kColdNanoseconds : kWarmNanoseconds;
  return {200, "application/json; charset=utf-8", embedBody(name, answer->vectors, load, tokens), {}};
}

std::optional<ListenerReply> FakeOllama::readJob(const Value& question, ModelRunners::Job& job) {
  const std::string name = textAt(question, "model");
  auto texts = readInput(question.find("input"));
  if (!texts) return errorReply(400, "invalid input type");
  const KeepAlive keepAlive = readKeepAlive(question.find("keep_alive"));
  if (keepAlive.error) return errorReply(400, *keepAlive.error);
  if (!isName(name)) return errorReply(400, "invalid model name");
  const auto found = model(name);
  if (!found) return errorReply(404, name.empty() ? "model '' not found" : "model \"" + name + "\" not found, try pulling it first");
  const Value* options = question.find("options");
  if (options != nullptr) {
    for (const char* number : {"num_ctx", "num_batch", "num_gpu", "num_thread"}) {
      const Value* one = options->find(number);
      if (one != nullptr && one->asInteger() == nullptr)
        return errorReply(500, std::string("option \"") + number + "\" must be of type integer");
    }
  }
  const Value* context = options != nullptr ? options->find("num_ctx") : nullptr;
  job.model = *found;
  job.options = options != nullptr ? json::write(*options) : "";
  job.originals = std::move(*texts);
  for (const std::string& text : job.originals) job.texts.push_back(tokenize(text));
  job.mostTokens = found->context;
  if (context != nullptr) job.mostTokens = std::min(job.mostTokens, static_cast<std::size_t>(*context->asInteger()));
  job.keepAlive = keepAlive.time;
  return std::nullopt;
}

ListenerReply FakeOllama::switchFault(const Value& question) {
  using Kind = ListenerFault::Kind;
  static const std::map<std::string, Kind> kinds{{"none", Kind::None},       {"500", Kind::ServerError}, {"429", Kind::TooMany},
                                                 {"garbage", Kind::Garbage}, {"noise", Kind::Noise},     {"half", Kind::HalfResponse},
                                                 {"reset", Kind::Reset},     {"slow", Kind::Slow},       {"missing", Kind::None},
                                                 {"loading", Kind::None},    {"replaced", Kind::None}};
  const std::string name = textAt(question, "kind");
  const auto kind = kinds.find(name);
  if (kind == kinds.end()) return errorReply(400, "no such fault");
  const Value* seconds = question.find("seconds");
  const double time = seconds != nullptr && seconds->isNumber() ? seconds->number() : 10;
  const auto delay = std::chrono::milliseconds(static_cast<std::int64_t>(time * 1000));
  setFault({kind->second, textAt(question, "path"), delay});
  if (name == "none") {
    for (FakeModel& own : ownModels()) putModel(std::move(own));
    setSpeed({});
  }
  const std::string about = textAt(question, "model");
  if (name == "missing") removeModel(about);
  if (auto replaced = model(about); name == "replaced" && replaced) {
    replaced->digest.front() = replaced->digest.front() == 'f' ? '0' : 'f';
    putModel(std::move(*replaced));
  }
  if (name == "loading") {
    // Another digest would be another model: it is only unloaded.
    runners_.unload(fullName(about));
    setSpeed({delay, {}, {}});
  }
  return jsonReply(200, Value(Value::Object{}));
}

}  // namespace learnd::fakes

#include "adapters/ollama/codec.hpp"

#include "core/code_points.hpp"
#include "json/value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace learnd::ollama {

namespace {

using json::Value;

/// Long enough that an agent's next question seldom pays for loading.
constexpr const char* kKeepAlive = "30m";

core::Error strange(const std::string& why) { return {core::ErrorKind::Unavailable, "its answer is not Ollama's: " + why}; }

core::Result<Value> parseObject(std::string_view body) {
  auto value = json::parse(body);
  if (!value) return strange(value.error().message());
  if (value->asObject() == nullptr) return strange("no JSON object");
  return value;
}

std::optional<std::size_t> count(const Value* value) {
  if (value == nullptr || value->asInteger() == nullptr || *value->asInteger() <= 0) return std::nullopt;
  return static_cast<std::size_t>(*value->asInteger());
}

std::string textAt(const Value& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->asText() != nullptr ? *value->asText() : std::string();
}

std::vector<float> vectorOf(const Value& value) {
  std::vector<float> vector;
  const Value::Array* numbers = value.asArray();
  if (numbers == nullptr) return vector;
  vector.reserve(numbers->size());
  for (const Value& number : *numbers) {
    const auto part = static_cast<float>(number.isNumber() ? number.number() : std::nan(""));
    if (!std::isfinite(part)) return {};
    vector.push_back(part);
  }
  return vector;
}

/// The value of `name` among a Modelfile's parameters: a line each, names and values apart by spaces.
std::optional<std::size_t> parameter(const std::string& lines, std::string_view name) {
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    std::string_view line(lines.data() + at, end - at);
    at = end + 1;
    if (!line.starts_with(name) || line.size() == name.size() || line[name.size()] != ' ') continue;
    line.remove_prefix(line.find_last_of(' ') + 1);
    std::size_t number = 0;
    if (std::from_chars(line.data(), line.data() + line.size(), number).ec == std::errc() && number > 0) return number;
  }
  return std::nullopt;
}

/// The name that a list of models has: Ollama takes it in any case, and without what it adds itself.
std::string fullName(std::string_view model) {
  for (const std::string_view usual : {"registry.ollama.ai/", "library/"}) {
    if (model.starts_with(usual)) model.remove_prefix(usual.size());
  }
  std::string name(model);
  std::transform(name.begin(), name.end(), name.begin(), core::lowerAscii);
  const auto slash = name.rfind('/');
  if (name.find(':', slash == std::string::npos ? 0 : slash) == std::string::npos) name += ":latest";
  return name;
}

}  // namespace

std::string encodeEmbed(const EmbedOptions& options, const std::vector<std::string>& texts) {
  Value::Array input(texts.begin(), texts.end());
  Value body(Value::Object{
      {"model", Value(options.model)}, {"input", Value(std::move(input))}, {"truncate", Value(false)}, {"keep_alive", Value(kKeepAlive)}});
  if (options.threads > 0) body.set("options", Value(Value::Object{{"num_thread", Value(static_cast<std::int64_t>(options.threads))}}));
  return json::write(body);
}

core::Result<EmbedAnswer> decodeEmbed(std::string_view body) {
  auto value = parseObject(body);
  if (!value) return value.error();
  const Value* rows = value->find("embeddings");
  if (rows == nullptr || rows->asArray() == nullptr) return strange("it has no \"embeddings\"");
  EmbedAnswer answer;
  for (const Value& row : *rows->asArray()) answer.vectors.push_back(vectorOf(row));
  if (const auto load = count(value->find("load_duration"))) answer.load = std::chrono::nanoseconds(*load);
  return answer;
}

std::string encodeShow(const std::string& model) { return json::write(Value(Value::Object{{"model", Value(model)}})); }

core::Result<ShownModel> decodeShow(std::string_view body) {
  auto value = parseObject(body);
  if (!value) return value.error();
  const Value* facts = value->find("model_info");
  if (facts == nullptr || facts->asObject() == nullptr) return strange("it has no \"model_info\"");
  const std::string architecture = textAt(*facts, "general.architecture");
  const auto dimensions = count(facts->find(architecture + ".embedding_length"));
  const auto context = count(facts->find(architecture + ".context_length"));
  if (!dimensions || !context) return strange("it names no \"embedding_length\" and \"context_length\"");
  ShownModel shown{*dimensions, *context, parameter(textAt(*value, "parameters"), "num_ctx"), true};
  const Value* abilities = value->find("capabilities");
  if (abilities != nullptr && abilities->asArray() != nullptr) {
    const auto& list = *abilities->asArray();
    shown.embeds = std::any_of(list.begin(), list.end(), [](const Value& one) { return one == Value("embedding"); });
  }
  return shown;
}

core::Result<std::string> decodeDigest(std::string_view body, std::string_view model) {
  auto value = parseObject(body);
  if (!value) return value.error();
  const Value* models = value->find("models");
  if (models == nullptr || models->asArray() == nullptr) return strange("it has no \"models\"");
  const std::string wanted = fullName(model);
  for (const Value& one : *models->asArray()) {
    std::string digest = textAt(one, "digest");
    if (!digest.empty() && fullName(textAt(one, "name")) == wanted) return digest;
  }
  return core::Error(core::ErrorKind::NotFound, "it lists no model " + wanted);
}

core::Result<std::string> decodeVersion(std::string_view body) {
  auto value = parseObject(body);
  if (!value) return value.error();
  std::string version = textAt(*value, "version");
  if (version.empty()) return strange("it has no \"version\"");
  return version;
}

std::optional<std::string> decodeError(std::string_view body) {
  auto value = parseObject(body);
  if (!value) return std::nullopt;
  std::string text = textAt(*value, "error");
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace learnd::ollama

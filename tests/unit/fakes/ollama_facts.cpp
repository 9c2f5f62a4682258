#include "tests/unit/fakes/ollama_facts.hpp"

#include <fstream>
#include <iterator>
#include <ostream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace learnd::fakes {

namespace {

using json::Value;

std::string readAll(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// {"repeat": [TEXT, N]} written out.
Value unfolded(const Value& value) {
  if (const Value* repeat = value.find("repeat")) {
    const auto& parts = *repeat->asArray();
    std::string text;
    for (std::int64_t i = 0; i < *parts[1].asInteger(); ++i) text += *parts[0].asText();
    return Value(std::move(text));
  }
  if (const auto* items = value.asArray()) {
    Value::Array all;
    for (const Value& item : *items) all.push_back(unfolded(item));
    return Value(std::move(all));
  }
  if (const auto* members = value.asObject()) {
    Value::Object all;
    for (const auto& [name, member] : *members) all.emplace_back(name, unfolded(member));
    return Value(std::move(all));
  }
  return value;
}

std::string textAt(const Value& value, std::string_view name) {
  const Value* found = value.find(name);
  return found != nullptr && found->asText() != nullptr ? *found->asText() : std::string();
}

/// "...128" at the end of a list: so many there were.
std::optional<std::int64_t> lengthOf(const Value::Array& shortened) {
  if (shortened.empty() || shortened.back().asText() == nullptr || !shortened.back().asText()->starts_with("...")) {
    return static_cast<std::int64_t>(shortened.size());
  }
  return std::stoll(shortened.back().asText()->substr(3));
}

Value expectedOf(const std::string& status, const std::string& type, const std::string& body, const std::string& model) {
  Value expected(Value::Object{{"status", Value(static_cast<std::int64_t>(std::stoll(status)))}, {"type", Value(type)}});
  const auto answer = json::parse(body);
  if (!answer) return expected;
  if (const Value* error = answer->find("error")) expected.set("error", *error);
  const Value* vectors = answer->find("embeddings");
  if (vectors == nullptr || vectors->asArray() == nullptr) return expected;
  expected.set("vectors", Value(*lengthOf(*vectors->asArray())));
  if (!vectors->asArray()->empty()) expected.set("dimensions", Value(*lengthOf(*vectors->asArray()->front().asArray())));
  // The chat model reads its tokens in another way.
  const Value* tokens = answer->find("prompt_eval_count");
  if (tokens != nullptr && model != "tiny-llama") expected.set("tokens", *tokens);
  return expected;
}

/// Written out, and asked of what the fake has.
bool isWhole(const OllamaFact& fact) {
  static const std::set<std::string> paths{"/", "/api/version", "/api/tags", "/api/show", "/api/ps", "/api/embed", "/api/nope"};
  return paths.contains(fact.path) && fact.body.find("…") == std::string::npos && fact.body.find("\"...") == std::string::npos;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const OllamaFact& fact) { return out << fact.what; }

std::vector<OllamaFact> readFacts(const std::filesystem::path& file) {
  const auto value = json::parse(readAll(file));
  if (!value) throw std::runtime_error(file.string() + ": " + value.error().message());
  std::vector<OllamaFact> facts;
  for (const Value& one : *value->find("facts")->asArray()) {
    OllamaFact fact;
    fact.what = textAt(one, "what");
    fact.method = one.find("get") != nullptr ? "GET" : "POST";
    fact.path = textAt(one, fact.method == "GET" ? "get" : "post");
    if (const Value* body = one.find("body")) fact.body = body->asText() != nullptr ? *body->asText() : json::write(unfolded(*body));
    if (one.find("host") != nullptr) fact.headers.emplace_back("Host", textAt(one, "host"));
    if (one.find("origin") != nullptr) fact.headers.emplace_back("Origin", textAt(one, "origin"));
    fact.expected = one;
    facts.push_back(std::move(fact));
  }
  return facts;
}

std::vector<OllamaFact> readRecording(const std::filesystem::path& file) {
  std::istringstream lines(readAll(file));
  std::vector<OllamaFact> facts;
  OllamaFact fact;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) fact.what = line.substr(3);
    if (line.starts_with("> ")) {
      std::istringstream words(line.substr(2));
      words >> fact.method >> fact.path >> std::ws;
      fact.body.clear();
      std::getline(words, fact.body);
    }
    const auto end = line.find(']');
    if (!line.starts_with("< ") || end == std::string::npos || !isWhole(fact)) continue;
    const auto begin = line.find('[');
    const auto request = json::parse(fact.body);
    // The time that it took is written behind the body.
    std::string body = line.substr(end + 1, line.rfind("  (") - end - 1);
    body.erase(0, body.find_first_not_of(' '));
    fact.expected = expectedOf(line.substr(2, begin - 3), line.substr(begin + 1, end - begin - 1), body,
                               request ? textAt(*request, "model") : std::string());
    facts.push_back(fact);
  }
  return facts;
}

}  // namespace learnd::fakes

#include "adapters/record_rows/row_json.hpp"

#include "json/learning_codec.hpp"
#include "json/value.hpp"

#include <stdexcept>
#include <utility>

namespace learnd::record_rows {

namespace {

[[noreturn]] void unreadable(const char* what, const std::string& why) {
  throw std::runtime_error(std::string("a stored ") + what + " can't be read: " + why);
}

json::Value parsed(std::string_view text, const char* what) {
  auto value = json::parse(text);
  if (!value) unreadable(what, value.error().message());
  return std::move(*value);
}

template <class T>
T checked(core::Result<T> result, const char* what) {
  if (!result) unreadable(what, result.error().message());
  return std::move(*result);
}

}  // namespace

std::string factorsText(const core::Factors& factors) {
  return factors.empty() ? std::string() : json::write(json::encodeFactors(factors));
}

std::string breakdownText(const core::ValueBreakdown& breakdown) { return json::write(json::encodeBreakdown(breakdown)); }

std::string contextText(const std::vector<core::ContextUsed>& context) {
  return context.empty() ? std::string() : json::write(json::encodeContextUsed(context));
}

std::string listText(const std::vector<std::string>& list) {
  if (list.empty()) return {};
  return json::write(json::Value(json::Value::Array(list.begin(), list.end())));
}

std::string idsText(const std::vector<core::LearningId>& ids) {
  std::vector<std::string> texts;
  texts.reserve(ids.size());
  for (const auto& id : ids) texts.push_back(id.text());
  return listText(texts);
}

core::Factors readFactors(std::string_view text) { return checked(json::decodeFactors(parsed(text, "factor"), "factors"), "factor"); }

core::ValueBreakdown readBreakdown(std::string_view text) {
  // Pages of learnings often have one and the same breakdown: reading it is the dearest part of a row.
  static thread_local std::pair<std::string, core::ValueBreakdown> last;
  if (last.first != text) {
    last.second = checked(json::decodeBreakdown(parsed(text, "breakdown"), "value_breakdown"), "breakdown");
    last.first = text;
  }
  return last.second;
}

std::vector<core::ContextUsed> readContext(std::string_view text) {
  // Not the wire's decoder: a text that is empty, or an id and a text together, are kept as they were.
  const json::Value value = parsed(text, "context");
  const auto* items = value.asArray();
  if (!items) unreadable("context", "it is no list");
  std::vector<core::ContextUsed> context;
  for (const auto& item : *items) {
    core::ContextUsed used;
    if (const auto* id = item.find("id"); id && id->asText()) used.id = core::LearningId::parse(*id->asText());
    if (const auto* said = item.find("text"); said && said->asText()) used.text = *said->asText();
    if (const auto* score = item.find("score"); score && score->isNumber()) used.score = score->number();
    context.push_back(std::move(used));
  }
  return context;
}

std::vector<std::string> readList(std::string_view text) {
  const json::Value value = parsed(text, "list");
  const auto* items = value.asArray();
  if (!items) unreadable("list", "it is none");
  std::vector<std::string> list;
  for (const auto& item : *items) {
    if (!item.asText()) unreadable("list", "an item is no text");
    list.push_back(*item.asText());
  }
  return list;
}

std::vector<core::LearningId> readIds(std::string_view text) {
  std::vector<core::LearningId> ids;
  for (const auto& item : readList(text)) {
    const auto id = core::LearningId::parse(item);
    if (!id) unreadable("id", item);
    ids.push_back(*id);
  }
  return ids;
}

}  // namespace learnd::record_rows

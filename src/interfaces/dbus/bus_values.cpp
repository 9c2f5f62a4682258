#include "interfaces/dbus/bus_values.hpp"

#include "json/learning_codec.hpp"

#include <algorithm>
#include <limits>

namespace learnd::interfaces::dbus {

namespace {

json::Value::Object::iterator findMember(json::Value::Object& members, std::string_view name) {
  return std::find_if(members.begin(), members.end(), [name](const auto& member) { return member.first == name; });
}

core::Result<std::string> parameterText(const std::string& name, const json::Value& value) {
  if (const auto* text = value.asText()) return *text;
  if (value.asBool() != nullptr || value.isNumber()) return json::write(value);
  if (const auto* list = value.asArray()) {
    std::string joined;
    for (const auto& one : *list) {
      if (one.asText() == nullptr) return core::Error::invalidField(name, "its list takes texts only");
      joined.append(joined.empty() ? "" : ",").append(*one.asText());
    }
    return joined;
  }
  return core::Error::invalidField(name, "it takes a text, a number, true or false");
}

void writeHit(MessageWriter& values, const services::SearchHit& hit) {
  auto fields = json::encodeLearning(hit.learning, json::IndexedMember::Include);
  fields.set("has_score", hit.score.has_value());
  if (hit.cosine) fields.set("cosine", *hit.cosine);
  fields.set("rank_score", hit.rankScore);
  values.openStruct("sdsa{sv}");
  values.text(hit.learning.id.text());
  values.number(hit.score.value_or(std::numeric_limits<double>::quiet_NaN()));
  values.text(core::nameOf(hit.learning.kind));
  values.members(fields);
  values.close();
}

}  // namespace

void setUnlessEmpty(json::Value& body, const char* name, std::string text) {
  if (!text.empty()) body.set(name, std::move(text));
}

json::Value listOf(std::vector<std::string> texts) {
  json::Value::Array list;
  for (auto& text : texts) list.emplace_back(std::move(text));
  return list;
}

bool dropEmpty(json::Value& body, std::string_view name) {
  auto* members = body.asObject();
  const auto found = findMember(*members, name);
  if (found == members->end() || found->second.asText() == nullptr || !found->second.asText()->empty()) return false;
  members->erase(found);
  return true;
}

void moveMember(json::Value& from, const std::string& name, json::Value& to) {
  auto* members = from.asObject();
  const auto found = findMember(*members, name);
  if (found == members->end()) return;
  to.set(name, std::move(found->second));
  members->erase(found);
}

core::Result<std::vector<std::pair<std::string, std::string>>> parametersOf(const json::Value& filter) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const auto& [name, value] : *filter.asObject()) {
    auto text = parameterText(name, value);
    if (!text) return text.error();
    if (name == "cursor" && text->empty()) continue;
    parameters.emplace_back(name, std::move(*text));
  }
  return parameters;
}

void writeHits(MessageWriter& values, const std::vector<services::SearchHit>& hits) {
  values.openArray("(sdsa{sv})");
  for (const auto& hit : hits) writeHit(values, hit);
  values.close();
}

void writeBreakdown(MessageWriter& values, const core::ValueBreakdown& breakdown) {
  values.openArray("{sd}");
  for (const auto& [name, factor] : {std::pair{"complexity", &breakdown.complexity}, std::pair{"reusability", &breakdown.reusability},
                                     std::pair{"novelty", &breakdown.novelty}, std::pair{"confirmation", &breakdown.confirmation},
                                     std::pair{"impact", &breakdown.impact}}) {
    values.openEntry("sd");
    values.text(name);
    values.number(factor->value);
    values.close();
  }
  values.close();
}

}  // namespace learnd::interfaces::dbus

#include "core/limits.hpp"
#include "interfaces/codec/field_reader.hpp"
#include "interfaces/codec/request_codec.hpp"
#include "json/learning_codec.hpp"

#include <utility>

namespace learnd::interfaces {

namespace {

/// In a merge patch null removes: the member is there and holds nothing.
bool isRemoved(const json::Value& patch, std::string_view name) {
  const json::Value* member = patch.find(name);
  return member && member->isNull();
}

std::optional<std::string> readText(json::ObjectReader& reader, const json::Value& patch, std::string_view name, std::size_t limit) {
  auto text = reader.text(name, limit);
  return isRemoved(patch, name) ? std::optional<std::string>(std::string()) : text;
}

std::optional<std::vector<std::string>> readList(json::ObjectReader& reader, const json::Value& patch, std::string_view name) {
  auto texts = readTexts(reader, name);
  return isRemoved(patch, name) ? std::optional<std::vector<std::string>>(std::vector<std::string>()) : texts;
}

/// What every learning has one of can be changed but not removed.
void refuseRemoval(json::ObjectReader& reader, const json::Value& patch, std::string_view name) {
  if (!isRemoved(patch, name)) return;
  reader.fail(core::Error::invalidField(reader.pathOf(name), reader.pathOf(name) + " can't be removed: give it a value, or leave it out"));
}

void readSolution(json::ObjectReader& reader, const json::Value& patch, services::PatchRequest& request) {
  request.solution = readText(reader, patch, "solution", core::kMaxText);
  auto response = readText(reader, patch, "response", core::kMaxText);
  if (!response) return;
  if (request.solution) {
    reader.fail(core::Error::invalidField("response", "give solution or response, as the learning has it, not both"));
  }
  request.solution = std::move(response);
  request.solutionIsResponse = true;
}

void readFactorsPatch(json::ObjectReader& reader, const json::Value& patch, services::PatchRequest& request) {
  request.factors = readFactors(reader);
  const json::Value* given = patch.find("factors");
  if (!given) return;
  for (const std::string_view name : json::factorNames()) {
    if (given->isNull() || isRemoved(*given, name)) request.removedFactors.emplace_back(name);
  }
}

void readPatternFields(json::ObjectReader& reader, const json::Value& patch, services::PatchRequest& request) {
  request.name = readText(reader, patch, "name", core::kMaxShortText);
  request.patternType = readPatternType(reader);
  if (isRemoved(patch, "pattern_type")) request.patternType = "";
  request.keywords = readList(reader, patch, "keywords");
  request.prerequisites = readList(reader, patch, "prerequisites");
  request.variations = readList(reader, patch, "variations");
  request.examples = readList(reader, patch, "examples");
}

}  // namespace

core::Result<services::PatchRequest> decodePatch(const json::Value& body) {
  services::PatchRequest request;
  json::ObjectReader reader(body);
  // How long a question may be depends on the learning's kind, which the service knows.
  request.query = readText(reader, body, "query", core::kMaxErrorText);
  readSolution(reader, body, request);
  request.attemptedSolution = readText(reader, body, "attempted_solution", core::kMaxText);
  request.rootCause = readText(reader, body, "root_cause", core::kMaxText);
  request.category = readCategory(reader);
  request.outcome = readWordMember(reader, "outcome", core::parseOutcome, kOutcomes);
  request.status = readWordMember(reader, "status", core::parseStatus, kStatuses);
  for (const char* name : {"category", "outcome", "status"}) refuseRemoval(reader, body, name);
  readFactorsPatch(reader, body, request);
  request.important = reader.boolean("important");
  if (isRemoved(body, "important")) request.important = false;
  if (const json::Value* metadata = reader.object("metadata")) request.metadata = *metadata;
  if (isRemoved(body, "metadata")) request.metadata = json::Value();
  readPatternFields(reader, body, request);
  if (auto end = reader.finish(); !end) return end.error();
  return request;
}

}  // namespace learnd::interfaces

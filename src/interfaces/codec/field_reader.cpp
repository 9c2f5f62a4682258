#include "interfaces/codec/field_reader.hpp"

#include "core/limits.hpp"
#include "json/learning_codec.hpp"

#include <utility>

namespace learnd::interfaces {

std::optional<core::Factors> readFactors(json::ObjectReader& reader) {
  const json::Value* given = reader.value("factors");
  if (!given) return std::nullopt;
  auto factors = json::decodeFactors(*given, reader.pathOf("factors"));
  if (factors) return std::move(*factors);
  reader.fail(factors.error());
  return std::nullopt;
}

std::optional<std::string> readProfile(json::ObjectReader& reader) {
  auto profile = reader.text("profile", core::kMaxShortText);
  if (profile && *profile != "standard" && *profile != "detailed") {
    reader.fail(core::Error::invalidField("profile", "profile must be one of standard, detailed"));
  }
  return profile;
}

std::optional<std::string> readCategory(json::ObjectReader& reader) {
  auto category = reader.text("category", core::kMaxShortText);
  if (category && category->empty()) {
    reader.fail(core::Error::invalidField("category", "category must not be empty: leave it out for the default"));
  }
  return category;
}

std::optional<std::string> readPatternType(json::ObjectReader& reader) {
  auto type = reader.text("pattern_type", core::kMaxShortText);
  if (type && !json::isPatternType(*type)) reader.fail(json::wrongPatternType("pattern_type"));
  return type;
}

std::optional<std::vector<std::string>> readTexts(json::ObjectReader& reader, std::string_view name) {
  return reader.texts(name, core::kMaxListItems, core::kMaxText);
}

}  // namespace learnd::interfaces

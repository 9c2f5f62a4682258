#include "adapters/sqlite/metadata_filter.hpp"

#include "json/metadata.hpp"
#include "json/value.hpp"

namespace learnd::sqlite {

bool metadataMatches(std::string_view metadata, std::string_view key, std::string_view value) {
  const std::string quoted = json::write(json::Value(value));
  // Canonical text holds a member in one form only, so most rows are refused without parsing. What is found may still lie deeper inside.
  const std::string name = json::write(json::Value(key)) + ":";
  if (metadata.find(name + quoted) == std::string_view::npos && metadata.find(name + std::string(value)) == std::string_view::npos) {
    return false;
  }
  for (const auto& [itsKey, itsValue] : json::scalarsOf(std::string(metadata))) {
    if (itsKey == key) return itsValue == quoted || (itsValue == value && !itsValue.starts_with('"'));
  }
  return false;
}

}  // namespace learnd::sqlite

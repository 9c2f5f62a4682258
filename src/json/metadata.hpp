#pragma once

#include "core/result.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace learnd::json {

/// Metadata is kept as the canonical text of an object; these are the ways in and out. Texts that are stored are valid by construction.

/// Checks (an object, at most 64 KiB, no NUL) and makes it canonical; secrets in it are redacted where `redactSecrets`.
core::Result<std::string> makeMetadata(const Value& value, std::string_view field, bool redactSecrets);

/// Keys of `added` that `kept` has not are added; none is overwritten.
std::string addMissingKeys(const std::string& kept, const std::string& added);

/// RFC 7396 on metadata, checked and redacted as in makeMetadata.
core::Result<std::string> patchMetadata(const std::string& kept, const Value& patch, std::string_view field, bool redactSecrets);

/// metadata.severity where it is text.
std::optional<std::string> severityOf(const std::string& metadata);

/// The top-level scalars as (key, canonical JSON text): what can be filtered by.
std::vector<std::pair<std::string, std::string>> scalarsOf(const std::string& metadata);

}  // namespace learnd::json

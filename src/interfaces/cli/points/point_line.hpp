#pragma once

#include "core/result.hpp"
#include "interfaces/cli/points/point_source.hpp"
#include "json/learning_codec.hpp"

#include <map>
#include <string>
#include <string_view>

namespace learnd::cli {

/// Names of payload members that stand for others: "problem" -> "query".
using Renames = std::map<std::string, std::string>;

/// A point as a line of an import.
struct PointLine {
  std::string text;       // JSON
  json::ImportLine line;  // as it will be read
};

/// `error` makes a failure, `response` an interaction, `pattern_type` a pattern, anything else a solution. Members that the kind has become
/// its fields, all others metadata, and so does what a field can't take ("llm_used": "gpt-4"). The error names the member at fault.
core::Result<PointLine> lineOf(const ForeignPoint& point, const Renames& renames);

/// A UUID stays; a number becomes the UUIDv5 of "qdrant:COLLECTION/NUMBER" in the URL namespace (RFC 9562).
core::Result<core::LearningId> learningIdOf(const ForeignPoint& point);

/// A category made of any name: lower case, other signs as dashes, at most 63.
std::string fittingCategory(std::string_view name);

}  // namespace learnd::cli

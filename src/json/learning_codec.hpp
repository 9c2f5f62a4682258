#pragma once

#include "core/learning.hpp"
#include "core/value_score.hpp"
#include "json/object_reader.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace learnd::json {

enum class IndexedMember : bool { Omit, Include };

/// A learning at the top level of an object, members in one fixed order for all kinds, each kind only its own; null for what is absent.
/// Interactions have `response` for the solution. Include: for answers; Omit: for the export.
Value encodeLearning(const core::Learning& learning, IndexedMember indexed);
std::string writeLearning(const core::Learning& learning, IndexedMember indexed);

/// What encodeLearning wrote, read back whole.
core::Result<core::Learning> decodeLearning(const Value& value);

Value encodeFactors(const core::Factors& factors);
Value encodeContextUsed(const std::vector<core::ContextUsed>& contextUsed);
/// The wire names of all factors.
std::vector<std::string_view> factorNames();
/// The factors without the one of this wire name.
core::Factors withoutFactor(core::Factors factors, std::string_view name);
Value encodeBreakdown(const core::ValueBreakdown& breakdown);
/// Unknown names and wrong types are errors of "PATH.NAME"; ranges and words are core::validateFactors' to check.
core::Result<core::Factors> decodeFactors(const Value& value, std::string path);
core::Result<core::ValueBreakdown> decodeBreakdown(const Value& value, std::string path);
core::Result<std::vector<core::ContextUsed>> decodeContextUsed(const Value& value, std::string path);
core::Result<core::TokenCounts> decodeTokens(const Value& value, std::string path);

/// Whether a learning of some kind has a member of this name.
bool isRecordMember(std::string_view name);
/// One of the five pattern types, or empty.
bool isPatternType(std::string_view word);
core::Error wrongPatternType(const std::string& path);

/// One line of an import: the learning as far as the line gives it, and what of it was given.
struct ImportLine {
  core::Learning learning;
  bool hasId = false;
  bool hasTimestamp = false;
  bool hasUpdated = false;
  bool hasValueScore = false;
  bool hasProfile = false;
  bool hasWeightSet = false;
  bool hasCreatedBy = false;
  bool hasCreatedOn = false;
  bool hasCounts = false;                 // uses, successes, failures or occurrences
  std::vector<std::string> wrongFactors;  // given but wrong: left out
};

/// Required: kind, query, and solution or response (none for an open failure). `indexed` is taken and ignored; errors name their field.
core::Result<ImportLine> decodeImportLine(std::string_view text);

}  // namespace learnd::json

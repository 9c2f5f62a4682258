#pragma once

#include "core/learning.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace learnd::record_rows {

/// The parts of a learning that a row holds as JSON. Empty lists and factors are the empty text (NULL in the row). Reading throws where the
/// text is not what was written.
std::string factorsText(const core::Factors& factors);
std::string breakdownText(const core::ValueBreakdown& breakdown);
std::string contextText(const std::vector<core::ContextUsed>& context);
std::string listText(const std::vector<std::string>& list);
std::string idsText(const std::vector<core::LearningId>& ids);

core::Factors readFactors(std::string_view text);
core::ValueBreakdown readBreakdown(std::string_view text);
std::vector<core::ContextUsed> readContext(std::string_view text);
std::vector<std::string> readList(std::string_view text);
std::vector<core::LearningId> readIds(std::string_view text);

}  // namespace learnd::record_rows

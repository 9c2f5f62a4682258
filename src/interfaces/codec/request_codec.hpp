#pragma once

#include "core/result.hpp"
#include "json/value.hpp"
#include "services/requests.hpp"

#include <string>
#include <utility>
#include <vector>

namespace learnd::interfaces {

/// What every door has in common: JSON values to requests. Types, sizes and names are checked here, unknown members are errors that name
/// them. The bus turns its a{sv} into the same values.

/// Body of POST /v1/solutions, failures, patterns, interactions: by `kind`.
core::Result<services::StoreRequest> decodeStore(core::Kind kind, const json::Value& body);
core::Result<services::SearchRequest> decodeSearch(const json::Value& body);
core::Result<services::PatchRequest> decodePatch(const json::Value& body);
core::Result<services::FeedbackRequest> decodeFeedback(const json::Value& body);
core::Result<services::ScoreRequest> decodeScore(const json::Value& body);
/// GET /v1/learnings' parameters (percent-decoded) as name and value; a name that comes twice is an error but for metadata keys. kind,
/// category and status take several values separated by commas.
core::Result<services::ListRequest> decodeList(const std::vector<std::pair<std::string, std::string>>& parameters);
/// NotFound where the text is no id at all.
core::Result<core::LearningId> decodeId(const std::string& text);

}  // namespace learnd::interfaces

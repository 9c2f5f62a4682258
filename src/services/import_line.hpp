#pragma once

#include "core/access.hpp"
#include "core/result.hpp"
#include "json/learning_codec.hpp"
#include "services/service_context.hpp"

#include <cstdint>
#include <string>

namespace learnd::services {

/// A line that is ready to be stored.
struct PreparedLine {
  std::uint64_t number = 0;  // of the import's lines, from 1
  json::ImportLine line;
  core::Key key;  // of its question
};

/// A line as it will be stored, but for what only the transaction knows (an id that is there, an equal key).
/// Rejected: a line that is no learning, and one whose creator, counts or value its caller may not set.
core::Result<json::ImportLine> prepareImportLine(const std::string& text, const core::Caller& caller, const core::AccessPolicy& access,
                                                 const ServiceRules& rules, core::Timestamp now);

}  // namespace learnd::services

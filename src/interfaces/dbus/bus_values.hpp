#pragma once

#include "core/factors.hpp"
#include "core/result.hpp"
#include "interfaces/dbus/message_writer.hpp"
#include "json/value.hpp"
#include "services/requests.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace learnd::interfaces::dbus {

/// What the bus says differently from HTTP: an empty text for what is not given, NaN for no score, typed values where a URL has text.

void setUnlessEmpty(json::Value& body, const char* name, std::string text);
json::Value listOf(std::vector<std::string> texts);
/// Takes a member that is an empty text away; whether there was one.
bool dropEmpty(json::Value& body, std::string_view name);
/// Moves a member, where there is one, to another object.
void moveMember(json::Value& from, const std::string& name, json::Value& to);

/// A List's filter as the parameters of GET /v1/learnings: numbers and booleans as text, lists of texts with commas; an empty cursor, which
/// means the start, is left out.
core::Result<std::vector<std::pair<std::string, std::string>>> parametersOf(const json::Value& filter);

/// a(sdsa{sv}): id, score (NaN for none), kind, and the learning's fields with `has_score`, `cosine` (where there is one) and `rank_score`.
void writeHits(MessageWriter& values, const std::vector<services::SearchHit>& hits);
/// a{sd}: the five factors' values.
void writeBreakdown(MessageWriter& values, const core::ValueBreakdown& breakdown);

}  // namespace learnd::interfaces::dbus

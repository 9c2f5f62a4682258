#pragma once

#include "interfaces/cli/client.hpp"
#include "interfaces/cli/session.hpp"
#include "json/value.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace learnd::cli {

/// Says what went wrong on standard error (with --json the problem on standard output too) and gives the exit status: 3 for a 404, else 1.
int reportProblem(const Session& session, const Answer& answer);

/// Says what went wrong in learnctl itself: on standard error, and with --json as {title, detail} on standard output too.
void reportFailure(const Session& session, std::string_view title, std::string_view detail);

/// The answer as JSON with --json, else what `show` prints; a failed one as reportProblem does.
int report(const Session& session, const Answer& answer, const std::function<int(const json::Value&)>& show);

/// Text of a member; empty where it is absent, null or no text.
std::string textOf(const json::Value& object, std::string_view member);
/// Items of a member; null where it is absent or no list.
const json::Value::Array* listOf(const json::Value& object, std::string_view member);
/// A count; 0 where the member is absent or none.
std::uint64_t countOf(const json::Value& object, std::string_view member);
/// A member for people: text as it is, numbers with two decimals where they have any.
std::string shownOf(const json::Value& object, std::string_view member);

/// One learning in full, as `show` has it.
void printLearning(const json::Value& learning);
/// Rows in aligned columns; the last one takes what is left of the line.
void printTable(const std::vector<std::string>& heads, const std::vector<std::vector<std::string>>& rows);
/// "name: value" lines, names aligned.
void printFacts(const std::vector<std::pair<std::string, std::string>>& facts);

}  // namespace learnd::cli

#include "interfaces/cli/report.hpp"

#include "core/code_points.hpp"
#include "interfaces/cli/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>

namespace learnd::cli {

namespace {

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t length = core::countCharacters(text);
  return length < width ? text + std::string(width - length, ' ') : text;
}

std::string shown(const json::Value& value) {
  if (value.isNull()) return {};
  if (const auto* text = value.asText()) return *text;
  if (value.isNumber() && value.asInteger() == nullptr) return fmt::format("{:.2f}", value.number());
  return json::write(value);
}

void printText(std::string_view name, const json::Value& learning, std::string_view member) {
  const std::string text = textOf(learning, member);
  if (!text.empty()) fmt::print("{}\n{}\n", bold(name), indented(text, "  "));
}

}  // namespace

int reportProblem(const Session& session, const Answer& answer) {
  const json::Value problem = answer.value();
  const std::string detail = indented(textOf(problem, "detail"), "");
  const std::string field = textOf(problem, "field");
  const std::string id = textOf(problem, "id");
  if (session.json && problem.asObject() != nullptr) fmt::print("{}\n", json::write(problem));
  const bool saysField = field.empty() || detail.starts_with(field);
  fmt::print(stderr, "learnctl: {}{}{}\n", saysField ? "" : field + ": ",
             detail.empty() ? fmt::format("the daemon answered with status {}", answer.status) : detail, id.empty() ? "" : " (" + id + ")");
  return answer.status == 404 ? kNothingFound : kFailed;
}

void reportFailure(const Session& session, std::string_view title, std::string_view detail) {
  fmt::print(stderr, "learnctl: {}\n", detail);
  if (!session.json) return;
  json::Value problem;
  problem.set("title", std::string(title));
  problem.set("detail", std::string(detail));
  // Not by fmt, which throws where nothing can be written: that may be just what failed.
  std::puts(json::write(problem).c_str());
}

int report(const Session& session, const Answer& answer, const std::function<int(const json::Value&)>& show) {
  if (!answer.ok()) return reportProblem(session, answer);
  if (!session.json) return show(answer.value());
  fmt::print("{}\n", answer.body);
  return kDone;
}

std::string textOf(const json::Value& object, std::string_view member) {
  const json::Value* value = object.find(member);
  const std::string* text = value != nullptr ? value->asText() : nullptr;
  return text != nullptr ? *text : std::string();
}

const json::Value::Array* listOf(const json::Value& object, std::string_view member) {
  const json::Value* value = object.find(member);
  return value != nullptr ? value->asArray() : nullptr;
}

std::uint64_t countOf(const json::Value& object, std::string_view member) {
  const json::Value* value = object.find(member);
  const std::int64_t* count = value != nullptr ? value->asInteger() : nullptr;
  return count != nullptr && *count > 0 ? static_cast<std::uint64_t>(*count) : 0;
}

std::string shownOf(const json::Value& object, std::string_view member) {
  const json::Value* value = object.find(member);
  return value != nullptr ? shown(*value) : std::string();
}

void printLearning(const json::Value& learning) {
  const bool failure = textOf(learning, "kind") == "failure";
  printText(failure ? "Error" : "Query", learning, "query");
  printText("Attempted", learning, "attempted_solution");
  printText("Root cause", learning, "root_cause");
  printText("Solution", learning, "solution");
  printText("Response", learning, "response");
  std::vector<std::pair<std::string, std::string>> facts;
  if (const auto* members = learning.asObject()) {
    constexpr std::array<std::string_view, 7> kShownAbove{"query",      "solution", "response",       "attempted_solution",
                                                          "root_cause", "factors",  "value_breakdown"};
    for (const auto& [name, value] : *members) {
      if (std::find(kShownAbove.begin(), kShownAbove.end(), name) != kShownAbove.end()) continue;
      if (std::string text = shown(value); !text.empty() && text != "{}" && text != "[]") facts.emplace_back(name, std::move(text));
    }
  }
  printFacts(facts);
}

void printTable(const std::vector<std::string>& heads, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  std::transform(heads.begin(), heads.end(), std::back_inserter(widths),
                 [](const std::string& head) { return core::countCharacters(head); });
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) widths[i] = std::max(widths[i], core::countCharacters(row[i]));
  }
  std::size_t left = terminalWidth();
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) left = left > widths[i] + 2 ? left - widths[i] - 2 : 20;
  const auto lineOf = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i + 1 < cells.size(); ++i) line += padded(cells[i], widths[i]) + "  ";
    return line + oneLine(cells.back(), std::max<std::size_t>(left, 20));
  };
  fmt::print("{}\n", bold(lineOf(heads)));
  for (const auto& row : rows) fmt::print("{}\n", lineOf(row));
}

void printFacts(const std::vector<std::pair<std::string, std::string>>& facts) {
  std::size_t width = 0;
  for (const auto& [name, value] : facts) width = std::max(width, core::countCharacters(name));
  for (const auto& [name, value] : facts) fmt::print("{}  {}\n", dim(padded(name, width)), oneLine(value, 4096));
}

}  // namespace learnd::cli

#include "interfaces/cli/commands/commands.hpp"
#include "interfaces/cli/report.hpp"
#include "interfaces/cli/text_input.hpp"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>

namespace learnd::cli {

namespace {

struct ListFlags {
  std::map<std::string, std::optional<std::string>> parameters;  // what was not given has none
  std::vector<std::string> metadata;
  bool important = false;
};

int showPage(const json::Value& answer) {
  const auto* rows = listOf(answer, "learnings");
  if (rows == nullptr || rows->empty()) {
    fmt::print("Nothing found.\n");
    return kNothingFound;
  }
  std::vector<std::vector<std::string>> cells;
  for (const json::Value& row : *rows) {
    cells.push_back({textOf(row, "id"), textOf(row, "timestamp").substr(0, 10), textOf(row, "kind"), textOf(row, "status"),
                     shownOf(row, "value_score"), textOf(row, "category"), textOf(row, "query")});
  }
  printTable({"ID", "DATE", "KIND", "STATUS", "VALUE", "CATEGORY", "QUERY"}, cells);
  if (const std::string cursor = textOf(answer, "next_cursor"); !cursor.empty()) fmt::print("More: --cursor {}\n", cursor);
  return kDone;
}

int runList(Session& session, const ListFlags& flags) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const auto& [name, value] : flags.parameters) {
    if (value) parameters.emplace_back(name, *value);
  }
  if (flags.important) parameters.emplace_back("important", "true");
  for (const std::string& pair : flags.metadata) {
    const auto [key, value] = splitPair(pair, "--meta");
    parameters.emplace_back("metadata." + key, value);
  }
  const Answer answer = session.client().get("/v1/learnings" + queryString(parameters));
  const int status = report(session, answer, showPage);
  if (status != kDone || !session.json) return status;
  const json::Value value = answer.value();
  const auto* rows = listOf(value, "learnings");
  return rows == nullptr || rows->empty() ? kNothingFound : kDone;
}

}  // namespace

void addListCommand(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("list", "List learnings, newest first, a page at a time");
  auto flags = std::make_shared<ListFlags>();
  const auto add = [&](const char* flag, const char* parameter, const char* help) {
    command->add_option(flag, flags->parameters[parameter], help);
  };
  add("--kind", "kind", "solution, failure, interaction or pattern");
  add("--category", "category", "only this category");
  add("--status", "status", "active, superseded or archived (default: all)");
  add("--outcome", "outcome", "open, resolved, success, failure, partial or unknown");
  add("--llm-used", "llm_used", "local, remote or none");
  add("--source", "source", "only from this source");
  add("--since", "since", "from this time on (RFC 3339)");
  add("--until", "until", "before this time (RFC 3339)");
  add("--min-value", "min_value", "with this value or more");
  add("--order", "order", "time (newest first) or value (highest first)");
  add("-n,--limit", "limit", "how many at the most (1 to 500; default 50)");
  add("--cursor", "cursor", "the next page, as the last one named it");
  command->add_option("--meta", flags->metadata, "only with this metadata: KEY=VALUE; may come several times")->allow_extra_args(false);
  command->add_flag("--important", flags->important, "only what is marked important");
  command->callback([&session, flags] { session.chosen = [&session, flags] { return runList(session, *flags); }; });
}

}  // namespace learnd::cli

#include "interfaces/cli/commands/commands.hpp"
#include "interfaces/cli/report.hpp"
#include "interfaces/cli/terminal.hpp"
#include "interfaces/cli/text_input.hpp"

#include <fmt/format.h>

#include <memory>

namespace learnd::cli {

namespace {

struct SearchFlags {
  std::string query;
  int limit = 5;
  std::vector<std::string> categories;
  std::vector<std::string> kinds;
  std::vector<std::string> filters;
  std::optional<double> minScore;
  std::string mode;
  bool noCount = false;
};

/// --filter: important is a boolean, though people write KEY=TEXT.
json::Value filterOf(const std::vector<std::string>& pairs) {
  json::Value filter = objectOf(pairs, "--filter");
  const json::Value* important = filter.find("important");
  const std::string* word = important != nullptr ? important->asText() : nullptr;
  if (word != nullptr && (*word == "true" || *word == "false")) filter.set("important", *word == "true");
  return filter;
}

json::Value bodyOf(const SearchFlags& flags) {
  json::Value body{json::Value::Object{}};
  body.set("query", textOrInput(flags.query));
  body.set("limit", flags.limit);
  if (!flags.categories.empty()) body.set("categories", textsOf(flags.categories));
  if (!flags.kinds.empty()) body.set("kinds", textsOf(flags.kinds));
  if (flags.minScore) body.set("min_score", *flags.minScore);
  if (!flags.mode.empty()) body.set("mode", flags.mode);
  if (flags.noCount) body.set("count", false);
  if (!flags.filters.empty()) body.set("filter", filterOf(flags.filters));
  return body;
}

void showHit(std::size_t number, const json::Value& hit) {
  const json::Value* learning = hit.find("learning");
  if (learning == nullptr) return;
  const json::Value* score = hit.find("score");
  const std::string shownScore = score != nullptr && score->isNumber() ? fmt::format("{:.2f}", score->number()) : "  - ";
  fmt::print("{}  {}  {}  {}\n", bold(fmt::format("{:>2}", number)), bold(shownScore), textOf(*learning, "kind"),
             dim(textOf(*learning, "category") + "  " + textOf(hit, "id")));
  fmt::print("    {}\n", oneLine(textOf(*learning, "query"), terminalWidth() - 4));
  const bool interaction = textOf(*learning, "kind") == "interaction";
  const std::string answer = textOf(*learning, interaction ? "response" : "solution");
  fmt::print("{}\n", answer.empty() ? "      (no solution yet)" : indented(answer, "      "));
  if (const std::string attempted = textOf(*learning, "attempted_solution"); !attempted.empty()) {
    fmt::print("      {} {}\n", dim("not:"), oneLine(attempted, terminalWidth() - 12));
  }
}

int showAnswer(const json::Value& answer) {
  const auto* hits = listOf(answer, "results");
  const json::Value* degraded = answer.find("degraded");
  if (degraded != nullptr && degraded->asBool() != nullptr && *degraded->asBool()) {
    fmt::print(stderr, "learnctl: searched by words alone (`learnctl doctor` says why)\n");
  }
  if (hits == nullptr || hits->empty()) {
    fmt::print("Nothing found.\n");
    return kNothingFound;
  }
  for (std::size_t i = 0; i < hits->size(); ++i) showHit(i + 1, (*hits)[i]);
  if (const json::Value* reuse = answer.find("reuse"); reuse != nullptr) {
    fmt::print("{} {}: {}\n", dim("reuse:"), textOf(*reuse, "decision"), textOf(*reuse, "reason"));
  }
  return kDone;
}

int runSearch(Session& session, const SearchFlags& flags) {
  const Answer answer = session.client().post("/v1/search", bodyOf(flags));
  const int status = report(session, answer, showAnswer);
  if (status != kDone || !session.json) return status;
  const json::Value value = answer.value();
  const auto* hits = listOf(value, "results");
  return hits == nullptr || hits->empty() ? kNothingFound : kDone;
}

}  // namespace

void addSearchCommand(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("search", "Find learnings by meaning and by words");
  auto flags = std::make_shared<SearchFlags>();
  command->add_option("query", flags->query, "what is asked ('-': from standard input)")->required();
  command->add_option("-n,--limit", flags->limit, "how many at the most (1 to 100)")->capture_default_str();
  command->add_option("--category", flags->categories, "only in this category; may come several times")->allow_extra_args(false);
  command->add_option("--kind", flags->kinds, "only solution, failure, interaction or pattern; may come several times")
      ->allow_extra_args(false);
  command->add_option("--min-score", flags->minScore, "only hits with this score or more (0 to 1)");
  command
      ->add_option("--filter", flags->filters,
                   "only where source, outcome, llm_used, important or metadata.KEY is this: KEY=TEXT or KEY:=JSON")
      ->allow_extra_args(false);
  command->add_option("--mode", flags->mode, "hybrid (default), dense or lexical");
  command->add_flag("--no-count", flags->noCount, "leave this search out of the quality log");
  command->callback([&session, flags] { session.chosen = [&session, flags] { return runSearch(session, *flags); }; });
}

}  // namespace learnd::cli

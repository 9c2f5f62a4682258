#include "interfaces/cli/commands/commands.hpp"
#include "interfaces/cli/report.hpp"
#include "interfaces/cli/terminal.hpp"

#include <fmt/format.h>

namespace learnd::cli {

namespace {

int showQuality(const json::Value& answer) {
  printFacts({{"band", textOf(answer, "band")},
              {"average relevance", shownOf(answer, "average_relevance")},
              {"target", shownOf(answer, "target")},
              {"queries", shownOf(answer, "queries")},
              {"days", shownOf(answer, "window_days")},
              {"advice", textOf(answer, "advice")}});
  return kDone;
}

/// Nested objects as "a.b: value".
void flatten(const json::Value& value, const std::string& prefix, std::vector<std::pair<std::string, std::string>>& facts) {
  const auto* members = value.asObject();
  if (members == nullptr) return;
  for (const auto& [name, member] : *members) {
    const std::string path = prefix.empty() ? name : prefix + "." + name;
    if (member.asObject() != nullptr) {
      flatten(member, path, facts);
    } else if (std::string text = shownOf(value, name); !text.empty()) {
      facts.emplace_back(path, std::move(text));
    }
  }
}

int showFacts(const json::Value& answer) {
  std::vector<std::pair<std::string, std::string>> facts;
  flatten(answer, {}, facts);
  printFacts(facts);
  return kDone;
}

void add(CLI::App& app, Session& session, const char* name, const char* help, const char* target, int (*show)(const json::Value&)) {
  auto* command = app.add_subcommand(name, help);
  command->callback([&session, target, show] {
    session.chosen = [&session, target, show] { return report(session, session.client().get(target), show); };
  });
}

}  // namespace

void addStatusCommands(CLI::App& app, Session& session) {
  add(app, session, "quality", "How well searches were answered lately", "/v1/quality", showQuality);
  add(app, session, "stats", "Figures: learnings, what waits for its vector, backends", "/v1/stats", showFacts);
  add(app, session, "doctor", "Each backend: whether it works, and what to do where it does not", "/v1/doctor", showFacts);
}

}  // namespace learnd::cli

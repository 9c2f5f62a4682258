#include "interfaces/cli/commands/commands.hpp"
#include "interfaces/cli/factor_options.hpp"
#include "interfaces/cli/report.hpp"

#include <fmt/format.h>

#include <memory>

namespace learnd::cli {

namespace {

struct ScoreFlags {
  FactorOptions factors;
  std::string profile;
  std::string weightSet;
};

int showScore(const json::Value& answer) {
  fmt::print("value {}  (profile {}, weight set {})\n", shownOf(answer, "value_score"), textOf(answer, "profile"),
             textOf(answer, "weight_set"));
  const json::Value* breakdown = answer.find("breakdown");
  const auto* factors = breakdown != nullptr ? breakdown->asObject() : nullptr;
  if (factors == nullptr) return kDone;
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, factor] : *factors) rows.push_back({name, shownOf(factor, "value"), shownOf(factor, "weight")});
  printTable({"FACTOR", "VALUE", "WEIGHT"}, rows);
  return kDone;
}

}  // namespace

void addScoreCommand(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("score", "Work out the value score of factors; stores nothing");
  auto flags = std::make_shared<ScoreFlags>();
  command->add_option("--profile", flags->profile, "standard or detailed");
  command->add_option("--weight-set", flags->weightSet, "standard, code, error or custom");
  flags->factors.addTo(*command);
  command->callback([&session, flags] {
    session.chosen = [&session, flags] {
      json::Value body;
      body.set("factors", flags->factors.value());
      if (!flags->profile.empty()) body.set("profile", flags->profile);
      if (!flags->weightSet.empty()) body.set("weight_set", flags->weightSet);
      return report(session, session.client().post("/v1/score", body), showScore);
    };
  });
}

}  // namespace learnd::cli

#include "interfaces/cli/commands/commands.hpp"
#include "interfaces/cli/factor_options.hpp"
#include "interfaces/cli/report.hpp"
#include "interfaces/cli/terminal.hpp"
#include "interfaces/cli/text_input.hpp"

#include <fmt/format.h>

#include <iostream>
#include <map>
#include <memory>

namespace learnd::cli {

namespace {

std::string targetOf(const std::string& id) { return "/v1/learnings/" + percentEncode(id); }

int showLearning(const json::Value& learning) {
  printLearning(learning);
  return kDone;
}

void addShow(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("show", "Show one learning in full");
  auto id = std::make_shared<std::string>();
  command->add_option("id", *id, "its id")->required();
  command->callback(
      [&session, id] { session.chosen = [&session, id] { return report(session, session.client().get(targetOf(*id)), showLearning); }; });
}

struct EditFlags {
  std::string id;
  std::map<std::string, std::string> texts;  // only what was given; an empty text takes the field away
  std::map<std::string, std::vector<std::string>> lists;
  std::vector<std::string> metadata;
  std::vector<std::string> removedMetadata;
  FactorOptions factors;
  bool important = false;
  bool notImportant = false;
};

json::Value patchOf(const EditFlags& flags) {
  json::Value patch{json::Value::Object{}};
  for (const auto& [member, text] : flags.texts) {
    patch.set(member, text.empty() ? json::Value() : json::Value(textOrInput(text)));
  }
  for (const auto& [member, texts] : flags.lists) {
    if (!texts.empty()) patch.set(member, textsOf(texts));
  }
  json::Value metadata = objectOf(flags.metadata, "--meta");
  for (const std::string& key : flags.removedMetadata) metadata.set(key, json::Value());
  if (!metadata.asObject()->empty()) patch.set("metadata", std::move(metadata));
  if (flags.factors.given()) patch.set("factors", flags.factors.value());
  if (flags.important || flags.notImportant) patch.set("important", flags.important);
  if (patch.asObject()->empty()) throw UsageError("edit: name at least one field to change (see learnctl edit --help)");
  return patch;
}

void addEdit(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("edit", "Change fields of a learning");
  auto flags = std::make_shared<EditFlags>();
  command->add_option("id", flags->id, "its id")->required();
  const auto text = [&](const char* flag, const char* member, const char* help) {
    command->add_option_function<std::string>(
        flag, [flags, member](const std::string& given) { flags->texts[member] = given; }, help);
  };
  const auto list = [&](const char* flag, const char* member, const char* help) {
    command->add_option(flag, flags->lists[member], help)->allow_extra_args(false);
  };
  text("--query,--error", "query", "the question, or a failure's error text");
  text("--solution,--fix", "solution", "the solution; on an open failure it resolves it");
  text("--response", "response", "an interaction's answer");
  text("--attempted", "attempted_solution", "what was tried in vain");
  text("--cause", "root_cause", "why it happened");
  text("--category", "category", "its category");
  text("--outcome", "outcome", "its outcome");
  text("--status", "status", "active, superseded or archived");
  text("--name", "name", "a pattern's name");
  text("--pattern-type", "pattern_type", "a pattern's type");
  list("--keyword", "keywords", "a pattern's keywords, all of them; may come several times");
  list("--prerequisite", "prerequisites", "a pattern's prerequisites, all of them; may come several times");
  list("--variation", "variations", "a pattern's variations, all of them; may come several times");
  list("--example", "examples", "a pattern's examples, all of them; may come several times");
  command->add_option("--meta", flags->metadata, "metadata to set: KEY=TEXT or KEY:=JSON; may come several times")->allow_extra_args(false);
  command->add_option("--unset-meta", flags->removedMetadata, "metadata key to remove; may come several times")->allow_extra_args(false);
  auto* important = command->add_flag("--important", flags->important, "mark it as important");
  command->add_flag("--not-important", flags->notImportant, "take that mark off")->excludes(important);
  flags->factors.addTo(*command);
  command->callback([&session, flags] {
    session.chosen = [&session, flags] {
      return report(session, session.client().patch(targetOf(flags->id), patchOf(*flags)), showLearning);
    };
  });
}

bool confirmed(const std::string& question) {
  fmt::print(stderr, "{} [y/N] ", question);
  std::string line;
  return std::getline(std::cin, line) && (line == "y" || line == "Y" || line == "yes");
}

int runDelete(Session& session, const std::string& id, bool yes) {
  if (!yes) {
    if (!inputIsTerminal()) throw UsageError("delete: nobody can be asked here: say --yes");
    const Answer there = session.client().get(targetOf(id));
    if (!there.ok()) return reportProblem(session, there);
    if (!confirmed("Delete \"" + oneLine(textOf(there.value(), "query"), 70) + "\"?")) return kFailed;
  }
  const Answer answer = session.client().remove(targetOf(id));
  if (!answer.ok()) return reportProblem(session, answer);
  if (session.json) {
    json::Value done;
    done.set("id", id);
    done.set("deleted", true);
    fmt::print("{}\n", json::write(done));
  } else {
    fmt::print("{}  deleted\n", id);
  }
  return kDone;
}

void addDelete(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("delete", "Delete a learning");
  auto id = std::make_shared<std::string>();
  auto yes = std::make_shared<bool>(false);
  command->add_option("id", *id, "its id")->required();
  command->add_flag("--yes", *yes, "do not ask");
  command->callback([&session, id, yes] { session.chosen = [&session, id, yes] { return runDelete(session, *id, *yes); }; });
}

struct FeedbackFlags {
  std::string id;
  std::string outcome;
  std::string note;
};

void addFeedback(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("feedback", "Say how a learning served");
  auto flags = std::make_shared<FeedbackFlags>();
  command->add_option("id", flags->id, "its id")->required();
  command->add_option("outcome", flags->outcome, "success, failure or partial")->required();
  command->add_option("--note", flags->note, "what there is to say of it");
  command->callback([&session, flags] {
    session.chosen = [&session, flags] {
      json::Value body;
      body.set("id", flags->id);
      body.set("outcome", flags->outcome);
      if (!flags->note.empty()) body.set("note", textOrInput(flags->note));
      return report(session, session.client().post("/v1/feedback", body), [](const json::Value& learning) {
        fmt::print("{}  {} successes, {} failures, value {}\n", textOf(learning, "id"), shownOf(learning, "successes"),
                   shownOf(learning, "failures"), shownOf(learning, "value_score"));
        return static_cast<int>(kDone);
      });
    };
  });
}

}  // namespace

void addLearningCommands(CLI::App& app, Session& session) {
  addShow(app, session);
  addEdit(app, session);
  addDelete(app, session);
  addFeedback(app, session);
}

}  // namespace learnd::cli

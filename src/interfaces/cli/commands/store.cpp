#include "interfaces/cli/commands/commands.hpp"
#include "interfaces/cli/factor_options.hpp"
#include "interfaces/cli/report.hpp"
#include "interfaces/cli/text_input.hpp"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>

namespace learnd::cli {

namespace {

constexpr int kCreated = 201;

/// The flags that all stores share, and the body that they make.
struct StoreFlags {
  std::map<std::string, std::optional<std::string>> texts;  // member -> text ("-": standard input); what was not given has none
  std::map<std::string, std::vector<std::string>> lists;    // member -> texts
  std::vector<std::string> metadata;
  FactorOptions factors;
  bool important = false;
  std::optional<std::uint64_t> inputTokens;
  std::optional<std::uint64_t> outputTokens;

  void text(CLI::App& command, const std::string& flag, const std::string& member, const std::string& help) {
    command.add_option(flag, texts[member], help);
  }
  void list(CLI::App& command, const std::string& flag, const std::string& member, const std::string& help) {
    command.add_option(flag, lists[member], help)->allow_extra_args(false);
  }
  void common(CLI::App& command) {
    text(command, "--category", "category", "category (default: by kind)");
    command.add_option("--meta", metadata, "metadata: KEY=TEXT, or KEY:=JSON for other values; may come several times")
        ->allow_extra_args(false);
    text(command, "--source", "source", "where it comes from (default human-interaction)");
    text(command, "--profile", "profile", "profile of the value score: standard or detailed");
    text(command, "--idempotency-key", "idempotency_key", "the same key within 7 days gives the first answer again");
    command.add_flag("--important", important, "mark it as important");
    factors.addTo(command);
  }

  [[nodiscard]] json::Value body() const {
    json::Value value{json::Value::Object{}};
    for (const auto& [member, given] : texts) {
      if (given) value.set(member, textOrInput(*given));
    }
    for (const auto& [member, given] : lists) {
      if (!given.empty()) value.set(member, textsOf(given));
    }
    if (!metadata.empty()) value.set("metadata", objectOf(metadata, "--meta"));
    if (important) value.set("important", true);
    if (factors.given()) value.set("factors", factors.value());
    if (inputTokens || outputTokens) {
      json::Value tokens{json::Value::Object{}};
      if (inputTokens) tokens.set("input", *inputTokens);
      if (outputTokens) tokens.set("output", *outputTokens);
      value.set("tokens", std::move(tokens));
    }
    return value;
  }
};

int showStored(const json::Value& answer, int status) {
  const bool* duplicate = answer.find("duplicate") != nullptr ? answer.find("duplicate")->asBool() : nullptr;
  const bool* indexed = answer.find("indexed") != nullptr ? answer.find("indexed")->asBool() : nullptr;
  const char* done = duplicate != nullptr && *duplicate ? "was there already: counted again" : status == kCreated ? "stored" : "resolved";
  fmt::print("{}  {}\n", textOf(answer, "id"), done);
  if (indexed != nullptr && !*indexed) fmt::print("Found by words now; its vector follows.\n");
  return kDone;
}

int reportStored(Session& session, const std::string& target, const json::Value& body) {
  const Answer answer = session.client().post(target, body);
  return report(session, answer, [status = answer.status](const json::Value& stored) { return showStored(stored, status); });
}

void addStore(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("store", "Store a solution that worked, or a pattern");
  auto flags = std::make_shared<StoreFlags>();
  auto kind = std::make_shared<std::string>("solution");
  command->add_option("--kind", *kind, "solution or pattern")->check(CLI::IsMember({"solution", "pattern"}))->capture_default_str();
  flags->text(*command, "--query", "query", "the question or problem ('-': from standard input)");
  flags->text(*command, "--solution", "solution", "what solved it ('-': from standard input)");
  flags->text(*command, "--name", "name", "a pattern's name");
  flags->text(*command, "--pattern-type", "pattern_type", "error-fix, config-template, code-idiom, workflow or best-practice");
  flags->list(*command, "--keyword", "keywords", "a pattern's keyword; may come several times");
  flags->list(*command, "--prerequisite", "prerequisites", "what a pattern needs; may come several times");
  flags->list(*command, "--variation", "variations", "a pattern's variation; may come several times");
  flags->list(*command, "--example", "examples", "a pattern's example; may come several times");
  flags->common(*command);
  command->callback([&session, flags, kind] {
    session.chosen = [&session, flags, kind] {
      return reportStored(session, *kind == "pattern" ? "/v1/patterns" : "/v1/solutions", flags->body());
    };
  });
}

void addFail(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("fail", "Store a failure: the error, what was tried, what fixed it and why it happened");
  auto flags = std::make_shared<StoreFlags>();
  flags->text(*command, "--error", "error", "the error text ('-': from standard input)");
  flags->text(*command, "--attempted", "attempted_solution", "what was tried in vain");
  flags->text(*command, "--fix", "correct_solution", "what fixed it (without it the failure stays open)");
  flags->text(*command, "--cause", "root_cause", "why it happened");
  flags->common(*command);
  command->callback(
      [&session, flags] { session.chosen = [&session, flags] { return reportStored(session, "/v1/failures", flags->body()); }; });
}

int showLogged(const json::Value& answer) {
  fmt::print("{}  logged, value {}, tokens saved {}\n", textOf(answer, "id"), shownOf(answer, "value_score"),
             shownOf(answer, "tokens_saved"));
  return kDone;
}

void addLog(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("log", "Log an interaction: a question, its answer and how it went");
  auto flags = std::make_shared<StoreFlags>();
  flags->text(*command, "--query", "query", "the question ('-': from standard input)");
  flags->text(*command, "--response", "response", "the answer ('-': from standard input)");
  flags->text(*command, "--outcome", "outcome", "success, failure, partial or unknown");
  flags->text(*command, "--llm-used", "llm_used", "local, remote or none");
  flags->list(*command, "--context", "context_used", "a text or the id of a learning that the answer was built on; may come several times");
  command->add_option("--tokens-input", flags->inputTokens, "tokens that the model was sent");
  command->add_option("--tokens-output", flags->outputTokens, "tokens that the model answered");
  flags->common(*command);
  command->callback([&session, flags] {
    session.chosen = [&session, flags] { return report(session, session.client().post("/v1/interactions", flags->body()), showLogged); };
  });
}

}  // namespace

void addStoreCommands(CLI::App& app, Session& session) {
  addStore(app, session);
  addFail(app, session);
  addLog(app, session);
}

}  // namespace learnd::cli

#include "interfaces/cli/commands/commands.hpp"
#include "interfaces/cli/report.hpp"
#include "interfaces/cli/terminal.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <thread>

namespace learnd::cli {

namespace {

constexpr std::chrono::milliseconds kLook{300};
constexpr std::uint64_t kWhole = 1000;

int showJob(const json::Value& job) {
  std::vector<std::pair<std::string, std::string>> facts;
  for (const char* name : {"id", "kind", "state", "progress", "error", "created", "finished"}) {
    if (std::string text = shownOf(job, name); !text.empty()) facts.emplace_back(name, std::move(text));
  }
  if (const json::Value* result = job.find("result"); result && result->asObject()) {
    for (const auto& member : *result->asObject()) facts.emplace_back(member.first, shownOf(*result, member.first));
  }
  printFacts(facts);
  const std::string state = textOf(job, "state");
  return state == "failed" || state == "cancelled" ? kFailed : kDone;
}

int showJobs(const json::Value& answer) {
  std::vector<std::vector<std::string>> rows;
  for (const json::Value& job : *listOf(answer, "jobs")) {
    rows.push_back({textOf(job, "id"), textOf(job, "kind"), textOf(job, "state"), shownOf(job, "progress"), textOf(job, "created")});
  }
  printTable({"ID", "KIND", "STATE", "PROGRESS", "CREATED"}, rows);
  return kDone;
}

/// The job as it is once it has ended.
Answer waitFor(Client& client, const std::string& target) {
  Progress progress("working");
  while (true) {
    Answer answer = client.get(target);
    if (!answer.ok()) return answer;
    const json::Value job = answer.value();
    const std::string state = textOf(job, "state");
    if (state != "queued" && state != "running") {
      progress.clear();
      return answer;
    }
    const json::Value* done = job.find("progress");
    progress.show(static_cast<std::uint64_t>((done ? done->number() : 0) * static_cast<double>(kWhole)), kWhole);
    std::this_thread::sleep_for(kLook);
  }
}

int start(Session& session, const std::string& kind, bool dryRun, bool wait) {
  json::Value body;
  body.set("kind", kind);
  if (dryRun) body.set("dry_run", true);
  const Answer answer = session.client().post("/v1/jobs", body);
  std::string id = textOf(answer.value(), "id");
  // With --wait one of the kind that runs already is as good.
  const bool runs = wait && answer.status == 409 && !id.empty();
  if (!answer.ok() && !runs) return reportProblem(session, answer);
  if (wait) return report(session, waitFor(session.client(), "/v1/jobs/" + percentEncode(id)), showJob);
  return report(session, answer, [](const json::Value& started) {
    fmt::print("{}\n", textOf(started, "id"));
    return kDone;
  });
}

void addStart(CLI::App& jobs, Session& session) {
  auto* command =
      jobs.add_subcommand("start", "Begin a job: reindex builds the index anew, verify compares it with the records and repairs it");
  auto kind = std::make_shared<std::string>();
  auto dryRun = std::make_shared<bool>(false);
  auto wait = std::make_shared<bool>(false);
  command->add_option("kind", *kind, "reindex or verify")->required();
  command->add_flag("--dry-run", *dryRun, "verify: tell what it would mend, and mend nothing");
  command->add_flag("--wait", *wait, "until it has ended; one of the kind that runs already is waited for");
  command->callback([&session, kind, dryRun, wait] {
    session.chosen = [&session, kind, dryRun, wait] { return start(session, *kind, *dryRun, *wait); };
  });
}

}  // namespace

void addJobCommands(CLI::App& app, Session& session) {
  auto* jobs = app.add_subcommand("job", "Long work on the whole store: begin, list, show, cancel");
  jobs->require_subcommand(1);
  addStart(*jobs, session);
  auto* list = jobs->add_subcommand("list", "The last jobs, newest first");
  list->callback([&session] { session.chosen = [&session] { return report(session, session.client().get("/v1/jobs"), showJobs); }; });
  auto id = std::make_shared<std::string>();
  auto* show = jobs->add_subcommand("show", "One job");
  show->add_option("id", *id, "the job's id")->required();
  show->callback([&session, id] {
    session.chosen = [&session, id] { return report(session, session.client().get("/v1/jobs/" + percentEncode(*id)), showJob); };
  });
  auto* cancel = jobs->add_subcommand("cancel", "End a job before it is done");
  cancel->add_option("id", *id, "the job's id")->required();
  cancel->callback([&session, id] {
    session.chosen = [&session, id] {
      const auto shown = [](const json::Value&) {
        fmt::print("it ends soon\n");
        return kDone;
      };
      return report(session, session.client().remove("/v1/jobs/" + percentEncode(*id)), shown);
    };
  });
}

}  // namespace learnd::cli

#include "services/job_service.hpp"

#include "support/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace learnd::services {

namespace {

constexpr std::size_t kRemembered = 100;

json::Value resultOf(const VerificationCounts& counts, bool dryRun) {
  json::Value result{json::Value::Object{}};
  result.set("checked", json::Value(counts.checked));
  result.set("missing", json::Value(counts.missing));
  result.set("stale", json::Value(counts.stale));
  result.set("orphaned", json::Value(counts.orphaned));
  if (dryRun) {
    result.set("changes", json::Value(counts.missing + counts.stale + counts.orphaned));
  } else {
    result.set("repaired", json::Value(counts.repaired));
  }
  return result;
}

json::Value resultOf(const RebuildCounts& counts) {
  json::Value result = resultOf(counts.verified, false);
  result.set("embedded", json::Value(counts.embedded));
  result.set("refused", json::Value(counts.refused));
  return result;
}

core::Error noJob(const std::string& id) { return core::Error(core::ErrorKind::NotFound, "there is no job " + id); }

}  // namespace

std::string_view nameOf(JobKind kind) { return kind == JobKind::Reindex ? "reindex" : "verify"; }

core::Result<JobKind> parseJobKind(std::string_view name) {
  for (const JobKind kind : {JobKind::Reindex, JobKind::Verify}) {
    if (name == nameOf(kind)) return kind;
  }
  return core::Error::invalidField("kind", "kind must be one of reindex, verify");
}

std::string_view nameOf(JobState state) {
  switch (state) {
    case JobState::Running:
      return "running";
    case JobState::Succeeded:
      return "succeeded";
    case JobState::Failed:
      return "failed";
    case JobState::Cancelled:
      break;
  }
  return "cancelled";
}

Job JobService::told(const Entry& entry) {
  Job job = entry.job;
  job.progress = job.state == JobState::Succeeded ? 1 : entry.control.progress;
  return job;
}

core::Result<void> JobService::checkRight(const core::Caller& caller) const {
  if (context_.access.isAdministrator(caller)) return {};
  return core::Error(core::ErrorKind::PermissionDenied,
                     "jobs are for root, the daemon's own user and the admin group (server.admin_group)");
}

std::shared_ptr<JobService::Entry> JobService::find(const std::string& id) const {
  const auto place = std::find_if(jobs_.begin(), jobs_.end(), [&id](const auto& entry) { return entry->job.id == id; });
  return place == jobs_.end() ? nullptr : *place;
}

std::shared_ptr<JobService::Entry> JobService::running(JobKind kind) const {
  const auto place = std::find_if(jobs_.begin(), jobs_.end(),
                                  [kind](const auto& entry) { return entry->job.kind == kind && entry->job.state == JobState::Running; });
  return place == jobs_.end() ? nullptr : *place;
}

std::shared_ptr<JobService::Entry> JobService::begin(JobKind kind, bool dryRun, RebuildReason reason,
                                                     boost::asio::any_io_executor executor) {
  auto entry = std::make_shared<Entry>();
  entry->job.created = context_.clock.now();
  entry->job.started = entry->job.created;
  entry->job.id = context_.ids.next(entry->job.created).text();
  entry->job.kind = kind;
  entry->job.dryRun = dryRun;
  entry->reason = reason;
  jobs_.push_back(entry);
  if (jobs_.size() > kRemembered) {
    const auto ended = std::find_if(jobs_.begin(), jobs_.end(), [](const auto& one) { return one->job.state != JobState::Running; });
    if (ended != jobs_.end()) jobs_.erase(ended);
  }
  boost::asio::co_spawn(executor, work(entry), [entry](std::exception_ptr failed) {
    if (!failed) return;
    entry->job.state = JobState::Failed;
    entry->job.error = "it ended by an exception: see the log";
    support::log::error("a job failed", {{"JOB", entry->job.id}});
  });
  return entry;
}

ports::Task<Job> JobService::start(JobKind kind, bool dryRun, core::Caller caller) {
  if (auto may = checkRight(caller); !may) co_return may.error();
  if (dryRun && kind == JobKind::Reindex) {
    co_return core::Error::invalidField("dry_run", "a reindex has no dry run: \"verify\" tells what it would mend");
  }
  if (const auto other = running(kind)) {
    co_return core::Error(core::ErrorKind::Conflict, "a " + std::string(nameOf(kind)) + " runs already: wait for it or cancel it")
        .withId(other->job.id);
  }
  const auto executor = co_await boost::asio::this_coro::executor;
  co_return told(*begin(kind, dryRun, RebuildReason::Asked, executor));
}

ports::Task<void> JobService::startRebuild() {
  const auto executor = co_await boost::asio::this_coro::executor;
  if (!running(JobKind::Reindex)) begin(JobKind::Reindex, false, RebuildReason::Needed, executor);
  co_return ports::Result<void>();
}

ports::Task<void> JobService::startVerification() {
  const auto executor = co_await boost::asio::this_coro::executor;
  support::log::warning("the index lacks some of what the records say is in it: they are compared, and the rest is put in");
  if (!running(JobKind::Verify)) begin(JobKind::Verify, false, RebuildReason::Needed, executor);
  co_return ports::Result<void>();
}

ports::Task<void> JobService::resume() {
  auto unfinished = co_await rebuild_.isUnfinished();
  if (!unfinished) co_return unfinished.error();
  if (running(JobKind::Reindex)) co_return ports::Result<void>();
  if (!*unfinished) {
    // Behind the start: a server that is down holds nobody up.
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::co_spawn(executor, rebuild_.tidy(), [](std::exception_ptr failed, ports::Result<void>) {
      if (failed) support::log::error("what a cancelled reindex left could not be removed");
    });
    co_return ports::Result<void>();
  }
  support::log::info("a reindex goes on that was not finished");
  co_return co_await startRebuild();
}

boost::asio::awaitable<void> JobService::work(std::shared_ptr<Entry> entry) {
  Job& job = entry->job;
  core::Result<json::Value> result = json::Value();
  if (job.kind == JobKind::Reindex) {
    auto counts = co_await rebuild_.run(entry->control, entry->reason);
    if (counts) {
      result = resultOf(*counts);
    } else {
      result = counts.error();
    }
  } else {
    auto counts = co_await verification_.run(job.dryRun, entry->control);
    if (counts) {
      result = resultOf(*counts, job.dryRun);
    } else {
      result = counts.error();
    }
  }
  job.finished = context_.clock.now();
  if (result) {
    job.state = JobState::Succeeded;
    job.result = std::move(*result);
  } else if (entry->control.cancelled) {
    job.state = JobState::Cancelled;
  } else {
    job.state = JobState::Failed;
    job.error = result.error().message();
    support::log::warning("a job failed", {{"JOB", job.id}, {"KIND", std::string(nameOf(job.kind))}, {"ERROR", job.error}});
  }
}

core::Result<std::vector<Job>> JobService::list(const core::Caller& caller) const {
  if (auto may = checkRight(caller); !may) return may.error();
  std::vector<Job> all;
  for (auto entry = jobs_.rbegin(); entry != jobs_.rend(); ++entry) all.push_back(told(**entry));
  return all;
}

core::Result<Job> JobService::show(const std::string& id, const core::Caller& caller) const {
  if (auto may = checkRight(caller); !may) return may.error();
  const auto entry = find(id);
  if (!entry) return noJob(id);
  return told(*entry);
}

core::Result<Job> JobService::cancel(const std::string& id, const core::Caller& caller) {
  if (auto may = checkRight(caller); !may) return may.error();
  const auto entry = find(id);
  if (!entry) return noJob(id);
  if (entry->job.state != JobState::Running) return core::Error(core::ErrorKind::Conflict, "this job has ended already");
  entry->control.cancelled = true;
  return told(*entry);
}

}  // namespace learnd::services

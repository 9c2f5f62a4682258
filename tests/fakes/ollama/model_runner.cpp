#include "tests/fakes/ollama/model_runner.hpp"

#include <algorithm>

namespace learnd::fakes {

namespace {

using SteadyClock = std::chrono::steady_clock;

}  // namespace

bool ModelRunners::makeReady(std::unique_lock<std::mutex>& lock, Runner& runner, const Job& job, bool& loadedNow) {
  const auto fits = [&] { return runner.ready && runner.options == job.options && runner.model.digest == job.model.digest; };
  if (runner.ready && SteadyClock::now() >= runner.until) runner.ready = false;
  while (!fits()) {
    if (runner.loading) {
      if (runner.waiting >= longestQueue_) return false;
      ++runner.waiting;
      changed_.wait(lock, [&] { return !runner.loading; });
      --runner.waiting;
      continue;
    }
    runner.loading = true;
    runner.ready = false;
    runner.model = job.model;
    runner.options = job.options;
    runner.until = SteadyClock::time_point::max();
    const auto time = speed_.load;
    lock.unlock();
    if (time.count() > 0) sleep_(time);
    lock.lock();
    ++figures_.loads;
    runner.loading = false;
    runner.ready = true;
    loadedNow = true;
    changed_.notify_all();
  }
  return true;
}

std::optional<ModelRunners::Answer> ModelRunners::run(const Job& job) {
  Answer answer;
  std::unique_lock lock(mutex_);
  Runner& runner = runners_[job.model.name];
  figures_.requests.push_back(job.texts.size());
  if (!makeReady(lock, runner, job, answer.loaded)) return std::nullopt;
  // All texts of a request take their place in the queue at once.
  const std::uint64_t first = runner.nextTicket;
  runner.nextTicket += job.texts.size();
  for (std::size_t i = 0; i < job.texts.size(); ++i) {
    changed_.wait(lock, [&] { return runner.served == first + i; });
    figures_.texts.push_back(job.originals[i]);
    const auto time = speed_.text + speed_.token * static_cast<std::int64_t>(job.texts[i].count());
    lock.unlock();
    if (time.count() > 0) sleep_(std::chrono::duration_cast<std::chrono::milliseconds>(time));
    answer.vectors.push_back(vectorOf(job.model, job.texts[i], job.mostTokens));
    lock.lock();
    ++runner.served;
    changed_.notify_all();
  }
  runner.until = job.keepAlive.count() < 0 ? SteadyClock::time_point::max() : SteadyClock::now() + job.keepAlive;
  return answer;
}

std::vector<ModelRunners::Loaded> ModelRunners::loaded() {
  const std::lock_guard lock(mutex_);
  std::vector<Loaded> all;
  for (const auto& [name, runner] : runners_) {
    if (runner.loading || (runner.ready && SteadyClock::now() < runner.until)) all.push_back({runner.model, runner.until});
  }
  return all;
}

void ModelRunners::unload(const std::string& name) {
  const std::lock_guard lock(mutex_);
  runners_[name].ready = false;
}

void ModelRunners::setSpeed(FakeSpeed speed) {
  const std::lock_guard lock(mutex_);
  speed_ = speed;
}

void ModelRunners::setLongestQueue(std::size_t requests) {
  const std::lock_guard lock(mutex_);
  longestQueue_ = requests;
}

RunnerFigures ModelRunners::figures() {
  const std::lock_guard lock(mutex_);
  return figures_;
}

}  // namespace learnd::fakes

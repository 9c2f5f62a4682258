#pragma once

#include "tests/fakes/ollama/fake_model.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace learnd::fakes {

/// How long the fake takes.
struct FakeSpeed {
  std::chrono::milliseconds load{0};   // of a model
  std::chrono::microseconds text{0};   // each text
  std::chrono::microseconds token{0};  // and each token of it
};

/// What was asked of the runners, for tests.
struct RunnerFigures {
  std::uint64_t loads = 0;
  std::vector<std::size_t> requests;  // texts of each request, in the order in which they came
  std::vector<std::string> texts;     // in the order in which they were worked off
};

/// The models that are loaded. One text at a time for each model, in the order in which they come, as the real one does with its default
/// settings; a request for a model that is being loaded waits. Any thread.
class ModelRunners {
 public:
  using Sleep = std::function<bool(std::chrono::milliseconds)>;

  explicit ModelRunners(Sleep sleep) : sleep_(std::move(sleep)) {}

  struct Job {
    FakeModel model;
    std::string options;  // others than those that it was loaded with load it anew
    std::vector<FakeTokens> texts;
    std::vector<std::string> originals;
    std::size_t mostTokens = 0;
    std::chrono::milliseconds keepAlive{};  // below zero: for ever
  };
  struct Answer {
    std::vector<std::vector<float>> vectors;
    bool loaded = false;  // for this request
  };
  /// Nothing: the queue of a model that is being loaded is full.
  std::optional<Answer> run(const Job& job);

  struct Loaded {
    FakeModel model;
    std::chrono::steady_clock::time_point until;
  };
  /// Those loaded, and those being loaded.
  std::vector<Loaded> loaded();

  /// The next request for it loads it.
  void unload(const std::string& name);

  void setSpeed(FakeSpeed speed);
  void setLongestQueue(std::size_t requests);
  RunnerFigures figures();

 private:
  struct Runner {
    FakeModel model;
    std::string options;
    bool ready = false;
    bool loading = false;
    std::chrono::steady_clock::time_point until{};
    std::size_t waiting = 0;
    std::uint64_t nextTicket = 0;
    std::uint64_t served = 0;
  };

  bool makeReady(std::unique_lock<std::mutex>& lock, Runner& runner, const Job& job, bool& loadedNow);

  Sleep sleep_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Runner> runners_;
  FakeSpeed speed_;
  std::size_t longestQueue_ = 512;
  RunnerFigures figures_;
};

}  // namespace learnd::fakes

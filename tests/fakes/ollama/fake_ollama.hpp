#pragma once

#include "tests/fakes/ollama/fake_model.hpp"
#include "tests/fakes/ollama/http_listener.hpp"
#include "tests/fakes/ollama/model_runner.hpp"

#include "json/value.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::fakes {

/// An Ollama without models of its own, for the part of its API that an embedder uses: it takes and refuses what Ollama 0.24.0 does, with
/// the same statuses and texts (tests/data/ollama_facts.json holds it to that), and its vectors mean something: texts that share words are
/// near each other. What goes wrong is switched while it runs.
///
/// Has nomic-embed-text, and smaller ones: tiny-bert, tiny-nomic, tiny-llama (a chat model), nan-nomic (which computes NaN).
class FakeOllama {
 public:
  explicit FakeOllama(std::uint16_t port = 0);

  [[nodiscard]] std::string url() const { return listener_.url(); }
  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

  void setFault(ListenerFault fault) { listener_.setFault(std::move(fault)); }
  void setSpeed(FakeSpeed speed) { runners_.setSpeed(speed); }
  /// As OLLAMA_MAX_QUEUE does: so many requests wait for a model that is being loaded.
  void setLongestQueue(std::size_t requests) { runners_.setLongestQueue(requests); }
  /// Adds it, or replaces the one of that name.
  void putModel(FakeModel model);
  void removeModel(const std::string& name);
  [[nodiscard]] std::optional<FakeModel> model(std::string_view name);
  /// Answers /api/embed with this body and 200 from now on; empty: with vectors again.
  void answerEmbedWith(std::string body);
  [[nodiscard]] RunnerFigures figures() { return runners_.figures(); }
  [[nodiscard]] std::size_t connections() const { return listener_.connections(); }
  /// How often a path was asked.
  [[nodiscard]] std::size_t asked(const std::string& path);

 private:
  ListenerReply handle(const ListenerRequest& request);
  ListenerReply route(const ListenerRequest& request);
  ListenerReply tags();
  ListenerReply loaded();
  ListenerReply show(const json::Value& question);
  ListenerReply embed(const json::Value& question);
  /// Nothing: the job is whole.
  std::optional<ListenerReply> readJob(const json::Value& question, ModelRunners::Job& job);
  ListenerReply switchFault(const json::Value& question);

  std::mutex mutex_;
  std::map<std::string, FakeModel> models_;
  std::map<std::string, std::size_t> asked_;
  std::string cannedEmbed_;
  ModelRunners runners_;
  HttpListener listener_;  // last: its threads use the rest
};

}  // namespace learnd::fakes

#include "core/normalised_key.hpp"
#include "core/redaction.hpp"
#include "interfaces/cli/bench/data_set.hpp"
#include "interfaces/cli/bench/metrics.hpp"
#include "interfaces/cli/bench/private_daemon.hpp"
#include "interfaces/cli/commands/commands.hpp"
#include "interfaces/cli/index_wait.hpp"
#include "interfaces/cli/report.hpp"
#include "interfaces/cli/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>

namespace learnd::cli {

namespace {

constexpr int kDepth = 100;

struct BenchFlags {
  std::string folder;
  std::string config;
  std::string mode;
  std::string output;
};

/// Lines that are one learning are stored once; a hit on it stands for all of them, in the order of their ids.
using Twins = std::map<std::string, std::vector<std::string>>;

void importCorpus(Client& client, const DataSet& set) {
  Progress progress("importing");
  std::size_t next = 0;
  const Answer answer = client.upload("/v1/import", [&] {
    std::string piece;
    for (; next < set.corpus.size() && piece.size() < 256 * 1024; ++next) {
      const BenchDocument& document = set.corpus[next];
      json::Value metadata;
      metadata.set("doc", document.id);
      metadata.set("category", document.category);
      json::Value line;
      line.set("kind", "solution");
      line.set("query", document.query);
      line.set("solution", document.solution);
      line.set("metadata", std::move(metadata));
      json::write(line, piece);
      piece += '\n';
    }
    progress.show(next, set.corpus.size());
    return piece;
  });
  const json::Value value = answer.value();
  const auto* rejections = listOf(value, "rejected");
  if (!answer.ok() || rejections == nullptr || !rejections->empty()) {
    throw std::runtime_error("bench: the corpus can't be imported: " + answer.body.substr(0, 500));
  }
}

/// The same learning for the daemon: equal key and solution, as it stores them.
std::string learningOf(const BenchDocument& document) {
  const core::Key key = core::makeKey(core::redact(document.query), core::KeyForm::Plain);
  return std::string(key.digest.begin(), key.digest.end()) + core::redact(document.solution);
}

/// Document id -> the ids of all lines that are the same learning; only where there are several.
Twins findTwins(const DataSet& set) {
  std::map<std::string, std::vector<std::string>> byLearning;
  for (const BenchDocument& document : set.corpus) byLearning[learningOf(document)].push_back(document.id);
  Twins twins;
  for (auto& [learning, ids] : byLearning) {
    if (ids.size() < 2) continue;
    std::sort(ids.begin(), ids.end());
    for (const std::string& id : ids) twins[id] = ids;
  }
  return twins;
}

std::vector<std::string> rankingOf(const json::Value& answer, const Twins& twins) {
  std::vector<std::string> ranking;
  const auto* results = listOf(answer, "results");
  if (results == nullptr) return ranking;
  for (const json::Value& hit : *results) {
    const json::Value* learning = hit.find("learning");
    const json::Value* metadata = learning != nullptr ? learning->find("metadata") : nullptr;
    if (metadata == nullptr) continue;
    const std::string document = textOf(*metadata, "doc");
    const auto place = twins.find(document);
    if (place == twins.end()) {
      ranking.push_back(document);
    } else {
      ranking.insert(ranking.end(), place->second.begin(), place->second.end());
    }
  }
  return ranking;
}

struct Asked {
  Run run;
  std::size_t degraded = 0;  // answers in which a part of the search was missing
};

Asked askAll(Client& client, const DataSet& set, const std::string& mode, const Twins& twins) {
  Progress progress("asking");
  Asked asked;
  for (std::size_t i = 0; i < set.queries.size(); ++i) {
    json::Value body;
    body.set("query", set.queries[i].text);
    body.set("limit", kDepth);
    body.set("count", false);
    if (!mode.empty()) body.set("mode", mode);
    const Answer answer = client.post("/v1/search", body);
    if (!answer.ok()) throw std::runtime_error("bench: the search for " + set.queries[i].id + " failed: " + answer.body.substr(0, 500));
    const json::Value value = answer.value();
    const json::Value* degraded = value.find("degraded");
    if (degraded != nullptr && degraded->asBool() != nullptr && *degraded->asBool()) ++asked.degraded;
    asked.run[set.queries[i].id] = rankingOf(value, twins);
    progress.show(i + 1, set.queries.size());
  }
  return asked;
}

void writeRun(const std::string& file, const Run& run) {
  std::ofstream out(file);
  for (const auto& [query, ranking] : run) {
    for (std::size_t i = 0; i < ranking.size(); ++i)
      out << query << " Q0 " << ranking[i] << ' ' << i + 1 << ' ' << ranking.size() - i << " learnd\n";
  }
  if (!out.flush()) throw std::runtime_error("bench: " + file + " can't be written");
}

int printMetrics(const Session& session, const Metrics& metrics, std::size_t degraded) {
  const std::vector<std::pair<std::string, double>> figures{{"recall@1", metrics.recallAt1},
                                                            {"recall@5", metrics.recallAt5},
                                                            {"recall@10", metrics.recallAt10},
                                                            {"mrr@10", metrics.mrrAt10},
                                                            {"ndcg@10", metrics.ndcgAt10}};
  if (session.json) {
    json::Value value;
    value.set("queries", static_cast<std::uint64_t>(metrics.queries));
    value.set("degraded", static_cast<std::uint64_t>(degraded));
    for (const auto& [name, figure] : figures) value.set(name, figure);
    fmt::print("{}\n", json::write(value));
    return kDone;
  }
  for (const auto& [name, figure] : figures) fmt::print("{:<10} {:.3f}\n", name, figure);
  return kDone;
}

int runBench(const Session& session, const BenchFlags& flags) {
  const DataSet set = readDataSet(flags.folder);
  const PrivateDaemon daemon(flags.config);
  Client client(daemon.socket());
  importCorpus(client, set);
  waitForIndex(client);
  const Asked asked = askAll(client, set, flags.mode, findTwins(set));
  if (!flags.output.empty()) writeRun(flags.output, asked.run);
  if (asked.degraded > 0) {
    fmt::print(stderr, "learnctl: bench: {} of {} answers were degraded (a backend failed or was too slow): the figures are too low\n",
               asked.degraded, set.queries.size());
  }
  return printMetrics(session, evaluate(set.relevance, asked.run), asked.degraded);
}

}  // namespace

void addBenchCommand(CLI::App& app, Session& session) {
  auto* command =
      app.add_subcommand("bench", "Measure retrieval on a BEIR-like folder (corpus.jsonl, queries.jsonl, qrels.tsv) in a private learnd");
  auto flags = std::make_shared<BenchFlags>();
  command->add_option("folder", flags->folder, "the folder")->required();
  command->add_option("--config", flags->config, "use the backends of this configuration file");
  command->add_option("--mode", flags->mode, "hybrid (default), dense or lexical")->check(CLI::IsMember({"hybrid", "dense", "lexical"}));
  command->add_option("--output", flags->output, "write the run here, in TREC's form");
  command->callback([&session, flags] { session.chosen = [&session, flags] { return runBench(session, *flags); }; });
}

}  // namespace learnd::cli

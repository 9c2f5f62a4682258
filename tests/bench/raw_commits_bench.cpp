// Durable commits of learnings by SQLite alone, one record and its outbox row each: what the daemon's single stores are held against.
//   raw_commits_bench FOLDER     FOLDER lies on the disk to measure and is left behind. Standard input has exported learnings (NDJSON), all
//   new;
//                                an empty line ends a round, which is answered with one JSON object.
#include "json/learning_codec.hpp"
#include "tests/bench/raw_store.hpp"

#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace learnd;

core::Learning read(const std::string& line) {
  auto read = json::decodeImportLine(line);
  if (!read) throw std::runtime_error(read.error().field() + ": " + read.error().message());
  return std::move(read->learning);
}

void run(const char* folder) {
  bench::RawStore store(folder);
  std::vector<core::Learning> learnings;
  for (std::string line; std::getline(std::cin, line);) {
    if (!line.empty()) {
      learnings.push_back(read(line));
      continue;
    }
    std::printf("{\"commits\": %zu, \"commits_per_s\": %.1f}\n", learnings.size(), store.commitsPerSecond(learnings, 1));
    std::fflush(stdout);
    learnings.clear();
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: raw_commits_bench FOLDER <EXPORT\n");
    return 2;
  }
  try {
    run(arguments[1]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "raw_commits_bench: %s\n", error.what());
    return 1;
  }
}

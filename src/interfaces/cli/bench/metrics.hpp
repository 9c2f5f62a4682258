#pragma once

#include "interfaces/cli/bench/data_set.hpp"

#include <map>
#include <string>
#include <vector>

namespace learnd::cli {

/// Document ids by query id, best first.
using Run = std::map<std::string, std::vector<std::string>>;

struct Metrics {
  double recallAt1 = 0;
  double recallAt5 = 0;
  double recallAt10 = 0;
  double mrrAt10 = 0;
  double ndcgAt10 = 0;  // gain 2^relevance - 1, discount log2(rank + 1)
  std::size_t queries = 0;
};

/// The mean over all queries that have a relevant document; one that the run lacks counts 0. A document with the query's id is passed over.
Metrics evaluate(const Relevance& relevance, const Run& run);

}  // namespace learnd::cli

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace learnd::cli {

/// A line of a set's corpus.
struct BenchDocument {
  std::string id;
  std::string query;
  std::string solution;
  std::string category;
};

struct BenchQuery {
  std::string id;
  std::string text;
};

/// Relevance by query id and document id; above 0 is relevant, below 0 takes the document out of the ranking.
using Relevance = std::map<std::string, std::map<std::string, int>>;

/// A BEIR-like folder: corpus.jsonl, queries.jsonl (either may be gzipped, `.gz`), qrels.tsv.
struct DataSet {
  std::vector<BenchDocument> corpus;
  std::vector<BenchQuery> queries;
  Relevance relevance;
};

/// Throws std::runtime_error where the folder is not of that kind.
DataSet readDataSet(const std::filesystem::path& folder);

}  // namespace learnd::cli

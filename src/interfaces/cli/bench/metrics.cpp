#include "interfaces/cli/bench/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace learnd::cli {

namespace {

double gain(int grade, std::size_t place) { return (std::exp2(grade) - 1) / std::log2(static_cast<double>(place) + 2); }

/// The grades of the ranking, 0 for what is not relevant, without what is out of it.
std::vector<int> gradesOf(const std::map<std::string, int>& relevant, const std::vector<std::string>& ranking, const std::string& query) {
  std::vector<int> grades;
  for (const std::string& document : ranking) {
    if (document == query) continue;
    const auto place = relevant.find(document);
    const int grade = place == relevant.end() ? 0 : place->second;
    if (grade >= 0) grades.push_back(grade);
  }
  return grades;
}

double recallAt(const std::vector<int>& grades, std::size_t depth, std::size_t relevant) {
  const auto end = grades.begin() + static_cast<std::ptrdiff_t>(std::min(depth, grades.size()));
  return static_cast<double>(std::count_if(grades.begin(), end, [](int grade) { return grade > 0; })) / static_cast<double>(relevant);
}

}  // namespace

Metrics evaluate(const Relevance& relevance, const Run& run) {
  constexpr std::size_t kDepth = 10;
  Metrics sum;
  for (const auto& [query, documents] : relevance) {
    std::vector<int> ideal;
    for (const auto& [document, grade] : documents) {
      if (grade > 0) ideal.push_back(grade);
    }
    if (ideal.empty()) continue;
    ++sum.queries;
    const auto ranking = run.find(query);
    if (ranking == run.end()) continue;
    const std::vector<int> grades = gradesOf(documents, ranking->second, query);
    sum.recallAt1 += recallAt(grades, 1, ideal.size());
    sum.recallAt5 += recallAt(grades, 5, ideal.size());
    sum.recallAt10 += recallAt(grades, kDepth, ideal.size());
    std::sort(ideal.begin(), ideal.end(), std::greater<>());
    double found = 0;
    double best = 0;
    double first = 0;
    for (std::size_t i = 0; i < std::min(kDepth, grades.size()); ++i) {
      if (grades[i] <= 0) continue;
      found += gain(grades[i], i);
      if (first == 0) first = 1.0 / static_cast<double>(i + 1);
    }
    for (std::size_t i = 0; i < std::min(kDepth, ideal.size()); ++i) best += gain(ideal[i], i);
    sum.ndcgAt10 += found / best;
    sum.mrrAt10 += first;
  }
  if (sum.queries == 0) return sum;
  const auto count = static_cast<double>(sum.queries);
  for (double* value : {&sum.recallAt1, &sum.recallAt5, &sum.recallAt10, &sum.mrrAt10, &sum.ndcgAt10}) *value /= count;
  return sum;
}

}  // namespace learnd::cli

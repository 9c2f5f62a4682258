#pragma once

#include "json/value.hpp"
#include "ports/vector_index.hpp"

#include <string>
#include <vector>

namespace learnd::qdrant {

/// What a search asks of one collection in one batch, in this order.
enum class Asked : unsigned char { Meaning, Words, MeaningOfIds, WordsOfIds };

/// A question in the form that Qdrant takes it, made once for all collections.
class Question {
 public:
  explicit Question(const ports::IndexQuery& query);

  [[nodiscard]] bool hasWords() const { return !words_.empty(); }
  /// A vector that a collection of so many dimensions can be asked by.
  [[nodiscard]] bool hasMeaning(std::size_t dimensions) const { return size_ > 0 && size_ == dimensions; }

  /// The best of each side among what the filter lets through, and the scores of some ids whatever the filter. Without anything to ask,
  /// empty.
  struct Batch {
    std::string body;
    std::vector<Asked> parts;
  };
  [[nodiscard]] Batch batch(std::size_t dimensions, bool best, const std::vector<core::LearningId>& meaningOf,
                            const std::vector<core::LearningId>& wordsOf) const;

 private:
  std::size_t size_ = 0;
  std::string meaning_;  // the vector as JSON
  std::string words_;    // the sparse vector as JSON
  std::string filter_;   // as JSON; empty: none
  std::size_t candidates_ = 0;
};

struct ScoredId {
  core::LearningId id;
  double score = 0;
};

/// The lists of a batch's answer. Points without a score (a stored NaN) and with ids that are not ours are left out.
core::Result<std::vector<std::vector<ScoredId>>> readBatch(const json::Value& result, std::size_t parts);

}  // namespace learnd::qdrant

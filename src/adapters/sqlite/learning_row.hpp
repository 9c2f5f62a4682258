#pragma once

#include "adapters/record_rows/entry_digest.hpp"
#include "adapters/sqlite/database.hpp"
#include "core/learning.hpp"
#include "core/normalised_key.hpp"

#include <optional>
#include <string>

namespace learnd::sqlite {

using record_rows::Digest;

/// What a row has besides its learning.
struct RowPlace {
  std::int64_t seq = 0;
  std::uint64_t revision = 0;
  core::Key key;
  bool ownsEntry = true;
  std::optional<Digest> entryDigest;
};

/// "insert into learnings …" and "update learnings …": bound by bindLearning.
const FixedSql& insertLearning();
const FixedSql& updateLearning();

/// The texts that are made for a row.
struct RowTexts {
  std::string factors, breakdown, contextUsed, keywords, prerequisites, variations, examples, members;
};

/// Binds all columns of a row; `texts` is the place for what is made for it and must live until the query ends.
void bindLearning(Query& query, const core::Learning& learning, const RowPlace& place, RowTexts& texts);

/// The columns that readLearning reads, of the table `l` (learnings).
const std::string& learningColumns();

/// Reads a learning from the columns from `first` on. Throws where what is stored can't be read.
core::Learning readLearning(const Query& row, int first = 0);

/// Both throw where the bytes are not as many as they must be.
core::LearningId readId(Blob blob);
Digest readDigest(Blob blob);

/// The stored numbers of the words.
int numberOf(core::Kind kind);
int numberOf(core::Status status);
int numberOf(core::Outcome outcome);
int numberOf(core::ModelUsed model);
core::Kind kindOf(std::int64_t number);
core::Status statusOf(std::int64_t number);

/// Learnings that a page holds at most, in bytes; a page has one at least.
inline constexpr std::size_t kPageBytes = std::size_t{8} * 1024 * 1024;

}  // namespace learnd::sqlite

#pragma once

#include "adapters/postgres/connection.hpp"
#include "adapters/record_rows/entry_digest.hpp"
#include "core/learning.hpp"
#include "core/normalised_key.hpp"

#include <optional>
#include <string>
#include <vector>

namespace learnd::postgres {

using record_rows::Digest;

/// What a row has besides its learning.
struct RowPlace {
  std::uint64_t revision = 0;
  core::Key key;
  bool ownsEntry = true;
  std::optional<Digest> entryDigest;
};

/// The columns that a row is written with, in the order of addLearning's values.
const std::vector<std::string>& writtenColumns();
/// The same as a list, and the parameters for them: "$1, $2, …".
const std::string& writtenColumnList();
const std::string& writtenParameters();
/// How many there are.
std::size_t writtenColumnCount();

/// Adds a row's values, the id and the revision first, the owning of its entry third.
void addLearning(Values& values, const core::Learning& learning, const RowPlace& place);
inline constexpr std::size_t kIdParameter = 1;
inline constexpr std::size_t kRevisionParameter = 2;
inline constexpr std::size_t kOwnsParameter = 3;

/// The columns that readLearning reads, of the table `l` (learnings).
const std::string& learningColumns();

/// The bytes of a row of `l`, without reading what lies outside the row; the lists' are those that they are stored with.
const std::string& learningSize();

/// Learnings that a page holds at most, in bytes on the server; a page has one at least.
inline constexpr std::size_t kPageBytes = std::size_t{8} * 1024 * 1024;

enum class WithVectors : bool { No, Yes };

/// A page of learnings; `condition` and `order` are of `l`, `limit` is a parameter or a number. Its columns: the vector where it is wanted,
/// learningColumns, and how many bytes the rows before took. From kPageBytes on a row is beyond the page; there is at most one of those.
std::string pageSql(WithVectors vectors, const std::string& condition, const std::string& order, const std::string& limit);

/// Reads a learning from the row's next columns. Throws where what is stored can't be read.
core::Learning readLearning(Row& row);
/// One for each row, columns from the first on.
std::vector<core::Learning> readLearnings(const Rows& rows);

}  // namespace learnd::postgres

#include "adapters/sqlite/text_index.hpp"

#include "adapters/sqlite/learning_row.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

namespace learnd::sqlite {

namespace {

// Each word is looked up; the first ones of an error log say what it is about.
constexpr std::size_t kMostWords = 64;

// A piece of what was there before: short enough that a write doesn't notice that it waited for it.
constexpr std::int64_t kMostRows = 256;
constexpr std::int64_t kMostSigns = std::int64_t{1} << 20;

const FixedSql kParts(
    "select count(*) from sqlite_schema where name in ('text_index', 'text_index_from', 'text_index_insert', 'text_index_delete', "
    "'text_index_update')");
constexpr std::int64_t kAllParts = 5;

// What is in it: all rows from text_index_from on. FTS5 is told what a row was when it goes, and would be broken by one that it never had.
constexpr const char* kBuild = R"sql(
create virtual table text_index using fts5 (query, solution, content = 'learnings', content_rowid = 'seq', tokenize = 'porter unicode61');
create table text_index_from (seq integer not null);
insert into text_index_from (seq) select coalesce(max(seq), 0) + 1 from learnings;
create trigger text_index_insert after insert on learnings begin
  insert into text_index (rowid, query, solution) values (new.seq, new.query, new.solution);
end;
create trigger text_index_delete after delete on learnings
when old.seq >= (select seq from text_index_from) begin
  insert into text_index (text_index, rowid, query, solution) values ('delete', old.seq, old.query, old.solution);
end;
create trigger text_index_update after update of query, solution on learnings
when old.seq >= (select seq from text_index_from) and (old.query <> new.query or old.solution <> new.solution) begin
  insert into text_index (text_index, rowid, query, solution) values ('delete', old.seq, old.query, old.solution);
  insert into text_index (rowid, query, solution) values (new.seq, new.query, new.solution);
end;
)sql";

constexpr const char* kDrop =
    "drop trigger if exists text_index_insert; drop trigger if exists text_index_delete; drop trigger if exists text_index_update; "
    "drop table if exists text_index; drop table if exists text_index_from;";

const FixedSql kFrom("select seq from text_index_from");
const FixedSql kBefore("select seq, length(query) + length(solution) from learnings where seq < ? order by seq desc limit ?");
const FixedSql kTakeIn(
    "insert into text_index (rowid, query, solution) select seq, query, solution from learnings where seq >= ? and seq < ?");
const FixedSql kSetFrom("update text_index_from set seq = ?");

std::int64_t parts(Connection& connection) {
  auto query = connection.query(kParts);
  return query.step() ? query.integer(0) : 0;
}

bool isWordSign(char sign) {
  const auto byte = static_cast<unsigned char>(sign);
  return byte >= 0x80 || std::isalnum(byte) != 0;
}

/// Each word in quotes, so that none is an operator; any of them will do. Empty where there is no word.
std::string matchText(std::string_view words) {
  std::set<std::string_view> seen;
  std::string text;
  for (std::size_t at = 0; at < words.size() && seen.size() < kMostWords;) {
    std::size_t end = at;
    while (end < words.size() && isWordSign(words[end])) ++end;
    const auto word = words.substr(at, end - at);
    if (!word.empty() && seen.insert(word).second) text += (text.empty() ? "\"" : " OR \"") + std::string(word) + "\"";
    at = end + 1;
  }
  return text;
}

std::string oneOf(const char* column, std::size_t count) {
  std::string text = std::string(column) + " in (?";
  for (std::size_t i = 1; i < count; ++i) text += ", ?";
  return text + ")";
}

std::string searchSql(const ports::TextQuery& query) {
  std::string sql =
      "select l.id, -bm25(text_index) from text_index join learnings l on l.seq = text_index.rowid "
      "where text_index match ? and l.status = 0 and l.owns_entry = 1";
  if (!query.kinds.empty()) sql += " and " + oneOf("l.kind", query.kinds.size());
  if (!query.categories.empty()) {
    const bool promoted = std::find(query.categories.begin(), query.categories.end(), core::kPromotedCategory) != query.categories.end();
    sql += " and (" + oneOf("l.category", query.categories.size()) + (promoted ? " or l.promoted = 1)" : ")");
  }
  return sql + " order by bm25(text_index), l.id desc limit ?";
}

}  // namespace

void admitTextIndex(Connection& connection, bool wanted) {
  // Before 3.41 SQLite takes FTS5 in a trigger for unsafe; the file is the daemon's own.
  if (wanted || parts(connection) > 0) sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, nullptr);
}

void setTextIndex(Connection& connection, bool wanted) {
  // A step of the schema that makes the table anew takes its triggers along.
  if (parts(connection) == (wanted ? kAllParts : 0)) return;
  Transaction transaction(connection, Lock::Exclusive);
  connection.execute(kDrop);
  if (wanted) connection.execute(kBuild);
  transaction.commit();
}

bool growTextIndex(Connection& connection) {
  std::int64_t end = 0;
  {
    auto query = connection.query(kFrom);
    if (query.step()) end = query.integer(0);
  }
  std::int64_t from = end;
  {
    auto row = connection.query(kBefore);
    row.bind(end).bind(kMostRows);
    for (std::int64_t signs = 0; signs < kMostSigns && row.step(); signs += row.integer(1)) from = row.integer(0);
  }
  if (from == end) return false;
  connection.query(kTakeIn).bind(from).bind(end).run();
  connection.query(kSetFrom).bind(from).run();
  return true;
}

std::vector<ports::TextHit> searchText(Connection& connection, const ports::TextQuery& query) {
  const std::string match = matchText(query.words);
  std::vector<ports::TextHit> hits;
  if (match.empty()) return hits;
  auto row = connection.query(searchSql(query));
  row.bind(match);
  for (const auto kind : query.kinds) row.bind(numberOf(kind));
  for (const auto& category : query.categories) row.bind(category);
  row.bind(static_cast<std::int64_t>(query.limit));
  while (row.step()) {
    ports::TextHit hit;
    hit.id = readId(row.blob(0));
    hit.rank = row.real(1);
    hits.push_back(hit);
  }
  return hits;
}

}  // namespace learnd::sqlite

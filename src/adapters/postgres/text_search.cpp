#include "adapters/postgres/text_search.hpp"

#include "core/code_points.hpp"

#include <algorithm>
#include <string>

namespace learnd::postgres {

namespace {

// Each word is looked up: an error log of a thousand words would take seconds, and its first ones say what it is about.
constexpr std::size_t kMostBytes = 512;

// A plain query wants all words: with | for its & any will do. What the parser takes for one word is cut apart as the index's text was.
const Statement kSearch(
    "with asked as (select replace(plainto_tsquery('pg_catalog.english', indexed_text($1::text, ''))::text, ' & ', ' | ')::tsquery as "
    "words) "
    "select l.id, ts_rank(l.text_index, asked.words, 1) as rank from learnings l, asked "
    "where l.text_index @@ asked.words and l.status = 'active' and l.owns_entry "
    "and (cardinality($2::text[]) = 0 or l.category = any($2::text[]) or (l.promoted and $3::boolean)) "
    "and (cardinality($4::text[]) = 0 or l.kind = any($4::text[])) order by rank desc, l.id desc limit $5::bigint");

}  // namespace

std::vector<ports::TextHit> searchText(Connection& connection, const ports::TextQuery& query) {
  ArrayText categories;
  for (const auto& category : query.categories) categories.add(category);
  ArrayText kinds;
  for (const auto kind : query.kinds) kinds.add(core::nameOf(kind));
  const bool promoted = std::find(query.categories.begin(), query.categories.end(), core::kPromotedCategory) != query.categories.end();
  std::string words(core::clipped(query.words, kMostBytes));
  // A text of PostgreSQL's has none.
  std::replace(words.begin(), words.end(), '\0', ' ');
  Values values;
  values.add(words).add(categories.text()).add(promoted).add(kinds.text());
  values.add(static_cast<std::int64_t>(query.limit));
  const Rows rows = connection.run(kSearch, values);
  std::vector<ports::TextHit> hits;
  hits.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Row row(rows, i);
    ports::TextHit hit;
    hit.id = row.id();
    hit.rank = row.real();
    hits.push_back(hit);
  }
  return hits;
}

}  // namespace learnd::postgres

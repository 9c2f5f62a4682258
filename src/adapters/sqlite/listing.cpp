#include "adapters/sqlite/listing.hpp"

#include "adapters/sqlite/learning_row.hpp"
#include "adapters/sqlite/metadata_filter.hpp"
#include "core/learning_size.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace learnd::sqlite {

namespace {

std::string_view textOf(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return {text ? text : "", static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

void matchMetadata(sqlite3_context* context, int, sqlite3_value** values) {
  try {
    sqlite3_result_int(context, metadataMatches(textOf(values[0]), textOf(values[1]), textOf(values[2])) ? 1 : 0);
  } catch (const std::exception& error) {
    // Exceptions must not pass through SQLite's C code.
    sqlite3_result_error(context, error.what(), -1);
  }
}

/// The query of a page: its conditions, and the values for them in the same order.
class PageQuery {
 public:
  PageQuery(const ports::LearningFilter& filter, ports::ListOrder order, const std::optional<ports::PagePlace>& after)
      : filter_(filter), order_(order), after_(after) {}

  [[nodiscard]] std::string sql() const {
    std::string text = "select " + learningColumns() + " from learnings l where " + conditions();
    text += order_ == ports::ListOrder::Time ? " order by l.timestamp desc, l.id desc limit ?"
                                             : " order by l.value_score desc, l.id desc limit ?";
    return text;
  }

  void bindTo(Query& query, std::size_t limit) const {
    for (const auto kind : filter_.kinds) query.bind(numberOf(kind));
    for (const auto status : filter_.statuses) query.bind(numberOf(status));
    for (const auto& category : filter_.categories) query.bind(category);
    if (filter_.outcome) query.bind(numberOf(*filter_.outcome));
    if (filter_.modelUsed) query.bind(numberOf(*filter_.modelUsed));
    if (filter_.important) query.bind(*filter_.important);
    if (filter_.source) query.bind(*filter_.source);
    if (filter_.since) query.bind(filter_.since->time_since_epoch().count());
    if (filter_.until) query.bind(filter_.until->time_since_epoch().count());
    if (filter_.minValue) query.bind(*filter_.minValue);
    if (after_ && order_ == ports::ListOrder::Time) query.bind(after_->time.time_since_epoch().count()).bind(after_->id.bytes());
    if (after_ && order_ == ports::ListOrder::Value) query.bind(after_->value).bind(after_->id.bytes());
    for (const auto& [key, value] : filter_.metadata) query.bind(key).bind(value);
    query.bind(static_cast<std::int64_t>(limit));
  }

 private:
  /// The + before a column keeps SQLite to the index that gives the order: a page is then found by walking along it.
  [[nodiscard]] std::string conditions() const {
    const bool byTime = order_ == ports::ListOrder::Time;
    std::string text = "1";
    if (!filter_.kinds.empty()) text += oneOf("+l.kind", filter_.kinds.size());
    if (!filter_.statuses.empty()) text += oneOf("+l.status", filter_.statuses.size());
    if (!filter_.categories.empty()) text += categoryCondition();
    if (filter_.outcome) text += " and +l.outcome = ?";
    if (filter_.modelUsed) text += " and +l.llm_used = ?";
    if (filter_.important) text += " and +l.important = ?";
    if (filter_.source) text += " and +l.source = ?";
    if (filter_.since) text += byTime ? " and l.timestamp >= ?" : " and +l.timestamp >= ?";
    // Behind a place the place is the nearer bound.
    if (filter_.until) text += byTime && !after_ ? " and l.timestamp < ?" : " and +l.timestamp < ?";
    if (filter_.minValue) text += byTime ? " and +l.value_score >= ?" : " and l.value_score >= ?";
    if (after_) text += byTime ? " and (l.timestamp, l.id) < (?, ?)" : " and (l.value_score, l.id) < (?, ?)";
    for (std::size_t i = 0; i < filter_.metadata.size(); ++i) text += " and metadata_matches(l.metadata, ?, ?)";
    return text;
  }

  [[nodiscard]] std::string categoryCondition() const {
    const auto& categories = filter_.categories;
    const bool wantsPromoted = std::find(categories.begin(), categories.end(), core::kPromotedCategory) != categories.end();
    std::string text = " and (+l.category in (?";
    for (std::size_t i = 1; i < categories.size(); ++i) text += ", ?";
    return text + (wantsPromoted ? ") or +l.promoted = 1)" : "))");
  }

  static std::string oneOf(const char* column, std::size_t count) {
    std::string text = std::string(" and ") + column + " in (?";
    for (std::size_t i = 1; i < count; ++i) text += ", ?";
    return text + ")";
  }

  const ports::LearningFilter& filter_;
  ports::ListOrder order_;
  const std::optional<ports::PagePlace>& after_;
};

}  // namespace

void addMetadataFunction(Connection& connection) {
  const int code =
      sqlite3_create_function_v2(connection.handle(), "metadata_matches", 3, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
                                 nullptr, &matchMetadata, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw SqliteFailure(code, "the function for metadata can't be added");
}

ports::LearningPage listLearnings(Connection& connection, const ports::LearningFilter& filter, ports::ListOrder order,
                                  const std::optional<ports::PagePlace>& after, std::size_t limit) {
  const PageQuery page(filter, order, after);
  ports::LearningPage answer;
  auto row = connection.query(page.sql());
  // One more than asked for tells whether this is the last page.
  page.bindTo(row, limit + 1);
  std::size_t bytes = 0;
  while (row.step()) {
    if (answer.learnings.size() == limit || bytes >= kPageBytes) {
      if (limit > 0) {
        const auto& last = answer.learnings.back();
        answer.next = ports::PagePlace{last.timestamp, last.valueScore, last.id};
      }
      break;
    }
    answer.learnings.push_back(readLearning(row));
    bytes += core::approximateSize(answer.learnings.back());
  }
  return answer;
}

}  // namespace learnd::sqlite

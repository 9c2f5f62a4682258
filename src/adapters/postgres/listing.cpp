#include "adapters/postgres/listing.hpp"

#include "adapters/postgres/learning_row.hpp"
#include "json/value.hpp"

#include <algorithm>
#include <string>

namespace learnd::postgres {

namespace {

/// The query of a page, and the values for it.
class PageQuery {
 public:
  PageQuery(const ports::LearningFilter& filter, ports::ListOrder order, const std::optional<ports::PagePlace>& after, std::size_t limit) {
    addWords(filter);
    addBounds(filter);
    for (const auto& [key, value] : filter.metadata) addMetadata(key, value);
    const bool byTime = order == ports::ListOrder::Time;
    const std::string column = byTime ? "l.timestamp" : "l.value_score";
    order_ = column + " desc, l.id desc";
    if (after) {
      const std::string place = byTime ? parameter(after->time, "timestamptz") : parameter(after->value, "double precision");
      condition_ += " and (" + column + ", l.id) < (" + place + ", " + parameter(after->id, "uuid") + ")";
    }
    limit_ = parameter(static_cast<std::int64_t>(limit), "bigint");
  }

  [[nodiscard]] std::string sql() const { return pageSql(WithVectors::No, condition_, order_, limit_); }
  [[nodiscard]] const Values& values() const { return values_; }

 private:
  template <class T>
  std::string parameter(const T& value, const char* type) {
    values_.add(value);
    return "$" + std::to_string(values_.texts().size()) + "::" + type;
  }

  template <class T>
  void addNames(const char* column, const std::vector<T>& words) {
    if (words.empty()) return;
    ArrayText names;
    for (const auto word : words) names.add(core::nameOf(word));
    // Alone, the index by it and the order can be used together.
    if (words.size() == 1) {
      condition_ += std::string(" and ") + column + " = " + parameter(core::nameOf(words.front()), "text");
    } else {
      condition_ += std::string(" and ") + column + " = any(" + parameter(names.text(), "text[]") + ")";
    }
  }

  void addWords(const ports::LearningFilter& filter) {
    addNames("l.kind", filter.kinds);
    addNames("l.status", filter.statuses);
    if (!filter.categories.empty()) addCategories(filter.categories);
    if (filter.outcome) condition_ += " and l.outcome = " + parameter(core::nameOf(*filter.outcome), "text");
    if (filter.modelUsed) condition_ += " and l.llm_used = " + parameter(core::nameOf(*filter.modelUsed), "text");
    if (filter.source) condition_ += " and l.source = " + parameter(*filter.source, "text");
    if (filter.important) condition_ += *filter.important ? " and l.important" : " and not l.important";
  }

  void addCategories(const std::vector<std::string>& categories) {
    ArrayText names;
    for (const auto& category : categories) names.add(category);
    const std::string condition = categories.size() == 1 ? "l.category = " + parameter(categories.front(), "text")
                                                         : "l.category = any(" + parameter(names.text(), "text[]") + ")";
    const bool wantsPromoted = std::find(categories.begin(), categories.end(), core::kPromotedCategory) != categories.end();
    condition_ += wantsPromoted ? " and (" + condition + " or l.promoted)" : " and " + condition;
  }

  void addBounds(const ports::LearningFilter& filter) {
    if (filter.since) condition_ += " and l.timestamp >= " + parameter(*filter.since, "timestamptz");
    if (filter.until) condition_ += " and l.timestamp < " + parameter(*filter.until, "timestamptz");
    if (filter.minValue) condition_ += " and l.value_score >= " + parameter(*filter.minValue, "double precision");
  }

  /// The value is a text, or a scalar's canonical JSON.
  void addMetadata(const std::string& key, const std::string& value) {
    json::Value asText;
    asText.set(key, json::Value(value));
    std::string condition = "l.metadata @> " + parameter(json::write(asText), "jsonb");
    const auto parsed = json::parse(value);
    // Only in its one canonical form: jsonb takes 12.0 for 12.
    const bool isScalar = parsed && !parsed->asText() && !parsed->asArray() && !parsed->asObject() && json::write(*parsed) == value;
    if (isScalar) {
      json::Value asScalar;
      asScalar.set(key, *parsed);
      condition = "(" + condition + " or l.metadata @> " + parameter(json::write(asScalar), "jsonb") + ")";
    }
    condition_ += " and " + condition;
  }

  std::string condition_ = "true";
  std::string order_;
  std::string limit_;
  Values values_;
};

}  // namespace

ports::LearningPage listLearnings(Connection& connection, const ports::LearningFilter& filter, ports::ListOrder order,
                                  const std::optional<ports::PagePlace>& after, std::size_t limit) {
  // One more than asked for tells whether this is the last page.
  const PageQuery page(filter, order, after, limit + 1);
  const Rows rows = connection.run(page.sql(), page.values());
  ports::LearningPage answer;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Row row(rows, i);
    auto learning = readLearning(row);
    if (answer.learnings.size() == limit || row.count() >= kPageBytes) {
      if (limit > 0) {
        const auto& last = answer.learnings.back();
        answer.next = ports::PagePlace{last.timestamp, last.valueScore, last.id};
      }
      break;
    }
    answer.learnings.push_back(std::move(learning));
  }
  return answer;
}

}  // namespace learnd::postgres

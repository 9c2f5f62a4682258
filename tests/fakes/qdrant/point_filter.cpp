#include "tests/fakes/qdrant/point_filter.hpp"

#include "core/timestamp.hpp"
#include "tests/fakes/qdrant/refusal.hpp"

#include <algorithm>
#include <vector>

namespace learnd::fakes::qdrant {

namespace {

using json::Value;
using Test = std::function<bool(const FilteredPoint&)>;
using Values = std::vector<const Value*>;

/// "a.b" is a path, "\"a.b\"" one key, "a[].b" goes through a list.
std::vector<std::string> pathOf(const std::string& key) {
  std::vector<std::string> path(1);
  bool quoted = false;
  for (const char sign : key) {
    if (sign == '"') {
      quoted = !quoted;
    } else if (sign == '.' && !quoted) {
      path.emplace_back();
    } else {
      path.back() += sign;
    }
  }
  return path;
}

void collect(const Value& value, const std::vector<std::string>& path, std::size_t at, Values& found) {
  if (at == path.size()) {
    found.push_back(&value);
    return;
  }
  std::string name = path[at];
  const bool list = name.ends_with("[]");
  if (list) name.resize(name.size() - 2);
  const Value* member = value.find(name);
  if (!member) return;
  if (!list) return collect(*member, path, at + 1, found);
  if (!member->asArray()) return;
  for (const Value& item : *member->asArray()) collect(item, path, at + 1, found);
}

/// The values of a key; a list stands for its items.
Values valuesOf(const Value& payload, const std::vector<std::string>& path) {
  Values found;
  collect(payload, path, 0, found);
  Values items;
  for (const Value* value : found) {
    if (!value->asArray()) {
      items.push_back(value);
      continue;
    }
    for (const Value& item : *value->asArray()) items.push_back(&item);
  }
  return items;
}

[[noreturn]] void wrongMatch() { throw badJson("data did not match any variant of untagged enum MatchInterface at line 1 column 1"); }

bool isMatchable(const Value& value) { return value.asText() || value.asBool() || value.asInteger() || value.asLargeInteger(); }

Test matchTest(const std::vector<std::string>& path, const Value& match) {
  if (const Value* value = match.find("value")) {
    if (!isMatchable(*value)) wrongMatch();
    return [path, wanted = *value](const FilteredPoint& point) {
      const auto values = valuesOf(point.payload, path);
      return std::any_of(values.begin(), values.end(), [&wanted](const Value* one) { return *one == wanted; });
    };
  }
  const Value* any = match.find("any");
  const Value* except = match.find("except");
  const Value* list = any ? any : except;
  if (list && list->asArray()) {
    const bool texts =
        std::all_of(list->asArray()->begin(), list->asArray()->end(), [](const Value& one) { return one.asText() != nullptr; });
    const bool numbers =
        std::all_of(list->asArray()->begin(), list->asArray()->end(), [](const Value& one) { return one.asInteger() != nullptr; });
    if (!texts && !numbers) wrongMatch();
    return [path, wanted = *list->asArray(), isAny = any != nullptr](const FilteredPoint& point) {
      const auto values = valuesOf(point.payload, path);
      const auto isWanted = [&wanted](const Value* one) { return std::find(wanted.begin(), wanted.end(), *one) != wanted.end(); };
      if (isAny) return std::any_of(values.begin(), values.end(), isWanted);
      return std::any_of(values.begin(), values.end(), [&](const Value* one) { return !isWanted(one); });
    };
  }
  const Value* text = match.find("text");
  if (!text || !text->asText()) wrongMatch();
  return [path, wanted = *text->asText()](const FilteredPoint& point) {
    const auto values = valuesOf(point.payload, path);
    return std::any_of(values.begin(), values.end(),
                       [&wanted](const Value* one) { return one->asText() && one->asText()->find(wanted) != std::string::npos; });
  };
}

template <class Number>
bool isWithin(const std::vector<std::pair<std::string, Number>>& bounds, Number value) {
  return std::all_of(bounds.begin(), bounds.end(), [value](const auto& bound) {
    if (bound.first == "gt") return value > bound.second;
    if (bound.first == "gte") return value >= bound.second;
    if (bound.first == "lt") return value < bound.second;
    return value <= bound.second;
  });
}

Test rangeTest(const std::vector<std::string>& path, const Value& range) {
  std::vector<std::pair<std::string, double>> numbers;
  std::vector<std::pair<std::string, core::Timestamp>> times;
  for (const char* name : {"gt", "gte", "lt", "lte"}) {
    const Value* bound = range.find(name);
    if (!bound || bound->isNull()) continue;
    if (bound->isNumber()) {
      numbers.emplace_back(name, bound->number());
      continue;
    }
    const std::string text = bound->asText() ? *bound->asText() : "";
    const auto time = core::parseTimestamp(text.size() == 10 ? text + "T00:00:00Z" : text);
    if (!time)
      throw badJson("'" + text + "' does not match accepted datetime format (RFC3339). Example: 2014-01-01T00:00:00Z at line 1 column 1");
    times.emplace_back(name, *time);
  }
  return [path, numbers, times](const FilteredPoint& point) {
    const auto values = valuesOf(point.payload, path);
    return std::any_of(values.begin(), values.end(), [&](const Value* one) {
      if (!times.empty()) {
        const auto time = one->asText() ? core::parseTimestamp(*one->asText()) : std::nullopt;
        return time && isWithin(times, *time);
      }
      return one->isNumber() && isWithin(numbers, one->number());
    });
  };
}

Test emptyTest(const Value& condition, bool nullOnly) {
  const Value* key = condition.find("key");
  if (!key || !key->asText()) throw badJson("missing field `key`");
  return [path = pathOf(*key->asText()), nullOnly](const FilteredPoint& point) {
    Values found;
    collect(point.payload, path, 0, found);
    if (nullOnly) return std::any_of(found.begin(), found.end(), [](const Value* one) { return one->isNull(); });
    return std::all_of(found.begin(), found.end(),
                       [](const Value* one) { return one->isNull() || (one->asArray() && one->asArray()->empty()); });
  };
}

Test filterTest(const Value& filter, std::shared_ptr<std::set<PointId>>* onlyIds);

Test conditionTest(const Value& condition, std::shared_ptr<std::set<PointId>>* onlyIds) {
  if (!condition.asObject()) throw badJson("invalid type, expected a condition at line 1 column 1");
  if (const Value* ids = condition.find("has_id")) {
    if (!ids->asArray()) throw badJson("invalid type, expected a sequence at line 1 column 1");
    auto set = std::make_shared<std::set<PointId>>();
    for (const Value& id : *ids->asArray()) set->insert(readId(id));
    if (onlyIds) *onlyIds = set;
    return [set](const FilteredPoint& point) { return set->contains(point.id); };
  }
  if (const Value* name = condition.find("has_vector")) {
    return [wanted = name->asText() ? *name->asText() : ""](const FilteredPoint& point) { return point.hasVector(wanted); };
  }
  if (const Value* empty = condition.find("is_empty")) return emptyTest(*empty, false);
  if (const Value* null = condition.find("is_null")) return emptyTest(*null, true);
  const Value* key = condition.find("key");
  if (!key) return filterTest(condition, nullptr);
  if (!key->asText()) throw badJson("invalid type, expected a string at line 1 column 1");
  const auto path = pathOf(*key->asText());
  if (const Value* match = condition.find("match")) return matchTest(path, *match);
  if (const Value* range = condition.find("range")) return rangeTest(path, *range);
  throw invalid("internal.filter.must[0].__all__: Validation error: At least one field condition must be specified [{}]");
}

std::vector<Test> testsOf(const Value& clause, std::shared_ptr<std::set<PointId>>* onlyIds) {
  std::vector<Test> tests;
  if (clause.isNull()) return tests;
  if (!clause.asArray()) {
    tests.push_back(conditionTest(clause, onlyIds));
    return tests;
  }
  for (const Value& condition : *clause.asArray()) tests.push_back(conditionTest(condition, onlyIds));
  return tests;
}

Test filterTest(const Value& filter, std::shared_ptr<std::set<PointId>>* onlyIds) {
  if (!filter.asObject()) throw badJson("invalid type, expected struct Filter at line 1 column 1");
  std::vector<Test> must;
  std::vector<Test> should;
  std::vector<Test> mustNot;
  bool hasShould = false;
  for (const auto& [name, clause] : *filter.asObject()) {
    if (name == "must") {
      must = testsOf(clause, onlyIds);
    } else if (name == "should") {
      should = testsOf(clause, nullptr);
      hasShould = !should.empty();
    } else if (name == "must_not") {
      mustNot = testsOf(clause, nullptr);
    } else {
      throw badJson("unknown field `" + name + "`, expected one of `should`, `min_should`, `must`, `must_not` at line 1 column 1");
    }
  }
  return [must, should, mustNot, hasShould](const FilteredPoint& point) {
    const auto holds = [&point](const Test& test) { return test(point); };
    return std::all_of(must.begin(), must.end(), holds) && (!hasShould || std::any_of(should.begin(), should.end(), holds)) &&
           std::none_of(mustNot.begin(), mustNot.end(), holds);
  };
}

}  // namespace

PointFilter::PointFilter(const Value* filter) {
  if (!filter || filter->isNull()) {
    test_ = [](const FilteredPoint&) { return true; };
    return;
  }
  test_ = filterTest(*filter, &onlyIds_);
}

}  // namespace learnd::fakes::qdrant

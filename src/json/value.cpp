#include "json/value.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace learnd::json {

Value::Value(std::uint64_t value) {
  if (value <= static_cast<std::uint64_t>(INT64_MAX)) {
    data_ = static_cast<std::int64_t>(value);
  } else {
    data_ = value;
  }
}

Value Value::hugeInteger(double nearest) {
  Value value;
  value.data_ = HugeInteger{nearest};
  return value;
}

bool Value::isNumber() const { return isInteger() || std::holds_alternative<double>(data_); }

bool Value::isInteger() const { return asInteger() || asLargeInteger() || std::holds_alternative<HugeInteger>(data_); }

double Value::number() const {
  if (const auto* whole = std::get_if<std::int64_t>(&data_)) return static_cast<double>(*whole);
  if (const auto* larger = std::get_if<std::uint64_t>(&data_)) return static_cast<double>(*larger);
  if (const auto* huge = std::get_if<HugeInteger>(&data_)) return huge->nearest;
  if (const auto* real = std::get_if<double>(&data_)) return *real;
  return 0;
}

const Value* Value::find(std::string_view name) const {
  const auto* members = asObject();
  if (!members) return nullptr;
  const auto place = std::find_if(members->begin(), members->end(), [name](const Member& member) { return member.first == name; });
  return place == members->end() ? nullptr : &place->second;
}

void Value::set(std::string name, Value value) {
  if (isNull()) data_ = Object();
  auto& members = std::get<Object>(data_);
  const auto place = std::find_if(members.begin(), members.end(), [&name](const Member& member) { return member.first == name; });
  if (place != members.end()) {
    place->second = std::move(value);
  } else {
    members.emplace_back(std::move(name), std::move(value));
  }
}

Value mergePatch(Value target, const Value& patch) {
  const auto* changes = patch.asObject();
  if (!changes) return patch;
  if (!target.asObject()) target = Value(Value::Object());
  auto& members = *target.asObject();
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < members.size(); ++i) places.emplace(members[i].first, i);
  std::unordered_set<std::string> removed;
  for (const auto& [name, change] : *changes) {
    const auto place = places.find(name);
    if (change.isNull()) {
      if (place != places.end()) removed.insert(name);
    } else if (place != places.end()) {
      Value& there = members[place->second].second;
      there = mergePatch(std::move(there), change);
    } else {
      // What is added is merged into nothing: nulls in it leave no trace.
      members.emplace_back(name, mergePatch(Value(), change));
    }
  }
  if (!removed.empty()) std::erase_if(members, [&removed](const Value::Member& member) { return removed.contains(member.first); });
  return target;
}

}  // namespace learnd::json

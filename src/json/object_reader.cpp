#include "json/object_reader.hpp"

#include "core/code_points.hpp"
#include "json/text_check.hpp"

#include <algorithm>
#include <cmath>

namespace learnd::json {

namespace {

std::string numberText(double number) { return write(Value(number)); }

}  // namespace

ObjectReader::ObjectReader(const Value& value, std::string path) : value_(&value), path_(std::move(path)) {
  if (value.asObject()) return;
  if (path_.empty()) {
    fail(core::Error(core::ErrorKind::InvalidInput, "a JSON object is expected"));
  } else {
    fail(core::Error::invalidField(path_, path_ + " must be a JSON object"));
  }
}

std::string ObjectReader::pathOf(std::string_view name) const {
  std::string path = path_;
  if (!path.empty()) path += '.';
  return path.append(name);
}

const Value* ObjectReader::take(std::string_view name) {
  asked_.emplace_back(name);
  const Value* found = value_->find(name);
  return found && !found->isNull() ? found : nullptr;
}

bool ObjectReader::has(std::string_view name) const { return value_->find(name) != nullptr; }

void ObjectReader::ignore(std::string_view name) { asked_.emplace_back(name); }

void ObjectReader::fail(core::Error error) {
  if (!error_) error_ = std::move(error);
}

std::optional<std::string> ObjectReader::text(std::string_view name, std::size_t limit) {
  const Value* found = take(name);
  if (!found) return std::nullopt;
  const std::string* text = found->asText();
  if (!text) {
    fail(core::Error::invalidField(pathOf(name), pathOf(name) + " must be text"));
    return std::nullopt;
  }
  if (auto wrong = checkText(*text, pathOf(name), limit)) {
    fail(std::move(*wrong));
    return std::nullopt;
  }
  return *text;
}

std::string ObjectReader::requiredText(std::string_view name, std::size_t limit) {
  const bool failedBefore = failed();
  auto found = text(name, limit);
  if (found && !core::isBlankText(*found)) return std::move(*found);
  if (failed() && !failedBefore) return {};
  fail(core::Error::invalidField(pathOf(name), found ? pathOf(name) + " must say something" : pathOf(name) + " is required"));
  return {};
}

std::optional<bool> ObjectReader::boolean(std::string_view name) {
  const Value* found = take(name);
  if (!found) return std::nullopt;
  if (const bool* truth = found->asBool()) return *truth;
  fail(core::Error::invalidField(pathOf(name), pathOf(name) + " must be true or false"));
  return std::nullopt;
}

std::optional<double> ObjectReader::number(std::string_view name, double least, double most) {
  const Value* found = take(name);
  if (!found) return std::nullopt;
  const double number = found->number();
  if (found->isNumber() && number >= least && number <= most) return number;
  std::string rule = " must be a number";
  if (std::isfinite(least) && std::isfinite(most)) {
    rule += " from " + numberText(least) + " to " + numberText(most);
  } else if (std::isfinite(least)) {
    rule += " of at least " + numberText(least);
  } else if (std::isfinite(most)) {
    rule += " of at most " + numberText(most);
  }
  fail(core::Error::invalidField(pathOf(name), pathOf(name) + rule));
  return std::nullopt;
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view name, std::int64_t least, std::int64_t most) {
  const Value* found = take(name);
  if (!found) return std::nullopt;
  if (const auto* whole = found->asInteger(); whole && *whole >= least && *whole <= most) return *whole;
  // 5.0 is an integer to JSON, whose numbers know no types.
  const double number = found->number();
  if (found->isNumber() && !found->isInteger() && std::trunc(number) == number && number >= static_cast<double>(least) &&
      number <= static_cast<double>(most) && std::abs(number) < 9.2e18) {
    return static_cast<std::int64_t>(number);
  }
  fail(core::Error::invalidField(pathOf(name),
                                 pathOf(name) + " must be an integer from " + std::to_string(least) + " to " + std::to_string(most)));
  return std::nullopt;
}

std::optional<std::vector<std::string>> ObjectReader::texts(std::string_view name, std::size_t items, std::size_t limit) {
  const Value* found = take(name);
  if (!found) return std::nullopt;
  const Value::Array* list = found->asArray();
  if (!list) {
    fail(core::Error::invalidField(pathOf(name), pathOf(name) + " must be a list of texts"));
    return std::nullopt;
  }
  if (list->size() > items) {
    fail(core::Error::tooLarge(pathOf(name), pathOf(name) + " has more than " + std::to_string(items) + " items"));
    return std::nullopt;
  }
  std::vector<std::string> texts;
  texts.reserve(list->size());
  for (const Value& item : *list) {
    const std::string* text = item.asText();
    const std::string path = pathOf(name) + "[" + std::to_string(texts.size()) + "]";
    auto wrong = text ? checkText(*text, path, limit) : core::Error::invalidField(path, path + " must be text");
    if (wrong) {
      fail(std::move(*wrong));
      return std::nullopt;
    }
    texts.push_back(*text);
  }
  return texts;
}

const Value* ObjectReader::value(std::string_view name) { return take(name); }

const Value* ObjectReader::object(std::string_view name) {
  const Value* found = take(name);
  if (!found || found->asObject()) return found;
  fail(core::Error::invalidField(pathOf(name), pathOf(name) + " must be a JSON object"));
  return nullptr;
}

core::Result<void> ObjectReader::finish() {
  if (error_) return *error_;
  for (const auto& [name, member] : *value_->asObject()) {
    if (std::find(asked_.begin(), asked_.end(), name) != asked_.end()) continue;
    std::string allowed;
    for (const std::string& known : asked_) allowed += (allowed.empty() ? "" : ", ") + known;
    const std::string path = pathOf(name.substr(0, 100));
    return core::Error::invalidField(path, path + " is no field of this: allowed are " + allowed);
  }
  return {};
}

}  // namespace learnd::json

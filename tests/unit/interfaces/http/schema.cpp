#include "tests/unit/interfaces/http/schema.hpp"

#include <regex.h>

#include <algorithm>
#include <cmath>

namespace learnd::interfaces::http {

namespace {

using json::Value;

class Checker {
 public:
  explicit Checker(const Value& document) : document_(document) {}

  void check(const Value& value, const Value& schema, const std::string& place) {
    for (const auto& [keyword, rule] : *schema.asObject()) apply(keyword, rule, schema, value, place);
  }

  std::vector<std::string> found;

 private:
  void say(const std::string& place, const std::string& what) { found.push_back((place.empty() ? "/" : place) + ": " + what); }

  void apply(const std::string& keyword, const Value& rule, const Value& schema, const Value& value, const std::string& place) {
    if (keyword == "description" || keyword == "format" || keyword == "examples" || keyword == "default") return;
    if (keyword == "$ref") return check(value, resolve(*rule.asText()), place);
    if (keyword == "type") return checkType(*rule.asText(), value, place);
    if (keyword == "anyOf") return checkAnyOf(rule, value, place);
    if (keyword == "enum") {
      const auto& allowed = *rule.asArray();
      if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) say(place, "not in the enum: " + json::write(value));
      return;
    }
    if (keyword == "properties") return checkProperties(rule, value, place);
    if (keyword == "required") return checkRequired(rule, value, place);
    if (keyword == "additionalProperties") return checkAdditional(rule, schema, value, place);
    if (keyword == "items") {
      for (std::size_t i = 0; value.asArray() && i < value.asArray()->size(); ++i) {
        check((*value.asArray())[i], rule, place + "/" + std::to_string(i));
      }
      return;
    }
    checkBounds(keyword, rule, value, place);
  }

  void checkBounds(const std::string& keyword, const Value& rule, const Value& value, const std::string& place) {
    const double bound = rule.number();
    if (keyword == "minimum") {
      if (value.isNumber() && value.number() < bound) say(place, "below the minimum");
    } else if (keyword == "maximum") {
      if (value.isNumber() && value.number() > bound) say(place, "above the maximum");
    } else if (keyword == "minLength") {
      if (value.asText() && static_cast<double>(value.asText()->size()) < bound) say(place, "too short");
    } else if (keyword == "maxLength") {
      if (value.asText() && static_cast<double>(value.asText()->size()) > bound) say(place, "too long");
    } else if (keyword == "minItems") {
      if (value.asArray() && static_cast<double>(value.asArray()->size()) < bound) say(place, "too few");
    } else if (keyword == "maxItems") {
      if (value.asArray() && static_cast<double>(value.asArray()->size()) > bound) say(place, "too many");
    } else if (keyword == "pattern") {
      if (value.asText() && !matches(*value.asText(), *rule.asText())) say(place, "does not match " + *rule.asText());
    } else {
      say(place, "unknown keyword " + keyword);
    }
  }

  const Value& resolve(const std::string& reference) const {
    const Value* at = &document_;
    for (std::size_t from = 2; from < reference.size();) {
      const std::size_t end = std::min(reference.find('/', from), reference.size());
      at = at->find(reference.substr(from, end - from));
      from = end + 1;
    }
    return *at;
  }

  void checkType(const std::string& type, const Value& value, const std::string& place) {
    const bool fits = (type == "object" && value.asObject()) || (type == "array" && value.asArray()) ||
                      (type == "string" && value.asText()) || (type == "boolean" && value.asBool()) || (type == "null" && value.isNull()) ||
                      (type == "number" && value.isNumber()) ||
                      (type == "integer" && value.isNumber() && std::trunc(value.number()) == value.number());
    if (!fits) say(place, "no " + type + ": " + json::write(value).substr(0, 100));
  }

  void checkAnyOf(const Value& choices, const Value& value, const std::string& place) {
    for (const Value& choice : *choices.asArray()) {
      Checker one(document_);
      one.check(value, choice, place);
      if (one.found.empty()) return;
    }
    say(place, "none of the choices: " + json::write(value).substr(0, 100));
  }

  void checkProperties(const Value& properties, const Value& value, const std::string& place) {
    for (const auto& [name, schema] : *properties.asObject()) {
      if (const Value* member = value.find(name)) check(*member, schema, place + "/" + name);
    }
  }

  void checkRequired(const Value& names, const Value& value, const std::string& place) {
    for (const Value& name : *names.asArray()) {
      if (!value.find(*name.asText())) say(place, "without " + *name.asText());
    }
  }

  void checkAdditional(const Value& rule, const Value& schema, const Value& value, const std::string& place) {
    const Value* properties = schema.find("properties");
    for (std::size_t i = 0; value.asObject() && i < value.asObject()->size(); ++i) {
      const auto& [name, member] = (*value.asObject())[i];
      if (properties && properties->find(name)) continue;
      if (rule.asObject()) {
        check(member, rule, place + "/" + name);
      } else if (rule.asBool() && !*rule.asBool()) {
        say(place, "with " + name);
      }
    }
  }

  const Value& document_;
};

}  // namespace

bool matches(const std::string& text, const std::string& pattern) {
  regex_t compiled{};
  if (::regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0) return false;
  const bool found = ::regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
  ::regfree(&compiled);
  return found;
}

std::vector<std::string> violations(const Value& value, const Value& schema, const Value& document) {
  Checker checker(document);
  checker.check(value, schema, "");
  return std::move(checker.found);
}

}  // namespace learnd::interfaces::http

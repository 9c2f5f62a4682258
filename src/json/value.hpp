#pragma once

#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace learnd::json {

/// A JSON value that owns what it holds. Objects keep the order of their members; a name that comes twice is refused by the parser.
/// Integers within 64 bits stay exact; others are doubles.
class Value {
 public:
  using Array = std::vector<Value>;
  using Member = std::pair<std::string, Value>;
  using Object = std::vector<Member>;

  Value() = default;  // null
  Value(std::nullptr_t) {}
  Value(bool value) : data_(value) {}
  Value(std::int64_t value) : data_(value) {}
  Value(int value) : data_(static_cast<std::int64_t>(value)) {}
  Value(std::uint64_t value);
  Value(double value) : data_(value) {}  // NaN and infinities are written as null
  Value(std::string value) : data_(std::move(value)) {}
  Value(std::string_view value) : data_(std::string(value)) {}
  Value(const char* value) : data_(std::string(value)) {}
  Value(Array value) : data_(std::move(value)) {}
  Value(Object value) : data_(std::move(value)) {}
  /// An integer that 64 bits do not hold: the nearest double, but still known as an integer.
  static Value hugeInteger(double nearest);

  [[nodiscard]] bool isNull() const { return std::holds_alternative<std::monostate>(data_); }
  [[nodiscard]] const bool* asBool() const { return std::get_if<bool>(&data_); }
  [[nodiscard]] const std::string* asText() const { return std::get_if<std::string>(&data_); }
  [[nodiscard]] const Array* asArray() const { return std::get_if<Array>(&data_); }
  [[nodiscard]] const Object* asObject() const { return std::get_if<Object>(&data_); }
  [[nodiscard]] Array* asArray() { return std::get_if<Array>(&data_); }
  [[nodiscard]] Object* asObject() { return std::get_if<Object>(&data_); }
  [[nodiscard]] bool isNumber() const;
  /// A number that was written without a fraction and an exponent, whatever its size.
  [[nodiscard]] bool isInteger() const;
  /// An integer within 64 bits with a sign.
  [[nodiscard]] const std::int64_t* asInteger() const { return std::get_if<std::int64_t>(&data_); }
  /// An integer above them, within 64 bits without a sign.
  [[nodiscard]] const std::uint64_t* asLargeInteger() const { return std::get_if<std::uint64_t>(&data_); }
  /// Where the value is a number (an integer is converted).
  [[nodiscard]] double number() const;
  /// A member of an object; null where the value is no object or has none of that name.
  [[nodiscard]] const Value* find(std::string_view name) const;
  /// Adds a member, or replaces the one of that name. The value must be an object or null (which becomes one).
  void set(std::string name, Value value);

  bool operator==(const Value&) const = default;

 private:
  struct HugeInteger {
    double nearest = 0;
    bool operator==(const HugeInteger&) const = default;
  };
  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, HugeInteger, std::string, Array, Object> data_;
};

/// Strict RFC 8259: valid UTF-8, no lone surrogates, no NaN, no text behind, no member twice, at most 64 levels. The error says what and at
/// which byte; it is an InvalidInput without a field.
[[nodiscard]] core::Result<Value> parse(std::string_view text);

/// Compact; members in their order. Doubles in the shortest form that reads back the same (ECMAScript's, as RFC 8785 wants).
std::string write(const Value& value);
void write(const Value& value, std::string& out);

/// RFC 8785: members sorted by UTF-16 code units, numbers as ECMAScript writes them. An integer beyond +-2^53 is an InvalidInput of field
/// `field`.
[[nodiscard]] core::Result<std::string> writeCanonical(const Value& value, std::string_view field);

/// RFC 7396 merge patch: null removes a member, objects merge, all else replaces.
Value mergePatch(Value target, const Value& patch);

}  // namespace learnd::json

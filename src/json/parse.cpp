#include "json/value.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <charconv>
#include <optional>
#include <system_error>
#include <unordered_set>
#include <utility>

namespace learnd::json {

namespace {

constexpr std::size_t kDeepest = 64;
/// Below this, comparing each name with those before it is faster than hashing them.
constexpr std::size_t kFewMembers = 16;

/// The double nearest to the token; nothing where it is too large for one. A token too small for one is zero.
std::optional<double> parseDouble(std::string_view token) {
  double value = 0;
  const auto read = std::from_chars(token.data(), token.data() + token.size(), value);
  if (read.ec == std::errc()) return value;
  // from_chars does not say which way the token left the range: its exponent's sign does, and failing that its first digit.
  const auto exponent = token.find_first_of("eE");
  if (exponent != std::string_view::npos && exponent + 1 < token.size() && token[exponent + 1] == '-') return 0.0;
  const auto digit = token.find_first_of("0123456789");
  if (exponent == std::string_view::npos && token[digit] == '0') return 0.0;
  return std::nullopt;
}

std::optional<std::string_view> findRepeated(const Value::Object& members) {
  if (members.size() <= kFewMembers) {
    for (std::size_t i = 1; i < members.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (members[i].first == members[j].first) return members[i].first;
      }
    }
    return std::nullopt;
  }
  std::unordered_set<std::string_view> names;
  names.reserve(members.size());
  for (const auto& [name, value] : members) {
    if (!names.insert(name).second) return name;
  }
  return std::nullopt;
}

/// Builds the tree from RapidJSON's events, on a stack of its own. Numbers come as text, so that what an integer is can be told exactly.
class TreeBuilder {
 public:
  bool Null() { return add(Value()); }
  bool Bool(bool value) { return add(Value(value)); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) { return addNumber({text, length}); }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return isWhole({text, length}) && add(Value(std::string(text, length)));
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    open_.back().name.assign(text, length);
    return isWhole(open_.back().name);
  }
  bool StartObject() { return open(Container::Object); }
  bool StartArray() { return open(Container::Array); }
  bool EndObject(rapidjson::SizeType) {
    Frame frame = std::move(open_.back());
    open_.pop_back();
    if (const auto repeated = findRepeated(frame.members)) {
      return fail("the member \"" + std::string(repeated->substr(0, 100)) + "\" comes twice");
    }
    return add(Value(std::move(frame.members)));
  }
  bool EndArray(rapidjson::SizeType) {
    Frame frame = std::move(open_.back());
    open_.pop_back();
    return add(Value(std::move(frame.items)));
  }
  // The reader is told to hand all numbers over as text; these complete its interface.
  bool Int(int value) { return add(Value(value)); }
  bool Uint(unsigned value) { return add(Value(static_cast<std::int64_t>(value))); }
  bool Int64(std::int64_t value) { return add(Value(value)); }
  bool Uint64(std::uint64_t value) { return add(Value(value)); }
  bool Double(double value) { return add(Value(value)); }

  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] Value takeRoot() { return std::move(root_); }

 private:
  enum class Container : bool { Array, Object };
  struct Frame {
    Container container = Container::Array;
    std::string name;  // of the member that comes next
    Value::Array items;
    Value::Object members;
  };

  bool open(Container container) {
    if (open_.size() == kDeepest) return fail("it is nested deeper than 64 levels");
    open_.emplace_back();
    open_.back().container = container;
    return true;
  }

  bool add(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().container == Container::Array) {
      open_.back().items.push_back(std::move(value));
    } else {
      open_.back().members.emplace_back(std::move(open_.back().name), std::move(value));
    }
    return true;
  }

  bool addNumber(std::string_view token) {
    const char* end = token.data() + token.size();
    const bool isInteger = token.find_first_of(".eE") == std::string_view::npos;
    if (isInteger && token != "-0") {
      std::int64_t whole = 0;
      if (std::from_chars(token.data(), end, whole).ec == std::errc()) return add(Value(whole));
      std::uint64_t larger = 0;
      if (token.front() != '-' && std::from_chars(token.data(), end, larger).ec == std::errc()) return add(Value(larger));
    }
    const auto value = parseDouble(token);
    if (!value) return fail("the number " + std::string(token.substr(0, 40)) + " is too large");
    return add(isInteger && token != "-0" ? Value::hugeInteger(*value) : Value(*value));
  }

  /// RapidJSON 1.1.0 refuses a lone high surrogate but lets a lone low one (\udc00) through, as three bytes that are no UTF-8.
  bool isWhole(std::string_view text) {
    for (auto at = text.find('\xED'); at != std::string_view::npos; at = text.find('\xED', at + 1)) {
      if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0U)
        return fail("there is half a surrogate pair in a text");
    }
    return true;
  }

  bool fail(std::string why) {
    error_ = std::move(why);
    return false;
  }

  std::vector<Frame> open_;
  Value root_;
  std::string error_;
};

}  // namespace

core::Result<Value> parse(std::string_view text) {
  // Iterative, so that nesting costs no stack of the thread's.
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  TreeBuilder builder;
  const auto done = reader.Parse<kFlags>(stream, builder);
  std::string why = builder.error();
  std::size_t place = done.Offset();
  if (why.empty() && done.IsError()) why = rapidjson::GetParseError_En(done.Code());
  if (why.empty() && stream.Tell() != text.size()) {
    // The reader takes a NUL byte for the end.
    why = "there is something behind the value";
    place = stream.Tell();
  }
  if (why.empty()) return builder.takeRoot();
  return core::Error(core::ErrorKind::InvalidInput, "this is no valid JSON: " + why + " (at byte " + std::to_string(place) + ")");
}

}  // namespace learnd::json

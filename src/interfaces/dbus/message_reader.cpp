#include "interfaces/dbus/message_reader.hpp"

#include "core/limits.hpp"
#include "interfaces/dbus/errors.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>

namespace learnd::interfaces::dbus {

namespace {

// What a value costs at least: a list of empty ones must not get by the limit.
constexpr std::size_t kCostOfAValue = 8;

std::string below(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

/// The room for a value of any basic type, by the letter of its type.
union Basic {
  std::uint8_t y;
  std::int16_t n;
  std::uint16_t q;
  std::int32_t i;
  std::uint32_t u;
  std::int64_t x;
  std::uint64_t t;
  double d;
  int b;
  const char* text;
};

/// A number or a boolean; null where the type is one of the texts.
json::Value plainValue(char type, const Basic& value) {
  switch (type) {
    case 'y':
      return std::int64_t{value.y};
    case 'n':
      return std::int64_t{value.n};
    case 'q':
      return std::int64_t{value.q};
    case 'i':
      return std::int64_t{value.i};
    case 'u':
      return std::int64_t{value.u};
    case 'x':
      return value.x;
    case 't':
      return value.t;
    case 'b':
      return value.b != 0;
    case 'd':
      return value.d;
    default:
      return {};
  }
}

}  // namespace

std::string MessageReader::text() {
  const char* text = nullptr;
  return read('s', &text) ? text : std::string();
}

std::vector<std::string> MessageReader::texts() {
  std::vector<std::string> all;
  if (!enter('a', "s")) return all;
  while (!error_ && sd_bus_message_at_end(message_, 0) == 0) {
    auto one = text();
    if (!error_ && spend(one.size())) all.push_back(std::move(one));
  }
  leave();
  return all;
}

std::uint32_t MessageReader::whole() {
  std::uint32_t number = 0;
  read('u', &number);
  return number;
}

double MessageReader::number() {
  double number = 0;
  read('d', &number);
  return number;
}

json::Value MessageReader::members(const std::string& path) { return readObject("{sv}", path); }

json::Value MessageReader::membersOf(std::initializer_list<std::string_view> names) {
  json::Value object{json::Value::Object{}};
  if (!enter('a', "{sv}")) return object;
  while (!error_ && sd_bus_message_at_end(message_, 0) == 0) {
    if (!enter('e', "sv")) break;
    auto name = text();
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      auto value = readValue(name);
      object.set(name, std::move(value));
    } else {
      skipVariant();
    }
    leave();
  }
  leave();
  return object;
}

core::Result<void> MessageReader::finish() const {
  if (error_) return *error_;
  return {};
}

json::Value MessageReader::readValue(const std::string& path) {
  char type = 0;
  const char* contents = nullptr;
  if (error_ || !spend(0)) return {};
  if (const int peeked = sd_bus_message_peek_type(message_, &type, &contents); peeked <= 0) {
    fail(busError("a message can't be read", peeked));
    return {};
  }
  switch (type) {
    case 'v': {
      if (!enter('v', contents)) return {};
      auto value = readValue(path);
      leave();
      return value;
    }
    case 'a':
      return contents[0] == '{' ? readObject(contents, path) : readList(contents, path);
    default:
      return readBasic(type, path);
  }
}

json::Value MessageReader::readBasic(char type, const std::string& path) {
  Basic place{};
  if (std::string_view("ynqiuxtdbsog").find(type) == std::string_view::npos) {
    fail(core::Error::invalidField(
        path, std::string("a value of type ") + type + " is not taken: texts, numbers, booleans, lists and a{sv} are"));
    return {};
  }
  if (!read(type, &place)) return {};
  if (type == 'd' && !std::isfinite(place.d)) fail(core::Error::invalidField(path, "it must be a finite number"));
  if (std::string_view("sog").find(type) == std::string_view::npos) return plainValue(type, place);
  const std::string_view text = place.text;
  if (type == 'g' && text.empty()) return nullptr;
  return spend(text.size()) ? json::Value(text) : json::Value();
}

json::Value MessageReader::readList(const char* contents, const std::string& path) {
  json::Value::Array list;
  if (!enter('a', contents)) return {};
  while (!error_ && sd_bus_message_at_end(message_, 0) == 0) list.push_back(readValue(path));
  leave();
  return list;
}

json::Value MessageReader::readObject(const char* contents, const std::string& path) {
  const std::string entry = contents;
  if (entry.size() < 4 || entry[1] != 's') {
    fail(core::Error::invalidField(path, "the keys of a dictionary must be texts (a{sv})"));
    return {};
  }
  const std::string keyAndValue = entry.substr(1, entry.size() - 2);
  json::Value object{json::Value::Object{}};
  std::unordered_set<std::string> names;
  if (!enter('a', contents)) return object;
  while (!error_ && sd_bus_message_at_end(message_, 0) == 0) {
    if (!enter('e', keyAndValue.c_str())) break;
    auto name = text();
    const auto full = below(path, name);
    auto value = readValue(full);
    if (!error_ && !names.insert(name).second) fail(core::Error::invalidField(full, "it comes twice"));
    if (!error_ && spend(name.size())) object.asObject()->emplace_back(std::move(name), std::move(value));
    leave();
  }
  leave();
  return object;
}

bool MessageReader::enter(char type, const char* contents) {
  if (error_) return false;
  const int entered = sd_bus_message_enter_container(message_, type, contents);
  if (entered <= 0) fail(busError("a message can't be read", entered));
  return entered > 0;
}

bool MessageReader::leave() {
  // After an error the place in the message is of no use anyway.
  if (error_) return false;
  const int left = sd_bus_message_exit_container(message_);
  if (left < 0) fail(busError("a message can't be read", left));
  return left >= 0;
}

void MessageReader::skipVariant() {
  if (error_) return;
  if (const int skipped = sd_bus_message_skip(message_, "v"); skipped < 0) fail(busError("a message can't be read", skipped));
}

bool MessageReader::read(char type, void* place) {
  if (error_) return false;
  const int done = sd_bus_message_read_basic(message_, type, place);
  if (done <= 0) fail(busError("a message can't be read", done));
  return done > 0;
}

bool MessageReader::spend(std::size_t bytes) {
  spent_ += bytes + kCostOfAValue;
  if (spent_ <= core::kMaxBody) return true;
  fail(core::Error(core::ErrorKind::TooLarge, "the call is larger than a request may be (1 MiB)"));
  return false;
}

void MessageReader::fail(core::Error error) {
  if (!error_) error_ = std::move(error);
}

}  // namespace learnd::interfaces::dbus

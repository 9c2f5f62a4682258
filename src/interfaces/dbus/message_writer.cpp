#include "interfaces/dbus/message_writer.hpp"

#include "interfaces/dbus/errors.hpp"

#include <algorithm>
#include <string>

namespace learnd::interfaces::dbus {

namespace {

// The bus drops a client that sends more than its limit, 32 MiB on the system bus of dbus-daemon; half of it leaves room for the padding.
constexpr std::size_t kMostBytes = 16 * 1024 * 1024;
// A message may nest 64 containers (D-Bus specification, "Message Protocol"), and an object is three: array, entry and variant. With the
// array and the struct that our signatures have around them, 19 objects in each other are 59.
constexpr int kMostDepth = 18;
// Length, padding and signature of a value.
constexpr std::size_t kCostOfAValue = 16;

bool isListOfTexts(const json::Value::Array& list) {
  return std::all_of(list.begin(), list.end(), [](const json::Value& one) { return one.asText() != nullptr || one.isNull(); });
}

}  // namespace

void MessageWriter::text(std::string_view text) {
  bytes_ += text.size();
  std::string ended(text);
  // A text of the bus ends at its first NUL. Ours have none; should one get in, the rest must not go silently.
  for (auto at = ended.find('\0'); at != std::string::npos; at = ended.find('\0', at)) ended.replace(at, 1, "\xef\xbf\xbd");
  basic('s', ended.c_str());
}

void MessageWriter::number(double number) { basic('d', &number); }

void MessageWriter::whole(std::uint64_t number) { basic('t', &number); }

void MessageWriter::boolean(bool flag) {
  const int value = flag ? 1 : 0;
  basic('b', &value);
}

void MessageWriter::members(const json::Value& object) {
  static const json::Value::Object kNone;
  writeMembers(object.asObject() != nullptr ? *object.asObject() : kNone, 1);
}

void MessageWriter::close() {
  if (!error_) check(sd_bus_message_close_container(message_));
}

core::Result<void> MessageWriter::finish() const {
  if (error_) return *error_;
  return {};
}

void MessageWriter::open(char type, const char* contents) {
  if (!error_) check(sd_bus_message_open_container(message_, type, contents));
}

void MessageWriter::variant(const json::Value& value, int depth) {
  if (const auto* flag = value.asBool()) {
    const int number = *flag ? 1 : 0;
    basicVariant('b', &number);
  } else if (const auto* whole = value.asInteger()) {
    basicVariant('x', whole);
  } else if (const auto* large = value.asLargeInteger()) {
    basicVariant('t', large);
  } else if (value.isNumber()) {
    const double number = value.number();
    basicVariant('d', &number);
  } else if (const auto* text = value.asText()) {
    textVariant(*text);
  } else if (depth > kMostDepth) {
    textVariant(json::write(value));
  } else if (const auto* list = value.asArray()) {
    listVariant(*list, depth);
  } else if (const auto* object = value.asObject()) {
    open('v', "a{sv}");
    writeMembers(*object, depth + 1);
    close();
  }
}

void MessageWriter::basicVariant(char type, const void* place) {
  const char contents[] = {type, '\0'};
  open('v', contents);
  basic(type, place);
  close();
}

void MessageWriter::textVariant(std::string_view value) {
  open('v', "s");
  text(value);
  close();
}

void MessageWriter::listVariant(const json::Value::Array& list, int depth) {
  const bool texts = isListOfTexts(list);
  open('v', texts ? "as" : "av");
  open('a', texts ? "s" : "v");
  for (const auto& one : list) {
    if (error_) return;
    if (one.isNull()) continue;
    if (texts) {
      text(*one.asText());
    } else {
      variant(one, depth + 1);
    }
  }
  close();
  close();
}

void MessageWriter::writeMembers(const json::Value::Object& object, int depth) {
  openArray("{sv}");
  for (const auto& [name, value] : object) {
    if (error_) return;
    if (value.isNull()) continue;
    openEntry("sv");
    text(name);
    variant(value, depth);
    close();
  }
  close();
}

void MessageWriter::basic(char type, const void* place) {
  if (error_) return;
  bytes_ += kCostOfAValue;
  if (bytes_ > kMostBytes) {
    error_ =
        core::Error(core::ErrorKind::TooLarge, "the answer is larger than a message on the bus may be (16 MiB): ask for fewer by `limit`");
    return;
  }
  check(sd_bus_message_append_basic(message_, type, place));
}

void MessageWriter::check(int done) {
  if (done < 0 && !error_) error_ = busError("a message can't be made", done);
}

}  // namespace learnd::interfaces::dbus

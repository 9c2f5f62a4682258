#pragma once

#include "core/result.hpp"
#include "interfaces/dbus/handles.hpp"
#include "json/value.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace learnd::interfaces::dbus {

/// Appends the values of an answer or a signal to its message, in the order of the signature. The first error sticks: append all, then ask
/// finish().
///
/// A JSON object becomes an a{sv}: integers x (t above 2^63), other numbers d, texts s, lists of texts as, other lists av, objects a{sv}.
/// Members and elements that are null are left out. What lies deeper than the bus lets messages nest comes as its JSON text.
class MessageWriter {
 public:
  explicit MessageWriter(sd_bus_message* message) : message_(message) {}

  void text(std::string_view text);
  void number(double number);
  void whole(std::uint64_t number);
  void boolean(bool flag);
  /// An a{sv}; null and what is no object give an empty one.
  void members(const json::Value& object);

  void openArray(const char* contents) { open('a', contents); }
  void openStruct(const char* contents) { open('r', contents); }
  void openEntry(const char* contents) { open('e', contents); }
  void close();

  /// TooLarge where the answer would be larger than the bus takes.
  [[nodiscard]] core::Result<void> finish() const;

 private:
  void open(char type, const char* contents);
  void variant(const json::Value& value, int depth);
  void basicVariant(char type, const void* place);
  void textVariant(std::string_view value);
  void listVariant(const json::Value::Array& list, int depth);
  void writeMembers(const json::Value::Object& object, int depth);
  void basic(char type, const void* place);
  void check(int done);

  sd_bus_message* message_;
  std::size_t bytes_ = 0;
  std::optional<core::Error> error_;
};

}  // namespace learnd::interfaces::dbus

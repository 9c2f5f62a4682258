#pragma once

#include "core/result.hpp"
#include "interfaces/dbus/handles.hpp"
#include "json/value.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::interfaces::dbus {

/// Reads the arguments of a call in their order; sd-bus has checked them against the signature already. The first error sticks: read all,
/// then ask finish().
///
/// An a{sv} becomes a JSON object: y, n, q, i, u, x and t integers, d a number, b true or false, s, o and g texts, arrays lists, a
/// dictionary by texts an object, a variant what is in it. JSON's null, which the bus has not, is the empty signature (g ""). All members
/// of a call together have the size that a body over HTTP may have.
class MessageReader {
 public:
  explicit MessageReader(sd_bus_message* message) : message_(message) {}

  std::string text();
  std::vector<std::string> texts();
  std::uint32_t whole();
  double number();
  /// `path` names the argument in errors ("metadata" -> "metadata.os"); empty for one that stands for the whole body.
  json::Value members(const std::string& path);
  /// Of an a{sv} these alone: what else is in it may be of any type (file descriptors too) and is passed over.
  json::Value membersOf(std::initializer_list<std::string_view> names);

  [[nodiscard]] core::Result<void> finish() const;

 private:
  json::Value readValue(const std::string& path);
  json::Value readBasic(char type, const std::string& path);
  json::Value readList(const char* contents, const std::string& path);
  json::Value readObject(const char* contents, const std::string& path);
  bool enter(char type, const char* contents);
  bool leave();
  void skipVariant();
  bool read(char type, void* place);
  bool spend(std::size_t bytes);
  void fail(core::Error error);

  sd_bus_message* message_;
  std::size_t spent_ = 0;
  std::optional<core::Error> error_;
};

}  // namespace learnd::interfaces::dbus

#pragma once

#include "core/result.hpp"
#include "json/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::json {

/// Reads an object's members strictly: presence, type, range; an error names the field by its path. The first error sticks: read all, then
/// ask finish(), which also refuses members that nobody asked for. The value must outlive the reader. A member that is null is absent.
class ObjectReader {
 public:
  /// `path` is put before the names in errors ("factors" -> "factors.severity"); empty at the top.
  explicit ObjectReader(const Value& value, std::string path = {});

  /// At most `limit` bytes; no NUL. `required` text must hold something besides white space.
  std::string requiredText(std::string_view name, std::size_t limit);
  std::optional<std::string> text(std::string_view name, std::size_t limit);
  std::optional<bool> boolean(std::string_view name);
  std::optional<double> number(std::string_view name, double least, double most);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t items, std::size_t limit);
  /// Any value that is not null; marks it as asked for.
  const Value* value(std::string_view name);
  const Value* object(std::string_view name);
  /// Marks a member as asked for, whatever it is.
  void ignore(std::string_view name);
  /// Whether the member is there (null too).
  [[nodiscard]] bool has(std::string_view name) const;

  void fail(core::Error error);
  [[nodiscard]] bool failed() const { return error_.has_value(); }
  [[nodiscard]] std::string pathOf(std::string_view name) const;

  /// The first error, if any; else an unknown member is one, its message naming what is allowed.
  [[nodiscard]] core::Result<void> finish();

 private:
  const Value* take(std::string_view name);

  const Value* value_;
  std::string path_;
  std::vector<std::string> asked_;
  std::optional<core::Error> error_;
};

}  // namespace learnd::json

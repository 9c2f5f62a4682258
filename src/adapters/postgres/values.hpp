#pragma once

#include "core/identifier.hpp"
#include "core/timestamp.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::postgres {

/// Parameters of a statement, or the fields of a row, in order, as PostgreSQL reads them. A text with a NUL in it, which PostgreSQL can't
/// hold, throws.
class Values {
 public:
  Values& add(std::string_view text);
  Values& add(std::string text);
  Values& add(const char* text) { return add(std::string_view(text)); }
  Values& add(std::int64_t number);
  Values& add(std::uint64_t number) { return add(static_cast<std::int64_t>(number)); }
  Values& add(std::uint32_t number) { return add(static_cast<std::int64_t>(number)); }
  Values& add(int number) { return add(static_cast<std::int64_t>(number)); }
  Values& add(bool yes) { return add(yes ? std::string_view("t") : std::string_view("f")); }
  Values& add(double number);
  Values& add(std::nullopt_t);
  Values& add(const core::LearningId& id) { return add(id.text()); }
  Values& add(core::Timestamp time);
  Values& add(const std::array<std::uint8_t, 32>& digest);
  template <class T>
  Values& add(const std::optional<T>& value) {
    return value ? add(*value) : add(std::nullopt);
  }

  [[nodiscard]] const std::vector<std::optional<std::string>>& texts() const { return texts_; }
  /// About what they take on the way.
  [[nodiscard]] std::size_t bytes() const;

 private:
  std::vector<std::optional<std::string>> texts_;
};

/// An array's text ("{…}"), built element by element.
class ArrayText {
 public:
  ArrayText& add(std::string_view text);
  ArrayText& add(const char* text) { return add(std::string_view(text)); }
  ArrayText& add(std::int64_t number);
  ArrayText& add(bool yes);
  ArrayText& add(std::nullopt_t);
  /// "{}" where nothing was added.
  [[nodiscard]] std::string text() const { return text_ + "}"; }

 private:
  void separate();

  std::string text_ = "{";
};

/// "\x…", as bytea is read.
std::string bytesText(const std::uint8_t* bytes, std::size_t size);
/// Shortest that reads back the same.
std::string numberText(double number);
/// A moment as timestamptz reads it, years before 1 too.
std::string timeText(core::Timestamp time);

}  // namespace learnd::postgres

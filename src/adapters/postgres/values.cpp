#include "adapters/postgres/values.hpp"

#include "core/hex.hpp"

#include <charconv>
#include <stdexcept>
#include <utility>

namespace learnd::postgres {

namespace {

template <class Number>
std::string shortest(Number number) {
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return {buffer.data(), end.ptr};
}

}  // namespace

std::string bytesText(const std::uint8_t* bytes, std::size_t size) { return "\\x" + core::hexText({bytes, size}); }

std::string numberText(double number) { return shortest(number); }

std::string timeText(core::Timestamp time) {
  std::string text = core::formatTimestamp(time);
  // The year before 1 is 1 before Christ here, 0 in RFC 3339.
  if (text.starts_with("0000-")) text = "0001" + text.substr(4) + " BC";
  return text;
}

Values& Values::add(std::string_view text) { return add(std::string(text)); }

Values& Values::add(std::string text) {
  // It would be cut off there without a word.
  if (text.find('\0') != std::string::npos) throw std::invalid_argument("a text with a NUL character can't be stored");
  texts_.emplace_back(std::move(text));
  return *this;
}

Values& Values::add(std::int64_t number) {
  texts_.emplace_back(shortest(number));
  return *this;
}

Values& Values::add(double number) {
  texts_.emplace_back(shortest(number));
  return *this;
}

Values& Values::add(std::nullopt_t) {
  texts_.emplace_back(std::nullopt);
  return *this;
}

Values& Values::add(core::Timestamp time) {
  texts_.emplace_back(timeText(time));
  return *this;
}

Values& Values::add(const std::array<std::uint8_t, 32>& digest) {
  texts_.emplace_back(bytesText(digest.data(), digest.size()));
  return *this;
}

std::size_t Values::bytes() const {
  std::size_t bytes = 0;
  for (const auto& text : texts_) bytes += text ? text->size() : 0;
  return bytes;
}

void ArrayText::separate() {
  if (text_.size() > 1) text_ += ',';
}

ArrayText& ArrayText::add(std::string_view text) {
  separate();
  text_ += '"';
  for (const char sign : text) {
    if (sign == '"' || sign == '\\') text_ += '\\';
    text_ += sign;
  }
  text_ += '"';
  return *this;
}

ArrayText& ArrayText::add(std::int64_t number) {
  separate();
  text_ += shortest(number);
  return *this;
}

ArrayText& ArrayText::add(bool yes) {
  separate();
  text_ += yes ? 't' : 'f';
  return *this;
}

ArrayText& ArrayText::add(std::nullopt_t) {
  separate();
  text_ += "NULL";
  return *this;
}

}  // namespace learnd::postgres

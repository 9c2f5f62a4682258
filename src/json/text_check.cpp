#include "json/text_check.hpp"

#include "core/redaction/mark.hpp"

namespace learnd::json {

std::optional<core::Error> checkText(std::string_view text, const std::string& path, std::size_t limit) {
  if (text.size() > limit && lengthForLimit(text) > limit) return tooLong(path, limit);
  if (text.find('\0') != std::string_view::npos) return hasNulCharacter(path);
  return std::nullopt;
}

std::size_t lengthForLimit(std::string_view text) {
  std::size_t length = text.size();
  for (std::size_t at = core::findMark(text); at != std::string_view::npos;) {
    const std::size_t mark = core::markLength(text.substr(at));
    length -= mark - 1;
    at = core::findMark(text, at + mark);
  }
  return length;
}

core::Error tooLong(const std::string& path, std::size_t limit) {
  constexpr std::size_t kKibibyte = 1024;
  std::string message = path + " is longer than " + std::to_string(limit) + " bytes";
  if (limit >= kKibibyte && limit % kKibibyte == 0) message += " (" + std::to_string(limit / kKibibyte) + " KiB)";
  return core::Error::tooLarge(path, std::move(message));
}

core::Error hasNulCharacter(const std::string& path) {
  return core::Error::invalidField(path, path + " has a NUL character in it, which no text may have");
}

core::Error notAnId(const std::string& path) { return core::Error::invalidField(path, path + " must be a UUID"); }

}  // namespace learnd::json

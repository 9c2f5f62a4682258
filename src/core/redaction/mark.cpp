#include "core/redaction/mark.hpp"

namespace learnd::core {

std::size_t markLength(std::string_view text) {
  constexpr std::string_view kKindSigns = "abcdefghijklmnopqrstuvwxyz-";
  if (!text.starts_with(kMarkBegin)) return 0;
  text = text.substr(0, kLongestMark);
  const std::size_t end = text.find_first_not_of(kKindSigns, kMarkBegin.size());
  const bool isWhole = end != std::string_view::npos && end > kMarkBegin.size() && text[end] == ']';
  return isWhole ? end + 1 : 0;
}

std::size_t findMark(std::string_view text, std::size_t from) {
  std::size_t at = text.find(kMarkBegin, from);
  while (at != std::string_view::npos && markLength(text.substr(at)) == 0) at = text.find(kMarkBegin, at + kMarkBegin.size());
  return at;
}

}  // namespace learnd::core

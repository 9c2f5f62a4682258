#include "core/redaction/secret_finder.hpp"

#include "core/code_points.hpp"
#include "core/redaction/mark.hpp"

#include <algorithm>
#include <iterator>

namespace learnd::core {

bool SecretFinder::hasAt(std::size_t place, std::string_view literal) const {
  if (place > text_.size() || text_.size() - place < literal.size()) return false;
  for (std::size_t i = 0; i < literal.size(); ++i) {
    if (lowerAscii(text_[place + i]) != literal[i]) return false;
  }
  return true;
}

void SecretFinder::readLine(std::size_t place) {
  if (place >= lineBegin_ && place <= lineEnd_) return;
  const std::size_t newline = place == 0 ? std::string_view::npos : text_.rfind('\n', place - 1);
  lineBegin_ = newline == std::string_view::npos ? 0 : newline + 1;
  lineEnd_ = std::min(text_.find('\n', place), text_.size());
}

std::size_t SecretFinder::lineBegin(std::size_t place) {
  readLine(place);
  return lineBegin_;
}

std::size_t SecretFinder::lineEnd(std::size_t place) {
  readLine(place);
  return lineEnd_;
}

std::size_t SecretFinder::bareEnd(std::size_t place, std::string_view ends) {
  auto run = std::find_if(bareRuns_.begin(), bareRuns_.end(), [ends](const BareRun& known) { return known.ends == ends; });
  if (run == bareRuns_.end()) run = bareRuns_.insert(run, {ends, 0, 0});
  if (place >= run->begin && place < run->end) return run->end;
  std::size_t end = place;
  while (end < text_.size() && !isSpaceSign(text_[end]) && ends.find(text_[end]) == std::string_view::npos) ++end;
  run->begin = place;
  run->end = end;
  return end;
}

bool SecretFinder::isNetworkProfile() {
  if (!isNetworkProfile_) {
    const auto has = [this](std::string_view words) { return text_.find(words) != std::string_view::npos; };
    isNetworkProfile_ = has("ESSID=") || has("Security=wpa") || has("Security=wep");
  }
  return *isNetworkProfile_;
}

bool SecretFinder::meetsMark(std::size_t begin, std::size_t end) const {
  // Looked for in the text: of a mark a span may hold a part alone.
  const std::size_t from = begin - std::min(begin, kLongestMark - 1);
  const std::string_view searched = text_.substr(0, std::min(text_.size(), end + kLongestMark - 1));
  for (std::size_t mark = findMark(searched, from); mark < end; mark = findMark(searched, mark + 1)) {
    if (mark + markLength(text_.substr(mark)) > begin) return true;
  }
  return false;
}

void SecretFinder::add(std::size_t begin, std::size_t end, std::string_view kind) {
  if (begin >= end || meetsMark(begin, end)) return;
  const auto next = spans_.lower_bound(begin);
  if (next != spans_.end() && next->first < end) return;
  if (next != spans_.begin() && std::prev(next)->second.end > begin) return;
  spans_.emplace_hint(next, begin, SecretSpan{begin, end, kind});
}

std::size_t SecretFinder::skipCovered(std::size_t place) const {
  if (spans_.empty()) return place;
  const auto next = spans_.upper_bound(place);
  if (next == spans_.begin()) return place;
  const SecretSpan& span = std::prev(next)->second;
  return place < span.end ? span.end - 1 : place;
}

bool SecretFinder::isCovered(std::size_t place) const {
  if (spans_.empty()) return false;
  const auto next = spans_.upper_bound(place);
  return next != spans_.begin() && place < std::prev(next)->second.end;
}

}  // namespace learnd::core

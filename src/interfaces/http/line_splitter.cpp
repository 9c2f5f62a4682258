#include "interfaces/http/line_splitter.hpp"

#include <algorithm>
#include <utility>

namespace learnd::interfaces::http {

void LineSplitter::push(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    if (!skipping_) current_.append(part);
    if (current_.size() > kLongestLine) {
      skipping_ = true;
      current_ = std::string();
    }
    if (end == std::string_view::npos) return;
    endLine();
    piece.remove_prefix(end + 1);
  }
}

void LineSplitter::finish() {
  if (!current_.empty() || skipping_) endLine();
}

void LineSplitter::endLine() {
  if (skipping_) {
    tooLong_.push_back(number_);
  } else if (!current_.empty()) {
    bytes_ += current_.size();
    lines_.push_back({number_, std::move(current_)});
  }
  current_ = std::string();
  skipping_ = false;
  ++number_;
}

std::vector<services::ImportText> LineSplitter::take(std::size_t most) {
  std::vector<services::ImportText> taken;
  taken.reserve(std::min(most, lines_.size()));
  while (!lines_.empty() && taken.size() < most) {
    bytes_ -= lines_.front().text.size();
    taken.push_back(std::move(lines_.front()));
    lines_.pop_front();
  }
  return taken;
}

std::vector<std::uint64_t> LineSplitter::takeTooLong() { return std::exchange(tooLong_, {}); }

}  // namespace learnd::interfaces::http

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
  } else {
    bytes_ += current_.size();
    lines_.push_back({number_, std::move(current_)});
  }
  current_ = std::string();
  skipping_ = false;
  ++number_;
}

std::vector<services::ImportText> LineSplitter::take() {
  bytes_ = 0;
  return std::exchange(lines_, {});
}

std::vector<std::uint64_t> LineSplitter::takeTooLong() { return std::exchange(tooLong_, {}); }

}  // namespace learnd::interfaces::http

#pragma once

#include "services/transfer_service.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::interfaces::http {

/// Cuts a streamed body into numbered lines; empty ones only count. A line past the limit is named by takeTooLong() alone: it is never
/// held.
class LineSplitter {
 public:
  /// Room for every field at its limit, each sign escaped.
  static constexpr std::size_t kLongestLine = 8 * 1024 * 1024;

  void push(std::string_view piece);
  /// The last line has no line break.
  void finish();
  /// The first lines that are complete, `most` at the most: a piece of short lines has thousands.
  std::vector<services::ImportText> take(std::size_t most);
  std::vector<std::uint64_t> takeTooLong();
  [[nodiscard]] std::size_t count() const { return lines_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  void endLine();

  std::string current_;
  bool skipping_ = false;
  std::uint64_t number_ = 1;
  std::deque<services::ImportText> lines_;
  std::vector<std::uint64_t> tooLong_;
  std::size_t bytes_ = 0;
};

}  // namespace learnd::interfaces::http

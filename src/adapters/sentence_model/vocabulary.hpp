#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::sentence_model {

/// Text to number, for some ten thousand short texts: one arena and an open hash table, no allocation on look-up. Immutable once filled.
class Vocabulary {
 public:
  explicit Vocabulary(std::size_t expected);

  /// A text that is there keeps its first number.
  void add(std::string_view text, std::int32_t number);
  [[nodiscard]] std::optional<std::int32_t> find(std::string_view text) const;
  /// No longer text is in it.
  [[nodiscard]] std::size_t longest() const { return longest_; }

 private:
  struct Slot {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;  // 0: free
    std::int32_t number = 0;
    std::uint32_t hash = 0;
  };

  [[nodiscard]] std::size_t slotOf(std::string_view text, std::uint32_t hash) const;

  std::string arena_;
  std::vector<Slot> slots_;
  std::size_t longest_ = 0;
};

}  // namespace learnd::sentence_model

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace learnd::sentence_model {

/// Pieces of words and their token ids, made to find the longest piece that a text begins with. Lookups allocate nothing; any thread.
class Vocabulary {
 public:
  /// The pieces differ; `continuation` is what those have in front that go on within a word ("##").
  Vocabulary(const std::vector<std::pair<std::string_view, std::int32_t>>& pieces, std::string continuation);

  struct Match {
    std::size_t length = 0;  // in bytes; 0: none
    std::int32_t id = 0;
  };
  enum class Place : bool { WordBegin, WithinWord };

  /// The longest piece that `text` begins with, at that place of a word.
  [[nodiscard]] Match longestPrefix(std::string_view text, Place place) const;

  /// The id of this very piece.
  [[nodiscard]] std::optional<std::int32_t> find(std::string_view piece) const;

  [[nodiscard]] std::size_t size() const { return ids_.size(); }

 private:
  struct Slot {
    std::uint32_t tag = 0;    // the hash's upper half
    std::uint32_t piece = 0;  // its number + 1; 0: free
  };

  void insert(std::uint64_t hash, std::uint32_t piece);
  [[nodiscard]] std::optional<std::uint32_t> lookUp(std::uint64_t hash, std::string_view front, std::string_view rest) const;
  [[nodiscard]] std::string_view pieceAt(std::uint32_t piece) const {
    return std::string_view(letters_).substr(ends_[piece], ends_[piece + 1] - ends_[piece]);
  }

  std::string continuation_;
  std::uint64_t continuationHash_ = 0;
  std::size_t longest_ = 0;          // piece, in bytes
  std::string letters_;              // all pieces, one behind the other
  std::vector<std::uint32_t> ends_;  // where each begins and the last ends
  std::vector<std::int32_t> ids_;
  std::vector<Slot> slots_;  // open addressing; at most half full
};

}  // namespace learnd::sentence_model

#pragma once

#include "core/redaction/secret_finder.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace learnd::core {

/// The rules by their literals' first two bytes, so that a text without any of them costs one look-up a byte.
class LiteralTable {
 public:
  explicit LiteralTable(std::initializer_list<std::span<const SecretRule>> families);

  /// Calls every rule where its literal stands, from the text's beginning to its end; what is known to be secret is skipped.
  void search(SecretFinder& finder) const;

 private:
  struct Entry {
    std::string literal;  // in lower case
    void (*find)(SecretFinder&, std::size_t);
  };

  /// Bytes that tell literals apart have a number of their own, the others share one.
  static constexpr std::size_t kClasses = 64;

  [[nodiscard]] std::size_t bucketOf(char first, char second) const {
    return classes_[static_cast<unsigned char>(first)] * kClasses + classes_[static_cast<unsigned char>(second)];
  }

  std::array<std::uint8_t, 256> classes_{};
  std::array<std::uint16_t, kClasses * kClasses> buckets_{};  // 0: none, else an index into lists_ and one
  std::vector<std::vector<Entry>> lists_;
};

}  // namespace learnd::core

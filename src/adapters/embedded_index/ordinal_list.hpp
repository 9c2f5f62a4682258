#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace learnd::embedded_index {

/// A list of ascending small numbers, kept as the variable-length distances between them: what an entry is listed under, so that it can be
/// taken out again.
class OrdinalList {
 public:
  OrdinalList() = default;
  /// Ascending, each once.
  explicit OrdinalList(const std::vector<std::uint32_t>& ordinals);

  [[nodiscard]] std::vector<std::uint32_t> ordinals() const;

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;  // the count, then the distances
};

}  // namespace learnd::embedded_index

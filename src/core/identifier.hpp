#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace learnd::core {

/// The id of a learning: a UUID (RFC 9562), version 7 where we make it; an imported id of any version is kept.
class LearningId {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  LearningId() = default;
  explicit LearningId(Bytes bytes) : bytes_(bytes) {}
  /// Reads the 36-character form, either case; nothing where it is not one.
  static std::optional<LearningId> parse(std::string_view text);

  [[nodiscard]] const Bytes& bytes() const { return bytes_; }
  /// The 36-character form in lower case.
  [[nodiscard]] std::string text() const;

  auto operator<=>(const LearningId&) const = default;

 private:
  Bytes bytes_{};
};

struct LearningIdHash {
  std::size_t operator()(const LearningId& id) const noexcept;
};

}  // namespace learnd::core

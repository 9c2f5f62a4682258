#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace learnd::core {

/// What stands for noise within a line. It counts as a sign of a name, so that a text without noise has none a second time.
inline constexpr std::string_view kNoiseMark = "\u2026";

/// Which noise: All is the error form of a key; Random is what no person would ever search for (times, addresses, process ids, UUIDs, store
/// hashes), while places (line numbers, temporary paths, homes, prompts) stay, since a question can be about them.
enum class Noise : std::uint8_t { All, Random };

/// One line without its noise: the log prefix it begins with is cut off, what comes later is replaced by kNoiseMark. The line has no
/// newline, and no white space but single blanks. Letters match in both cases. Linear.
class NoiseFilter {
 public:
  explicit NoiseFilter(Noise noise) : noise_(noise) {}
  /// Appends the line to `out`. A filter is for the lines of one text, in order: a compiler's quoted lines have their numbers taken out
  /// only after it has named a file.
  void append(std::string& out, std::string_view line);

 private:
  Noise noise_;
  bool sawPosition_ = false;
};

}  // namespace learnd::core

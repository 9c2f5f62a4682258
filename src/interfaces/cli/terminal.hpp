#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace learnd::cli {

/// Whether a person sees standard output, standard error, or types on standard input.
bool outputIsTerminal();
bool errorIsTerminal();
bool inputIsTerminal();

/// Columns of the terminal; 100 where there is none.
std::size_t terminalWidth();

/// Bold or dim on a terminal, plain in a pipe and with NO_COLOR.
std::string bold(std::string_view text);
std::string dim(std::string_view text);

/// Text for one line: control characters, line breaks among them, become blanks; cut with an ellipsis at `width` characters.
std::string oneLine(std::string_view text, std::size_t width);

/// Text for several lines: control characters that a terminal would obey go, each line gets the indent.
std::string indented(std::string_view text, std::string_view indent);

/// A bar on standard error for long work; nothing where that is no terminal. Clears itself.
class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `total` unknown: counts only.
  void show(std::uint64_t done, std::optional<std::uint64_t> total);
  void clear();

 private:
  std::string what_;
  bool visible_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace learnd::cli

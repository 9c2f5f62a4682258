#include "interfaces/cli/terminal.hpp"

#include "core/code_points.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace learnd::cli {

namespace {

bool wantsStyle() {
  static const bool wanted = outputIsTerminal() && std::getenv("NO_COLOR") == nullptr;
  return wanted;
}

/// Bytes of the control character at this place: one of ASCII's, or of U+0080 to U+009F, which a terminal obeys as it does escape
/// sequences. 0: it is none.
std::size_t controlLength(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x20 || first == 0x7F) return 1;
  if (first != 0xC2 || at + 1 >= text.size()) return 0;
  const auto second = static_cast<unsigned char>(text[at + 1]);
  return second >= 0x80 && second < 0xA0 ? 2 : 0;
}

}  // namespace

bool outputIsTerminal() { return isatty(STDOUT_FILENO) == 1; }
bool errorIsTerminal() { return isatty(STDERR_FILENO) == 1; }
bool inputIsTerminal() { return isatty(STDIN_FILENO) == 1; }

std::size_t terminalWidth() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) return size.ws_col;
  return 100;
}

std::string bold(std::string_view text) { return wantsStyle() ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string(text); }
std::string dim(std::string_view text) { return wantsStyle() ? fmt::format("\x1b[2m{}\x1b[0m", text) : std::string(text); }

std::string oneLine(std::string_view text, std::size_t width) {
  std::string line;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (core::isContinuationByte(text[at])) {
      line += text[at++];
      continue;
    }
    if (characters + 1 >= width) return line + "…";
    const std::size_t control = controlLength(text, at);
    line += control > 0 ? ' ' : text[at];
    at += std::max<std::size_t>(control, 1);
    ++characters;
  }
  return line;
}

std::string indented(std::string_view text, std::string_view indent) {
  std::string out(indent);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t control = controlLength(text, at);
    if (text[at] == '\n') {
      out.append("\n").append(indent);
    } else if (text[at] == '\t' || control == 0) {
      out += text[at];
    }
    at += std::max<std::size_t>(control, 1);
  }
  return out;
}

Progress::Progress(std::string what) : what_(std::move(what)) {}

void Progress::show(std::uint64_t done, std::optional<std::uint64_t> total) {
  if (!errorIsTerminal()) return;
  const auto now = std::chrono::steady_clock::now();
  if (visible_ && now - last_ < std::chrono::milliseconds(80) && (!total || done < *total)) return;
  last_ = now;
  visible_ = true;
  if (!total || *total == 0) {
    fmt::print(stderr, "\r\x1b[K{} {}", what_, done);
  } else {
    constexpr std::uint64_t kBarWidth = 30;
    const std::uint64_t filled = std::min(kBarWidth, done * kBarWidth / *total);
    fmt::print(stderr, "\r\x1b[K{} [{}{}] {} %", what_, std::string(filled, '#'), std::string(kBarWidth - filled, '.'),
               std::min<std::uint64_t>(100, done * 100 / *total));
  }
  std::fflush(stderr);
}

void Progress::clear() {
  if (!visible_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  visible_ = false;
}

}  // namespace learnd::cli

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

bool isControl(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value < 0x20 || value == 0x7F;
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
  for (const char byte : text) {
    if (core::isContinuationByte(byte)) {
      line += byte;
      continue;
    }
    if (characters + 1 >= width) return line + "…";
    line += isControl(byte) ? ' ' : byte;
    ++characters;
  }
  return line;
}

std::string indented(std::string_view text, std::string_view indent) {
  std::string out(indent);
  for (const char byte : text) {
    if (byte == '\n') {
      out.append("\n").append(indent);
    } else if (byte == '\t' || !isControl(byte)) {
      out += byte;
    }
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

#include "core/source_position.hpp"

#include "core/line_cursor.hpp"

#include <algorithm>
#include <array>

namespace learnd::core {

namespace {

constexpr std::size_t kLongestName = 300;

constexpr auto kExtensions = std::to_array<std::string_view>(
    {"asm",    "awk",     "bash", "bat", "c",     "cfg", "clj",  "cmake", "conf", "cpp",     "cs",     "css", "csv",   "cxx",
     "dart",   "desktop", "diff", "drv", "el",    "env", "erl",  "ex",    "exs",  "f90",     "fish",   "fs",  "go",    "gradle",
     "groovy", "h",       "hcl",  "hpp", "hs",    "htm", "html", "hxx",   "ini",  "ipynb",   "java",   "jl",  "js",    "json",
     "jsx",    "kt",      "kts",  "lua", "m",     "mjs", "mk",   "mount", "nim",  "nix",     "patch",  "php", "proto", "ps1",
     "r",      "rake",    "rb",   "rst", "rules", "s",   "sass", "scala", "scss", "service", "socket", "sql", "swift", "tex",
     "tf",     "timer",   "toml", "ts",  "tsx",   "txt", "vim",  "vue",   "xml",  "yaml",    "yml",    "zsh"});
/// Ends of host names too.
constexpr auto kDoubtfulExtensions =
    std::to_array<std::string_view>({"cc", "in", "lock", "log", "md", "ml", "pl", "pm", "ps", "py", "rs", "sh", "zig"});
constexpr auto kFileNames = std::to_array<std::string_view>(
    {"containerfile", "dockerfile", "gemfile", "gnumakefile", "jenkinsfile", "justfile", "makefile", "rakefile", "vagrantfile"});

/// By a table: up to 300 signs are looked at before each number.
constexpr std::array<bool, 256> kEndsName = [] {
  std::array<bool, 256> ends{};
  for (const char sign : std::string_view(" \n\"'`()[]{}<>=,;|:")) ends[static_cast<unsigned char>(sign)] = true;
  return ends;
}();

bool endsName(char sign) { return kEndsName[static_cast<unsigned char>(sign)]; }

/// The file name, host or path that `text` ends in; "scheme://" is taken with it.
std::string_view lastName(std::string_view text) {
  std::size_t from = text.size();
  while (from > 0 && text.size() - from < kLongestName) {
    const char sign = text[from - 1];
    const bool inAddress = sign == ':' && from < text.size() && text[from] == '/';
    const bool isPort = sign == ':' && from < text.size() && isAsciiDigit(text[from]);
    if (endsName(sign) && !inAddress && !isPort) break;
    --from;
  }
  return text.substr(from);
}

template <class Names>
bool isOneOf(std::string_view name, const Names& names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view known) {
    LineCursor cursor(name, 0);
    return known.size() == name.size() && cursor.word(known);
  });
}

bool endsInUnnamedSource(std::string_view before) {
  constexpr std::string_view kClosingQuote = "\u00BB";
  if (before.ends_with(kClosingQuote)) return true;
  if (!before.ends_with('>')) return false;
  constexpr std::size_t kLongestUnnamed = 40;
  const std::string_view tail = before.substr(before.size() - std::min(before.size(), kLongestUnnamed));
  const std::size_t opening = tail.rfind('<');
  return opening != std::string_view::npos && opening + 2 < tail.size();
}

}  // namespace

bool endsInSourceName(std::string_view before, bool certain) {
  if (endsInUnnamedSource(before)) return true;
  std::string_view name = lastName(before);
  if (name.empty()) return false;
  const std::size_t scheme = name.find("://");
  const bool hasScheme = scheme != std::string_view::npos;
  if (hasScheme) name.remove_prefix(scheme + 3);
  const std::size_t slash = name.rfind('/');
  const bool hasPath = slash != std::string_view::npos;
  if (hasScheme && !hasPath) return false;
  if (!hasScheme && (name.front() == '/' || name.starts_with("./") || name.starts_with("../") || name.starts_with("~/"))) return true;
  const std::string_view file = hasPath ? name.substr(slash + 1) : name;
  if (isOneOf(file, kFileNames)) return true;
  const std::size_t dot = file.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const std::string_view extension = file.substr(dot + 1);
  if (isOneOf(extension, kExtensions)) return true;
  return (certain || hasPath) && isOneOf(extension, kDoubtfulExtensions);
}

}  // namespace learnd::core

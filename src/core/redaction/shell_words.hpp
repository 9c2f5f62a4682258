#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace learnd::core {

/// One word of a command line as it stands, with its quotes.
struct ShellWord {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// A simple command: its words, and where and by which sign it ends ('|', ';', '&', ')', newline …; NUL at the text's end).
struct ShellCommand {
  std::vector<ShellWord> words;
  std::size_t end = 0;
  char endedBy = '\0';
};

/// Reads the simple command at `at` as a shell would: quotes, backslashes, continued lines. At most 4 KiB and 200 words.
ShellCommand readCommand(std::string_view text, std::size_t at);

/// A word's inside: without the quotes around it, where it has any.
ShellWord withoutQuotes(std::string_view text, ShellWord word);

}  // namespace learnd::core

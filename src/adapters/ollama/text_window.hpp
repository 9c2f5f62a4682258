#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace learnd::ollama {

/// A text as it is sent.
struct WindowedText {
  std::string text;  // valid UTF-8
  std::size_t tokens = 0;
  bool clipped = false;
};

/// As much of a text as surely fits into `tokens`. The model's own tokenizer is Ollama's, so the tokens are estimated, on the high side:
/// three letters or two digits of a word each, every other ASCII sign, and one to three for a character beyond ASCII, by its bytes. Bytes
/// that are no UTF-8 become U+FFFD. Reads no further than it must.
[[nodiscard]] WindowedText windowOf(std::string_view text, std::size_t tokens);

/// Half of a text, at a character's end; at least one character of a text that has any.
[[nodiscard]] std::string halfOf(const std::string& text);

}  // namespace learnd::ollama

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::fakes {

/// A model of the fake Ollama.
struct FakeModel {
  std::string name;  // with its tag: "nomic-embed-text:latest"
  std::string architecture = "nomic-bert";
  std::size_t dimensions = 768;
  std::size_t context = 2048;
  std::string digest;                // 64 hexadecimal digits
  std::size_t parameterContext = 0;  // num_ctx of its Modelfile; 0: none
  bool chats = false;                // a model that is for something else embeds all the same
  bool broken = false;               // computes NaN
};

/// A text as the fake's models read it: words, and words that they don't know (any with a sign beyond ASCII), which are one token, but grow
/// to three where a text is cut and put together again.
struct FakeTokens {
  struct Token {
    std::string text;
    bool known = true;
  };
  std::vector<Token> tokens;

  /// With the two that every text has.
  [[nodiscard]] std::size_t count() const { return tokens.size() + 2; }
};
FakeTokens tokenize(std::string_view text);

/// Its vector, of unit length: texts that share words share a direction. Another digest is another space.
std::vector<float> vectorOf(const FakeModel& model, const FakeTokens& tokens, std::size_t mostTokens);

}  // namespace learnd::fakes

#include "tests/fakes/ollama/fake_model.hpp"

#include "core/code_points.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace learnd::fakes {

namespace {

constexpr std::size_t kLettersInToken = 8;
/// A word's direction: so many places of the vector, each with a sign.
constexpr int kPlaces = 24;
constexpr float kCommonShare = 0.3F;

std::uint64_t hashOf(std::string_view text, std::uint64_t hash) {
  for (const char sign : text) hash = (hash ^ static_cast<unsigned char>(sign)) * 1099511628211U;
  return hash;
}

std::uint64_t mixed(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15U;
  std::uint64_t value = state;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

void add(std::vector<float>& vector, std::string_view word, std::uint64_t space, float share) {
  std::uint64_t state = hashOf(word, space);
  for (int i = 0; i < kPlaces; ++i) {
    const std::uint64_t drawn = mixed(state);
    vector[drawn % vector.size()] += (drawn >> 40U) % 2 == 0 ? share : -share;
  }
}

bool isControl(std::int32_t sign) { return sign < 0x20 && sign != '\t' && sign != '\n' && sign != '\r'; }

}  // namespace

FakeTokens tokenize(std::string_view text) {
  FakeTokens read;
  std::string word;
  bool known = true;
  const auto end = [&] {
    for (std::size_t at = 0; known && at < word.size(); at += kLettersInToken)
      read.tokens.push_back({word.substr(at, kLettersInToken), true});
    if (!known) read.tokens.push_back({word, false});
    word.clear();
    known = true;
  };
  for (std::size_t at = 0; at < text.size();) {
    const core::CodePoint sign = core::codePointAt(text, at);
    const bool ascii = sign.value < 0x80;
    const char letter = ascii ? core::lowerAscii(static_cast<char>(sign.value)) : '\0';
    if (core::isSpace(sign.value)) {
      end();
    } else if (ascii && !isControl(sign.value) && !core::isAsciiLetter(letter) && !core::isAsciiDigit(letter)) {
      end();
      read.tokens.push_back({std::string(1, letter), true});
    } else if (ascii && !isControl(sign.value)) {
      word += letter;
    } else if (!ascii) {
      known = false;
      word.append(text, at, sign.length);
    }
    at += sign.length;
  }
  end();
  return read;
}

std::vector<float> vectorOf(const FakeModel& model, const FakeTokens& tokens, std::size_t mostTokens) {
  std::vector<float> vector(model.dimensions, 0.0F);
  const std::uint64_t space = hashOf(model.digest, 14695981039346656037U);
  // Something that all texts have, so that an empty one has a direction too.
  add(vector, "[CLS]", space, kCommonShare);
  const std::size_t most = std::min(tokens.tokens.size(), mostTokens - 2);
  for (std::size_t i = 0; i < most; ++i) {
    const bool isWord = tokens.tokens[i].text.size() > 1;
    add(vector, tokens.tokens[i].text, space, isWord ? 1.0F : 0.1F);
  }
  double squares = 0;
  for (const float part : vector) squares += static_cast<double>(part) * static_cast<double>(part);
  const double length = std::sqrt(squares);
  for (float& part : vector) part = static_cast<float>(static_cast<double>(part) / length);
  return vector;
}

}  // namespace learnd::fakes

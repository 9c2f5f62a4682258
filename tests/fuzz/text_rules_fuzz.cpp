// Any valid UTF-8 through the rules on texts: none crashes, none makes invalid UTF-8 of it, and each changes nothing the second time.

#include "core/code_points.hpp"
#include "core/lexical_terms.hpp"
#include "core/normalised_key.hpp"
#include "core/redaction.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace {

bool isUtf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto sign = learnd::core::codePointAt(text, at);
    if (sign.value == learnd::core::kBrokenByte && sign.length == 1) return false;
    at += sign.length;
  }
  return true;
}

void require(bool holds, std::string_view rule, std::string_view once, std::string_view twice) {
  if (holds) return;
  std::cerr << rule << "\nonce:  " << once << "\ntwice: " << twice << '\n';
  std::abort();
}

template <class Rule>
void settles(std::string_view text, std::string_view name, Rule rule) {
  const std::string once = rule(text);
  require(isUtf8(once), name, once, "(no UTF-8)");
  const std::string twice = rule(once);
  require(twice == once, name, once, twice);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace learnd::core;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!isUtf8(text)) return 0;
  settles(text, "plain", [](std::string_view each) { return normalise(each, KeyForm::Plain); });
  settles(text, "error", [](std::string_view each) { return normalise(each, KeyForm::Error); });
  settles(text, "withoutNoise", [](std::string_view each) { return withoutNoise(each); });
  settles(text, "redact", [](std::string_view each) { return redact(each); });
  static_cast<void>(redactMember(text.substr(0, text.size() / 2), text.substr(text.size() / 2)));
  static_cast<void>(lexicalTerms(text));
  return 0;
}

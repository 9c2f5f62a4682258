#pragma once

#include "core/secret_value.hpp"

#include <re2/re2.h>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace learnd::core {

/// One form of secret. RE2 keeps matching linear in the text, whatever the text is.
struct RedactionRule {
  std::string_view kind;                  // what `[redacted:KIND]` says
  std::vector<std::string_view> triggers; // in lower case; a text without any of them is not searched
  std::unique_ptr<RE2> pattern;
  int group = 0;                          // what is replaced
  std::optional<ValuePlace> judged;       // only where isSecretValue; nothing: always
  bool random = false;                    // only where looksRandom
};

/// All rules, in the order in which they are applied: what is surely a secret first.
const std::vector<RedactionRule>& redactionRules();

/// Whether a name announces a secret: it ends in password, token, secret, api_key …, not in password_file or token_ttl.
bool namesSecret(std::string_view name);

}  // namespace learnd::core

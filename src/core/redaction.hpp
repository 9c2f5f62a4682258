#pragma once

#include "core/redaction/secret_name.hpp"

#include <string>
#include <string_view>

namespace learnd::core {

/// A text with every secret in it replaced by `[redacted:KIND]` (private-key, token, password, password-hash, signed-url …).
/// Linear in the text's length; runs on any thread. What only looks like a secret (commit and store hashes, UUIDs, checksums, public
/// keys, placeholders) stays. Redacting twice changes nothing more.
std::string redact(std::string_view text);

/// Redacts the values of a member NAME of an object (metadata): as redact("NAME: value") would leave them, so `{"password": "x"}` is
/// caught. The name is judged once, however many values are in its list.
class MemberRedactor {
 public:
  explicit MemberRedactor(std::string_view name) : class_(classifyName(name)) {}

  [[nodiscard]] std::string redact(std::string_view value) const;

 private:
  NameClass class_;
};

/// One value of the member NAME.
std::string redactMember(std::string_view name, std::string_view value);

}  // namespace learnd::core

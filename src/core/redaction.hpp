#pragma once

#include <string>
#include <string_view>

namespace learnd::core {

/// A text with every secret in it replaced by `[redacted:KIND]` (private-key, token, password, password-hash, signed-url …).
/// Linear in the text's length; runs on any thread. What only looks like a secret (commit and store hashes, UUIDs, checksums, public
/// keys, placeholders) stays. Redacting twice changes nothing more.
std::string redact(std::string_view text);

/// The value of a member NAME of an object (metadata): as redact("NAME: value") would leave the value, so `{"password": "x"}` is caught.
std::string redactMember(std::string_view name, std::string_view value);

}  // namespace learnd::core

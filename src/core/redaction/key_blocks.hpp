#pragma once

#include "core/redaction/secret_finder.hpp"

#include <span>

namespace learnd::core {

/// Private keys in their armour (PEM, OpenSSH, PGP, OpenVPN), also as one line of base64 or cut off, PuTTY's, and the private members of
/// JSON web keys.
std::span<const SecretRule> keyBlockRules();

}  // namespace learnd::core

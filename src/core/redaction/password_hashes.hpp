#pragma once

#include "core/redaction/secret_finder.hpp"

#include <span>

namespace learnd::core {

/// Hashes of passwords, which can be guessed from: crypt's, LDAP's, databases', frameworks'.
std::span<const SecretRule> passwordHashRules();

}  // namespace learnd::core

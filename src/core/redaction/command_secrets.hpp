#pragma once

#include "core/redaction/secret_finder.hpp"

#include <span>

namespace learnd::core {

/// Passwords in command lines: behind an option (curl -u, mysql -p…), in a place (htpasswd -b), or piped in (echo … | chpasswd).
std::span<const SecretRule> commandSecretRules();

}  // namespace learnd::core

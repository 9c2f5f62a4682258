#pragma once

#include "core/redaction/secret_finder.hpp"

#include <span>

namespace learnd::core {

/// Passwords and tokens in addresses, signatures of signed addresses, webhooks.
std::span<const SecretRule> secretUrlRules();

}  // namespace learnd::core

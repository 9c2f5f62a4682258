#pragma once

#include "core/redaction/secret_finder.hpp"

#include <span>

namespace learnd::core {

/// Lists of name=value where the names are anybody's and the place says that values are secret: cookies, Nix's access-tokens.
std::span<const SecretRule> headerPairRules();

}  // namespace learnd::core

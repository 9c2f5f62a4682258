#pragma once

#include "core/redaction/secret_finder.hpp"

#include <span>

namespace learnd::core {

/// What proves who asks, behind its scheme (Bearer, Basic) and without the header's name before it.
std::span<const SecretRule> schemeProofRules();

}  // namespace learnd::core

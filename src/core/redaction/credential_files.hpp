#pragma once

#include "core/redaction/secret_finder.hpp"

#include <span>

namespace learnd::core {

/// Files that hold credentials in a form of their own: netrc, pgpass, Kubernetes secrets; and SQL's IDENTIFIED BY.
std::span<const SecretRule> credentialFileRules();

}  // namespace learnd::core

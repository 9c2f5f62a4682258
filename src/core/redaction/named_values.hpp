#pragma once

#include "core/redaction/secret_finder.hpp"

#include <span>

namespace learnd::core {

/// Values that belong to a telling name: key=value, JSON, YAML, INI, XML, code, options, headers, SQL, sentences.
std::span<const SecretRule> namedValueRules();

}  // namespace learnd::core

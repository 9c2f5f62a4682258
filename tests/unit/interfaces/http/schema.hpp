#pragma once

#include "json/value.hpp"

#include <string>
#include <vector>

namespace learnd::interfaces::http {

/// What is wrong with a value by a JSON schema, as far as openapi.json uses them; each with its place. An unknown keyword is wrong too.
std::vector<std::string> violations(const json::Value& value, const json::Value& schema, const json::Value& document);

/// Whether a text has a match of a POSIX extended pattern; what JSON schemas' patterns here use means the same there.
bool matches(const std::string& text, const std::string& pattern);

}  // namespace learnd::interfaces::http

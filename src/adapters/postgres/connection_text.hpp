#pragma once

#include "core/result.hpp"

#include <chrono>
#include <string>

namespace learnd::postgres {

/// The text to connect with: the DSN (a URI or words, as the configuration lets them through) with time-outs and keep-alives where it says
/// nothing about them, and the password.
std::string connectionText(const std::string& dsn, const std::string& password, std::chrono::seconds connectTimeout);

/// The first line of a password file. The error says what to do.
core::Result<std::string> readPassword(const std::string& file);

/// A message with every occurrence of the password blotted out.
std::string withoutPassword(std::string message, const std::string& password);

}  // namespace learnd::postgres

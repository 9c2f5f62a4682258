#pragma once

#include "config/config.hpp"

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace learnd::config {

/// One thing that is wrong with a file: "FILE:LINE: what, and what is allowed".
using Problems = std::vector<std::string>;

/// Reads a TOML file and reports every unknown key and bad value at once.
std::variant<Config, Problems> loadConfig(const std::filesystem::path& file);

/// The same from text; `name` stands for the file in the problems.
std::variant<Config, Problems> parseConfig(const std::string& text, const std::string& name);

}  // namespace learnd::config

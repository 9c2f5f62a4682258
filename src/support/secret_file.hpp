#pragma once

#include "core/result.hpp"

#include <filesystem>
#include <string>

namespace learnd::support {

/// A key or password: the file's content without white space at its ends. InvalidInput where it can't be read, is empty, longer than 4 KiB,
/// or has a control character inside (it goes into a header).
[[nodiscard]] core::Result<std::string> readSecret(const std::filesystem::path& file);

}  // namespace learnd::support

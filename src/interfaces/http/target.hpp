#pragma once

#include "core/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace learnd::interfaces::http {

/// A request target's two parts, still percent-encoded. The absolute form ("http://localhost/healthz") is taken for its path.
struct Target {
  std::string_view path;
  std::string_view query;
};
Target splitTarget(std::string_view target);

/// Nothing where a '%' is not followed by two digits, or the text is not valid UTF-8 then.
std::optional<std::string> percentDecode(std::string_view text);

/// The parameters of a query string; '+' is a blank. An error where one can't be decoded.
core::Result<std::vector<std::pair<std::string, std::string>>> parseQuery(std::string_view query);

}  // namespace learnd::interfaces::http

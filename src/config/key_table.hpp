#pragma once

#include "config/config.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace learnd::config {

/// A value as the file has it; the empty one stands for what no key takes (tables, lists, dates).
using Scalar = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

/// One key of the configuration: where it is, what it takes, and where it goes.
struct Key {
  std::string_view path;  // "store.backend"; all before the last dot names its table
  std::string allowed;    // for people, to follow "takes": "\"sqlite\" or \"postgres\""
  /// False, and nothing is set, where the value is not allowed.
  std::function<bool(const Scalar& value, Config& config)> set;
  /// The value in TOML; empty where it is unset and the daemon chooses.
  std::function<std::string(Config config)> show;

  [[nodiscard]] std::string_view table() const { return path.substr(0, path.rfind('.')); }
  [[nodiscard]] std::string_view name() const { return path.substr(path.rfind('.') + 1); }
};

/// Every key there is, by table in the order of docs/configuration.md. The documentation of the keys is held to it by a test.
const std::vector<Key>& keyTable();

}  // namespace learnd::config

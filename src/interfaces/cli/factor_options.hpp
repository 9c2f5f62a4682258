#pragma once

#include "json/value.hpp"

#include <CLI/CLI.hpp>

#include <map>
#include <memory>
#include <string>

namespace learnd::cli {

/// The flags of the value score's factors, one each: --lines-of-code 50 --is-generic true --severity high.
class FactorOptions {
 public:
  void addTo(CLI::App& command);
  [[nodiscard]] bool given() const;
  /// The factors given, as the interface's object.
  [[nodiscard]] json::Value value() const;

 private:
  std::map<std::string, std::string> texts_;
};

}  // namespace learnd::cli

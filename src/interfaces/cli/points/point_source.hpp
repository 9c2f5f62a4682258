#pragma once

#include "json/value.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace learnd::cli {

/// A point of somebody's collection; its vector is of no use here.
struct ForeignPoint {
  std::string collection;
  json::Value id;       // a number or a UUID
  json::Value payload;  // an object, or null
};

/// Some points, and where the next ones begin.
struct PointPage {
  std::vector<ForeignPoint> points;
  json::Value next;  // null: these were the last
};

/// The server can't be read; the text says what to do.
class SourceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A server with collections of others, to be imported. Blocking; throws SourceError.
class PointSource {
 public:
  virtual ~PointSource() = default;

  /// All collections but learnd's own.
  virtual std::vector<std::string> foreignCollections() = 0;
  virtual std::uint64_t count(const std::string& collection) = 0;
  /// In the order of ids; `from` is null at first, then the page's `next`.
  virtual PointPage page(const std::string& collection, const json::Value& from) = 0;
};

/// Opens the server at an URL; the file with its API key, or none.
using PointSourceMaker = std::function<std::unique_ptr<PointSource>(const std::string& url, const std::optional<std::string>& keyFile)>;

}  // namespace learnd::cli

#pragma once

#include "json/value.hpp"
#include "tests/fakes/qdrant/stored_collection.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace learnd::fakes::qdrant {

struct FakeRequest {
  std::string method;
  std::vector<std::string> path;  // decoded, without empty parts
  std::map<std::string, std::string> parameters;
  std::string body;
  std::string target;  // as it came: path and parameters
};

struct FakeResponse {
  int status = 200;
  std::string contentType;  // empty: none
  std::string body;
};

/// What a Qdrant server keeps and how it answers, without the network. Not thread-safe.
class Database {
 public:
  /// "1.18.3"; older ones know no conditional writes and no metadata (before 1.15.5).
  explicit Database(std::string version);

  FakeResponse answer(const FakeRequest& request);
  /// Whether a request changes nothing, so that a key that may only read is enough.
  static bool onlyReads(const FakeRequest& request);

 private:
  using Body = json::Value;

  json::Value route(const FakeRequest& request);
  json::Value routeCollection(const FakeRequest& request);
  json::Value routePoints(const FakeRequest& request);
  json::Value create(const std::string& name, const Body& body);
  json::Value describe(const std::string& name);
  json::Value drop(const std::string& name);
  json::Value patch(const std::string& name, const Body& body);
  json::Value changeAliases(const Body& body);
  json::Value listAliases(const std::string* collection) const;
  json::Value makeIndex(const FakeRequest& request, const Body& body);
  json::Value upsert(const FakeRequest& request, const Body& body);
  json::Value erase(const FakeRequest& request, const Body& body);
  json::Value scroll(const std::string& name, const Body& body);
  json::Value count(const std::string& name, const Body& body);
  json::Value retrieve(const std::string& name, const Body& body);
  json::Value query(const std::string& name, const Body& body);
  json::Value queryBatch(const std::string& name, const Body& body);
  json::Value written(const FakeRequest& request, StoredCollection& collection) const;

  StoredCollection& at(const std::string& name);
  [[nodiscard]] bool isAtLeast(int minor, int patch) const;

  std::string version_;
  std::map<std::string, std::unique_ptr<StoredCollection>> collections_;
  std::map<std::string, std::string> aliases_;
};

}  // namespace learnd::fakes::qdrant

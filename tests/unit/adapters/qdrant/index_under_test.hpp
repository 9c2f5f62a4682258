#pragma once

#include "adapters/qdrant/qdrant_index.hpp"
#include "tests/fakes/qdrant/fake_qdrant.hpp"
#include "tests/fakes/run_task.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <string>
#include <vector>

namespace learnd::qdrant {

inline core::LearningId idOf(std::uint8_t number) {
  core::LearningId::Bytes bytes{};
  bytes[15] = number;
  return core::LearningId(bytes);
}

inline ports::IndexEntry entryOf(std::uint8_t number, std::string words, std::vector<float> vector = {1, 0}) {
  ports::IndexEntry entry;
  entry.id = idOf(number);
  entry.revision = 1;
  entry.category = "networking";
  entry.words = std::move(words);
  if (!vector.empty()) entry.vector = std::move(vector);
  return entry;
}

/// An index on a server of its own.
struct IndexUnderTest {
  explicit IndexUnderTest(fakes::qdrant::FakeSettings server = {}, std::string prefix = "", std::string key = "")
      : server(std::move(server)), index(settings(this->server.url(), std::move(prefix), std::move(key)), pool) {}

  static QdrantSettings settings(const std::string& url, std::string prefix, std::string key) {
    QdrantSettings settings;
    settings.url = *http_client::parseUrl(url);
    settings.prefix = std::move(prefix);
    settings.apiKey = std::move(key);
    return settings;
  }

  core::Result<void> put(std::vector<ports::IndexEntry> entries) { return fakes::runTask(loop, index.upsert(std::move(entries))); }
  core::Result<void> put(ports::IndexEntry entry) { return put(std::vector<ports::IndexEntry>{std::move(entry)}); }
  core::Result<ports::IndexAnswer> search(std::string words) {
    ports::IndexQuery query;
    query.words = std::move(words);
    return fakes::runTask(loop, index.search(std::move(query)));
  }
  ports::IndexStatus status() { return *fakes::runTask(loop, index.status()); }

  json::Value ask(const std::string& method, const std::string& target, const std::string& body = {}) {
    return json::parse(server.ask(method, target, body).body).value();
  }
  json::Value result(const std::string& method, const std::string& target, const std::string& body = {}) {
    const auto answer = ask(method, target, body);
    const auto* result = answer.find("result");
    return result ? *result : json::Value();
  }

  boost::asio::io_context loop;
  fakes::qdrant::FakeQdrant server;
  support::BlockingPool pool{1};
  QdrantIndex index;
};

}  // namespace learnd::qdrant

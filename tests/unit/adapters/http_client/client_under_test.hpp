#pragma once

#include "adapters/http_client/http_client.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/scripted_server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace learnd::http_client {

/// A client of a scripted server.
struct ClientUnderTest {
  explicit ClientUnderTest(const std::string& url, ClientSettings settings = quick()) : client(*parseUrl(url), std::move(settings)) {}

  static ClientSettings quick() {
    ClientSettings settings;
    settings.server = "Qdrant";
    settings.advice = "start it, or set index.url";
    settings.pause = std::chrono::milliseconds(5);
    return settings;
  }

  core::Result<Response> send(Request request) { return fakes::runTask(loop, client.send(std::move(request))); }
  core::Result<Response> get(std::string target) {
    Request request;
    request.target = std::move(target);
    return send(std::move(request));
  }
  core::Result<Response> post(std::string target, std::string body) {
    Request request;
    request.method = "POST";
    request.target = std::move(target);
    request.body = std::move(body);
    return send(std::move(request));
  }

  boost::asio::io_context loop;
  HttpClient client;
};

/// How long something took.
template <class Work>
std::chrono::milliseconds timed(Work work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
}

}  // namespace learnd::http_client

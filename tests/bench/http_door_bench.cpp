// What the HTTP door costs: trivial calls on it, and a bare Beast echo of the same size in the same run, over Unix sockets with connections
// kept. One server thread, CLIENTS client threads.
// Usage: http_door_bench [REQUESTS [CLIENTS]]
#include "interfaces/http/server.hpp"
#include "tests/fakes/test_services.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using Stream = asio::local::stream_protocol;
using learnd::interfaces::http::Server;
using learnd::interfaces::http::ServerSettings;

struct Call {
  bhttp::verb method = bhttp::verb::get;
  std::string target;
  std::string body;
};

asio::awaitable<void> echo(Stream::socket socket) {
  beast::flat_buffer buffer;
  try {
    while (true) {
      bhttp::request<bhttp::string_body> request;
      co_await bhttp::async_read(socket, buffer, request, asio::use_awaitable);
      bhttp::response<bhttp::string_body> response(bhttp::status::ok, 11);
      response.set(bhttp::field::content_type, "application/json");
      response.keep_alive(true);
      response.body() = std::move(request.body());
      response.prepare_payload();
      co_await bhttp::async_write(socket, response, asio::use_awaitable);
    }
  } catch (const boost::system::system_error&) {
    co_return;  // the client is done
  }
}

void rethrow(std::exception_ptr failed) {
  if (failed) std::rethrow_exception(failed);
}

asio::awaitable<void> acceptEchoes(Stream::acceptor& acceptor) {
  while (true) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    asio::co_spawn(acceptor.get_executor(), echo(std::move(socket)), rethrow);
  }
}

/// One client's latencies in microseconds.
std::vector<double> askAll(const std::string& path, const Call& call, std::size_t requests) {
  asio::io_context context;
  Stream::socket socket(context);
  socket.connect(Stream::endpoint(path));
  beast::flat_buffer buffer;
  std::vector<double> latencies;
  latencies.reserve(requests);
  for (std::size_t i = 0; i < requests; ++i) {
    bhttp::request<bhttp::string_body> request(call.method, call.target, 11);
    request.set(bhttp::field::host, "localhost");
    request.body() = call.body;
    request.prepare_payload();
    const auto began = std::chrono::steady_clock::now();
    bhttp::write(socket, request);
    bhttp::response<bhttp::string_body> response;
    bhttp::read(socket, buffer, response);
    latencies.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began).count());
    if (response.result() != bhttp::status::ok) throw std::runtime_error("answered " + std::to_string(response.result_int()));
  }
  return latencies;
}

/// Requests a second.
double measure(const std::string& path, const char* what, const Call& call, std::size_t requests, std::size_t clients) {
  std::vector<std::vector<double>> latencies(clients);
  std::vector<std::thread> threads;
  const auto began = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < clients; ++i) {
    threads.emplace_back([&, i] { latencies[i] = askAll(path, call, requests / clients); });
  }
  for (auto& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::vector<double> all;
  for (const auto& one : latencies) all.insert(all.end(), one.begin(), one.end());
  std::sort(all.begin(), all.end());
  const double rate = static_cast<double>(all.size()) / seconds;
  std::printf("%-28s %8.0f requests/s   p50 %6.1f us   p99 %6.1f us\n", what, rate, all[all.size() / 2], all[all.size() * 99 / 100]);
  return rate;
}

std::size_t argument(int count, char** texts, int place, std::size_t usual) {
  if (count <= place) return usual;
  std::size_t number = usual;
  const std::string text = texts[place];
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

int main(int count, char** texts) {
  const std::size_t requests = argument(count, texts, 1, 200000);
  const std::size_t clients = argument(count, texts, 2, 16);
  const auto folder = std::filesystem::temp_directory_path() / ("http-door-bench-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const Call kilobyte{bhttp::verb::post, "/v1/search", "{\"q\":\"" + std::string(1016, 'x') + "\"}"};
  const Call health{bhttp::verb::get, "/healthz", ""};
  const Call score{bhttp::verb::post, "/v1/score", R"({"factors":{"lines_of_code":33,"severity":"high"}})"};

  asio::io_context context;
  Stream::acceptor acceptor(context, Stream::endpoint((folder / "echo").string()));
  asio::co_spawn(context, acceptEchoes(acceptor), rethrow);
  learnd::fakes::TestServices core;
  ServerSettings settings;
  settings.socket = (folder / "door").string();
  Server server(context.get_executor(), core.services, settings);
  if (auto started = server.start(); !started) {
    std::cerr << started.error().message() << '\n';
    return 1;
  }
  std::thread thread([&context] { context.run(); });
  const std::string echoes = (folder / "echo").string();
  double bare = 0;
  double trivial = 0;
  double computed = 0;
  for (int round = 0; round < 3; ++round) {
    bare = std::max(bare, measure(echoes, "Beast echo, 1 KiB", kilobyte, requests, clients));
    trivial = std::max(trivial, measure(settings.socket, "GET /healthz", health, requests, clients));
    computed = std::max(computed, measure(settings.socket, "POST /v1/score", score, requests, clients));
  }
  std::printf("best of three against the echo: healthz %.2f, score %.2f\n", trivial / bare, computed / bare);
  context.stop();
  thread.join();
  std::filesystem::remove_all(folder);
  return 0;
}

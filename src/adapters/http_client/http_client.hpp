#pragma once

#include "adapters/http_client/connection_pool.hpp"
#include "adapters/http_client/message.hpp"
#include "ports/task.hpp"

#include <chrono>
#include <string>

namespace learnd::http_client {

struct ClientSettings {
  std::string server = "the server";  // in messages: "Qdrant"
  std::string advice;                 // what to do where it can't be reached: "start it, or set index.url"
  PoolSettings pool;
  int retries = 2;                       // after a 429 or 503, within the deadline
  std::chrono::milliseconds pause{100};  // before the first retry; doubles, with jitter. A Retry-After says another
};

/// HTTP/1.1 to one server, for the coroutines of the I/O thread: connections are kept and bounded, each call has a deadline, and a call
/// that is cancelled ends at once. A reused connection that ends before the first byte of an answer is replaced and the request sent again,
/// once; after 429 and 503 it is sent again a few times, as the server says when.
///
/// Errors: Unavailable (not reached, broken off, no HTTP, answer too large), Timeout, Busy (too many wait). Any status is an answer.
class HttpClient {
 public:
  HttpClient(Url url, ClientSettings settings);

  /// Name the request, then move it in.
  ports::Task<Response> send(Request request);
  [[nodiscard]] const Url& url() const { return pool_.url(); }

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  ports::Task<Response> guarded(const Request& request, Deadline deadline);
  ports::Task<Response> tryUntil(const Request& request, Deadline deadline);
  ports::Task<Response> tryOnce(const Request& request);
  ports::Task<void> openNew(ConnectionPool::Lease& lease);
  [[nodiscard]] core::Error unreachable(const std::string& why) const;
  [[nodiscard]] core::Error broken(const Request& request, const Exchange& exchange) const;
  [[nodiscard]] core::Error late(const Request& request) const;

  ClientSettings settings_;
  ConnectionPool pool_;
};

}  // namespace learnd::http_client

#include "adapters/http_client/http_client.hpp"

#include "support/timeout.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

namespace learnd::http_client {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr unsigned kTooManyRequests = 429;
constexpr unsigned kServiceUnavailable = 503;

bool isBusy(const Response& response) { return response.status == kTooManyRequests || response.status == kServiceUnavailable; }

/// From half of it to all of it, so that those who were refused together don't come back together.
milliseconds jittered(milliseconds pause) {
  static thread_local std::mt19937 random{std::random_device{}()};
  return milliseconds(std::uniform_int_distribution<milliseconds::rep>(pause.count() / 2, pause.count())(random));
}

milliseconds pauseBefore(int retry, const Response& refusal, milliseconds first) {
  const milliseconds own = jittered(first * (1 << retry));
  return refusal.retryAfter ? std::max<milliseconds>(*refusal.retryAfter, own) : own;
}

bool isNoHttp(const boost::system::error_code& failed) {
  return failed.category() == make_error_code(http::error::bad_version).category() && failed != http::error::end_of_stream &&
         failed != http::error::partial_message && failed != http::error::body_limit;
}

std::string inWords(milliseconds time) {
  const auto count = time.count();
  if (count % 1000 == 0) return std::to_string(count / 1000) + " s";
  return std::to_string(count) + " ms";
}

}  // namespace

HttpClient::HttpClient(Url url, ClientSettings settings) : settings_(std::move(settings)), pool_(std::move(url), settings_.pool) {}

ports::Task<Response> HttpClient::send(Request request) {
  // Who was cancelled between two calls must not begin the second.
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != asio::cancellation_type::none) co_return late(request);
  auto trying = guarded(request, SteadyClock::now() + request.deadline);
  auto answer = co_await support::withTimeout(std::move(trying), request.deadline);
  if (!answer && answer.error().kind() == core::ErrorKind::Timeout) co_return late(request);
  co_return answer;
}

ports::Task<Response> HttpClient::guarded(const Request& request, Deadline deadline) {
  try {
    co_return co_await tryUntil(request, deadline);
  } catch (const boost::system::system_error& failure) {
    if (failure.code() == asio::error::operation_aborted) co_return core::Error(core::ErrorKind::Timeout, "the deadline passed");
    co_return unreachable(failure.code().message());
  } catch (const std::exception& failure) {
    co_return unreachable(failure.what());
  }
}

ports::Task<Response> HttpClient::tryUntil(const Request& request, Deadline deadline) {
  // A cancellation between two steps ends the call with an exception: the next step would not hear of it.
  co_await asio::this_coro::throw_if_cancelled(true);
  for (int retry = 0;; ++retry) {
    auto answer = co_await tryOnce(request);
    const bool again = answer && isBusy(*answer) && retry < settings_.retries && request.repeat == Repeat::Allowed;
    if (!again) co_return answer;
    const milliseconds pause = pauseBefore(retry, *answer, settings_.pause);
    // An answer now is worth more than a deadline missed.
    if (SteadyClock::now() + pause >= deadline) co_return answer;
    asio::steady_timer timer(co_await asio::this_coro::executor, pause);
    const auto [cancelled] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (cancelled) co_return core::Error(core::ErrorKind::Timeout, "the deadline passed");
  }
}

ports::Task<Response> HttpClient::tryOnce(const Request& request) {
  auto lease = co_await pool_.take();
  if (!lease) co_return lease.error();
  const auto executor = co_await asio::this_coro::executor;
  bool reused = lease->reused();
  while (true) {
    if (!reused) {
      auto opened = co_await openNew(*lease);
      if (!opened) co_return opened.error();
    }
    auto exchange = co_await lease->connection().exchange(request);
    if (exchange.keepAlive) lease->keep();
    if (exchange.response && !exchange.refused) co_return std::move(*exchange.response);
    if (exchange.refused) co_return std::move(*exchange.refused);
    if (exchange.failed == asio::error::operation_aborted) co_return core::Error(core::ErrorKind::Timeout, "the deadline passed");
    // The server closed it while the request was on its way: no other reason to send it twice.
    if (!reused || exchange.answerBegan || request.repeat == Repeat::Forbidden) co_return broken(request, exchange);
    lease->renew(executor);
    reused = false;
  }
}

ports::Task<void> HttpClient::openNew(ConnectionPool::Lease& lease) {
  const Url& url = pool_.url();
  auto endpoints = co_await resolve(url.host, url.port);
  co_await asio::this_coro::throw_if_cancelled(true);
  if (!endpoints) {
    if (endpoints.error().kind() == core::ErrorKind::Timeout) co_return endpoints.error();
    co_return unreachable(endpoints.error().message());
  }
  const auto failed = co_await lease.connection().open(*endpoints);
  if (failed == asio::error::operation_aborted) co_return core::Error(core::ErrorKind::Timeout, "the deadline passed");
  if (failed) co_return unreachable(failed.message());
  co_return core::Result<void>();
}

core::Error HttpClient::unreachable(const std::string& why) const {
  std::string message = settings_.server + " at " + url().text() + " can't be reached (" + why + ")";
  if (!settings_.advice.empty()) message += ": " + settings_.advice;
  return {core::ErrorKind::Unavailable, message};
}

core::Error HttpClient::broken(const Request& request, const Exchange& exchange) const {
  const std::string what = settings_.server + " at " + url().text();
  if (exchange.failed == http::error::body_limit) {
    return {core::ErrorKind::Unavailable, what + " answered " + request.method + " " + request.target + " with more than " +
                                              std::to_string(request.maxResponse) + " bytes"};
  }
  if (isNoHttp(exchange.failed)) {
    return {core::ErrorKind::Unavailable,
            what + " does not speak HTTP (" + exchange.failed.message() + "): is that its address? " + settings_.advice};
  }
  return {core::ErrorKind::Unavailable, what + (exchange.answerBegan ? " broke its answer to " : " gave no answer to ") + request.method +
                                            " " + request.target + " off (" + exchange.failed.message() + "): see its log"};
}

core::Error HttpClient::late(const Request& request) const {
  return {core::ErrorKind::Timeout, settings_.server + " at " + url().text() + " did not answer " + request.method + " " + request.target +
                                        " within " + inWords(request.deadline) + ": it may be overloaded or hang; see its log"};
}

}  // namespace learnd::http_client

#include "adapters/http_client/connection.hpp"
#include "support/blocking_pool.hpp"

#include <boost/asio/ip/address.hpp>

namespace learnd::http_client {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

core::Result<Endpoints> toEndpoints(const std::string& host, const error_code& failed, const tcp::resolver::results_type& found) {
  if (failed) return core::Error(core::ErrorKind::Unavailable, "the host " + host + " is not known: " + failed.message());
  Endpoints endpoints;
  for (const auto& one : found) endpoints.push_back(one.endpoint());
  return endpoints;
}

}  // namespace

asio::awaitable<core::Result<Endpoints>> resolve(const std::string& host, std::uint16_t port) {
  error_code noAddress;
  const auto address = asio::ip::make_address(host, noAddress);
  if (!noAddress) {
    Endpoints endpoints;
    endpoints.emplace_back(address, port);
    co_return endpoints;
  }
  // A look-up can't be cancelled, so nobody waits for its end but what keeps it alive.
  using Waiting = support::Pending<core::Result<Endpoints>>;
  const auto executor = co_await asio::this_coro::executor;
  auto resolver = std::make_shared<tcp::resolver>(executor);
  auto waiting = std::make_shared<Waiting>(executor);
  resolver->async_resolve(host, std::to_string(port),
                          [waiting, resolver, host](const error_code& failed, const tcp::resolver::results_type& found) {
                            Waiting::finish(waiting, toEndpoints(host, failed, found));
                          });
  co_return co_await Waiting::wait(waiting);
}

}  // namespace learnd::http_client

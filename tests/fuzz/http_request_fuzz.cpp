// Whatever bytes a client sends, the connection answers or closes and the daemon goes on: a real connection on a socket pair, the services
// on fakes. Run: scripts/build fuzz && build/fuzz/bin/http_request_fuzz -max_total_time=600
#include "interfaces/http/connection_set.hpp"
#include "tests/fakes/test_services.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdlib>
#include <string>

namespace {

namespace asio = boost::asio;
using namespace learnd;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

/// Sends all and reads until the connection ends.
asio::awaitable<void> talk(asio::local::stream_protocol::socket& client, const std::string& bytes) {
  co_await asio::async_write(client, asio::buffer(bytes), kAwait);
  boost::system::error_code ignored;
  client.shutdown(asio::socket_base::shutdown_send, ignored);
  std::array<char, 4096> piece{};
  while (true) {
    const auto [failed, size] = co_await client.async_read_some(asio::buffer(piece), kAwait);
    if (failed) co_return;
  }
}

void rethrow(std::exception_ptr failed) {
  if (failed) std::rethrow_exception(failed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A store that grows would make every search slower: a new one for each input.
  fakes::TestServices services;
  asio::io_context context;
  asio::local::stream_protocol::socket client(context);
  asio::local::stream_protocol::socket server(context);
  asio::local::connect_pair(client, server);
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  interfaces::http::ConnectionSet connections(context.get_executor(), services.services, interfaces::http::ConnectionLimits{}, 1);
  connections.open(interfaces::http::Socket(std::move(server)), interfaces::http::Peer{});
  asio::co_spawn(context, talk(client, bytes), rethrow);
  // Until the connection has ended; the clock that watches it need not run out.
  while (connections.size() > 0) context.run_one();
  return 0;
}

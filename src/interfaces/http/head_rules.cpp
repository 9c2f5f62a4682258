#include "interfaces/http/head_rules.hpp"

#include <boost/beast/core/string.hpp>

#include <string_view>

namespace learnd::interfaces::http {

namespace {

namespace beasthttp = boost::beast::http;
using boost::beast::iequals;

bool isLoopbackName(std::string_view host) {
  if (const auto colon = host.rfind(':'); colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    host = host.substr(0, colon);
  }
  return iequals({host.data(), host.size()}, "localhost") || host == "127.0.0.1" || host == "[::1]";
}

}  // namespace

std::optional<Response> judgeHead(const RequestReader::Head& head, Transport transport) {
  const auto coding = head[beasthttp::field::transfer_encoding];
  if (!coding.empty() && !iequals(coding, "chunked")) {
    return problemOf(core::Error(core::ErrorKind::InvalidInput, "the only transfer coding here is \"chunked\""));
  }
  const auto expected = head[beasthttp::field::expect];
  constexpr int kExpectationFailed = 417;
  if (!expected.empty() && !iequals(expected, "100-continue")) {
    return problemOf(core::Error(core::ErrorKind::InvalidInput, "the only expectation here is \"100-continue\""), kExpectationFailed);
  }
  if (transport == Transport::Unix) return std::nullopt;
  const auto host = head[beasthttp::field::host];
  if (head.count(beasthttp::field::origin) == 0 && isLoopbackName({host.data(), host.size()})) return std::nullopt;
  return problemOf(
      core::Error(core::ErrorKind::PermissionDenied,
                  "over TCP programs of this machine are served, not pages of a browser: ask for localhost, without an Origin"));
}

}  // namespace learnd::interfaces::http

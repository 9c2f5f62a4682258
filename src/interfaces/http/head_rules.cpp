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

/// Whether it names one of the types that a page can't send to another site without asking it first.
bool isJsonType(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return iequals({type.data(), type.size()}, "application/json") || iequals({type.data(), type.size()}, "application/x-ndjson");
}

bool hasBody(const RequestReader::Head& head) {
  const auto length = head[beasthttp::field::content_length];
  return head.count(beasthttp::field::transfer_encoding) > 0 || (!length.empty() && length != "0");
}

std::optional<Response> judgeTcp(const RequestReader::Head& head) {
  const auto host = head[beasthttp::field::host];
  if (head.count(beasthttp::field::origin) > 0 || !isLoopbackName({host.data(), host.size()})) {
    return problemOf(
        core::Error(core::ErrorKind::PermissionDenied,
                    "over TCP programs of this machine are served, not pages of a browser: ask for localhost, without an Origin"));
  }
  const auto type = head[beasthttp::field::content_type];
  constexpr int kUnsupportedMediaType = 415;
  if (!hasBody(head) || isJsonType({type.data(), type.size()})) return std::nullopt;
  return problemOf(core::Error(core::ErrorKind::InvalidInput,
                               "over TCP a body says its type: send Content-Type: application/json (or application/x-ndjson)"),
                   kUnsupportedMediaType);
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
  return judgeTcp(head);
}

}  // namespace learnd::interfaces::http

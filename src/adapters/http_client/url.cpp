#include "adapters/http_client/url.hpp"

#include <algorithm>
#include <charconv>

namespace learnd::http_client {

namespace {

constexpr std::uint16_t kPlainPort = 80;
constexpr std::uint16_t kSecurePort = 443;

core::Error wrong(std::string_view text, std::string_view why) {
  // What may hold a password is not repeated.
  const bool mayBeShown = text.find('@') == std::string_view::npos;
  std::string message = mayBeShown ? "\"" + std::string(text) + "\"" : std::string("the URL");
  message.append(" is no address of a server: ").append(why);
  return {core::ErrorKind::InvalidInput, message};
}

bool isHostSign(char sign) {
  const bool letter = (sign >= 'a' && sign <= 'z') || (sign >= 'A' && sign <= 'Z');
  return letter || (sign >= '0' && sign <= '9') || sign == '-' || sign == '.' || sign == '_';
}

bool isAddressSign(char sign) {
  return (sign >= '0' && sign <= '9') || (sign >= 'a' && sign <= 'f') || (sign >= 'A' && sign <= 'F') || sign == ':' || sign == '.';
}

bool isPathSign(char sign) { return sign > ' ' && sign < 0x7F && sign != '?' && sign != '#'; }

/// Takes the host off the front.
bool takeHost(std::string_view& rest, std::string& host) {
  if (!rest.empty() && rest.front() == '[') {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return false;
    host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return !host.empty() && std::all_of(host.begin(), host.end(), isAddressSign);
  }
  const std::size_t end = std::min(rest.find_first_of(":/"), rest.size());
  host = rest.substr(0, end);
  rest.remove_prefix(end);
  return !host.empty() && std::all_of(host.begin(), host.end(), isHostSign);
}

bool takePort(std::string_view& rest, std::uint16_t& port) {
  if (rest.empty() || rest.front() != ':') return true;
  rest.remove_prefix(1);
  const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
  if (failed != std::errc() || port == 0) return false;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return true;
}

}  // namespace

std::string Url::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (secure ? kSecurePort : kPlainPort)) text += ":" + std::to_string(port);
  return text;
}

std::string Url::text() const { return (secure ? "https://" : "http://") + authority() + path; }

core::Result<Url> parseUrl(std::string_view text) {
  Url url;
  std::string_view rest = text;
  if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
    url.secure = true;
  } else {
    return wrong(text, "it must begin with http:// or https://");
  }
  if (rest.find('@') != std::string_view::npos)
    return wrong(text, "a user or password in it would be shown and logged; give a key by file");
  url.port = url.secure ? kSecurePort : kPlainPort;
  if (!takeHost(rest, url.host)) return wrong(text, "a host name or address comes behind the scheme");
  if (!takePort(rest, url.port)) return wrong(text, "a port is a number from 1 to 65535");
  if (!rest.empty() && rest.front() != '/') return wrong(text, "only a path may come behind host and port");
  if (!std::all_of(rest.begin(), rest.end(), isPathSign)) return wrong(text, "its path must be plain, without a query");
  while (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  url.path = rest;
  return url;
}

}  // namespace learnd::http_client

#include "config/key_rules.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace learnd::config {

namespace {

// What sockaddr_un holds, without its closing zero.
constexpr std::size_t kMostSocketPath = 107;
constexpr std::size_t kMostPrefix = 64;
constexpr std::size_t kMostSchemaName = 60;

bool isPlain(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char sign) { return sign < 0x20 || sign == 0x7f; });
}

bool isDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char sign) { return std::isdigit(sign) != 0; });
}

bool isPort(std::string_view text) {
  unsigned port = 0;
  if (!isDigits(text) || text.size() > 5) return false;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port >= 1 && port <= 65535;
}

bool isAbsolutePath(std::string_view text) { return text.empty() || (text.front() == '/' && isPlain(text)); }

bool isSocketPath(std::string_view text) { return isAbsolutePath(text) && text.size() <= kMostSocketPath; }

bool isGroup(std::string_view text) {
  if (text.empty() || isDigits(text)) return text.size() <= 10;
  if (std::isalpha(static_cast<unsigned char>(text.front())) == 0 && text.front() != '_') return false;
  return text.size() <= 256 && std::all_of(text.begin(), text.end(), [](unsigned char sign) {
           return std::isalnum(sign) != 0 || sign == '_' || sign == '-' || sign == '.' || sign == '$';
         });
}

bool isLoopbackAddress(std::string_view text) {
  if (text.empty()) return true;
  for (const std::string_view host : {"127.0.0.1:", "[::1]:", "localhost:"}) {
    if (text.starts_with(host)) return isPort(text.substr(host.size()));
  }
  return false;
}

bool isHostName(std::string_view host) {
  if (host.starts_with('[')) {
    if (!host.ends_with(']') || host.size() < 4) return false;
    host = host.substr(1, host.size() - 2);
    return std::all_of(host.begin(), host.end(), [](unsigned char sign) { return std::isxdigit(sign) != 0 || sign == ':' || sign == '.'; });
  }
  return !host.empty() && std::all_of(host.begin(), host.end(), [](unsigned char sign) {
    return std::isalnum(sign) != 0 || sign == '.' || sign == '-' || sign == '_';
  });
}

// Scheme, host, port, path and query; neither user nor fragment. Secrets come by file.
bool isHttpUrl(std::string_view text) {
  if (text.starts_with("http://")) {
    text.remove_prefix(7);
  } else if (text.starts_with("https://")) {
    text.remove_prefix(8);
  } else {
    return false;
  }
  const auto end = std::min(text.find_first_of("/?#"), text.size());
  auto host = text.substr(0, end);
  const auto rest = text.substr(end);
  const auto colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    if (!isPort(host.substr(colon + 1))) return false;
    host = host.substr(0, colon);
  }
  const bool cleanRest =
      std::all_of(rest.begin(), rest.end(), [](unsigned char sign) { return sign > 0x20 && sign < 0x7f && sign != '#'; });
  return isHostName(host) && cleanRest;
}

bool isIndexPrefix(std::string_view text) {
  return text.size() <= kMostPrefix && std::all_of(text.begin(), text.end(), [](unsigned char sign) {
           return std::isalnum(sign) != 0 || sign == '_' || sign == '-' || sign == '.';
         });
}

/// PostgreSQL cuts a name off at 63 bytes, and the views' is three longer.
bool isSchemaName(std::string_view text) {
  const auto isSign = [](char sign) { return (sign >= 'a' && sign <= 'z') || (sign >= '0' && sign <= '9') || sign == '_'; };
  return !text.empty() && text.size() <= kMostSchemaName && (text.front() < '0' || text.front() > '9') && !text.starts_with("pg_") &&
         std::all_of(text.begin(), text.end(), isSign);
}

}  // namespace

const TextRule kAnyText{isPlain, "a text without control characters"};
const TextRule kAbsolutePath{isAbsolutePath, "an absolute path, or \"\" for none"};
const TextRule kSocketPath{isSocketPath, "an absolute path of at most 107 bytes, or \"\" for the usual place"};
const TextRule kGroup{isGroup, "the name or the number of a group, or \"\" for none"};
const TextRule kLoopbackAddress{isLoopbackAddress, "a loopback address with a port (\"127.0.0.1:8080\", \"[::1]:8080\"), or \"\" for none"};
const TextRule kHttpUrl{isHttpUrl, "an http:// or https:// URL without a user in it"};
const TextRule kIndexPrefix{isIndexPrefix, "at most 64 letters, digits, \"-\", \"_\" and \".\", or \"\" for none"};
const TextRule kSchemaName{isSchemaName, "at most 60 small letters, digits and \"_\", no digit first and not \"pg_\""};

}  // namespace learnd::config

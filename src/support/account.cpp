#include "support/account.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <vector>

namespace learnd::support {

namespace {

// A group of many members needs a large buffer; none is larger than this.
constexpr std::size_t kMostEntry = 16 * 1024 * 1024;

std::optional<std::uint32_t> wholeNumber(const std::string& text) {
  std::uint32_t number = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (text.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

core::Result<std::uint32_t> findGroup(const std::string& name) {
  for (std::size_t size = 4096; size <= kMostEntry; size *= 4) {
    std::vector<char> buffer(size);
    group entry{};
    group* found = nullptr;
    const int failed = getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (failed == ERANGE) continue;
    if (found != nullptr) return found->gr_gid;
    break;
  }
  if (const auto number = wholeNumber(name)) return *number;
  return core::Error(core::ErrorKind::InvalidInput, "there is no group \"" + name + "\" on this system");
}

std::string hostName() {
  std::array<char, 256> name{};
  // The last byte stays 0 whatever the name's length.
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

std::string homeOfThisUser() {
  for (std::size_t size = 4096; size <= kMostEntry; size *= 4) {
    std::vector<char> buffer(size);
    passwd entry{};
    passwd* found = nullptr;
    const int failed = getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found);
    if (failed == ERANGE) continue;
    return found != nullptr && found->pw_dir != nullptr ? found->pw_dir : "";
  }
  return "";
}

}  // namespace learnd::support

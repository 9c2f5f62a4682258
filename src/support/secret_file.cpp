#include "support/secret_file.hpp"

#include <algorithm>
#include <fstream>

namespace learnd::support {

namespace {

constexpr std::size_t kLongest = 4096;

core::Error wrong(const std::filesystem::path& file, const std::string& why) {
  return {core::ErrorKind::InvalidInput, file.string() + " " + why};
}

}  // namespace

core::Result<std::string> readSecret(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string secret(kLongest + 1, '\0');
  stream.read(secret.data(), static_cast<std::streamsize>(secret.size()));
  if (!stream.is_open() || stream.bad()) return wrong(file, "can't be read: is it there, and may this program's user read it?");
  secret.resize(static_cast<std::size_t>(stream.gcount()));
  if (secret.size() > kLongest) return wrong(file, "is too long for a key: it must hold nothing else");
  constexpr const char* kWhite = " \t\r\n";
  const std::size_t first = secret.find_first_not_of(kWhite);
  if (first == std::string::npos) return wrong(file, "is empty: it must hold the key");
  secret = secret.substr(first, secret.find_last_not_of(kWhite) - first + 1);
  const auto isControl = [](char sign) { return static_cast<unsigned char>(sign) < 0x20 || sign == 0x7F; };
  if (std::any_of(secret.begin(), secret.end(), isControl)) return wrong(file, "has more than one line: it must hold the key alone");
  return secret;
}

}  // namespace learnd::support

#include "adapters/postgres/connection_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <string_view>
#include <utility>
#include <vector>

namespace learnd::postgres {

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

bool isUri(std::string_view dsn) { return dsn.starts_with("postgresql://") || dsn.starts_with("postgres://"); }

bool isWordSign(char sign) { return std::isalnum(static_cast<unsigned char>(sign)) != 0 || sign == '_'; }

/// Whether the DSN sets this, in either form: the word, then "=", and no word's sign before.
bool sets(std::string_view dsn, std::string_view word) {
  for (auto at = dsn.find(word); at != std::string_view::npos; at = dsn.find(word, at + 1)) {
    if (at > 0 && isWordSign(dsn[at - 1])) continue;
    auto behind = at + word.size();
    while (behind < dsn.size() && dsn[behind] == ' ') ++behind;
    if (behind < dsn.size() && dsn[behind] == '=') return true;
  }
  return false;
}

std::string percentEncoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char sign : text) {
    if (isWordSign(sign)) {
      encoded += sign;
      continue;
    }
    const auto byte = static_cast<unsigned char>(sign);
    encoded += '%';
    encoded += kDigits[byte >> 4U];
    encoded += kDigits[byte & 15U];
  }
  return encoded;
}

std::string inQuotes(std::string_view text) {
  std::string all = "'";
  for (const char sign : text) {
    if (sign == '\'' || sign == '\\') all += '\\';
    all += sign;
  }
  return all + "'";
}

std::string extendedUri(const std::string& dsn, const Settings& settings) {
  std::string text = dsn;
  for (const auto& [word, value] : settings) {
    text += text.find('?') == std::string::npos ? '?' : '&';
    text += word + "=" + percentEncoded(value);
  }
  return text;
}

std::string extendedWords(const std::string& dsn, const Settings& settings) {
  std::string text = dsn;
  for (const auto& [word, value] : settings) text += " " + word + "=" + inQuotes(value);
  return text;
}

}  // namespace

std::string connectionText(const std::string& dsn, const std::string& password, std::chrono::seconds connectTimeout) {
  // A peer that is gone without a word is noticed within half a minute.
  const Settings ours{{"connect_timeout", std::to_string(connectTimeout.count())},
                      {"application_name", "learnd"},
                      {"client_encoding", "UTF8"},
                      {"keepalives", "1"},
                      {"keepalives_idle", "15"},
                      {"keepalives_interval", "5"},
                      {"keepalives_count", "3"},
                      {"tcp_user_timeout", "15000"}};
  Settings added;
  for (const auto& [word, value] : ours) {
    if (!sets(dsn, word)) added.emplace_back(word, value);
  }
  if (!password.empty()) added.emplace_back("password", password);
  return isUri(dsn) ? extendedUri(dsn, added) : extendedWords(dsn, added);
}

core::Result<std::string> readPassword(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::array<char, 4096> buffer{};
  stream.read(buffer.data(), buffer.size());
  if (!stream.is_open() || stream.bad()) {
    return core::Error::invalidField("store.password_file", file + " can't be read: let learnd's user read it");
  }
  std::string password(buffer.data(), static_cast<std::size_t>(stream.gcount()));
  password.resize(std::min(password.find_first_of("\r\n"), password.size()));
  if (password.empty()) return core::Error::invalidField("store.password_file", file + " has no password in its first line");
  if (password.find('\0') != std::string::npos) return core::Error::invalidField("store.password_file", file + " has a NUL in it");
  return password;
}

std::string withoutPassword(std::string message, const std::string& password) {
  constexpr std::string_view kBlot = "…";
  if (password.empty()) return message;
  for (const std::string& form : {password, percentEncoded(password), inQuotes(password)}) {
    for (auto at = message.find(form); at != std::string::npos; at = message.find(form, at + kBlot.size())) {
      message.replace(at, form.size(), kBlot);
    }
  }
  return message;
}

}  // namespace learnd::postgres

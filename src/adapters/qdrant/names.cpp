#include "adapters/qdrant/names.hpp"

#include "core/lexical_terms.hpp"

#include <charconv>

namespace learnd::qdrant {

namespace {

constexpr std::string_view kOwn = "learnd-";

}  // namespace

std::string collectionName(std::string_view prefix, std::string_view category, std::uint32_t generation) {
  std::string name(prefix);
  name.append(kOwn).append(category).append("-").append(std::to_string(generation));
  return name;
}

std::optional<CollectionName> parseCollectionName(std::string_view prefix, std::string_view name) {
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  if (!name.starts_with(kOwn)) return std::nullopt;
  name.remove_prefix(kOwn.size());
  const std::size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  const std::string_view digits = name.substr(dash + 1);
  CollectionName parsed{std::string(name.substr(0, dash)), 0};
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed.generation);
  if (digits.empty() || failed != std::errc() || end != digits.data() + digits.size() || digits.front() == '0') return std::nullopt;
  return parsed;
}

std::string aliasName(std::string_view prefix, std::string_view category) { return std::string(prefix).append(category); }

std::string percentEncoded(std::string_view text) {
  constexpr std::string_view kHexDigits = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char sign : text) {
    if (kPlain.find(sign) != std::string_view::npos) {
      encoded += sign;
      continue;
    }
    const auto byte = static_cast<unsigned char>(sign);
    encoded += '%';
    encoded += kHexDigits[byte >> 4U];
    encoded += kHexDigits[byte & 15U];
  }
  return encoded;
}

std::string wordsVectorName() { return "words_v" + std::to_string(core::kLexicalVersion); }

}  // namespace learnd::qdrant

#include "core/redaction/literal_table.hpp"

#include "core/code_points.hpp"
#include "core/redaction/known_tokens.hpp"
#include "core/redaction/mark.hpp"

#include <algorithm>
#include <stdexcept>

namespace learnd::core {

LiteralTable::LiteralTable(std::initializer_list<std::span<const SecretRule>> families) {
  std::size_t classCount = 1;
  const auto take = [&](char sign) {
    std::uint8_t& known = classes_[static_cast<unsigned char>(sign)];
    if (known != 0) return;
    if (classCount == kClasses) throw std::logic_error("the literals begin with too many different bytes");
    known = static_cast<std::uint8_t>(classCount++);
    if (sign >= 'a' && sign <= 'z') classes_[static_cast<unsigned char>(sign - 'a' + 'A')] = known;
  };
  for (const auto family : families) {
    for (const SecretRule& rule : family) {
      Entry entry{std::string(rule.literal), rule.find};
      std::transform(entry.literal.begin(), entry.literal.end(), entry.literal.begin(), lowerAscii);
      take(entry.literal[0]);
      take(entry.literal[1]);
      std::uint16_t& bucket = buckets_[bucketOf(entry.literal[0], entry.literal[1])];
      if (bucket == 0) {
        lists_.emplace_back();
        bucket = static_cast<std::uint16_t>(lists_.size());
      }
      lists_[bucket - 1U].push_back(std::move(entry));
    }
  }
}

void LiteralTable::search(SecretFinder& finder) const {
  const std::string_view text = finder.text();
  constexpr std::size_t kDotsApart = 7;  // in a Discord bot's token, the one form without a literal
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    if (text[at] == '[') {
      const std::size_t mark = markLength(text.substr(at));
      if (mark > 0) {
        at += mark - 1;
        continue;
      }
    }
    if (text[at] == '.' && at + kDotsApart < text.size() && text[at + kDotsApart] == '.') findDiscordToken(finder, at);
    const std::uint16_t bucket = buckets_[bucketOf(text[at], text[at + 1])];
    if (bucket == 0) continue;
    for (const Entry& entry : lists_[bucket - 1U]) {
      if (!finder.hasAt(at, entry.literal)) continue;
      entry.find(finder, at);
      if (finder.isCovered(at)) break;
    }
    at = finder.skipCovered(at);
  }
}

}  // namespace learnd::core

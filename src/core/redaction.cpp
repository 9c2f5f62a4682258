#include "core/redaction.hpp"

#include "core/redaction_rules.hpp"

#include <algorithm>
#include <array>

namespace learnd::core {

namespace {

constexpr int kMostGroups = 4;

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char sign) { return sign >= 'A' && sign <= 'Z' ? static_cast<char>(sign + 32) : sign; });
  return out;
}

bool mayApply(const RedactionRule& rule, const std::string& lower) {
  return std::any_of(rule.triggers.begin(), rule.triggers.end(), [&](std::string_view trigger) { return lower.find(trigger) != std::string::npos; });
}

bool isSecret(const RedactionRule& rule, std::string_view value) {
  if (value.starts_with("[redacted:")) return false;
  if (rule.judged && !isSecretValue(value, *rule.judged)) return false;
  return !rule.random || looksRandom(value);
}

/// The text with what the rule finds replaced; true where anything was.
bool apply(const RedactionRule& rule, std::string& text) {
  const re2::StringPiece whole(text.data(), text.size());
  std::string out;
  std::size_t copied = 0;
  std::size_t from = 0;
  std::array<re2::StringPiece, kMostGroups> groups;
  while (from <= text.size() && rule.pattern->Match(whole, from, text.size(), RE2::UNANCHORED, groups.data(), kMostGroups)) {
    const re2::StringPiece& match = groups[0];
    const re2::StringPiece& secret = groups[static_cast<std::size_t>(rule.group)];
    const auto matchEnd = static_cast<std::size_t>(match.data() - text.data()) + match.size();
    if (secret.data() != nullptr && isSecret(rule, std::string_view(secret.data(), secret.size()))) {
      const auto begin = static_cast<std::size_t>(secret.data() - text.data());
      out.append(text, copied, begin - copied).append("[redacted:").append(rule.kind).append("]");
      copied = begin + secret.size();
      from = std::max(copied, from + 1);
    } else if (secret.data() != nullptr && secret.size() > 0) {
      // What is behind the value may announce another.
      from = std::max(static_cast<std::size_t>(secret.data() - text.data()), from + 1);
    } else {
      from = std::max(matchEnd, from + 1);
    }
  }
  if (copied == 0) return false;
  text = out.append(text, copied);
  return true;
}

}  // namespace

std::string redact(std::string_view text) {
  std::string redacted(text);
  std::string lower = lowered(text);
  for (const RedactionRule& rule : redactionRules()) {
    if (mayApply(rule, lower) && apply(rule, redacted)) lower = lowered(redacted);
  }
  return redacted;
}

std::string redactMember(std::string_view name, std::string_view value) {
  if (namesSecret(name) && !value.starts_with("[redacted:") && isSecretValue(value, ValuePlace::Quoted)) return "[redacted:password]";
  return redact(value);
}

}  // namespace learnd::core

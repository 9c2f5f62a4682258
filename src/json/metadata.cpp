#include "json/metadata.hpp"

#include "core/limits.hpp"
#include "core/redaction.hpp"
#include "json/text_check.hpp"

#include <unordered_set>

namespace learnd::json {

namespace {

/// Texts are valid by construction; what is not is taken for an empty object.
Value readKept(const std::string& metadata) {
  auto value = parse(metadata);
  return value && value->asObject() ? std::move(*value) : Value(Value::Object());
}

bool hasNul(const Value& value) {
  if (const auto* text = value.asText()) return text->find('\0') != std::string::npos;
  if (const auto* items = value.asArray()) {
    for (const Value& item : *items) {
      if (hasNul(item)) return true;
    }
  }
  if (const auto* members = value.asObject()) {
    for (const auto& [name, member] : *members) {
      if (name.find('\0') != std::string::npos || hasNul(member)) return true;
    }
  }
  return false;
}

/// The value without secrets. `redactor` has the name of the member that it is in, or whose list it is in: `{"password": ["x"]}` is caught.
Value redactValue(const core::MemberRedactor& redactor, const Value& value) {
  if (const auto* text = value.asText()) return Value(redactor.redact(*text));
  if (value.isNumber()) {
    // A numeric password is one too.
    const std::string written = write(value);
    std::string redacted = redactor.redact(written);
    return redacted == written ? value : Value(std::move(redacted));
  }
  if (const auto* items = value.asArray()) {
    Value::Array redacted;
    redacted.reserve(items->size());
    for (const Value& item : *items) redacted.push_back(redactValue(redactor, item));
    return Value(std::move(redacted));
  }
  if (const auto* members = value.asObject()) {
    Value::Object redacted;
    redacted.reserve(members->size());
    std::unordered_set<std::string> names;
    for (const auto& [inner, member] : *members) {
      std::string plain = core::redact(inner);
      // Two names that differ in their secret alone are one name afterwards; the first keeps it.
      if (names.insert(plain).second) redacted.emplace_back(std::move(plain), redactValue(core::MemberRedactor(inner), member));
    }
    return Value(std::move(redacted));
  }
  return value;
}

core::Error longerThanItsLimit(const std::string& name) {
  return core::Error::tooLarge(name, name + " is longer than " + std::to_string(core::kMaxMetadata) + " bytes (" +
                                         std::to_string(core::kMaxMetadata / 1024) + " KiB) in its canonical form");
}

}  // namespace

core::Result<std::string> makeMetadata(const Value& value, std::string_view field, bool redactSecrets) {
  const std::string name(field);
  if (!value.asObject()) return core::Error::invalidField(name, name + " must be a JSON object");
  if (hasNul(value)) return hasNulCharacter(name);
  // What is far over is refused before secrets are looked for, which costs more; they may be so much of it that the rest fits.
  if (write(value).size() > 2 * core::kMaxMetadata) return longerThanItsLimit(name);
  auto text = redactSecrets ? writeCanonical(redactValue(core::MemberRedactor(""), value), field) : writeCanonical(value, field);
  if (!text) return text.error();
  if (text->size() > core::kMaxMetadata) return longerThanItsLimit(name);
  return std::move(*text);
}

std::string addMissingKeys(const std::string& kept, const std::string& added) {
  if (added == "{}" || added == kept) return kept;
  Value all = readKept(kept);
  const Value more = readKept(added);
  std::unordered_set<std::string> names;
  for (const auto& member : *all.asObject()) names.insert(member.first);
  bool grown = false;
  for (const auto& [name, member] : *more.asObject()) {
    if (names.contains(name)) continue;
    all.asObject()->emplace_back(name, member);
    grown = true;
  }
  if (!grown) return kept;
  auto text = writeCanonical(all, "metadata");
  // What would pass the limit together is left as it was: storing again may not fail for what the first one holds.
  if (!text || text->size() > core::kMaxMetadata) return kept;
  return std::move(*text);
}

core::Result<std::string> patchMetadata(const std::string& kept, const Value& patch, std::string_view field, bool redactSecrets) {
  if (patch.isNull()) return std::string("{}");
  if (!patch.asObject()) return core::Error::invalidField(std::string(field), std::string(field) + " must be a JSON object");
  return makeMetadata(mergePatch(readKept(kept), patch), field, redactSecrets);
}

std::optional<std::string> severityOf(const std::string& metadata) {
  if (metadata.find("\"severity\"") == std::string::npos) return std::nullopt;
  const Value value = readKept(metadata);
  const Value* severity = value.find("severity");
  const std::string* text = severity ? severity->asText() : nullptr;
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

std::vector<std::pair<std::string, std::string>> scalarsOf(const std::string& metadata) {
  std::vector<std::pair<std::string, std::string>> scalars;
  if (metadata == "{}") return scalars;
  const Value value = readKept(metadata);
  for (const auto& [name, member] : *value.asObject()) {
    if (!member.asArray() && !member.asObject()) scalars.emplace_back(name, write(member));
  }
  return scalars;
}

}  // namespace learnd::json

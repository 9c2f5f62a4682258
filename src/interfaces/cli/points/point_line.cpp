#include "interfaces/cli/points/point_line.hpp"

#include "core/timestamp.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace learnd::cli {

namespace {

using json::Value;

/// The namespace of URLs for name-based UUIDs.
constexpr std::array<std::uint8_t, 16> kUrlNamespace{0x6B, 0xA7, 0xB8, 0x11, 0x9D, 0xAD, 0x11, 0xD1,
                                                     0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30, 0xC8};
constexpr std::size_t kLongestCategory = 63;

core::LearningId uuid5(std::string_view name) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  std::string bytes(kUrlNamespace.begin(), kUrlNamespace.end());
  bytes += name;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha1(), nullptr) != 1) throw std::runtime_error("SHA-1 failed");
  core::LearningId::Bytes id{};
  std::copy_n(digest.begin(), id.size(), id.begin());
  id[6] = static_cast<std::uint8_t>((id[6] & 0x0FU) | 0x50U);
  id[8] = static_cast<std::uint8_t>((id[8] & 0x3FU) | 0x80U);
  return core::LearningId(id);
}

bool isText(const Value* value) { return value && value->asText() && !value->asText()->empty(); }

core::Kind kindOf(const Value& payload) {
  if (isText(payload.find("error"))) return core::Kind::Failure;
  if (isText(payload.find("response"))) return core::Kind::Interaction;
  if (isText(payload.find("pattern_type"))) return core::Kind::Pattern;
  return core::Kind::Solution;
}

/// The payload with its members under the names that they stand for.
Value renamed(const Value& payload, const Renames& renames) {
  Value result{Value::Object()};
  for (const auto& [name, value] : *payload.asObject()) {
    const auto rename = renames.find(name);
    if (rename == renames.end()) result.set(name, value);
  }
  for (const auto& [old, name] : renames) {
    if (const Value* value = payload.find(old)) result.set(name, *value);
  }
  return result;
}

/// Seconds since 1970 as a time; anything else as it is.
Value timeOf(const Value& value) {
  constexpr double kLatest = 253402300799;  // the end of the year 9999
  if (!value.isNumber() || !(value.number() >= 0 && value.number() <= kLatest)) return value;
  const auto microseconds = std::chrono::microseconds(static_cast<std::int64_t>(std::llround(value.number() * 1e6)));
  return Value(core::formatTimestamp(core::Timestamp(microseconds)));
}

/// 350.0 as 350.
Value wholeOf(const Value& value) {
  constexpr double kMost = 9007199254740992;
  if (!value.isNumber() || value.isInteger()) return value;
  const double number = value.number();
  if (!(number >= 0 && number <= kMost) || std::floor(number) != number) return value;
  return Value(static_cast<std::int64_t>(number));
}

std::string lower(std::string text) {
  for (char& sign : text) {
    if (sign >= 'A' && sign <= 'Z') sign = static_cast<char>(sign | 0x20);
  }
  return text;
}

/// Sorts a payload's members into fields of a line and metadata.
class LineBuilder {
 public:
  LineBuilder(const ForeignPoint& point, const core::LearningId& id, core::Kind kind) : point_(point), id_(id), kind_(kind) {}

  void take(const Value& payload) {
    for (const auto& [name, value] : *payload.asObject()) {
      // A key with nothing in it, and what learnd's own collections keep for themselves.
      if (value.isNull() || name.starts_with("learnd_") || isSaidAnyway(name, value)) continue;
      if (name == "metadata" && value.asObject()) {
        for (const auto& [key, inner] : *value.asObject()) metadata_.set(key, inner);
      } else if (name == "category" && isText(&value)) {
        category_ = fittingCategory(*value.asText());
      } else if (json::isRecordMember(name) && name != "category" && name != "id" && name != "kind") {
        line_.set(name, fitting(name, value));
      } else {
        keep(name, value);
      }
    }
  }

  /// A member that is no field after all.
  void demote(const std::string& name) {
    Value left{Value::Object()};
    for (auto& [member, value] : *line_.asObject()) {
      if (member == name) {
        keep(member, value);
      } else {
        left.set(member, value);
      }
    }
    line_ = std::move(left);
  }

  [[nodiscard]] bool has(std::string_view name) const { return line_.find(name) != nullptr; }

  [[nodiscard]] std::string text() const {
    Value line = line_;
    line.set("id", Value(id_.text()));
    line.set("kind", Value(core::nameOf(kind_)));
    line.set("category", Value(category_.empty() ? fittingCategory(point_.collection) : category_));
    if (line.find("value_score") && !line.find("profile")) line.set("profile", Value("imported"));
    if (line.find("tokens_saved")) line.set("tokens_saved_estimated", Value(true));
    line.set("metadata", metadata_);
    return json::write(line);
  }

  /// One text under two names is given once; two texts leave the other name's in the metadata.
  void settle(const char* name, const char* own) {
    if (has(name) && has(own)) demoteUnlessEqual(name, own);
  }

 private:
  void demoteUnlessEqual(const std::string& name, const std::string& own) {
    if (*line_.find(name) == *line_.find(own)) {
      Value left{Value::Object()};
      for (auto& [member, value] : *line_.asObject()) {
        if (member != name) left.set(member, value);
      }
      line_ = std::move(left);
    } else {
      demote(name);
    }
  }

  [[nodiscard]] bool isSaidAnyway(std::string_view name, const Value& value) const {
    return (name == "id" && value == Value(id_.text())) || (name == "kind" && value == Value(core::nameOf(kind_)));
  }

  static Value fitting(const std::string& name, const Value& value) {
    if (name == "timestamp" || name == "updated") return timeOf(value);
    if (name == "tokens_saved") return wholeOf(value);
    if ((name == "outcome" || name == "llm_used") && value.asText()) return Value(lower(*value.asText()));
    return value;
  }

  /// In the metadata, beside what has that name there.
  void keep(const std::string& name, const Value& value) {
    std::string key = name;
    while (metadata_.find(key) && *metadata_.find(key) != value) key = "payload_" + key;
    metadata_.set(key, value);
  }

  const ForeignPoint& point_;
  core::LearningId id_;
  core::Kind kind_;
  std::string category_;
  Value line_{Value::Object()};
  Value metadata_{Value::Object()};
};

/// Without these there is no learning.
bool isNeeded(core::Kind kind, std::string_view field) {
  if (field == "query" || field == "error") return true;
  if (kind == core::Kind::Failure) return field == "correct_solution" || field == "solution";
  return field == (kind == core::Kind::Interaction ? "response" : "solution");
}

}  // namespace

std::string fittingCategory(std::string_view name) {
  std::string category;
  for (const char sign : lower(std::string(name))) {
    const bool plain = (sign >= 'a' && sign <= 'z') || (sign >= '0' && sign <= '9');
    if (plain) {
      category += sign;
    } else if (!category.empty() && category.back() != '-') {
      category += '-';
    }
    if (category.size() == kLongestCategory) break;
  }
  while (category.ends_with('-')) category.pop_back();
  return category.empty() ? "imported" : category;
}

core::Result<core::LearningId> learningIdOf(const ForeignPoint& point) {
  if (const auto* text = point.id.asText()) {
    const auto id = core::LearningId::parse(*text);
    if (!id) return core::Error::invalidField("id", "it is no UUID");
    return *id;
  }
  if (!point.id.isInteger()) return core::Error::invalidField("id", "it is neither a number nor a UUID");
  return uuid5("qdrant:" + point.collection + "/" + json::write(point.id));
}

core::Result<PointLine> lineOf(const ForeignPoint& point, const Renames& renames) {
  const auto id = learningIdOf(point);
  if (!id) return id.error();
  if (!point.payload.asObject() || point.payload.asObject()->empty()) return core::Error::invalidField("payload", "it has none");
  const Value payload = renamed(point.payload, renames);
  const core::Kind kind = kindOf(payload);
  LineBuilder builder(point, *id, kind);
  builder.take(payload);
  if (kind == core::Kind::Failure) {
    builder.settle("query", "error");
    builder.settle("solution", "correct_solution");
  }
  while (true) {
    PointLine made;
    made.text = builder.text();
    auto line = json::decodeImportLine(made.text);
    if (line) {
      made.line = std::move(*line);
      return made;
    }
    const std::string field = line.error().field().substr(0, line.error().field().find_first_of(".["));
    if (!builder.has(field) || isNeeded(kind, field)) return line.error();
    builder.demote(field);
  }
}

}  // namespace learnd::cli

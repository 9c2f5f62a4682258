#include "core/limits.hpp"
#include "interfaces/codec/field_reader.hpp"
#include "interfaces/codec/request_codec.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace learnd::interfaces {

namespace {

using services::ListRequest;

core::Error wrong(std::string_view name, std::string_view rule) {
  return core::Error::invalidField(std::string(name), std::string(name) + " must be " + std::string(rule));
}

template <class Number>
std::optional<Number> readNumber(const std::string& text) {
  Number number{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

core::Result<bool> readTruth(std::string_view name, const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return wrong(name, "true or false");
}

core::Result<core::Timestamp> readTime(std::string_view name, const std::string& text) {
  if (const auto time = core::parseTimestamp(text)) return *time;
  return wrong(name, "an RFC 3339 time, as 2026-01-02T03:04:05Z");
}

/// What a parameter does to the request; nothing where it is none of these.
using Apply = core::Result<void> (*)(const std::string&, ListRequest&);

/// Puts a checked value into its place.
template <class Source, class Place>
core::Result<void> put(core::Result<Source> value, Place& place) {
  if (!value) return value.error();
  if constexpr (requires { place.push_back(*value); }) {
    place.push_back(std::move(*value));
  } else {
    place = std::move(*value);
  }
  return {};
}

/// Values that come separated by commas, any of which may match.
std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(',', from), text.size());
    parts.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

core::Result<void> applyKind(const std::string& text, ListRequest& request) {
  for (const std::string& name : split(text)) {
    if (auto taken = put(readWord(name, "kind", core::parseKind, kKinds), request.filter.kinds); !taken) return taken.error();
  }
  return {};
}
core::Result<void> applyStatus(const std::string& text, ListRequest& request) {
  for (const std::string& name : split(text)) {
    if (auto taken = put(readWord(name, "status", core::parseStatus, kStatuses), request.filter.statuses); !taken) return taken.error();
  }
  return {};
}
core::Result<void> applyOutcome(const std::string& text, ListRequest& request) {
  return put(readWord(text, "outcome", core::parseOutcome, kOutcomes), request.filter.outcome);
}
core::Result<void> applyModel(const std::string& text, ListRequest& request) {
  return put(readWord(text, "llm_used", core::parseModelUsed, kModelsUsed), request.filter.modelUsed);
}
core::Result<void> applyCategory(const std::string& text, ListRequest& request) {
  for (std::string& name : split(text)) {
    if (name.empty()) return wrong("category", "the name of a category: leave it out for all");
    request.filter.categories.push_back(std::move(name));
  }
  return {};
}
core::Result<void> applySource(const std::string& text, ListRequest& request) {
  request.filter.source = text;
  return {};
}
core::Result<void> applyImportant(const std::string& text, ListRequest& request) {
  return put(readTruth("important", text), request.filter.important);
}
core::Result<void> applySince(const std::string& text, ListRequest& request) { return put(readTime("since", text), request.filter.since); }
core::Result<void> applyUntil(const std::string& text, ListRequest& request) { return put(readTime("until", text), request.filter.until); }
core::Result<void> applyMinValue(const std::string& text, ListRequest& request) {
  const auto value = readNumber<double>(text);
  if (!value || !(*value >= 0 && *value <= 1)) return wrong("min_value", "a number from 0 to 1");
  request.filter.minValue = *value;
  return {};
}
core::Result<void> applyOrder(const std::string& text, ListRequest& request) {
  if (text != "time" && text != "value") return wrong("order", "one of time, value");
  request.order = text == "time" ? ports::ListOrder::Time : ports::ListOrder::Value;
  return {};
}
core::Result<void> applyCursor(const std::string& text, ListRequest& request) {
  if (text.empty()) return wrong("cursor", "next_cursor of an answer: leave it out for the first page");
  request.cursor = text;
  return {};
}
core::Result<void> applyLimit(const std::string& text, ListRequest& request) {
  constexpr std::size_t kMost = 500;
  const auto limit = readNumber<std::size_t>(text);
  if (!limit || *limit < 1 || *limit > kMost) return wrong("limit", "an integer from 1 to 500");
  request.limit = *limit;
  return {};
}

constexpr std::array<std::pair<std::string_view, Apply>, 13> kParameters{{{"kind", applyKind},
                                                                          {"category", applyCategory},
                                                                          {"status", applyStatus},
                                                                          {"outcome", applyOutcome},
                                                                          {"llm_used", applyModel},
                                                                          {"source", applySource},
                                                                          {"important", applyImportant},
                                                                          {"since", applySince},
                                                                          {"until", applyUntil},
                                                                          {"min_value", applyMinValue},
                                                                          {"order", applyOrder},
                                                                          {"cursor", applyCursor},
                                                                          {"limit", applyLimit}}};

core::Result<void> applyOne(const std::string& name, const std::string& value, ListRequest& request) {
  constexpr std::string_view kMetadata = "metadata.";
  if (name.starts_with(kMetadata) && name.size() > kMetadata.size()) {
    request.filter.metadata.emplace_back(name.substr(kMetadata.size()), value);
    return {};
  }
  std::string allowed;
  for (const auto& [known, apply] : kParameters) {
    if (known == name) return apply(value, request);
    allowed.append(known).append(", ");
  }
  const std::string shown = name.substr(0, 100);
  return core::Error::invalidField(shown, shown + " is no parameter of this: allowed are " + allowed + "metadata.KEY");
}

}  // namespace

core::Result<ListRequest> decodeList(const std::vector<std::pair<std::string, std::string>>& parameters) {
  constexpr std::size_t kMostParameters = 100;
  if (parameters.size() > kMostParameters) return core::Error(core::ErrorKind::InvalidInput, "there are more than 100 parameters");
  ListRequest request;
  std::set<std::string_view> names;
  for (const auto& [name, value] : parameters) {
    const std::string shown = name.substr(0, 100);
    if (value.size() > core::kMaxShortText) return core::Error::tooLarge(shown, shown + " is longer than 1024 bytes (1 KiB)");
    if ((name + value).find('\0') != std::string::npos)
      return core::Error::invalidField(shown, shown + " has a NUL character in it, which no text may have");
    const bool isMetadata = name.starts_with("metadata.");
    if (!names.insert(name).second && !isMetadata) return core::Error::invalidField(shown, shown + " comes twice");
    if (auto applied = applyOne(name, value, request); !applied) return applied.error();
  }
  return request;
}

}  // namespace learnd::interfaces

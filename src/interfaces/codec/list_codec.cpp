#include "interfaces/codec/request_codec.hpp"

#include <charconv>
#include <cmath>
#include <functional>
#include <map>
#include <set>

namespace learnd::interfaces {

namespace {

using core::Error;
using core::Result;
using services::ListRequest;

Error wrong(const std::string& name, std::string message) { return Error::invalidField(name, std::move(message)); }

template <class T>
std::optional<T> numberIn(const std::string& text) {
  T number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Values may come separated by commas.
std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(',', from), text.size());
    parts.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

Result<void> takeKind(ListRequest& request, const std::string& value) {
  for (const std::string& name : split(value)) {
    const auto kind = core::parseKind(name);
    if (!kind) return wrong("kind", "it is solution, failure, interaction or pattern");
    request.filter.kinds.push_back(*kind);
  }
  return {};
}

Result<void> takeStatus(ListRequest& request, const std::string& value) {
  for (const std::string& name : split(value)) {
    const auto status = core::parseStatus(name);
    if (!status) return wrong("status", "it is active, superseded or archived");
    request.filter.statuses.push_back(*status);
  }
  return {};
}

Result<void> takeCategory(ListRequest& request, const std::string& value) {
  request.filter.categories = split(value);
  return {};
}

Result<void> takeOutcome(ListRequest& request, const std::string& value) {
  request.filter.outcome = core::parseOutcome(value);
  if (!request.filter.outcome) return wrong("outcome", "it is open, resolved, success, failure, partial or unknown");
  return {};
}

Result<void> takeModel(ListRequest& request, const std::string& value) {
  request.filter.modelUsed = core::parseModelUsed(value);
  if (!request.filter.modelUsed) return wrong("llm_used", "it is local, remote or none");
  return {};
}

Result<void> takeSource(ListRequest& request, const std::string& value) {
  request.filter.source = value;
  return {};
}

Result<void> takeImportant(ListRequest& request, const std::string& value) {
  if (value != "true" && value != "false") return wrong("important", "it is true or false");
  request.filter.important = value == "true";
  return {};
}

Result<void> takeTime(std::optional<core::Timestamp>& time, const std::string& name, const std::string& value) {
  time = core::parseTimestamp(value);
  if (!time) return wrong(name, "it is a time such as 2026-01-02T03:04:05Z");
  return {};
}

Result<void> takeSince(ListRequest& request, const std::string& value) { return takeTime(request.filter.since, "since", value); }
Result<void> takeUntil(ListRequest& request, const std::string& value) { return takeTime(request.filter.until, "until", value); }

Result<void> takeMinValue(ListRequest& request, const std::string& value) {
  request.filter.minValue = numberIn<double>(value);
  if (!request.filter.minValue || !std::isfinite(*request.filter.minValue)) return wrong("min_value", "it is a number from 0 to 1");
  return {};
}

Result<void> takeOrder(ListRequest& request, const std::string& value) {
  if (value != "time" && value != "value") return wrong("order", "it is time or value");
  request.order = value == "time" ? ports::ListOrder::Time : ports::ListOrder::Value;
  return {};
}

Result<void> takeCursor(ListRequest& request, const std::string& value) {
  if (value.empty()) return wrong("cursor", "it is empty: leave it out to begin at the start");
  request.cursor = value;
  return {};
}

Result<void> takeLimit(ListRequest& request, const std::string& value) {
  const auto limit = numberIn<std::size_t>(value);
  if (!limit || *limit < 1 || *limit > 500) return wrong("limit", "it is a number from 1 to 500");
  request.limit = *limit;
  return {};
}

using Take = Result<void> (*)(ListRequest&, const std::string&);

const std::map<std::string, Take, std::less<>>& parametersByName() {
  static const std::map<std::string, Take, std::less<>> parameters{
      {"kind", takeKind},   {"status", takeStatus},       {"category", takeCategory}, {"outcome", takeOutcome}, {"llm_used", takeModel},
      {"source", takeSource}, {"important", takeImportant}, {"since", takeSince},       {"until", takeUntil},     {"min_value", takeMinValue},
      {"order", takeOrder}, {"cursor", takeCursor},       {"limit", takeLimit}};
  return parameters;
}

}  // namespace

Result<ListRequest> decodeList(const std::vector<std::pair<std::string, std::string>>& parameters) {
  constexpr std::string_view kMetadata = "metadata.";
  ListRequest request;
  std::set<std::string> seen;
  for (const auto& [name, value] : parameters) {
    if (name.starts_with(kMetadata) && name.size() > kMetadata.size()) {
      request.filter.metadata.emplace_back(name.substr(kMetadata.size()), value);
      continue;
    }
    const auto known = parametersByName().find(name);
    if (known == parametersByName().end()) {
      return wrong(name, "a list has kind, category, status, outcome, llm_used, source, important, since, until, min_value, metadata.KEY, order, "
                         "cursor and limit");
    }
    if (!seen.insert(name).second) return wrong(name, "it comes twice");
    if (auto taken = known->second(request, value); !taken) return taken.error();
  }
  return request;
}

}  // namespace learnd::interfaces

#include "core/learning.hpp"

#include <array>
#include <utility>

namespace learnd::core {

namespace {

template <class Enum, std::size_t Count>
using Names = std::array<std::pair<Enum, std::string_view>, Count>;

constexpr Names<Kind, 4> kKinds{
    {{Kind::Solution, "solution"}, {Kind::Failure, "failure"}, {Kind::Interaction, "interaction"}, {Kind::Pattern, "pattern"}}};
constexpr Names<Status, 3> kStatuses{{{Status::Active, "active"}, {Status::Superseded, "superseded"}, {Status::Archived, "archived"}}};
constexpr Names<Outcome, 7> kOutcomes{{{Outcome::None, ""},
                                       {Outcome::Open, "open"},
                                       {Outcome::Resolved, "resolved"},
                                       {Outcome::Success, "success"},
                                       {Outcome::Failure, "failure"},
                                       {Outcome::Partial, "partial"},
                                       {Outcome::Unknown, "unknown"}}};
constexpr Names<ModelUsed, 4> kModels{
    {{ModelUsed::Unset, ""}, {ModelUsed::Local, "local"}, {ModelUsed::Remote, "remote"}, {ModelUsed::None, "none"}}};

template <class Enum, std::size_t Count>
std::string_view nameIn(const Names<Enum, Count>& names, Enum wanted) {
  for (const auto& [value, name] : names) {
    if (value == wanted) return name;
  }
  return {};
}

template <class Enum, std::size_t Count>
std::optional<Enum> parseIn(const Names<Enum, Count>& names, std::string_view wanted) {
  if (wanted.empty()) return std::nullopt;
  for (const auto& [value, name] : names) {
    if (name == wanted) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view nameOf(Kind kind) { return nameIn(kKinds, kind); }
std::string_view nameOf(Status status) { return nameIn(kStatuses, status); }
std::string_view nameOf(Outcome outcome) { return nameIn(kOutcomes, outcome); }
std::string_view nameOf(ModelUsed model) { return nameIn(kModels, model); }
std::optional<Kind> parseKind(std::string_view name) { return parseIn(kKinds, name); }
std::optional<Status> parseStatus(std::string_view name) { return parseIn(kStatuses, name); }
std::optional<Outcome> parseOutcome(std::string_view name) { return parseIn(kOutcomes, name); }
std::optional<ModelUsed> parseModelUsed(std::string_view name) { return parseIn(kModels, name); }

std::string_view defaultCategory(Kind kind) {
  switch (kind) {
    case Kind::Failure:
      return "error-solutions";
    case Kind::Interaction:
      return "interaction-history";
    case Kind::Solution:
    case Kind::Pattern:
      break;
  }
  return kPromotedCategory;
}

bool isSuccess(const Learning& learning) {
  if (learning.latestFeedback == Outcome::Failure) return false;
  switch (learning.kind) {
    case Kind::Failure:
      return learning.outcome == Outcome::Resolved;
    case Kind::Interaction:
      return learning.outcome == Outcome::Success;
    case Kind::Solution:
    case Kind::Pattern:
      break;
  }
  return true;
}

bool isPromoted(const Learning& learning) {
  constexpr double kPromotionValue = 0.7;
  if (learning.category == kPromotedCategory || !isSuccess(learning)) return false;
  return learning.valueScore > kPromotionValue || learning.latestFeedback == Outcome::Success || learning.important;
}

}  // namespace learnd::core

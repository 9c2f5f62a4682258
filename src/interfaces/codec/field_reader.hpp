#pragma once

#include "core/learning.hpp"
#include "interfaces/codec/words.hpp"
#include "json/object_reader.hpp"
#include "services/requests.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace learnd::interfaces {

inline constexpr std::array<core::Kind, 4> kKinds{core::Kind::Solution, core::Kind::Failure, core::Kind::Interaction, core::Kind::Pattern};
inline constexpr std::array<core::Status, 3> kStatuses{core::Status::Active, core::Status::Superseded, core::Status::Archived};
inline constexpr std::array<core::Outcome, 4> kInteractionOutcomes{core::Outcome::Success, core::Outcome::Failure, core::Outcome::Partial,
                                                                   core::Outcome::Unknown};
inline constexpr std::array<core::Outcome, 3> kFeedbackOutcomes{core::Outcome::Success, core::Outcome::Failure, core::Outcome::Partial};
inline constexpr std::array<core::Outcome, 6> kOutcomes{core::Outcome::Open,    core::Outcome::Resolved, core::Outcome::Success,
                                                        core::Outcome::Failure, core::Outcome::Partial,  core::Outcome::Unknown};
inline constexpr std::array<core::ModelUsed, 3> kModelsUsed{core::ModelUsed::Local, core::ModelUsed::Remote, core::ModelUsed::None};

/// A word of a member, where it is there; what is wrong with it is the reader's error.
template <class Word, std::size_t count>
std::optional<Word> readWordMember(json::ObjectReader& reader, std::string_view name, std::optional<Word> (*parse)(std::string_view),
                                   const std::array<Word, count>& allowed);

/// Members that several requests have.
std::optional<core::Factors> readFactors(json::ObjectReader& reader);
std::optional<std::string> readProfile(json::ObjectReader& reader);
/// Never empty: who wants the default leaves it out.
std::optional<std::string> readCategory(json::ObjectReader& reader);
std::optional<std::string> readPatternType(json::ObjectReader& reader);
std::optional<std::vector<std::string>> readTexts(json::ObjectReader& reader, std::string_view name);

template <class Word, std::size_t count>
std::optional<Word> readWordMember(json::ObjectReader& reader, std::string_view name, std::optional<Word> (*parse)(std::string_view),
                                   const std::array<Word, count>& allowed) {
  constexpr std::size_t kLongestWord = 1024;
  const auto text = reader.text(name, kLongestWord);
  if (!text) return std::nullopt;
  auto word = readWord(*text, reader.pathOf(name), parse, allowed);
  if (word) return *word;
  reader.fail(word.error());
  return std::nullopt;
}

}  // namespace learnd::interfaces

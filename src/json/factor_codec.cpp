#include "core/limits.hpp"
#include "json/learning_codec.hpp"

#include <array>
#include <limits>
#include <utility>

namespace learnd::json {

namespace {

using core::Factors;
using core::FactorScore;
using core::ValueBreakdown;

template <class T>
struct FactorName {
  std::string_view name;
  std::optional<T> Factors::*member;
};

constexpr std::array<FactorName<double>, 5> kNumbers{{{"lines_of_code", &Factors::linesOfCode},
                                                      {"files_modified", &Factors::filesModified},
                                                      {"solution_steps", &Factors::solutionSteps},
                                                      {"time_minutes", &Factors::timeMinutes},
                                                      {"users_affected", &Factors::usersAffected}}};
constexpr std::array<FactorName<bool>, 5> kTruths{{{"is_generic", &Factors::isGeneric},
                                                   {"is_novel", &Factors::isNovel},
                                                   {"uses_standard_tools", &Factors::usesStandardTools},
                                                   {"user_confirmed", &Factors::userConfirmed},
                                                   {"blocks_work", &Factors::blocksWork}}};
constexpr std::array<FactorName<std::string>, 4> kTexts{{{"severity", &Factors::severity},
                                                         {"scope", &Factors::scope},
                                                         {"confirmation", &Factors::confirmation},
                                                         {"feedback_text", &Factors::feedbackText}}};

/// One table after the other: the order in which factors are written.
template <class Visit>
void forEachFactor(Visit visit) {
  for (const auto& factor : kNumbers) visit(factor);
  for (const auto& factor : kTruths) visit(factor);
  for (const auto& factor : kTexts) visit(factor);
}

struct PartName {
  std::string_view name;
  FactorScore ValueBreakdown::*member;
};
constexpr std::array<PartName, 5> kParts{{{"complexity", &ValueBreakdown::complexity},
                                          {"reusability", &ValueBreakdown::reusability},
                                          {"novelty", &ValueBreakdown::novelty},
                                          {"confirmation", &ValueBreakdown::confirmation},
                                          {"impact", &ValueBreakdown::impact}}};

void readFactor(ObjectReader& reader, const FactorName<double>& factor, Factors& factors) {
  // Their ranges are for core::validateFactors to judge, which knows the profile.
  constexpr double kMost = std::numeric_limits<double>::max();
  factors.*factor.member = reader.number(factor.name, -kMost, kMost);
}

void readFactor(ObjectReader& reader, const FactorName<bool>& factor, Factors& factors) {
  factors.*factor.member = reader.boolean(factor.name);
}

void readFactor(ObjectReader& reader, const FactorName<std::string>& factor, Factors& factors) {
  const bool isWord = factor.member != &Factors::feedbackText;
  factors.*factor.member = reader.text(factor.name, isWord ? core::kMaxShortText : core::kMaxText);
}

FactorScore readPart(ObjectReader& reader, std::string_view name) {
  FactorScore score;
  const Value* part = reader.object(name);
  if (!part) {
    reader.fail(core::Error::invalidField(reader.pathOf(name), reader.pathOf(name) + " is required"));
    return score;
  }
  ObjectReader inner(*part, reader.pathOf(name));
  score.value = inner.number("value", 0, 1).value_or(0);
  score.weight = inner.number("weight", 0, 1).value_or(0);
  score.derived = inner.boolean("derived").value_or(false);
  score.fallback = inner.boolean("fallback").value_or(false);
  if (auto end = inner.finish(); !end) reader.fail(end.error());
  return score;
}

}  // namespace

Value encodeFactors(const Factors& factors) {
  Value::Object members;
  forEachFactor([&](const auto& factor) {
    if (const auto& given = factors.*factor.member) members.emplace_back(factor.name, Value(*given));
  });
  return Value(std::move(members));
}

std::vector<std::string_view> factorNames() {
  std::vector<std::string_view> names;
  forEachFactor([&](const auto& factor) { names.push_back(factor.name); });
  return names;
}

Factors withoutFactor(Factors factors, std::string_view name) {
  forEachFactor([&](const auto& factor) {
    if (factor.name == name) (factors.*factor.member).reset();
  });
  return factors;
}

Value encodeBreakdown(const ValueBreakdown& breakdown) {
  Value::Object members;
  for (const auto& part : kParts) {
    const FactorScore& score = breakdown.*part.member;
    Value::Object inner{{"value", Value(score.value)}, {"weight", Value(score.weight)}, {"derived", Value(score.derived)}};
    if (score.fallback) inner.emplace_back("fallback", Value(true));
    members.emplace_back(part.name, Value(std::move(inner)));
  }
  return Value(std::move(members));
}

core::Result<Factors> decodeFactors(const Value& value, std::string path) {
  Factors factors;
  ObjectReader reader(value, std::move(path));
  forEachFactor([&](const auto& factor) { readFactor(reader, factor, factors); });
  if (auto end = reader.finish(); !end) return end.error();
  return factors;
}

core::Result<ValueBreakdown> decodeBreakdown(const Value& value, std::string path) {
  ValueBreakdown breakdown;
  ObjectReader reader(value, std::move(path));
  for (const auto& part : kParts) breakdown.*part.member = readPart(reader, part.name);
  if (auto end = reader.finish(); !end) return end.error();
  return breakdown;
}

}  // namespace learnd::json

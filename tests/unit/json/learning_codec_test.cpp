#include "json/learning_codec.hpp"

#include "core/limits.hpp"
#include "tests/golden_file.hpp"
#include "tests/sample_learnings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace learnd::json {
namespace {

using core::Kind;
using tests::sampleLearning;

std::string kindName(const testing::TestParamInfo<Kind>& info) { return std::string(core::nameOf(info.param)); }

class LearningCodec : public testing::TestWithParam<Kind> {};

TEST_P(LearningCodec, WritesTheFormThatWasAgreedOn) {
  tests::expectGolden("learning-" + std::string(core::nameOf(GetParam())) + ".json",
                      writeLearning(sampleLearning(GetParam()), IndexedMember::Omit));
}

TEST_P(LearningCodec, WritesTheSameAsTextAndAsAValue) {
  for (const auto indexed : {IndexedMember::Omit, IndexedMember::Include}) {
    EXPECT_EQ(writeLearning(sampleLearning(GetParam()), indexed), write(encodeLearning(sampleLearning(GetParam()), indexed)));
  }
}

TEST_P(LearningCodec, ReadsBackWhatItWrote) {
  auto learning = sampleLearning(GetParam());
  learning.indexed = true;
  const auto back = decodeLearning(encodeLearning(learning, IndexedMember::Include));
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_TRUE(back->indexed);
  EXPECT_EQ(writeLearning(*back, IndexedMember::Include), writeLearning(learning, IndexedMember::Include));
}

TEST_P(LearningCodec, ImportsItsExportToTheSameBytes) {
  const std::string exported = writeLearning(sampleLearning(GetParam()), IndexedMember::Omit);
  const auto line = decodeImportLine(exported);
  ASSERT_TRUE(line) << line.error().field() << ": " << line.error().message();
  EXPECT_TRUE(line->hasId && line->hasTimestamp && line->hasUpdated && line->hasValueScore && line->hasProfile);
  EXPECT_TRUE(line->hasWeightSet && line->hasCreatedBy && line->hasCreatedOn && line->hasCounts);
  EXPECT_TRUE(line->wrongFactors.empty());
  EXPECT_EQ(writeLearning(line->learning, IndexedMember::Omit), exported);
}

TEST_P(LearningCodec, ImportsALearningWithNothingInItToTheSameBytes) {
  core::Learning bare;
  bare.kind = GetParam();
  bare.query = "q";
  bare.category = "c";
  if (GetParam() != Kind::Failure) bare.solution = "s";
  if (GetParam() == Kind::Failure) bare.outcome = core::Outcome::Open;
  if (GetParam() == Kind::Interaction) bare.outcome = core::Outcome::Unknown;
  const std::string exported = writeLearning(bare, IndexedMember::Omit);
  const auto line = decodeImportLine(exported);
  ASSERT_TRUE(line) << line.error().field() << ": " << line.error().message();
  EXPECT_EQ(writeLearning(line->learning, IndexedMember::Omit), exported);
}

INSTANTIATE_TEST_SUITE_P(Kinds, LearningCodec, testing::Values(Kind::Solution, Kind::Failure, Kind::Interaction, Kind::Pattern), kindName);

TEST(LearningCodecOrder, IsTheSameForAllKinds) {
  std::vector<std::string> all;
  for (const Kind kind : {Kind::Failure, Kind::Interaction, Kind::Pattern, Kind::Solution}) {
    const Value value = encodeLearning(sampleLearning(kind), IndexedMember::Include);
    std::size_t last = 0;
    for (const auto& [name, member] : *value.asObject()) {
      auto place = std::find(all.begin(), all.end(), name);
      if (place == all.end()) place = all.insert(all.begin() + static_cast<std::ptrdiff_t>(last), name);
      const auto index = static_cast<std::size_t>(place - all.begin());
      EXPECT_GE(index + 1, last) << name << " of " << core::nameOf(kind);
      last = index + 1;
      EXPECT_TRUE(isRecordMember(name) || name == "metadata" || name == "indexed") << name;
    }
  }
}

std::string fieldAtFault(const std::string& text) {
  const auto line = decodeImportLine(text);
  return line ? "none" : line.error().field();
}

TEST(ImportLine, NeedsAKindAndItsTexts) {
  EXPECT_EQ(fieldAtFault(R"({"query":"q","solution":"s"})"), "kind");
  EXPECT_EQ(fieldAtFault(R"({"kind":"poem","query":"q"})"), "kind");
  EXPECT_EQ(fieldAtFault(R"({"kind":"solution","solution":"s"})"), "query");
  EXPECT_EQ(fieldAtFault(R"({"kind":"solution","query":" ","solution":"s"})"), "query");
  EXPECT_EQ(fieldAtFault(R"({"kind":"solution","query":"q"})"), "solution");
  EXPECT_EQ(fieldAtFault(R"({"kind":"interaction","query":"q"})"), "response");
  EXPECT_EQ(fieldAtFault(R"({"kind":"failure"})"), "query");
  EXPECT_EQ(fieldAtFault(R"({"kind":"failure","error":" "})"), "error");
  EXPECT_EQ(fieldAtFault(R"({"kind":"failure","query":"q"})"), "none");
  EXPECT_EQ(fieldAtFault(R"({"kind":"failure","query":"q","outcome":"resolved"})"), "solution");
  EXPECT_EQ(fieldAtFault("[]"), "");
  EXPECT_EQ(fieldAtFault("{"), "");
}

TEST(ImportLine, TakesAFailuresTextsByBothNames) {
  const auto line = decodeImportLine(R"({"kind":"failure","error":"e","correct_solution":"c"})");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->learning.query, "e");
  EXPECT_EQ(line->learning.solution, "c");
  EXPECT_EQ(fieldAtFault(R"({"kind":"failure","error":"e","query":"q"})"), "error");
}

TEST(ImportLine, RefusesWhatItsKindHasNotUnlessItIsNull) {
  EXPECT_EQ(fieldAtFault(R"({"kind":"solution","query":"q","solution":"s","response":"r"})"), "response");
  EXPECT_EQ(fieldAtFault(R"({"kind":"solution","query":"q","solution":"s","bogus":null})"), "bogus");
  EXPECT_EQ(fieldAtFault(R"({"kind":"solution","query":"q","solution":"s","response":null,"name":null})"), "none");
}

TEST(ImportLine, NamesEveryFieldThatIsWrong) {
  const auto withMember = [](const std::string& kind, const std::string& member) {
    const std::string texts = kind == "interaction" ? R"("query":"q","response":"r",)" : R"("query":"q","solution":"s",)";
    return fieldAtFault(R"({"kind":")" + kind + R"(",)" + texts + member + "}");
  };
  EXPECT_EQ(withMember("solution", R"("id":"7")"), "id");
  EXPECT_EQ(withMember("solution", R"("timestamp":"yesterday")"), "timestamp");
  EXPECT_EQ(withMember("solution", R"("status":"gone")"), "status");
  EXPECT_EQ(withMember("solution", R"("uses":-1)"), "uses");
  EXPECT_EQ(withMember("solution", R"("occurrences":0)"), "occurrences");
  EXPECT_EQ(withMember("solution", R"("value_score":2)"), "value_score");
  EXPECT_EQ(withMember("solution", R"("value_breakdown":{})"), "value_breakdown.complexity");
  EXPECT_EQ(withMember("solution", R"("profile":"mine")"), "profile");
  EXPECT_EQ(withMember("solution", R"("weight_set":"mine")"), "weight_set");
  EXPECT_EQ(withMember("solution", R"("created_by":4294967296)"), "created_by");
  EXPECT_EQ(withMember("solution", R"("metadata":{"n":9007199254740993})"), "metadata");
  EXPECT_EQ(withMember("solution", R"("latest_feedback":"unknown")"), "latest_feedback");
  EXPECT_EQ(withMember("solution", R"("factors":[])"), "factors");
  EXPECT_EQ(withMember("interaction", R"("outcome":"open")"), "outcome");
  EXPECT_EQ(withMember("interaction", R"("llm_used":"mine")"), "llm_used");
  EXPECT_EQ(withMember("interaction", R"("tokens":{"input":-1})"), "tokens.input");
  EXPECT_EQ(withMember("interaction", R"("context_used":[{"score":1}])"), "context_used[0].text");
  EXPECT_EQ(withMember("interaction", R"("context_used":["a",{"id":"x"}])"), "context_used[1].id");
  EXPECT_EQ(withMember("pattern", R"("pattern_type":"poem")"), "pattern_type");
  EXPECT_EQ(withMember("pattern", R"("origin":"found")"), "origin");
  EXPECT_EQ(withMember("pattern", R"("members":["x"])"), "members[0]");
  EXPECT_EQ(withMember("pattern", R"("version":0)"), "version");
}

TEST(ImportLine, LeavesWrongFactorsOutAndNamesThem) {
  const auto line = decodeImportLine(
      R"({"kind":"solution","query":"q","solution":"s","factors":{"lines_of_code":"many","is_generic":true,"bogus":1,"severity":7}})");
  ASSERT_TRUE(line);
  EXPECT_THAT(line->wrongFactors, testing::ElementsAre("lines_of_code", "bogus", "severity"));
  EXPECT_EQ(line->learning.factors.isGeneric, true);
  EXPECT_EQ(line->learning.factors.severity, std::nullopt);
}

TEST(ImportLine, TakesLongErrorsButNoLongQuestions) {
  const std::string longest(core::kMaxQuery + 1, 'q');
  EXPECT_EQ(fieldAtFault(R"({"kind":"solution","query":")" + longest + R"(","solution":"s"})"), "query");
  EXPECT_EQ(fieldAtFault(R"({"kind":"failure","query":")" + longest + R"("})"), "none");
}

TEST(ContextUsed, IsATextAnIdOrBoth) {
  const auto used =
      decodeContextUsed(*parse(R"(["a text","019b0000-0000-7000-8000-00000000000b",{"text":"t","score":0.5}])"), "context_used");
  ASSERT_TRUE(used);
  ASSERT_EQ(used->size(), 3U);
  EXPECT_EQ((*used)[0].text, "a text");
  EXPECT_TRUE((*used)[1].id.has_value());
  EXPECT_EQ((*used)[1].text, "");
  EXPECT_EQ((*used)[2].score, 0.5);
}

TEST(FactorCodec, ReadsBackWhatItWroteAndTakesOneAway) {
  const auto factors = sampleLearning(Kind::Solution).factors;
  const auto back = decodeFactors(encodeFactors(factors), "factors");
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, factors);
  EXPECT_EQ(factorNames().size(), 14U);
  auto left = factors;
  for (const auto name : factorNames()) left = withoutFactor(std::move(left), name);
  EXPECT_TRUE(left.empty());
  EXPECT_EQ(decodeFactors(*parse(R"({"bogus":null})"), "factors").error().field(), "factors.bogus");
}

}  // namespace
}  // namespace learnd::json

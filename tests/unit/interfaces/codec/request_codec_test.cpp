#include "interfaces/codec/request_codec.hpp"

#include "json/learning_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace learnd::interfaces {
namespace {

using core::Kind;

json::Value read(std::string_view text) { return *json::parse(text); }

template <class T>
std::string fieldOf(const core::Result<T>& result) {
  return result ? "none" : result.error().field();
}

std::string storeField(Kind kind, std::string_view body) { return fieldOf(decodeStore(kind, read(body))); }

TEST(StoreCodec, TakesEveryFieldOfASolution) {
  const auto request =
      decodeStore(Kind::Solution, read(R"({"query":"q","solution":"s","category":"c","metadata":{"os":"nixos"},"source":"me",)"
                                       R"("factors":{"lines_of_code":3},"profile":"detailed","important":true,"idempotency_key":"é"})"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->learning.query, "q");
  EXPECT_EQ(request->learning.solution, "s");
  EXPECT_EQ(request->learning.category, "c");
  EXPECT_EQ(request->learning.source, "me");
  EXPECT_EQ(request->learning.factors.linesOfCode, 3);
  EXPECT_TRUE(request->learning.important);
  EXPECT_EQ(request->profile, "detailed");
  EXPECT_EQ(request->idempotencyKey, "é");
  EXPECT_EQ(json::write(request->metadata), R"({"os":"nixos"})");
}

TEST(StoreCodec, TakesNullForAbsent) {
  const auto request = decodeStore(
      Kind::Solution,
      read(R"({"query":"q","solution":"s","category":null,"metadata":null,"source":null,"factors":null,"profile":null,"important":null})"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->learning.category, "");
  EXPECT_EQ(request->learning.source, "human-interaction");
  EXPECT_EQ(json::write(request->metadata), "{}");
}

TEST(StoreCodec, TakesAFailuresTextsByTheirOwnNamesAndTheRecords) {
  const auto own = decodeStore(Kind::Failure, read(R"({"error":"e","attempted_solution":"a","correct_solution":"c","root_cause":"r"})"));
  ASSERT_TRUE(own);
  EXPECT_EQ(own->learning.query, "e");
  EXPECT_EQ(own->learning.solution, "c");
  EXPECT_EQ(own->learning.attemptedSolution, "a");
  EXPECT_EQ(own->learning.rootCause, "r");
  const auto records = decodeStore(Kind::Failure, read(R"({"query":"e","solution":"c"})"));
  ASSERT_TRUE(records);
  EXPECT_EQ(records->learning.query, "e");
  EXPECT_EQ(records->learning.solution, "c");
  EXPECT_EQ(storeField(Kind::Failure, R"({})"), "error");
  EXPECT_EQ(storeField(Kind::Failure, R"({"query":""})"), "query");
  EXPECT_EQ(storeField(Kind::Failure, R"({"error":"e","query":"q"})"), "query");
}

TEST(StoreCodec, TakesWhatOnlyInteractionsAndPatternsHave) {
  const auto talk =
      decodeStore(Kind::Interaction, read(R"({"query":"q","response":"r","outcome":"partial","context_used":["t"],"llm_used":"none",)"
                                          R"("tokens":{"input":5,"output":null}})"));
  ASSERT_TRUE(talk);
  EXPECT_EQ(talk->learning.solution, "r");
  EXPECT_EQ(talk->learning.outcome, core::Outcome::Partial);
  EXPECT_EQ(talk->learning.interaction.modelUsed, core::ModelUsed::None);
  EXPECT_EQ(talk->learning.interaction.tokens.input, 5U);
  EXPECT_EQ(talk->learning.interaction.tokens.output, std::nullopt);
  const auto pattern =
      decodeStore(Kind::Pattern, read(R"({"query":"q","solution":"s","name":"n","pattern_type":"workflow","keywords":["k"]})"));
  ASSERT_TRUE(pattern);
  EXPECT_EQ(pattern->learning.pattern.origin, "manual");
  EXPECT_EQ(pattern->learning.pattern.patternType, "workflow");
}

TEST(StoreCodec, NamesTheFieldAtFault) {
  EXPECT_EQ(storeField(Kind::Solution, R"({"solution":"s"})"), "query");
  EXPECT_EQ(storeField(Kind::Solution, R"({"query":"q"})"), "solution");
  EXPECT_EQ(storeField(Kind::Interaction, R"({"query":"q"})"), "response");
  const auto with = [](const std::string& member) { return storeField(Kind::Solution, R"({"query":"q","solution":"s",)" + member + "}"); };
  EXPECT_EQ(with(R"("bogus":1)"), "bogus");
  EXPECT_EQ(with(R"("category":"")"), "category");
  EXPECT_EQ(with(R"("metadata":[1])"), "metadata");
  EXPECT_EQ(with(R"("factors":{"bogus":1})"), "factors.bogus");
  EXPECT_EQ(with(R"("factors":{"is_generic":"yes"})"), "factors.is_generic");
  EXPECT_EQ(with(R"("profile":"imported")"), "profile");
  EXPECT_EQ(with(R"("important":"yes")"), "important");
  EXPECT_EQ(with(R"("idempotency_key":"")"), "idempotency_key");
  EXPECT_EQ(with(R"("root_cause":"r")"), "root_cause");
  EXPECT_EQ(storeField(Kind::Interaction, R"({"query":"q","response":"r","outcome":"open"})"), "outcome");
  EXPECT_EQ(storeField(Kind::Pattern, R"({"query":"q","solution":"s","pattern_type":"poem"})"), "pattern_type");
  EXPECT_EQ(storeField(Kind::Pattern, R"({"query":"q","solution":"s","keywords":["a",1]})"), "keywords[1]");
}

TEST(StoreCodec, CountsTheCharactersOfAnIdempotencyKey) {
  std::string characters;
  for (int i = 0; i < 128; ++i) characters += "😀";
  EXPECT_EQ(storeField(Kind::Solution, R"({"query":"q","solution":"s","idempotency_key":")" + characters + "\"}"), "none");
  EXPECT_EQ(storeField(Kind::Solution, R"({"query":"q","solution":"s","idempotency_key":")" + characters + "x\"}"), "idempotency_key");
}

TEST(StoreCodec, DigestsWhatARequestMeansAndNotHowItIsWritten) {
  const auto digest = [](Kind kind, std::string_view body) { return decodeStore(kind, read(body))->bodyDigest; };
  const auto first = digest(Kind::Solution, R"({"query":"q","solution":"s","idempotency_key":"k","metadata":{"a":1,"b":2}})");
  EXPECT_EQ(first, digest(Kind::Solution, R"({"idempotency_key":"k", "metadata":{"b":2.0,"a":1},"solution":"s","query":"q"})"));
  EXPECT_NE(first, digest(Kind::Solution, R"({"query":"q","solution":"t","idempotency_key":"k","metadata":{"a":1,"b":2}})"));
  EXPECT_NE(first, digest(Kind::Pattern, R"({"query":"q","solution":"s","idempotency_key":"k","metadata":{"a":1,"b":2}})"));
}

TEST(StoreCodec, NamesTheLimitOfAText) {
  const auto over =
      decodeStore(Kind::Solution, json::Value(json::Value::Object{{"query", json::Value(std::string(8193, 'q'))}, {"solution", "s"}}));
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().kind(), core::ErrorKind::TooLarge);
  EXPECT_THAT(over.error().message(), testing::HasSubstr("8192 bytes (8 KiB)"));
}

TEST(SearchCodec, HasTheDefaultsOfTheInterface) {
  const auto request = decodeSearch(read(R"({"query":"q"})"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->limit, 5U);
  EXPECT_EQ(request->minScore, std::nullopt);
  EXPECT_EQ(request->mode, core::SearchMode::Hybrid);
  EXPECT_TRUE(request->count);
  EXPECT_TRUE(request->filter.empty() && request->kinds.empty() && request->categories.empty());
}

TEST(SearchCodec, ReadsFiltersAsCanonicalJson) {
  const auto request = decodeSearch(read(
      R"({"query":"q","kinds":["failure","pattern"],"categories":["a"],"mode":"lexical","count":false,"min_score":0.5,"limit":100,)"
      R"("filter":{"source":"me","important":true,"outcome":["open","resolved"],"llm_used":"local","metadata.n":[1.0,"x",false],"metadata.a.b":2}})"));
  ASSERT_TRUE(request) << request.error().message();
  ASSERT_EQ(request->filter.size(), 6U);
  EXPECT_THAT(request->filter[0].values, testing::ElementsAre("\"me\""));
  EXPECT_THAT(request->filter[1].values, testing::ElementsAre("true"));
  EXPECT_THAT(request->filter[2].values, testing::ElementsAre("\"open\"", "\"resolved\""));
  EXPECT_THAT(request->filter[4].values, testing::ElementsAre("1", "\"x\"", "false"));
  EXPECT_EQ(request->filter[5].name, "metadata.a.b");
  EXPECT_THAT(request->kinds, testing::ElementsAre(Kind::Failure, Kind::Pattern));
}

TEST(SearchCodec, NamesTheFieldAtFault) {
  const auto with = [](const std::string& member) { return fieldOf(decodeSearch(read(R"({"query":"q",)" + member + "}"))); };
  EXPECT_EQ(fieldOf(decodeSearch(read(R"({"query":" "})"))), "query");
  EXPECT_EQ(with(R"("limit":0)"), "limit");
  EXPECT_EQ(with(R"("limit":101)"), "limit");
  EXPECT_EQ(with(R"("limit":"5")"), "limit");
  EXPECT_EQ(with(R"("min_score":2)"), "min_score");
  EXPECT_EQ(with(R"("mode":"fuzzy")"), "mode");
  EXPECT_EQ(with(R"("kinds":["solution","poem"])"), "kinds[1]");
  EXPECT_EQ(with(R"("categories":[1])"), "categories[0]");
  EXPECT_EQ(with(R"("categories":[""])"), "categories[0]");
  EXPECT_EQ(with(R"("filter":[])"), "filter");
  EXPECT_EQ(with(R"("filter":{"bogus":1})"), "filter.bogus");
  EXPECT_EQ(with(R"("filter":{"metadata.":1})"), "filter.metadata.");
  EXPECT_EQ(with(R"("filter":{"source":1})"), "filter.source");
  EXPECT_EQ(with(R"("filter":{"important":"true"})"), "filter.important");
  EXPECT_EQ(with(R"("filter":{"outcome":"great"})"), "filter.outcome");
  EXPECT_EQ(with(R"("filter":{"metadata.a":{"b":1}})"), "filter.metadata.a");
  EXPECT_EQ(with(R"("filter":{"metadata.a":[]})"), "filter.metadata.a");
  EXPECT_EQ(with(R"("filter":{"metadata.a":null})"), "filter.metadata.a");
}

TEST(PatchCodec, TellsRemovedFromAbsent) {
  const auto patch = decodePatch(read(
      R"({"solution":null,"root_cause":null,"keywords":null,"name":null,"pattern_type":null,"important":null,"metadata":null,"factors":{"severity":null,"is_generic":true}})"));
  ASSERT_TRUE(patch) << patch.error().message();
  EXPECT_EQ(patch->solution, "");
  EXPECT_EQ(patch->rootCause, "");
  EXPECT_EQ(patch->attemptedSolution, std::nullopt);
  EXPECT_EQ(patch->keywords, std::vector<std::string>());
  EXPECT_EQ(patch->name, "");
  EXPECT_EQ(patch->patternType, "");
  EXPECT_EQ(patch->important, false);
  ASSERT_TRUE(patch->metadata);
  EXPECT_TRUE(patch->metadata->isNull());
  EXPECT_THAT(patch->removedFactors, testing::ElementsAre("severity"));
  ASSERT_TRUE(patch->factors);
  EXPECT_EQ(patch->factors->isGeneric, true);
}

TEST(PatchCodec, RemovesAllFactorsAtOnce) {
  const auto patch = decodePatch(read(R"({"factors":null})"));
  ASSERT_TRUE(patch);
  EXPECT_FALSE(patch->factors);
  EXPECT_EQ(patch->removedFactors.size(), json::factorNames().size());
}

TEST(PatchCodec, KnowsAResponseFromASolution) {
  EXPECT_FALSE(decodePatch(read(R"({"solution":"s"})"))->solutionIsResponse);
  const auto patch = decodePatch(read(R"({"response":"r"})"));
  EXPECT_EQ(patch->solution, "r");
  EXPECT_TRUE(patch->solutionIsResponse);
  EXPECT_EQ(fieldOf(decodePatch(read(R"({"solution":"s","response":"r"})"))), "response");
}

TEST(PatchCodec, RefusesWhatCannotBeChangedOrRemoved) {
  for (const char* name : {"id", "kind", "uses", "created_by", "timestamp", "value_score", "profile", "source", "tokens", "bogus"}) {
    EXPECT_EQ(fieldOf(decodePatch(json::Value(json::Value::Object{{name, json::Value(1)}}))), name);
  }
  for (const char* name : {"category", "status", "outcome"}) {
    EXPECT_EQ(fieldOf(decodePatch(json::Value(json::Value::Object{{name, json::Value()}}))), name);
  }
  EXPECT_EQ(fieldOf(decodePatch(read(R"({"status":"gone"})"))), "status");
  EXPECT_EQ(fieldOf(decodePatch(read(R"({"metadata":1})"))), "metadata");
  EXPECT_EQ(fieldOf(decodePatch(read(R"({"category":""})"))), "category");
}

TEST(FeedbackCodec, NeedsAnIdAndAnOutcome) {
  const auto request = decodeFeedback(read(R"({"id":"019B0000-0000-7000-8000-00000000000A","outcome":"partial","note":"n"})"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->id.text(), "019b0000-0000-7000-8000-00000000000a");
  EXPECT_EQ(request->outcome, core::Outcome::Partial);
  EXPECT_EQ(request->note, "n");
  EXPECT_EQ(fieldOf(decodeFeedback(read(R"({"outcome":"success"})"))), "id");
  EXPECT_EQ(fieldOf(decodeFeedback(read(R"({"id":"7","outcome":"success"})"))), "id");
  EXPECT_EQ(fieldOf(decodeFeedback(read(R"({"id":"019b0000-0000-7000-8000-00000000000a"})"))), "outcome");
  EXPECT_EQ(fieldOf(decodeFeedback(read(R"({"id":"019b0000-0000-7000-8000-00000000000a","outcome":"unknown"})"))), "outcome");
}

TEST(ScoreCodec, TakesFactorsAndNames) {
  const auto request = decodeScore(read(R"({"factors":{"severity":"low"},"profile":"standard","weight_set":"code"})"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->factors.severity, "low");
  EXPECT_EQ(request->weightSet, "code");
  EXPECT_TRUE(decodeScore(read(R"({"factors":{}})"))->factors.empty());
  EXPECT_EQ(fieldOf(decodeScore(read("{}"))), "factors");
  EXPECT_EQ(fieldOf(decodeScore(read(R"({"factors":{"users_affected":"many"}})"))), "factors.users_affected");
}

TEST(ListCodec, ReadsEveryParameter) {
  const auto request = decodeList({{"kind", "failure,pattern"},
                                   {"category", "a,b"},
                                   {"status", "active"},
                                   {"outcome", "open"},
                                   {"llm_used", "remote"},
                                   {"source", "me"},
                                   {"important", "true"},
                                   {"since", "2026-01-01T00:00:00Z"},
                                   {"until", "2026-01-02T00:00:00+02:00"},
                                   {"min_value", "0.7"},
                                   {"metadata.host", "helios"},
                                   {"metadata.host", "selene"},
                                   {"order", "value"},
                                   {"cursor", "00ff"},
                                   {"limit", "500"}});
  ASSERT_TRUE(request) << request.error().message();
  EXPECT_THAT(request->filter.kinds, testing::ElementsAre(Kind::Failure, Kind::Pattern));
  EXPECT_THAT(request->filter.categories, testing::ElementsAre("a", "b"));
  EXPECT_THAT(request->filter.statuses, testing::ElementsAre(core::Status::Active));
  EXPECT_EQ(request->filter.outcome, core::Outcome::Open);
  EXPECT_EQ(request->filter.modelUsed, core::ModelUsed::Remote);
  EXPECT_EQ(request->filter.source, "me");
  EXPECT_EQ(request->filter.important, true);
  EXPECT_EQ(request->filter.since, core::parseTimestamp("2026-01-01T00:00:00Z"));
  EXPECT_EQ(request->filter.until, core::parseTimestamp("2026-01-01T22:00:00Z"));
  EXPECT_EQ(request->filter.minValue, 0.7);
  EXPECT_EQ(request->filter.metadata.size(), 2U);
  EXPECT_EQ(request->order, ports::ListOrder::Value);
  EXPECT_EQ(request->cursor, "00ff");
  EXPECT_EQ(request->limit, 500U);
  EXPECT_EQ(decodeList({})->limit, 50U);
}

TEST(ListCodec, NamesTheParameterAtFault) {
  const std::vector<std::pair<std::string, std::string>> wrong{{"limit", "0"},
                                                               {"limit", "501"},
                                                               {"limit", "x"},
                                                               {"limit", "5x"},
                                                               {"limit", ""},
                                                               {"order", "size"},
                                                               {"since", "yesterday"},
                                                               {"until", ""},
                                                               {"kind", "poem"},
                                                               {"kind", ""},
                                                               {"kind", "failure,poem"},
                                                               {"category", ""},
                                                               {"status", "gone"},
                                                               {"outcome", "great"},
                                                               {"llm_used", "me"},
                                                               {"important", "1"},
                                                               {"min_value", "x"},
                                                               {"min_value", "nan"},
                                                               {"min_value", "2"},
                                                               {"cursor", ""},
                                                               {"bogus", "1"},
                                                               {"metadata.", "x"},
                                                               {"source", std::string("a\0b", 3)},
                                                               {std::string("metadata.a\0b", 12), "x"}};
  for (const auto& parameter : wrong) EXPECT_EQ(fieldOf(decodeList({parameter})), parameter.first) << parameter.second;
  EXPECT_EQ(fieldOf(decodeList({{"limit", "5"}, {"limit", "6"}})), "limit");
}

TEST(IdCodec, FindsNothingWhereTheTextIsNoId) {
  EXPECT_EQ(decodeId("../etc").error().kind(), core::ErrorKind::NotFound);
  EXPECT_TRUE(decodeId("019b0000-0000-7000-8000-00000000000a"));
}

}  // namespace
}  // namespace learnd::interfaces

#include "adapters/qdrant/points.hpp"

#include "adapters/qdrant/names.hpp"
#include "core/lexical_terms.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace learnd::qdrant {

namespace {

ports::IndexEntry entryOf(std::uint8_t number, std::string words) {
  core::LearningId::Bytes bytes{};
  bytes[15] = number;
  ports::IndexEntry entry;
  entry.id = core::LearningId(bytes);
  entry.revision = 1;
  entry.category = "networking";
  entry.words = std::move(words);
  return entry;
}

json::Value bodyOf(const std::vector<ports::IndexEntry>& entries, const PointForm& form) {
  std::vector<PointPlan> plans;
  for (const auto& entry : entries) plans.push_back({&entry, false});
  const auto bodies = upsertBodies(plans, form);
  EXPECT_EQ(bodies.size(), 1U);
  auto body = json::parse(bodies.front());
  EXPECT_TRUE(body) << bodies.front();
  return *body;
}

const json::Value& firstPoint(const json::Value& body) { return body.find("points")->asArray()->front(); }

core::Learning learningOf(core::Kind kind, std::string metadata) {
  core::Learning learning;
  learning.kind = kind;
  learning.category = "networking";
  learning.query = "the question";
  learning.solution = "the answer";
  learning.metadata = std::move(metadata);
  return learning;
}

json::Value payloadFor(const core::Learning& learning, Flatten flatten = Flatten::Yes) {
  ports::IndexEntry entry = entryOf(1, "");
  entry.kind = learning.kind;
  entry.learning = std::make_shared<const core::Learning>(learning);
  return payloadOf(entry, false, flatten);
}

TEST(Points, WordsAreASparseVectorWithTheWeightsOfTheRanking) {
  const auto body = bodyOf({entryOf(1, "flush the dns cache cache")}, {2, Flatten::Yes, true});
  const auto* words = firstPoint(body).find("vector")->find(wordsVectorName());
  ASSERT_NE(words, nullptr);
  const auto terms = core::lexicalTerms("flush the dns cache cache");
  ASSERT_EQ(words->find("indices")->asArray()->size(), terms.terms.size());
  for (std::size_t i = 0; i < terms.terms.size(); ++i) {
    EXPECT_EQ((*words->find("indices")->asArray())[i], json::Value(std::int64_t{terms.terms[i].term}));
    EXPECT_FLOAT_EQ(static_cast<float>((*words->find("values")->asArray())[i].number()), core::termWeight(terms.terms[i], terms));
  }
}

TEST(Points, TheVectorHasNoNameAndReadsBackTheSame) {
  auto entry = entryOf(1, "a");
  entry.vector = std::vector<float>{0.1F, -1.17549435e-38F, 3.0F};
  const auto body = bodyOf({entry}, {3, Flatten::Yes, true});
  const auto* vector = firstPoint(body).find("vector")->find("");
  ASSERT_NE(vector, nullptr);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(static_cast<float>((*vector->asArray())[i].number()), (*entry.vector)[i]);
}

TEST(Points, WhatIsNoNumberOnTheServerIsNotSent) {
  for (const float number : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(), 0.0F}) {
    auto entry = entryOf(1, "a");
    entry.vector = std::vector<float>{number, 0};
    EXPECT_EQ(firstPoint(bodyOf({entry}, {2, Flatten::Yes, true})).find("vector")->find(""), nullptr);
  }
}

TEST(Points, ACollectionForWordsGetsNoVector) {
  auto entry = entryOf(1, "a");
  entry.vector = std::vector<float>{1, 0};
  EXPECT_EQ(firstPoint(bodyOf({entry}, {0, Flatten::Yes, true})).find("vector")->find(""), nullptr);
}

TEST(Points, ARequestEndsAt256Points) {
  const std::vector<ports::IndexEntry> entries(600, entryOf(1, "a"));
  std::vector<PointPlan> plans;
  for (const auto& entry : entries) plans.push_back({&entry, false});
  std::vector<std::size_t> sizes;
  for (const auto& body : upsertBodies(plans, {})) sizes.push_back(json::parse(body)->find("points")->asArray()->size());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{256, 256, 88}));
}

TEST(Points, ARequestEndsAtFourMebibytes) {
  auto learning = learningOf(core::Kind::Solution, "{}");
  learning.solution = std::string(200 * 1024, 'x');
  auto entry = entryOf(1, "a");
  entry.learning = std::make_shared<const core::Learning>(learning);
  const std::vector<ports::IndexEntry> entries(50, entry);
  std::vector<PointPlan> plans;
  for (const auto& one : entries) plans.push_back({&one, false});
  const auto bodies = upsertBodies(plans, {});
  EXPECT_GT(bodies.size(), 2U);
  for (const auto& body : bodies) EXPECT_LT(body.size(), 4.1 * 1024 * 1024);
}

TEST(Points, NothingMakesNoRequest) { EXPECT_TRUE(upsertBodies({}, {}).empty()); }

TEST(Points, AnOldServerGetsNoCondition) {
  EXPECT_NE(bodyOf({entryOf(1, "a")}, {2, Flatten::Yes, true}).find("update_filter"), nullptr);
  EXPECT_EQ(bodyOf({entryOf(1, "a")}, {2, Flatten::Yes, false}).find("update_filter"), nullptr);
}

TEST(Payload, ASolutionHasItsFieldsAtTheTop) {
  const auto payload = payloadFor(learningOf(core::Kind::Solution, R"({"os":"nixos"})"));
  EXPECT_EQ(*payload.find("query"), json::Value("the question"));
  EXPECT_EQ(*payload.find("solution"), json::Value("the answer"));
  EXPECT_EQ(*payload.find("category"), json::Value("networking"));
  EXPECT_EQ(*payload.find("os"), json::Value("nixos"));
  EXPECT_EQ(*payload.find("metadata")->find("os"), json::Value("nixos"));
}

TEST(Payload, AFailureHasItsTextsUnderTheirOwnNamesToo) {
  const auto payload = payloadFor(learningOf(core::Kind::Failure, "{}"));
  EXPECT_EQ(*payload.find("error"), json::Value("the question"));
  EXPECT_EQ(*payload.find("correct_solution"), json::Value("the answer"));
}

TEST(Payload, AnInteractionHasItsResponse) {
  auto learning = learningOf(core::Kind::Interaction, "{}");
  learning.interaction.tokensSaved = 7;
  const auto payload = payloadFor(learning);
  EXPECT_EQ(*payload.find("response"), json::Value("the answer"));
  EXPECT_EQ(*payload.find("tokens_saved"), json::Value(7));
}

TEST(Payload, MetadataOverwritesNoFieldAndNothingOfOurs) {
  const auto payload = payloadFor(learningOf(
      core::Kind::Solution, R"({"error":"mine","learnd_facets":["mine"],"learnd_revision":99,"metadata":"mine","query":"mine"})"));
  EXPECT_EQ(*payload.find("query"), json::Value("the question"));
  EXPECT_EQ(payload.find("error"), nullptr);
  EXPECT_EQ(*payload.find(kRevisionMember), json::Value(1));
  EXPECT_EQ(payload.find("metadata")->asObject()->size(), 5U);
}

TEST(Payload, MetadataStaysNestedAloneWhereThatIsWanted) {
  const auto payload = payloadFor(learningOf(core::Kind::Solution, R"({"os":"nixos"})"), Flatten::No);
  EXPECT_EQ(payload.find("os"), nullptr);
  EXPECT_NE(payload.find("metadata")->find("os"), nullptr);
}

TEST(Payload, ABookLongContextIsLeftOut) {
  auto learning = learningOf(core::Kind::Interaction, "{}");
  learning.interaction.contextUsed.resize(30);
  for (auto& used : learning.interaction.contextUsed) used.text = std::string(200 * 1024, 'x');
  EXPECT_EQ(payloadFor(learning).find("context_used"), nullptr);
}

}  // namespace

}  // namespace learnd::qdrant

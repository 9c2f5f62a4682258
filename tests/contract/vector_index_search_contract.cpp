#include "tests/contract/vector_index_contract.hpp"

#include <algorithm>
#include <limits>

namespace learnd::contract {

namespace {

using Numbers = std::vector<std::uint64_t>;

TEST_P(VectorIndexContract, ACandidateOfOneSideGetsItsOtherScoreToo) {
  put({entryWithVector(1, "restart nginx", {1, 0}), entryWithVector(2, "restart redis", {0, 1}),
       entryWithVector(3, "format a disk", {0, 1})});
  auto query = byWords("nginx");
  query.vector = {0, 1};
  query.candidates = 2;
  const auto answer = search(std::move(query));
  ASSERT_EQ(numbersOf(answer), (Numbers{1, 2, 3}));
  EXPECT_NEAR(candidate(answer, 1)->cosine.value(), 0, 1e-3);
  EXPECT_GT(candidate(answer, 1)->wordScore.value(), 0);
  EXPECT_NEAR(candidate(answer, 2)->cosine.value(), 1, 1e-3);
}

TEST_P(VectorIndexContract, AScoreThatIsUnknownIsNull) {
  put({wordsEntry(1, "restart nginx"), entryWithVector(2, "format a disk", {0, 1})});
  auto query = byWords("nginx");
  query.vector = {0, 1};
  const auto answer = search(std::move(query));
  ASSERT_EQ(numbersOf(answer), (Numbers{1, 2}));
  EXPECT_FALSE(candidate(answer, 1)->cosine);
  EXPECT_FALSE(candidate(answer, 2)->wordScore);
}

TEST_P(VectorIndexContract, WithoutWordsTheVectorsAloneAreSearched) {
  put({entryWithVector(1, "restart nginx", {1, 0}), wordsEntry(2, "restart redis")});
  const auto answer = search(byVector({1, 0}));
  ASSERT_EQ(numbersOf(answer), Numbers{1});
  EXPECT_FALSE(candidate(answer, 1)->wordScore);
  EXPECT_EQ(answer.bestWordScore, 0);
}

TEST_P(VectorIndexContract, WithoutAVectorTheWordsAloneAreSearched) {
  put({entryWithVector(1, "restart nginx", {1, 0}), entryWithVector(2, "format a disk", {0, 1})});
  const auto answer = search(byWords("nginx"));
  ASSERT_EQ(numbersOf(answer), Numbers{1});
  EXPECT_FALSE(candidate(answer, 1)->cosine);
}

TEST_P(VectorIndexContract, AVectorOfOtherDimensionsOrNoneFindsByWordsAlone) {
  put(entryWithVector(1, "restart nginx", {1, 0}));
  for (const auto& vector :
       {std::vector<float>{1, 0, 0}, std::vector<float>{0, 0}, std::vector<float>{std::numeric_limits<float>::quiet_NaN(), 1}}) {
    auto query = byWords("nginx");
    query.vector = vector;
    const auto answer = search(std::move(query));
    ASSERT_EQ(numbersOf(answer), Numbers{1});
    EXPECT_FALSE(candidate(answer, 1)->cosine);
  }
}

TEST_P(VectorIndexContract, CosinesDoNotDependOnLengths) {
  put({entryWithVector(1, "a", {30, 40}), entryWithVector(2, "b", {-0.3F, -0.4F})});
  const auto answer = search(byVector({5, 0}));
  EXPECT_NEAR(candidate(answer, 1)->cosine.value(), 0.6, 1e-3);
  EXPECT_NEAR(candidate(answer, 2)->cosine.value(), -0.6, 1e-3);
}

TEST_P(VectorIndexContract, WordsAreFoundByTheirStemsAndPartsInEitherCase) {
  put({wordsEntry(1, "mounting encrypted volumes"), wordsEntry(2, "Reload SYSTEMD-RESOLVED"), wordsEntry(3, "list users")});
  EXPECT_EQ(foundByWords("mounts"), Numbers{1});
  EXPECT_EQ(foundByWords("systemd"), Numbers{2});
  EXPECT_EQ(foundByWords("resolvd"), Numbers{2});
}

TEST_P(VectorIndexContract, ARareWordCountsMoreThanACommonOne) {
  put({wordsEntry(1, "show disk usage"), wordsEntry(2, "show disk layout"), wordsEntry(3, "show disk names"),
       wordsEntry(4, "show quota now")});
  const auto answer = search(byWords("disk quota"));
  EXPECT_GT(candidate(answer, 4)->wordScore.value(), candidate(answer, 1)->wordScore.value());
  EXPECT_EQ(answer.bestWordScore, candidate(answer, 4)->wordScore.value());
}

TEST_P(VectorIndexContract, AWordAskedTwiceCountsOnce) {
  put({wordsEntry(1, "show disk usage"), wordsEntry(2, "list users")});
  EXPECT_EQ(search(byWords("disk")).bestWordScore, search(byWords("disk Disk disk")).bestWordScore);
}

TEST_P(VectorIndexRarityContract, RemovalsChangeHowRareAWordIs) {
  put({wordsEntry(1, "show disk usage"), wordsEntry(2, "show disk layout"), wordsEntry(3, "list users")});
  const double common = search(byWords("usage disk")).bestWordScore;
  take(2);
  const double rare = search(byWords("usage disk")).bestWordScore;
  put(wordsEntry(2, "show disk layout"));
  EXPECT_NE(common, rare);
  EXPECT_DOUBLE_EQ(search(byWords("usage disk")).bestWordScore, common);
}

TEST_P(VectorIndexContract, EachSideGivesItsBestAsManyAsAreAskedFor) {
  std::vector<ports::IndexEntry> entries;
  for (std::uint64_t i = 1; i <= 40; ++i) {
    std::string words = "cache";
    for (std::uint64_t filler = 0; filler < i; ++filler) words += " filler" + std::to_string(filler);
    entries.push_back(entryWithVector(i, words, {1, -0.05F * static_cast<float>(i)}));
    entries.push_back(entryWithVector(100 + i, "other", {1, 0.05F * static_cast<float>(i)}));
  }
  put(std::move(entries));
  auto query = byWords("cache");
  query.vector = {0, 1};
  query.candidates = 3;
  EXPECT_EQ(numbersOf(search(std::move(query))), (Numbers{1, 2, 3, 138, 139, 140}));
}

TEST_P(VectorIndexContract, ASmallStoreGivesAllItsVectors) {
  std::vector<ports::IndexEntry> entries;
  for (std::uint64_t i = 1; i <= 150; ++i) entries.push_back(entryWithVector(i, "a", {1, 0.05F * static_cast<float>(i)}));
  put(std::move(entries));
  EXPECT_EQ(search(byVector({1, 0})).candidates.size(), 150U);
}

TEST_P(VectorIndexContract, FiltersByCategory) {
  auto other = wordsEntry(2, "flush cache");
  other.category = "networking";
  put({wordsEntry(1, "flush cache"), other});
  EXPECT_EQ(foundByWords("cache", {{"networking"}, {}, {}}), Numbers{2});
  EXPECT_EQ(foundByWords("cache", {{"networking", "skills-patterns"}, {}, {}}), (Numbers{1, 2}));
  EXPECT_EQ(foundByWords("cache", {{"network"}, {}, {}}), Numbers{});
}

TEST_P(VectorIndexContract, WhatIsPromotedIsFoundInTwoCategories) {
  auto promoted = wordsEntry(1, "flush cache");
  promoted.category = "networking";
  promoted.promoted = true;
  put(promoted);
  EXPECT_EQ(foundByWords("cache", {{"skills-patterns"}, {}, {}}), Numbers{1});
  EXPECT_EQ(foundByWords("cache", {{"networking"}, {}, {}}), Numbers{1});
  promoted.revision = 2;
  promoted.promoted = false;
  put(promoted);
  EXPECT_EQ(foundByWords("cache", {{"skills-patterns"}, {}, {}}), Numbers{});
}

TEST_P(VectorIndexContract, FiltersByKind) {
  auto failure = wordsEntry(2, "flush cache");
  failure.kind = core::Kind::Failure;
  auto pattern = wordsEntry(3, "flush cache");
  pattern.kind = core::Kind::Pattern;
  put({wordsEntry(1, "flush cache"), failure, pattern});
  EXPECT_EQ(foundByWords("cache", {{}, {core::Kind::Failure}, {}}), Numbers{2});
  EXPECT_EQ(foundByWords("cache", {{}, {core::Kind::Solution, core::Kind::Pattern}, {}}), (Numbers{1, 3}));
  EXPECT_EQ(foundByWords("cache", {{}, {core::Kind::Interaction}, {}}), Numbers{});
}

TEST_P(VectorIndexContract, FiltersByAttributesOfWhichAllMustMatch) {
  auto first = wordsEntry(1, "flush cache");
  first.attributes = {{"metadata.os", "\"nixos\""}, {"important", "true"}};
  auto second = wordsEntry(2, "flush cache");
  second.attributes = {{"metadata.os", "\"debian\""}, {"important", "true"}};
  auto third = wordsEntry(3, "flush cache");
  third.attributes = {{"metadata.os", "\"nixos\""}, {"important", "false"}, {"metadata.port", "12"}};
  put({first, second, third});
  EXPECT_EQ(foundByWords("cache", {{}, {}, {{"metadata.os", {"\"nixos\""}}}}), (Numbers{1, 3}));
  EXPECT_EQ(foundByWords("cache", {{}, {}, {{"metadata.os", {"\"nixos\""}}, {"important", {"true"}}}}), Numbers{1});
  EXPECT_EQ(foundByWords("cache", {{}, {}, {{"metadata.os", {"\"nixos\"", "\"debian\""}}}}), (Numbers{1, 2, 3}));
  EXPECT_EQ(foundByWords("cache", {{}, {}, {{"metadata.port", {"12"}}}}), Numbers{3});
}

TEST_P(VectorIndexContract, AttributesMatchByNameAndWholeValue) {
  auto entry = wordsEntry(1, "flush cache");
  entry.attributes = {{"metadata.os", "\"nixos\""}, {"metadata.note", '"' + std::string(60000, 'x') + '"'}};
  put(entry);
  EXPECT_EQ(foundByWords("cache", {{}, {}, {{"metadata.os", {"\"nixo\"", "nixos", "\"NixOS\""}}}}), Numbers{});
  EXPECT_EQ(foundByWords("cache", {{}, {}, {{"metadata.o", {"s\"nixos\""}}}}), Numbers{});
  EXPECT_EQ(foundByWords("cache", {{}, {}, {{"source", {"\"nixos\""}}}}), Numbers{});
  EXPECT_EQ(foundByWords("cache", {{}, {}, {{"metadata.os", {}}}}), Numbers{});
  EXPECT_EQ(foundByWords("cache", {{}, {}, {{"metadata.note", {'"' + std::string(60000, 'x') + '"'}}}}), Numbers{1});
  EXPECT_EQ(foundByWords("cache", {{}, {}, {{"metadata.note", {'"' + std::string(59999, 'x') + '"'}}}}), Numbers{});
}

TEST_P(VectorIndexContract, FiltersHoldForVectorsToo) {
  auto other = entryWithVector(2, "b", {1, 0});
  other.category = "networking";
  put({entryWithVector(1, "a", {1, 0}), other});
  auto query = byVector({1, 0});
  query.filter.categories = {"networking"};
  EXPECT_EQ(numbersOf(search(std::move(query))), Numbers{2});
}

TEST_P(VectorIndexContract, TheBestWordScoreIsOfWhatTheFilterLetsThrough) {
  auto other = wordsEntry(2, "flush the cache of something with many more words than the first one has");
  other.category = "networking";
  put({wordsEntry(1, "flush cache"), other, wordsEntry(3, "list users")});
  auto query = byWords("flush cache");
  query.filter.categories = {"networking"};
  query.wanted = {indexId(1)};
  const auto answer = search(std::move(query));
  EXPECT_EQ(answer.bestWordScore, candidate(answer, 2)->wordScore.value());
  EXPECT_LT(answer.bestWordScore, candidate(answer, 1)->wordScore.value());
}

TEST_P(VectorIndexContract, WhatIsWantedIsScoredWhateverItsRankAndTheFilter) {
  put({entryWithVector(1, "flush cache", {1, 0}), entryWithVector(2, "list users", {-1, 0}), entryWithVector(3, "flush cache", {1, 0})});
  auto query = byWords("users");
  query.vector = {1, 0};
  query.candidates = 1;
  query.filter.categories = {"networking"};
  query.wanted = {indexId(2), indexId(7)};
  const auto answer = search(std::move(query));
  ASSERT_EQ(numbersOf(answer), Numbers{2});
  EXPECT_NEAR(candidate(answer, 2)->cosine.value(), -1, 1e-3);
  EXPECT_GT(candidate(answer, 2)->wordScore.value(), 0);
  EXPECT_EQ(answer.bestWordScore, 0);
}

TEST_P(VectorIndexContract, AnIdIsACandidateOnce) {
  put(entryWithVector(1, "flush cache", {1, 0}));
  auto query = byWords("cache");
  query.vector = {1, 0};
  query.wanted = {indexId(1), indexId(1)};
  EXPECT_EQ(search(std::move(query)).candidates.size(), 1U);
}

TEST_P(VectorIndexContract, AQuestionAsLongAsAnyIsAnswered) {
  SampleWorld world(2, 11);
  std::vector<ports::IndexEntry> entries;
  for (std::uint64_t i = 1; i <= 50; ++i) entries.push_back(wordsEntry(i, world.text()));
  entries.push_back(wordsEntry(99, "the unmistakable flugelhorn failure"));
  put(std::move(entries));
  std::string question = "flugelhorn failure ";
  while (question.size() < 60 * 1024) question += std::to_string(world.below(1000000)) + ' ';
  const auto answer = search(byWords(question));
  ASSERT_TRUE(candidate(answer, 99));
  EXPECT_EQ(answer.bestWordScore, candidate(answer, 99)->wordScore.value());
}

}  // namespace

}  // namespace learnd::contract

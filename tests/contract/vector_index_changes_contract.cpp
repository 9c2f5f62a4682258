#include "tests/contract/vector_index_contract.hpp"

#include <limits>

namespace learnd::contract {

namespace {

using Numbers = std::vector<std::uint64_t>;

TEST_P(VectorIndexContract, AnEmptyIndexFindsNothing) {
  auto query = byWords("nginx does not start");
  query.vector = {1, 0, 0};
  const auto answer = search(std::move(query));
  EXPECT_TRUE(answer.candidates.empty());
  EXPECT_EQ(answer.bestWordScore, 0);
}

TEST_P(VectorIndexContract, AReplacedTextIsFoundByItsNewWordsAlone) {
  put(wordsEntry(1, "restart the printer spooler"));
  auto changed = wordsEntry(1, "flush a dns cache");
  changed.revision = 2;
  put(changed);
  EXPECT_EQ(foundByWords("spool"), Numbers{});
  EXPECT_EQ(foundByWords("dns"), Numbers{1});
}

TEST_P(VectorIndexContract, ReplacedAttributesAreTheOnlyOnesFilteredBy) {
  auto entry = wordsEntry(1, "mount a share");
  entry.attributes = {{"metadata.os", "\"debian\""}};
  put(entry);
  entry.revision = 2;
  entry.category = "networking";
  entry.kind = core::Kind::Pattern;
  entry.attributes = {{"metadata.os", "\"nixos\""}};
  put(entry);
  EXPECT_EQ(foundByWords("share", {{"skills-patterns"}, {}, {}}), Numbers{});
  EXPECT_EQ(foundByWords("share", {{}, {core::Kind::Solution}, {}}), Numbers{});
  EXPECT_EQ(foundByWords("share", {{}, {}, {{"metadata.os", {"\"debian\""}}}}), Numbers{});
  EXPECT_EQ(foundByWords("share", {{"networking"}, {core::Kind::Pattern}, {{"metadata.os", {"\"nixos\""}}}}), Numbers{1});
}

TEST_P(VectorIndexContract, AnOlderRevisionIsIgnored) {
  auto newer = entryWithVector(1, "flush a dns cache", {0, 1});
  newer.revision = 5;
  put(newer);
  put(entryWithVector(1, "restart the printer spooler", {1, 0}));
  EXPECT_EQ(foundByWords("spool"), Numbers{});
  const auto answer = search(byVector({0, 1}));
  ASSERT_TRUE(candidate(answer, 1));
  EXPECT_NEAR(candidate(answer, 1)->cosine.value(), 1, 1e-3);
}

TEST_P(VectorIndexContract, WordsOfTheSameRevisionLeaveTheVectorThere) {
  put(entryWithVector(1, "flush a dns cache", {0, 1}));
  put(wordsEntry(1, "flush a dns cache"));
  const auto answer = search(byVector({0, 1}));
  ASSERT_TRUE(candidate(answer, 1));
  EXPECT_NEAR(candidate(answer, 1)->cosine.value(), 1, 1e-3);
}

TEST_P(VectorIndexContract, ANewRevisionWithoutAVectorHasNone) {
  put(entryWithVector(1, "flush a dns cache", {0, 1}));
  auto newer = wordsEntry(1, "restart the printer spooler");
  newer.revision = 2;
  put(newer);
  EXPECT_TRUE(search(byVector({0, 1})).candidates.empty());
  EXPECT_EQ(get(index().status()).vectors, 0U);
  EXPECT_EQ(get(index().status()).entries, 1U);
}

TEST_P(VectorIndexContract, AVectorThatFollowsItsWordsIsFound) {
  put(wordsEntry(1, "flush a dns cache"));
  EXPECT_TRUE(search(byVector({0, 1})).candidates.empty());
  put(entryWithVector(1, "flush a dns cache", {0, 1}));
  EXPECT_EQ(numbersOf(search(byVector({0, 1}))), Numbers{1});
  EXPECT_EQ(foundByWords("dns"), Numbers{1});
}

TEST_P(VectorIndexContract, WhatIsRemovedIsFoundByNothing) {
  put({entryWithVector(1, "flush a dns cache", {0, 1}), entryWithVector(2, "flush the write cache", {0, 1})});
  take(1);
  auto query = byWords("dns cache");
  query.vector = {0, 1};
  query.wanted = {indexId(1)};
  EXPECT_EQ(numbersOf(search(std::move(query))), Numbers{2});
  EXPECT_EQ(get(index().status()).entries, 1U);
  EXPECT_EQ(get(index().status()).vectors, 1U);
}

TEST_P(VectorIndexContract, RemovingWhatIsNotThereIsNoError) {
  put(wordsEntry(1, "flush a dns cache"));
  take(2);
  EXPECT_EQ(foundByWords("dns"), Numbers{1});
}

TEST_P(VectorIndexContract, WhatWasRemovedMayComeBackWithAnyRevision) {
  auto entry = wordsEntry(1, "flush a dns cache");
  entry.revision = 9;
  put(entry);
  take(1);
  put(wordsEntry(1, "restart the printer spooler"));
  EXPECT_EQ(foundByWords("spool"), Numbers{1});
  EXPECT_EQ(foundByWords("dns"), Numbers{});
}

TEST_P(VectorIndexContract, TheLastOfSeveralEqualIdsInACallStays) {
  auto second = wordsEntry(1, "restart the printer spooler");
  second.revision = 2;
  put({wordsEntry(1, "flush a dns cache"), second});
  EXPECT_EQ(foundByWords("spool"), Numbers{1});
  EXPECT_EQ(foundByWords("dns"), Numbers{});
}

TEST_P(VectorIndexContract, AVectorOfOtherDimensionsIsRefusedAndNothingOfItsCallTaken) {
  ASSERT_TRUE(run(index().useDimensions(3)));
  std::vector<ports::IndexEntry> entries{entryWithVector(1, "flush a dns cache", {0, 1, 0}),
                                         entryWithVector(2, "restart the printer spooler", {0, 1})};
  const auto refused = run(index().upsert(std::move(entries)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), core::ErrorKind::InvalidInput);
  EXPECT_EQ(get(index().status()).entries, 0U);
}

TEST_P(VectorIndexContract, OtherDimensionsDropTheVectorsAndKeepTheWords) {
  put(entryWithVector(1, "flush a dns cache", {0, 1, 0}));
  ASSERT_TRUE(run(index().useDimensions(2)));
  EXPECT_EQ(get(index().status()).vectors, 0U);
  EXPECT_EQ(foundByWords("dns"), Numbers{1});
  put(entryWithVector(1, "flush a dns cache", {0, 1}));
  EXPECT_EQ(numbersOf(search(byVector({0, 1}))), Numbers{1});
}

TEST_P(VectorIndexContract, TheSameDimensionsAgainKeepTheVectors) {
  ASSERT_TRUE(run(index().useDimensions(2)));
  put(entryWithVector(1, "flush a dns cache", {0, 1}));
  ASSERT_TRUE(run(index().useDimensions(2)));
  EXPECT_EQ(numbersOf(search(byVector({0, 1}))), Numbers{1});
}

TEST_P(VectorIndexContract, AVectorWithoutADirectionIsAsNone) {
  const float infinity = std::numeric_limits<float>::infinity();
  put({entryWithVector(1, "flush a dns cache", {0, 0}),
       entryWithVector(2, "flush the write cache", {std::numeric_limits<float>::quiet_NaN(), 1}),
       entryWithVector(3, "flush the page cache", {infinity, 0})});
  EXPECT_TRUE(search(byVector({0, 1})).candidates.empty());
  EXPECT_EQ(foundByWords("cache"), (Numbers{1, 2, 3}));
}

TEST_P(VectorIndexContract, TheStatusCountsEntriesAndVectors) {
  put({entryWithVector(1, "flush a dns cache", {0, 1}), wordsEntry(2, "flush the write cache"), wordsEntry(3, "")});
  const auto status = get(index().status());
  EXPECT_TRUE(status.up);
  EXPECT_EQ(status.entries, 3U);
  EXPECT_EQ(status.vectors, 1U);
}

}  // namespace

}  // namespace learnd::contract

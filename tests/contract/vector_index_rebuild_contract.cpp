#include "tests/contract/vector_index_contract.hpp"

#include <algorithm>
#include <map>

namespace learnd::contract {

namespace {

using Numbers = std::vector<std::uint64_t>;

std::map<std::uint64_t, ports::HeldEntry> byNumber(const std::vector<ports::HeldEntry>& entries) {
  std::map<std::uint64_t, ports::HeldEntry> all;
  for (const auto& entry : entries) all.emplace(numberOf(entry.id), entry);
  return all;
}

std::vector<ports::IndexEntry> oneEntry(ports::IndexEntry entry) {
  std::vector<ports::IndexEntry> entries;
  entries.push_back(std::move(entry));
  return entries;
}

TEST_P(VectorIndexContract, TellsWhatItHoldsOfSomeIds) {
  put(entryWithVector(1, "flush a dns cache", {0, 1}));
  auto other = wordsEntry(2, "restart the printer spooler");
  other.revision = 4;
  put(other);
  const auto found = byNumber(get(index().find({indexId(1), indexId(2), indexId(3)})));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(found.at(1).hasVector);
  EXPECT_EQ(found.at(1).revision, 1U);
  EXPECT_FALSE(found.at(2).hasVector);
  EXPECT_EQ(found.at(2).revision, 4U);
}

TEST_P(VectorIndexContract, TellsAllThatItHoldsPageByPage) {
  Numbers expected;
  for (std::uint64_t number = 1; number <= 25; ++number) {
    auto entry = entryWithVector(number, "text number " + std::to_string(number), {1, static_cast<float>(number)});
    entry.category = number % 2 == 0 ? "networking" : "skills-patterns";
    put(entry);
    if (number != 7) expected.push_back(number);
  }
  take(7);
  Numbers all;
  std::string place;
  std::size_t pages = 0;
  do {
    const auto page = get(index().held(place, 10));
    for (const auto& entry : page.entries) all.push_back(numberOf(entry.id));
    place = page.next;
    ASSERT_LT(++pages, 30U);
  } while (!place.empty());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, expected);
  EXPECT_GT(pages, 1U);
}

TEST_P(VectorIndexContract, AnEmptyIndexHoldsOneEmptyPage) {
  const auto page = get(index().held("", 10));
  EXPECT_TRUE(page.entries.empty());
  EXPECT_EQ(page.next, "");
}

TEST_P(VectorIndexContract, TheFirstIndexServesUntilTheSecondIsFinished) {
  put(entryWithVector(1, "flush a dns cache", {0, 1}));
  put(entryWithVector(2, "restart the printer spooler", {1, 0}));
  EXPECT_EQ(get(index().beginRebuild("model-b", 3)), ports::RebuildBegun::Anew);
  ASSERT_TRUE(run(index().upsertRebuilt(oneEntry(entryWithVector(2, "restart the printer spooler", {0, 0, 1})))));
  EXPECT_EQ(foundByWords("dns"), Numbers{1});
  EXPECT_EQ(get(index().status()).entries, 2U);
  put(entryWithVector(3, "mount a share", {1, 1}));
  EXPECT_EQ(foundByWords("share"), Numbers{3});
  ASSERT_TRUE(run(index().finishRebuild()));
  EXPECT_EQ(foundByWords("dns"), Numbers{});
  EXPECT_EQ(foundByWords("spool"), Numbers{2});
  const auto answer = search(byVector({0, 0, 1}));
  ASSERT_TRUE(candidate(answer, 2));
  EXPECT_NEAR(candidate(answer, 2)->cosine.value(), 1, 1e-3);
  put(entryWithVector(1, "flush a dns cache", {0, 1, 0}));
  EXPECT_EQ(foundByWords("dns"), Numbers{1});
}

TEST_P(VectorIndexContract, WhatIsRemovedMeanwhileIsInNeitherIndex) {
  put(entryWithVector(1, "flush a dns cache", {0, 1}));
  EXPECT_EQ(get(index().beginRebuild("again", 2)), ports::RebuildBegun::Anew);
  ASSERT_TRUE(run(index().upsertRebuilt(oneEntry(entryWithVector(1, "flush a dns cache", {0, 1})))));
  take(1);
  EXPECT_EQ(foundByWords("dns"), Numbers{});
  ASSERT_TRUE(run(index().finishRebuild()));
  EXPECT_EQ(foundByWords("dns"), Numbers{});
}

TEST_P(VectorIndexContract, ARebuildOfTheSameNameGoesOnAndOfAnotherBeginsAnew) {
  EXPECT_EQ(get(index().beginRebuild("model-b", 2)), ports::RebuildBegun::Anew);
  ASSERT_TRUE(run(index().upsertRebuilt(oneEntry(entryWithVector(1, "flush a dns cache", {0, 1})))));
  EXPECT_EQ(get(index().beginRebuild("model-b", 2)), ports::RebuildBegun::Again);
  ASSERT_TRUE(run(index().upsertRebuilt(oneEntry(entryWithVector(2, "mount a share", {1, 0})))));
  ASSERT_TRUE(run(index().finishRebuild()));
  EXPECT_EQ(get(index().status()).entries, 2U);
  // One that serves already may be gone on with.
  (void)get(index().beginRebuild("model-b", 2));
  ASSERT_TRUE(run(index().upsertRebuilt(oneEntry(entryWithVector(1, "flush a dns cache", {0, 1})))));
  EXPECT_EQ(get(index().beginRebuild("model-c", 2)), ports::RebuildBegun::Anew);
  ASSERT_TRUE(run(index().finishRebuild()));
  EXPECT_EQ(get(index().status()).entries, 0U);
}

TEST_P(VectorIndexContract, ARebuildThatIsDroppedLeavesTheFirstIndexAsItIs) {
  put(entryWithVector(1, "flush a dns cache", {0, 1}));
  EXPECT_EQ(get(index().beginRebuild("model-b", 2)), ports::RebuildBegun::Anew);
  ASSERT_TRUE(run(index().dropRebuild()));
  ASSERT_TRUE(run(index().dropRebuild()));
  EXPECT_EQ(foundByWords("dns"), Numbers{1});
  const auto finished = run(index().finishRebuild());
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().kind(), core::ErrorKind::Conflict);
  const auto taken = run(index().upsertRebuilt(oneEntry(entryWithVector(1, "flush a dns cache", {0, 1}))));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind(), core::ErrorKind::Conflict);
}

}  // namespace

}  // namespace learnd::contract

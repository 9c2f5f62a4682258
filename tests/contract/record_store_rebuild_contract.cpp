#include "tests/contract/record_store_contract.hpp"

namespace learnd::contract {

namespace {

using core::Learning;
using ports::IndexChange;

std::vector<ports::IndexedEntry> one(std::uint64_t number, std::uint64_t revision, std::optional<std::vector<float>> vector) {
  std::vector<ports::IndexedEntry> entries;
  entries.push_back({idOf(number), revision, std::move(vector), false});
  return entries;
}

std::vector<std::optional<std::vector<float>>> vectorsOf(const std::vector<ports::StoredEntry>& entries) {
  std::vector<std::optional<std::vector<float>>> vectors;
  for (const auto& entry : entries) vectors.push_back(entry.vector);
  return vectors;
}

TEST_P(RecordStoreContract, ARowThatOnlyWaitsLosesNoTry) {
  insert(solutionOf(1));
  ports::FailedEntry waits{idOf(1), 1, "no embedder", false, timeOf(100)};
  waits.attempted = false;
  std::vector<ports::FailedEntry> entries{waits};
  ASSERT_TRUE(runTask(loop_, store().failIndexing(entries)));
  ASSERT_TRUE(runTask(loop_, store().makeDue(timeOf(100))));
  EXPECT_TRUE(get(store().pending(timeOf(99), 10)).empty());
  ASSERT_TRUE(runTask(loop_, store().makeDue(timeOf(99))));
  const auto due = get(store().pending(timeOf(1), 10));
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].attempts, 0U);
}

TEST_P(RecordStoreContract, MakingRowsDueLeavesWhatWasSetAside) {
  insert(solutionOf(1));
  std::vector<ports::FailedEntry> failed{{idOf(1), 1, "this text fails", true, timeOf(100)}};
  ASSERT_TRUE(runTask(loop_, store().failIndexing(failed)));
  ASSERT_TRUE(runTask(loop_, store().makeDue(timeOf(0))));
  EXPECT_TRUE(pending().empty());
}

TEST_P(RecordStoreContract, WhatIsEnqueuedAgainHasNoVector) {
  for (std::uint64_t i = 1; i <= 3; ++i) insert(solutionOf(i));
  Learning archived = solutionOf(3);
  archived.status = core::Status::Archived;
  update(archived, IndexChange::Attributes);
  finishAll();
  EXPECT_EQ(get(store().enqueue({idOf(2), idOf(3), idOf(9)})), 1U);
  const auto waiting = pending();
  ASSERT_EQ(idsOf(waiting), std::vector{idOf(2)});
  EXPECT_EQ(waiting[0].revision, 1U);
  EXPECT_FALSE(waiting[0].vector);
  EXPECT_FALSE(loaded(idOf(2)).indexed);
  finishAll();
  EXPECT_TRUE(loaded(idOf(2)).indexed);
}

TEST_P(RecordStoreContract, TheEmbedderInUseIsRemembered) {
  EXPECT_FALSE(get(store().usedEmbedder()));
  EXPECT_EQ(get(store().useEmbedder("model-a")), 0U);
  reopen();
  EXPECT_EQ(get(store().usedEmbedder()), "model-a");
}

TEST_P(RecordStoreContract, SavedVectorsServeOnlyOnceTheirEmbedderIsUsed) {
  EXPECT_EQ(get(store().useEmbedder("model-a")), 0U);
  for (std::uint64_t i = 1; i <= 3; ++i) insert(solutionOf(i));
  finishAll();
  ASSERT_TRUE(runTask(loop_, store().saveVectors("model-b", one(1, 1, std::vector<float>{7, 8}))));
  reopen();
  EXPECT_EQ(vectorsOf(get(store().scanActive(std::nullopt, 1))), std::vector{std::optional(vectorOf(solutionOf(1)))});
  ASSERT_TRUE(runTask(loop_, store().saveVectors("model-b", one(2, 1, std::vector<float>{5, 6}))));
  EXPECT_EQ(get(store().useEmbedder("model-b")), 3U);
  const std::vector<std::optional<std::vector<float>>> expected{std::vector<float>{7, 8}, std::vector<float>{5, 6}, std::nullopt};
  EXPECT_EQ(vectorsOf(get(store().scanActive(std::nullopt, 10))), expected);
  EXPECT_EQ(idsOf(pending()), std::vector{idOf(3)});
  EXPECT_TRUE(loaded(idOf(1)).indexed);
}

TEST_P(RecordStoreContract, ARebuildOfTheSameEmbedderKeepsWhatItDidNotReach) {
  EXPECT_EQ(get(store().useEmbedder("model-a")), 0U);
  for (std::uint64_t i = 1; i <= 2; ++i) insert(solutionOf(i));
  finishAll();
  ASSERT_TRUE(runTask(loop_, store().saveVectors("model-a", one(1, 1, std::vector<float>{7, 8}))));
  EXPECT_EQ(get(store().useEmbedder("model-a")), 0U);
  const std::vector<std::optional<std::vector<float>>> expected{std::vector<float>{7, 8}, vectorOf(solutionOf(2))};
  EXPECT_EQ(vectorsOf(get(store().scanActive(std::nullopt, 10))), expected);
  EXPECT_TRUE(pending().empty());
}

TEST_P(RecordStoreContract, SavedVectorsOfAnEarlierTextOrAnotherEmbedderAreWorthNothing) {
  EXPECT_EQ(get(store().useEmbedder("model-a")), 0U);
  for (std::uint64_t i = 1; i <= 3; ++i) insert(solutionOf(i));
  finishAll();
  ASSERT_TRUE(runTask(loop_, store().saveVectors("model-b", one(1, 1, std::vector<float>{1, 1}))));
  ASSERT_TRUE(runTask(loop_, store().saveVectors("model-c", one(2, 1, std::vector<float>{2, 2}))));
  ASSERT_TRUE(runTask(loop_, store().saveVectors("model-c", one(3, 9, std::vector<float>{3, 3}))));
  Learning after = solutionOf(2);
  after.query = "another question";
  update(after, IndexChange::Text);
  EXPECT_EQ(get(store().useEmbedder("model-c")), 2U);
  for (const auto& entry : get(store().scanActive(std::nullopt, 10))) EXPECT_FALSE(entry.vector);
  EXPECT_EQ(pending().size(), 3U);
}

TEST_P(RecordStoreContract, VectorsOfAnotherEmbedderThanTheOneInUseAreRefusedAndTheRowsStay) {
  EXPECT_EQ(get(store().useEmbedder("model-a")), 0U);
  for (std::uint64_t i = 1; i <= 2; ++i) insert(solutionOf(i));
  ASSERT_TRUE(runTask(loop_, store().finishIndexing(one(1, 1, std::vector<float>{1, 2}), "model-a")));
  EXPECT_EQ(get(store().useEmbedder("model-b")), 1U);
  const auto late = runTask(loop_, store().finishIndexing(one(2, 1, std::vector<float>{1, 2}), "model-a"));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind(), core::ErrorKind::Conflict);
  EXPECT_EQ(pending().size(), 2U);
  for (const auto& entry : get(store().scanActive(std::nullopt, 10))) EXPECT_FALSE(entry.vector);
  ASSERT_TRUE(runTask(loop_, store().finishIndexing(one(2, 1, std::vector<float>{3, 4}), "model-b")));
  EXPECT_EQ(idsOf(pending()), std::vector{idOf(1)});
}

TEST_P(RecordStoreContract, ALeaseIsItsHoldersToProlongAndToGiveBack) {
  using std::chrono::seconds;
  EXPECT_TRUE(get(store().takeLease("rebuild", "one", seconds(60))));
  EXPECT_TRUE(get(store().takeLease("rebuild", "one", seconds(60))));
  EXPECT_TRUE(get(store().takeLease("another", "two", seconds(60))));
  if (store().isShared()) {
    EXPECT_FALSE(get(store().takeLease("rebuild", "two", seconds(60))));
    ASSERT_TRUE(runTask(loop_, store().giveLeaseBack("rebuild", "two")));
    EXPECT_FALSE(get(store().takeLease("rebuild", "two", seconds(60))));
  }
  ASSERT_TRUE(runTask(loop_, store().giveLeaseBack("rebuild", "one")));
  EXPECT_TRUE(get(store().takeLease("rebuild", "two", seconds(0))));
  // It has ended by itself.
  EXPECT_TRUE(get(store().takeLease("rebuild", "one", seconds(60))));
}

TEST_P(RecordStoreContract, NotesOutliveARestartUntilTheyAreForgotten) {
  EXPECT_EQ(get(store().note("reindex")), "");
  ASSERT_TRUE(runTask(loop_, store().saveNote("reindex", R"({"after":"x"})")));
  ASSERT_TRUE(runTask(loop_, store().saveNote("embedder", "another one")));
  reopen();
  EXPECT_EQ(get(store().note("reindex")), R"({"after":"x"})");
  ASSERT_TRUE(runTask(loop_, store().saveNote("reindex", "")));
  EXPECT_EQ(get(store().note("reindex")), "");
  EXPECT_EQ(get(store().note("embedder")), "another one");
  EXPECT_FALSE(get(store().usedEmbedder()));
}

}  // namespace

}  // namespace learnd::contract

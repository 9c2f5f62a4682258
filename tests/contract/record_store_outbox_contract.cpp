#include "tests/contract/record_store_contract.hpp"

#include <algorithm>

namespace learnd::contract {

namespace {

using core::Learning;
using ports::IndexChange;

TEST_P(RecordStoreContract, ANewLearningWaitsForItsVectorAndIsIndexedAfterIt) {
  insert(solutionOf(1));
  EXPECT_FALSE(loaded(idOf(1)).indexed);
  EXPECT_EQ(loaded(idOf(1)).revision, 1U);
  const auto waiting = pending();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].id, idOf(1));
  EXPECT_EQ(waiting[0].revision, 1U);
  EXPECT_EQ(waiting[0].attempts, 0U);
  ASSERT_TRUE(waiting[0].learning);
  EXPECT_EQ(waiting[0].learning->query, solutionOf(1).query);
  EXPECT_FALSE(waiting[0].vector);
  EXPECT_EQ(get(store().counts()).pendingIndex, 1U);
  finish(idOf(1), 1, std::vector<float>{1, 2});
  EXPECT_TRUE(loaded(idOf(1)).indexed);
  EXPECT_TRUE(pending().empty());
  EXPECT_EQ(get(store().counts()).pendingIndex, 0U);
}

TEST_P(RecordStoreContract, CountsAndScoresLeaveTheIndexAlone) {
  insert(solutionOf(1));
  finishAll();
  Learning after = solutionOf(1);
  after.uses = 5;
  update(after, IndexChange::None);
  EXPECT_EQ(loaded(idOf(1)).revision, 1U);
  EXPECT_TRUE(loaded(idOf(1)).indexed);
  EXPECT_TRUE(pending().empty());
}

TEST_P(RecordStoreContract, AttributesKeepTheVectorAndATextDropsIt) {
  insert(solutionOf(1));
  finishAll();
  Learning after = solutionOf(1);
  after.metadata = R"({"os":"nixos"})";
  update(after, IndexChange::Attributes);
  auto waiting = pending();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].revision, 2U);
  EXPECT_EQ(waiting[0].vector, vectorOf(solutionOf(1)));
  EXPECT_EQ(waiting[0].learning->metadata, after.metadata);
  EXPECT_FALSE(loaded(idOf(1)).indexed);
  finish(idOf(1), 2, waiting[0].vector);
  EXPECT_TRUE(loaded(idOf(1)).indexed);

  after.query = "another question";
  update(after, IndexChange::Text);
  waiting = pending();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].revision, 3U);
  EXPECT_FALSE(waiting[0].vector);
}

TEST_P(RecordStoreContract, WhatIsNoLongerActiveLeavesTheIndexAndComesBackWithItsVector) {
  insert(solutionOf(1));
  finishAll();
  Learning after = solutionOf(1);
  after.status = core::Status::Archived;
  update(after, IndexChange::Attributes);
  auto waiting = pending();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_FALSE(waiting[0].learning);
  EXPECT_FALSE(waiting[0].vector);
  EXPECT_EQ(get(store().counts()).pendingIndex, 0U);
  finishAll();
  EXPECT_FALSE(loaded(idOf(1)).indexed);
  after.status = core::Status::Active;
  update(after, IndexChange::Attributes);
  waiting = pending();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].vector, vectorOf(solutionOf(1)));
}

TEST_P(RecordStoreContract, WhatIsStoredInactiveIsNotForTheIndex) {
  Learning archived = solutionOf(1);
  archived.status = core::Status::Archived;
  insert(archived);
  EXPECT_TRUE(pending().empty());
  EXPECT_FALSE(loaded(idOf(1)).indexed);
}

TEST_P(RecordStoreContract, FinishingAnOlderRevisionDoesNothing) {
  insert(solutionOf(1));
  Learning after = solutionOf(1);
  after.query = "changed while its vector was made";
  update(after, IndexChange::Text);
  finish(idOf(1), 1, std::vector<float>{1, 2});
  EXPECT_FALSE(loaded(idOf(1)).indexed);
  const auto waiting = pending();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].revision, 2U);
  EXPECT_FALSE(waiting[0].vector);
}

TEST_P(RecordStoreContract, AnIndexMayKeepTheVectorsItself) {
  insert(solutionOf(1));
  finish(idOf(1), 1, std::nullopt);
  EXPECT_TRUE(loaded(idOf(1)).indexed);
  EXPECT_TRUE(pending().empty());
  const auto scanned = get(store().scanActive(std::nullopt, 10));
  ASSERT_EQ(scanned.size(), 1U);
  EXPECT_FALSE(scanned[0].vector);
}

TEST_P(RecordStoreContract, AnErasedLearningIsTakenOutOfTheIndex) {
  insert(solutionOf(1));
  finishAll();
  erase(idOf(1));
  const auto waiting = pending();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].id, idOf(1));
  EXPECT_FALSE(waiting[0].learning);
  finish(idOf(1), waiting[0].revision + 1, std::nullopt);
  EXPECT_EQ(pending().size(), 1U);
  finish(idOf(1), waiting[0].revision, std::nullopt);
  EXPECT_TRUE(pending().empty());
}

TEST_P(RecordStoreContract, AnIdThatComesBackGoesOnBehindItsRemoval) {
  insert(solutionOf(1));
  finishAll();
  erase(idOf(1));
  const auto removal = pending().front().revision;
  insert(solutionOf(1));
  const auto waiting = pending();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_TRUE(waiting[0].learning);
  EXPECT_GT(waiting[0].revision, removal);
  EXPECT_EQ(loaded(idOf(1)).revision, waiting[0].revision);
  // The removal that was on its way has nothing to say any more.
  finish(idOf(1), removal, std::nullopt);
  EXPECT_EQ(pending().size(), 1U);
  finishAll();
  EXPECT_TRUE(loaded(idOf(1)).indexed);
}

TEST_P(RecordStoreContract, OneThatComesBackArchivedAndIsMadeActiveGoesOnBehindItsRemoval) {
  insert(solutionOf(1));
  finishAll();
  erase(idOf(1));
  const auto removal = pending().front().revision;
  Learning back = solutionOf(1);
  back.status = core::Status::Archived;
  insert(back);
  EXPECT_GT(loaded(idOf(1)).revision, removal);
  ASSERT_EQ(pending().size(), 1U);
  EXPECT_FALSE(pending()[0].learning);
  back.status = core::Status::Active;
  update(back, IndexChange::Attributes);
  // The entry stands for the removal too, which would take it out again if it came later.
  const auto waiting = pending();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_TRUE(waiting[0].learning);
  finish(idOf(1), removal, std::nullopt);
  EXPECT_FALSE(loaded(idOf(1)).indexed);
  EXPECT_EQ(pending().size(), 1U);
  finishAll();
  EXPECT_TRUE(loaded(idOf(1)).indexed);
}

TEST_P(RecordStoreContract, PendingIsOldestFirstAndBounded) {
  for (std::uint64_t i = 5; i >= 1; --i) insert(solutionOf(i));
  EXPECT_EQ(idsOf(pending(2)), (std::vector{idOf(5), idOf(4)}));
  EXPECT_EQ(idsOf(pending()), (std::vector{idOf(5), idOf(4), idOf(3), idOf(2), idOf(1)}));
}

TEST_P(RecordStoreContract, AFailedEntryWaitsForItsNextTryBehindTheOthers) {
  for (std::uint64_t i = 1; i <= 3; ++i) insert(solutionOf(i));
  std::vector<ports::FailedEntry> failed{{idOf(1), 1, "no vector", false, timeOf(100)}};
  ASSERT_TRUE(runTask(loop_, store().failIndexing(failed)));
  EXPECT_EQ(idsOf(get(store().pending(timeOf(99), 10))), (std::vector{idOf(2), idOf(3)}));
  const auto due = get(store().pending(timeOf(100), 10));
  EXPECT_EQ(idsOf(due), (std::vector{idOf(2), idOf(3), idOf(1)}));
  EXPECT_EQ(due.back().attempts, 1U);
}

TEST_P(RecordStoreContract, FailingAnOlderRevisionDoesNothing) {
  insert(solutionOf(1));
  std::vector<ports::FailedEntry> failed{{idOf(1), 7, "no vector", true, timeOf(0)}};
  ASSERT_TRUE(runTask(loop_, store().failIndexing(failed)));
  EXPECT_EQ(pending().size(), 1U);
  EXPECT_EQ(pending()[0].attempts, 0U);
  EXPECT_EQ(get(store().counts()).setAside, 0U);
}

TEST_P(RecordStoreContract, WhatWasSetAsideWaitsForARetryOnDemand) {
  for (std::uint64_t i = 1; i <= 2; ++i) insert(solutionOf(i));
  std::vector<ports::FailedEntry> failed{{idOf(1), 1, "this text fails", true, timeOf(0)}};
  ASSERT_TRUE(runTask(loop_, store().failIndexing(failed)));
  EXPECT_EQ(idsOf(pending()), std::vector{idOf(2)});
  auto counts = get(store().counts());
  EXPECT_EQ(counts.pendingIndex, 2U);
  EXPECT_EQ(counts.setAside, 1U);
  EXPECT_EQ(counts.lastError, "this text fails");
  reopen();
  EXPECT_EQ(get(store().retrySetAside()), 1U);
  EXPECT_EQ(get(store().retrySetAside()), 0U);
  EXPECT_EQ(pending().size(), 2U);
  counts = get(store().counts());
  EXPECT_EQ(counts.setAside, 0U);
  EXPECT_EQ(counts.lastError, "");
}

TEST_P(RecordStoreContract, AChangeBringsBackWhatWasSetAside) {
  insert(solutionOf(1));
  std::vector<ports::FailedEntry> failed{{idOf(1), 1, "this text fails", true, timeOf(0)}};
  ASSERT_TRUE(runTask(loop_, store().failIndexing(failed)));
  Learning after = solutionOf(1);
  after.query = "a better text";
  update(after, IndexChange::Text);
  ASSERT_EQ(pending().size(), 1U);
  EXPECT_EQ(pending()[0].attempts, 0U);
}

TEST_P(RecordStoreContract, ARemovalCanFailToo) {
  insert(solutionOf(1));
  finishAll();
  erase(idOf(1));
  std::vector<ports::FailedEntry> failed{{idOf(1), pending()[0].revision, "down", false, timeOf(100)}};
  ASSERT_TRUE(runTask(loop_, store().failIndexing(failed)));
  EXPECT_TRUE(get(store().pending(timeOf(99), 10)).empty());
  ASSERT_EQ(pending().size(), 1U);
  EXPECT_EQ(pending()[0].attempts, 1U);
}

TEST_P(RecordStoreContract, AnotherEmbedderMakesAllVectorsAnew) {
  EXPECT_EQ(get(store().useEmbedder("model-a")), 0U);
  for (std::uint64_t i = 1; i <= 3; ++i) insert(solutionOf(i));
  Learning archived = solutionOf(4);
  archived.status = core::Status::Archived;
  insert(archived);
  finishAll();
  EXPECT_EQ(get(store().useEmbedder("model-a")), 0U);
  EXPECT_TRUE(pending().empty());
  reopen();
  EXPECT_EQ(get(store().useEmbedder("model-a")), 0U);
  EXPECT_TRUE(pending().empty());
  EXPECT_EQ(get(store().useEmbedder("model-b")), 3U);
  EXPECT_FALSE(loaded(idOf(1)).indexed);
  const auto waiting = pending();
  EXPECT_EQ(idsOf(waiting), (std::vector{idOf(1), idOf(2), idOf(3)}));
  for (const auto& entry : waiting) EXPECT_FALSE(entry.vector);
  for (const auto& entry : get(store().scanActive(std::nullopt, 10))) EXPECT_FALSE(entry.vector);
}

TEST_P(RecordStoreContract, AnotherEmbedderTriesAgainWhatWasSetAside) {
  EXPECT_EQ(get(store().useEmbedder("model-a")), 0U);
  insert(solutionOf(1));
  std::vector<ports::FailedEntry> failed{{idOf(1), 1, "too long for model-a", true, timeOf(0)}};
  ASSERT_TRUE(runTask(loop_, store().failIndexing(failed)));
  EXPECT_EQ(get(store().useEmbedder("model-b")), 0U);
  EXPECT_EQ(pending().size(), 1U);
}

TEST_P(RecordStoreContract, TheIndexIsLoadedPageByPage) {
  for (std::uint64_t i = 1; i <= 5; ++i) insert(solutionOf(i));
  finishAll();
  Learning archived = solutionOf(3);
  archived.status = core::Status::Archived;
  update(archived, IndexChange::Attributes);
  insert(solutionOf(6));  // its vector is still to come
  std::vector<core::LearningId> ids;
  std::optional<core::LearningId> after;
  while (true) {
    const auto page = get(store().scanActive(after, 2));
    if (page.empty()) break;
    EXPECT_LE(page.size(), 2U);
    for (const auto& entry : page) {
      ids.push_back(entry.learning.id);
      if (entry.learning.id == idOf(6)) {
        EXPECT_FALSE(entry.vector);
      } else {
        EXPECT_EQ(entry.vector, vectorOf(entry.learning));
      }
    }
    after = ids.back();
  }
  EXPECT_EQ(ids, (std::vector{idOf(1), idOf(2), idOf(4), idOf(5), idOf(6)}));
}

TEST_P(RecordStoreContract, LargeRecordsComeToTheIndexAFewAtATime) {
  constexpr std::size_t kText = 250 * 1024;
  must([&](ports::RecordTransaction& transaction) -> core::Result<void> {
    for (std::uint64_t i = 1; i <= 80; ++i) {
      Learning learning = solutionOf(i);
      learning.solution = std::string(kText, 'x') + std::to_string(i);
      if (auto done = transaction.insert(learning); !done) return done;
    }
    return {};
  });
  constexpr std::size_t kMost = 9 * 1024 * 1024 / kText;
  std::size_t scanned = 0;
  for (std::optional<core::LearningId> after;;) {
    const auto page = get(store().scanActive(after, 1000));
    if (page.empty()) break;
    EXPECT_LE(page.size(), kMost);
    scanned += page.size();
    after = page.back().learning.id;
  }
  EXPECT_EQ(scanned, 80U);
  for (std::uint64_t next = 1; next <= 80;) {
    const auto waiting = pending();
    ASSERT_FALSE(waiting.empty());
    EXPECT_LE(waiting.size(), kMost);
    for (const auto& entry : waiting) {
      EXPECT_EQ(entry.id, idOf(next++));
      finish(entry.id, entry.revision, std::nullopt);
    }
  }
  EXPECT_TRUE(pending().empty());
}

TEST_P(RecordStoreContract, TheOutboxOutlivesARestart) {
  insert(solutionOf(1));
  insert(solutionOf(2));
  finish(idOf(1), 1, std::vector<float>{1});
  erase(idOf(1));
  reopen();
  EXPECT_EQ(idsOf(pending()), (std::vector{idOf(2), idOf(1)}));
  insert(solutionOf(3));
  EXPECT_EQ(idsOf(pending()), (std::vector{idOf(2), idOf(1), idOf(3)}));
  finishAll();
  EXPECT_TRUE(pending().empty());
  EXPECT_TRUE(loaded(idOf(3)).indexed);
}

}  // namespace

}  // namespace learnd::contract

#include "tests/contract/record_store_contract.hpp"

namespace learnd::contract {

namespace {

using core::Learning;
using ports::IndexChange;

Learning asked(std::uint64_t number) { return interactionOf(number, "Which shell is this?", "bash"); }

/// The learnings that the index holds.
std::vector<core::LearningId> owners(const std::vector<ports::StoredEntry>& entries) {
  std::vector<core::LearningId> ids;
  for (const auto& entry : entries) ids.push_back(entry.learning.id);
  return ids;
}

TEST_P(RecordStoreContract, RepeatsOfAnInteractionShareOneEntry) {
  insert(asked(1));
  insert(asked(2));
  Learning folded = asked(3);
  folded.query = "which  SHELL is this?";  // the same key
  insert(folded);
  EXPECT_EQ(idsOf(pending()), std::vector{idOf(1)});
  EXPECT_EQ(owners(get(store().scanActive(std::nullopt, 10))), std::vector{idOf(1)});
  EXPECT_TRUE(loaded(idOf(1)).ownsIndexEntry);
  EXPECT_FALSE(loaded(idOf(2)).ownsIndexEntry);
  EXPECT_FALSE(loaded(idOf(2)).indexed);
  finishAll();
  // Indexed as the one is that stands for them.
  for (std::uint64_t i = 1; i <= 3; ++i) EXPECT_TRUE(loaded(idOf(i)).indexed);
  // Each is its own row.
  EXPECT_EQ(listed({}, ports::ListOrder::Time, 10), (std::vector{idOf(3), idOf(2), idOf(1)}));
  EXPECT_EQ(get(store().exportPage(std::nullopt, 10)).size(), 3U);
}

TEST_P(RecordStoreContract, WhatAFilterOrASearchCouldTellApartIsNotShared) {
  insert(asked(1));
  std::uint64_t number = 1;
  for (const auto& change : std::vector<std::function<void(Learning&)>>{
           [](Learning& l) { l.query = "Which shell was that?"; }, [](Learning& l) { l.solution = "zsh"; },
           [](Learning& l) { l.category = "codebase-context"; }, [](Learning& l) { l.outcome = core::Outcome::Success; },
           [](Learning& l) { l.source = "suite"; }, [](Learning& l) { l.interaction.modelUsed = core::ModelUsed::Local; },
           [](Learning& l) { l.important = true; }, [](Learning& l) { l.promoted = true; },
           [](Learning& l) { l.metadata = R"({"n":1})"; }}) {
    Learning other = asked(++number);
    change(other);
    insert(other);
    EXPECT_TRUE(loaded(other.id).ownsIndexEntry) << number;
  }
  EXPECT_EQ(pending().size(), number);
}

TEST_P(RecordStoreContract, OtherKindsAndInactiveInteractionsShareWithNobody) {
  Learning archived = asked(1);
  archived.status = core::Status::Archived;
  insert(archived);
  insert(asked(2));
  Learning solution = asked(3);
  solution.kind = core::Kind::Solution;
  solution.outcome = core::Outcome::None;
  insert(solution);
  Learning twin = solution;
  twin.id = idOf(4);
  insert(twin);
  EXPECT_EQ(idsOf(pending()), (std::vector{idOf(2), idOf(3), idOf(4)}));
}

TEST_P(RecordStoreContract, AnImportOfWhatStillWaitsForItsRemovalStoresItOnce) {
  insert(asked(1));
  insert(asked(2));
  insert(solutionOf(3));
  finishAll();
  for (const std::uint64_t number : {2U, 1U, 3U}) erase(idOf(number));
  std::vector<Learning> learnings{asked(1), asked(2), solutionOf(3)};
  Learning repeat = solutionOf(3);
  repeat.id = idOf(4);
  learnings.push_back(repeat);
  for (std::uint64_t i = 10; i < 30; ++i) learnings.push_back(solutionOf(i));
  must([&](ports::RecordTransaction& transaction) -> core::Result<void> {
    std::vector<ports::ExpectedLearning> expected;
    for (const auto& learning : learnings) expected.push_back({learning.id, core::keyOf(learning)});
    if (auto known = transaction.expect(expected); !known) return known;
    for (const auto& learning : learnings) {
      auto same = transaction.findSame(learning);
      if (!same) return same.error();
      if (*same) (*same)->occurrences += 1;
      auto done = *same ? transaction.update(**same, ports::IndexChange::None) : transaction.insert(learning);
      if (!done) return done;
    }
    return {};
  });
  EXPECT_EQ(get(store().counts()).learnings, 23U);
  EXPECT_EQ(loaded(idOf(3)).occurrences, 2U);
  EXPECT_TRUE(loaded(idOf(1)).ownsIndexEntry);
  EXPECT_FALSE(loaded(idOf(2)).ownsIndexEntry);
}

TEST_P(RecordStoreContract, WhoTakesAnEntryOverWhileItsOwnRemovalWaitsStandsForThatToo) {
  insert(asked(1));
  finishAll();
  erase(idOf(1));
  insert(asked(2));
  insert(asked(1));
  erase(idOf(2));
  std::vector<ports::PendingEntry> ofTheFirst;
  for (const auto& entry : pending()) {
    if (entry.id == idOf(1)) ofTheFirst.push_back(entry);
  }
  ASSERT_EQ(ofTheFirst.size(), 1U);
  EXPECT_TRUE(ofTheFirst[0].learning);
  EXPECT_EQ(ofTheFirst[0].revision, loaded(idOf(1)).revision);
}

TEST_P(RecordStoreContract, WhenTheOwnerIsErasedTheNextOneTakesTheEntryOver) {
  for (std::uint64_t i = 1; i <= 3; ++i) insert(asked(i));
  finishAll();
  erase(idOf(1));
  const auto waiting = pending();
  ASSERT_EQ(waiting.size(), 2U);
  EXPECT_EQ(waiting[0].id, idOf(1));
  EXPECT_FALSE(waiting[0].learning);
  EXPECT_EQ(waiting[1].id, idOf(2));
  EXPECT_TRUE(waiting[1].learning);
  EXPECT_EQ(waiting[1].revision, 2U);
  EXPECT_EQ(loaded(idOf(2)).revision, 2U);
  EXPECT_FALSE(loaded(idOf(3)).indexed);
  finishAll();
  EXPECT_TRUE(loaded(idOf(2)).indexed);
  EXPECT_TRUE(loaded(idOf(3)).indexed);
  erase(idOf(2));
  erase(idOf(3));
  for (const auto& entry : pending()) EXPECT_FALSE(entry.learning);
}

TEST_P(RecordStoreContract, WhenTheOwnerIsArchivedTheNextOneTakesTheEntryOver) {
  insert(asked(1));
  insert(asked(2));
  finishAll();
  Learning archived = asked(1);
  archived.status = core::Status::Archived;
  update(archived, IndexChange::Attributes);
  EXPECT_EQ(idsOf(pending()), (std::vector{idOf(1), idOf(2)}));
  finishAll();
  EXPECT_FALSE(loaded(idOf(1)).indexed);
  EXPECT_TRUE(loaded(idOf(2)).indexed);
  EXPECT_EQ(owners(get(store().scanActive(std::nullopt, 10))), std::vector{idOf(2)});
  // It comes back as a repeat.
  update(asked(1), IndexChange::Attributes);
  EXPECT_TRUE(pending().empty());
  EXPECT_FALSE(loaded(idOf(1)).ownsIndexEntry);
  EXPECT_TRUE(loaded(idOf(1)).indexed);
}

TEST_P(RecordStoreContract, AnOwnerThatChangesKeepsAnEntryAndPassesTheSharedOneOn) {
  insert(asked(1));
  insert(asked(2));
  finishAll();
  Learning changed = asked(1);
  changed.outcome = core::Outcome::Failure;
  update(changed, IndexChange::Attributes);
  const auto waiting = pending();
  EXPECT_EQ(idsOf(waiting), (std::vector{idOf(1), idOf(2)}));
  for (const auto& entry : waiting) EXPECT_TRUE(entry.learning);
  EXPECT_TRUE(loaded(idOf(1)).ownsIndexEntry);
  EXPECT_TRUE(loaded(idOf(2)).ownsIndexEntry);
}

TEST_P(RecordStoreContract, ARepeatThatChangesGetsAnEntryOfItsOwn) {
  insert(asked(1));
  insert(asked(2));
  finishAll();
  Learning changed = asked(2);
  changed.outcome = core::Outcome::Success;
  update(changed, IndexChange::Attributes);
  EXPECT_EQ(idsOf(pending()), std::vector{idOf(2)});
  EXPECT_EQ(pending()[0].revision, 2U);
  EXPECT_TRUE(loaded(idOf(1)).indexed);
  EXPECT_FALSE(loaded(idOf(2)).indexed);
}

TEST_P(RecordStoreContract, AnOwnerThatBecomesARepeatLeavesTheIndex) {
  insert(asked(1));
  Learning other = asked(2);
  other.outcome = core::Outcome::Success;
  insert(other);
  finishAll();
  update(asked(2), IndexChange::Attributes);  // now the same as the first
  const auto waiting = pending();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].id, idOf(2));
  EXPECT_FALSE(waiting[0].learning);
  EXPECT_TRUE(loaded(idOf(2)).indexed);
  finishAll();
  EXPECT_EQ(owners(get(store().scanActive(std::nullopt, 10))), std::vector{idOf(1)});
  // And takes over again, with a vector made anew.
  erase(idOf(1));
  const auto after = pending();
  ASSERT_EQ(after.size(), 2U);
  EXPECT_EQ(after[1].id, idOf(2));
  EXPECT_TRUE(after[1].learning);
  EXPECT_FALSE(after[1].vector);
}

TEST_P(RecordStoreContract, ARepeatThatIsErasedLeavesTheIndexAlone) {
  insert(asked(1));
  insert(asked(2));
  finishAll();
  erase(idOf(2));
  EXPECT_TRUE(pending().empty());
  EXPECT_TRUE(loaded(idOf(1)).indexed);
}

TEST_P(RecordStoreContract, CountsOfAnOwnerDoNotUnshare) {
  insert(asked(1));
  insert(asked(2));
  finishAll();
  Learning used = asked(1);
  used.uses = 3;
  update(used, IndexChange::None);
  EXPECT_TRUE(pending().empty());
  EXPECT_FALSE(loaded(idOf(2)).ownsIndexEntry);
}

}  // namespace

}  // namespace learnd::contract

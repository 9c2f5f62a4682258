#include "tests/contract/record_store_contract.hpp"

namespace learnd::contract {

namespace {

using core::ErrorKind;
using core::Learning;

/// Every field that a kind can have, each with a value of its own.
Learning fullLearning(core::Kind kind, std::uint64_t number) {
  Learning learning = solutionOf(number);
  learning.kind = kind;
  learning.category = "error-solutions";
  learning.promoted = true;
  learning.query = "Zeichen \"quoted\" \\ und\nZeilen: äöü 日本 🙂";
  learning.attemptedSolution = "pip install --user";
  learning.rootCause = "the store is immutable";
  learning.outcome = kind == core::Kind::Failure ? core::Outcome::Resolved : core::Outcome::None;
  learning.valueScore = 0.1 + 0.2;
  learning.breakdown.complexity = {0.25, 0.2, true, false};
  learning.breakdown.reusability = {0.8, 0.3, false, false};
  learning.breakdown.novelty = {1.0 / 3, 0.2, true, false};
  learning.breakdown.confirmation = {0.5, 0.15, false, true};
  learning.breakdown.impact = {1, 0.15, false, false};
  learning.profile = "detailed";
  learning.weightSet = "error";
  learning.factors.linesOfCode = 12;
  learning.factors.isGeneric = false;
  learning.factors.severity = "high";
  learning.factors.feedbackText = "it \"works\"";
  learning.important = true;
  learning.uses = 3;
  learning.successes = 2;
  learning.failures = 1;
  learning.occurrences = 7;
  learning.latestFeedback = core::Outcome::Partial;
  learning.source = "suite";
  learning.createdBy.reset();
  learning.createdOn = "selene";
  learning.timestamp = core::Timestamp(std::chrono::microseconds(1'700'000'000'123'456));
  learning.updated = core::Timestamp(std::chrono::microseconds(-1));
  learning.metadata = R"({"a.b":{"c":[1,2]},"os":"nixos"})";
  return learning;
}

Learning fullInteraction(std::uint64_t number) {
  Learning learning = fullLearning(core::Kind::Interaction, number);
  learning.outcome = core::Outcome::Success;
  learning.interaction.contextUsed = {{idOf(900), "a text", 0.875}, {std::nullopt, "another", std::nullopt}, {idOf(901), "", std::nullopt}};
  learning.interaction.modelUsed = core::ModelUsed::Remote;
  learning.interaction.tokens = {1200, 340};
  learning.interaction.tokensSaved = 13'800;
  learning.interaction.tokensSavedEstimated = true;
  return learning;
}

Learning fullPattern(std::uint64_t number) {
  Learning learning = fullLearning(core::Kind::Pattern, number);
  auto& pattern = learning.pattern;
  pattern.name = "restart a service";
  pattern.patternType = "error-fix";
  pattern.origin = "extracted";
  pattern.keywords = {"service", "restart"};
  pattern.prerequisites = {"root"};
  pattern.variations = {"systemctl restart {service}", ""};
  pattern.examples = {"nginx"};
  pattern.members = {idOf(77), idOf(78)};
  pattern.occurrenceCount = 9;
  pattern.successRate = 2.0 / 3;
  pattern.version = 4;
  pattern.previousVersion = idOf(76);
  return learning;
}

TEST_P(RecordStoreContract, KeepsEveryFieldOfEveryKind) {
  const std::vector<Learning> all{fullLearning(core::Kind::Solution, 1), fullLearning(core::Kind::Failure, 2), fullInteraction(3),
                                  fullPattern(4), solutionOf(5)};
  for (const auto& learning : all) insert(learning);
  reopen();
  for (const auto& learning : all) {
    SCOPED_TRACE(learning.id.text());
    expectEqual(loaded(learning.id), learning);
  }
}

TEST_P(RecordStoreContract, LoadKeepsTheOrderAskedForAndLeavesOutWhatIsNotThere) {
  for (std::uint64_t i = 1; i <= 3; ++i) insert(solutionOf(i));
  std::vector<core::LearningId> ids{idOf(3), idOf(9), idOf(1)};
  EXPECT_EQ(idsOf(get(store().load(ids))), (std::vector{idOf(3), idOf(1)}));
}

TEST_P(RecordStoreContract, AKnownIdIsAConflictThatNamesIt) {
  insert(solutionOf(1));
  Learning other = solutionOf(2);
  other.id = idOf(1);
  const auto done = write([&](ports::RecordTransaction& transaction) { return transaction.insert(other); });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind(), ErrorKind::Conflict);
  EXPECT_EQ(done.error().id(), idOf(1).text());
  EXPECT_EQ(loaded(idOf(1)).query, solutionOf(1).query);
}

TEST_P(RecordStoreContract, AConflictLeavesTheRestOfItsWorkUsable) {
  insert(solutionOf(1));
  must([&](ports::RecordTransaction& transaction) -> core::Result<void> {
    EXPECT_FALSE(transaction.insert(solutionOf(1)));
    return transaction.insert(solutionOf(2));
  });
  EXPECT_EQ(loaded(idOf(2)).query, solutionOf(2).query);
}

TEST_P(RecordStoreContract, AWorkThatFailsLeavesNothing) {
  insert(solutionOf(1));
  const auto refused = write([&](ports::RecordTransaction& transaction) -> core::Result<void> {
    EXPECT_TRUE(transaction.insert(solutionOf(2)));
    EXPECT_TRUE(transaction.erase(idOf(1)));
    return core::Error(ErrorKind::PermissionDenied, "not you");
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::PermissionDenied);
  const auto thrown = write([&](ports::RecordTransaction& transaction) -> core::Result<void> {
    EXPECT_TRUE(transaction.insert(solutionOf(3)));
    throw std::runtime_error("a bug");
  });
  ASSERT_FALSE(thrown);
  EXPECT_EQ(thrown.error().kind(), ErrorKind::Internal);
  std::vector<core::LearningId> ids{idOf(1), idOf(2), idOf(3)};
  EXPECT_EQ(idsOf(get(store().load(ids))), std::vector{idOf(1)});
  EXPECT_EQ(idsOf(pending()), std::vector{idOf(1)});
  EXPECT_EQ(get(store().counts()).learnings, 1U);
}

TEST_P(RecordStoreContract, UpdateReplacesAllButTheId) {
  insert(solutionOf(1));
  Learning after = fullPattern(1);
  update(after, ports::IndexChange::Text);
  expectEqual(loaded(idOf(1)), after);
}

TEST_P(RecordStoreContract, WhatIsNotThereCantBeChanged) {
  using Work = std::function<core::Result<void>(ports::RecordTransaction&)>;
  const std::vector<Work> works{
      [](auto& transaction) { return transaction.update(solutionOf(1), ports::IndexChange::Text); },
      [](auto& transaction) { return transaction.erase(idOf(1)); },
      [](auto& transaction) {
        return transaction.addFeedback({idOf(1), timeOf(1), core::Outcome::Success, "", 0});
      },
      [](auto& transaction) { return transaction.addScoreHistory(solutionOf(1), timeOf(1)); },
  };
  for (const auto& work : works) {
    const auto done = write(work);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind(), ErrorKind::NotFound);
  }
}

TEST_P(RecordStoreContract, EraseTakesWhatHangsOnTheLearning) {
  insert(solutionOf(1));
  must([&](ports::RecordTransaction& transaction) -> core::Result<void> {
    EXPECT_TRUE(transaction.addFeedback({idOf(1), timeOf(2), core::Outcome::Failure, "it did not", 1000}));
    EXPECT_TRUE(transaction.addScoreHistory(solutionOf(1), timeOf(2)));
    return {};
  });
  erase(idOf(1));
  std::vector<core::LearningId> ids{idOf(1)};
  EXPECT_TRUE(get(store().load(ids)).empty());
  EXPECT_EQ(get(store().counts()).learnings, 0U);
  EXPECT_TRUE(get(store().exportPage(std::nullopt, 10)).empty());
}

TEST_P(RecordStoreContract, FindSameAsksForKindCategoryKeyAndSolution) {
  Learning first = solutionOf(1);
  first.query = "Restart   nginx";
  insert(first);
  const auto finds = [&](Learning learning) {
    bool found = false;
    must([&](ports::RecordTransaction& transaction) -> core::Result<void> {
      auto same = transaction.findSame(learning);
      EXPECT_TRUE(same);
      found = same && *same && (*same)->id == first.id;
      return {};
    });
    return found;
  };
  Learning again = first;
  again.id = idOf(2);
  again.query = "restart NGINX";  // the same key
  EXPECT_TRUE(finds(again));
  for (const auto& change : std::vector<std::function<void(Learning&)>>{
           [](Learning& l) { l.kind = core::Kind::Pattern; }, [](Learning& l) { l.category = "best-practices"; },
           [](Learning& l) { l.query = "reload nginx"; }, [](Learning& l) { l.solution += "\n"; }}) {
    Learning other = again;
    change(other);
    EXPECT_FALSE(finds(other));
  }
}

TEST_P(RecordStoreContract, FindSamePrefersAnActiveOneButFindsAnyStatus) {
  Learning archived = solutionOf(1);
  archived.status = core::Status::Archived;
  insert(archived);
  Learning probe = solutionOf(1);
  const auto found = [&] {
    std::optional<Learning> same;
    must([&](ports::RecordTransaction& transaction) -> core::Result<void> {
      auto result = transaction.findSame(probe);
      EXPECT_TRUE(result);
      if (result) same = *result;
      return {};
    });
    return same;
  };
  ASSERT_TRUE(found());
  EXPECT_EQ(found()->id, idOf(1));
  Learning active = solutionOf(1);
  active.id = idOf(2);
  insert(active);
  EXPECT_EQ(found()->id, idOf(2));
}

TEST_P(RecordStoreContract, AnInteractionRepeatsNothing) {
  insert(interactionOf(1, "which shell?", "bash"));
  must([&](ports::RecordTransaction& transaction) -> core::Result<void> {
    auto same = transaction.findSame(interactionOf(2, "which shell?", "bash"));
    EXPECT_TRUE(same);
    EXPECT_FALSE(same && *same);
    return {};
  });
}

TEST_P(RecordStoreContract, FindsTheNewestActiveOpenFailure) {
  const auto failure = [](std::uint64_t number, core::Outcome outcome, core::Status status) {
    Learning learning = solutionOf(number);
    learning.kind = core::Kind::Failure;
    learning.category = "error-solutions";
    learning.query = "E: no space left on device";
    learning.outcome = outcome;
    learning.status = status;
    if (outcome == core::Outcome::Open) learning.solution.clear();
    return learning;
  };
  insert(failure(1, core::Outcome::Open, core::Status::Active));
  insert(failure(2, core::Outcome::Open, core::Status::Active));
  insert(failure(3, core::Outcome::Open, core::Status::Archived));
  insert(failure(4, core::Outcome::Resolved, core::Status::Active));
  must([&](ports::RecordTransaction& transaction) -> core::Result<void> {
    auto open = transaction.findOpenFailure(core::keyOf(failure(9, core::Outcome::Open, core::Status::Active)));
    EXPECT_TRUE(open && *open && (*open)->id == idOf(2));
    auto none = transaction.findOpenFailure(core::makeKey("something else", core::KeyForm::Error));
    EXPECT_TRUE(none && !*none);
    return {};
  });
}

TEST_P(RecordStoreContract, KnowsWhetherAnActiveLearningHasAKey) {
  const auto has = [&](const core::Key& key, const core::LearningId& except) {
    bool found = false;
    must([&](ports::RecordTransaction& transaction) -> core::Result<void> {
      auto result = transaction.hasKey(key, except);
      EXPECT_TRUE(result);
      found = result && *result;
      return {};
    });
    return found;
  };
  Learning archived = solutionOf(1);
  archived.status = core::Status::Archived;
  insert(archived);
  insert(solutionOf(2));
  EXPECT_FALSE(has(core::keyOf(archived), idOf(9)));
  EXPECT_TRUE(has(core::keyOf(solutionOf(2)), idOf(9)));
  EXPECT_FALSE(has(core::keyOf(solutionOf(2)), idOf(2)));
  insert(interactionOf(3, "which shell?", "bash"));
  const auto shell = core::keyOf(interactionOf(3, "which shell?", "bash"));
  EXPECT_FALSE(has(shell, idOf(3)));
  insert(interactionOf(4, "which shell?", "bash"));
  EXPECT_TRUE(has(shell, idOf(3)));
  EXPECT_TRUE(has(shell, idOf(4)));
}

TEST_P(RecordStoreContract, KnowsWhetherThereIsAnything) {
  const auto any = [&] {
    bool found = false;
    must([&](ports::RecordTransaction& transaction) -> core::Result<void> {
      auto result = transaction.hasAny();
      found = result && *result;
      return {};
    });
    return found;
  };
  EXPECT_FALSE(any());
  insert(solutionOf(1));
  EXPECT_TRUE(any());
}

TEST_P(RecordStoreContract, RemembersTheFirstAnswerByCallerAndKey) {
  ports::RememberedAnswer answer;
  answer.bodyDigest = core::sha256("a body");
  answer.id = idOf(1);
  answer.created = true;
  answer.learning = R"({"id":"x"})";
  must([&](ports::RecordTransaction& transaction) { return transaction.remember(1000, "key-1", timeOf(10), answer); });
  reopen();
  const auto recall = [&](std::uint32_t uid, const std::string& key, core::Timestamp notBefore) {
    std::optional<ports::RememberedAnswer> found;
    must([&](ports::RecordTransaction& transaction) -> core::Result<void> {
      auto result = transaction.recall(uid, key, notBefore);
      EXPECT_TRUE(result);
      if (result) found = *result;
      return {};
    });
    return found;
  };
  const auto found = recall(1000, "key-1", timeOf(10));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->bodyDigest, answer.bodyDigest);
  EXPECT_EQ(found->id, answer.id);
  EXPECT_TRUE(found->created);
  EXPECT_FALSE(found->duplicate);
  EXPECT_EQ(found->learning, answer.learning);
  EXPECT_FALSE(recall(1001, "key-1", timeOf(0)));
  EXPECT_FALSE(recall(1000, "key-2", timeOf(0)));
  EXPECT_FALSE(recall(1000, "key-1", timeOf(11)));
  // Past its life the key may be used anew.
  answer.id = idOf(2);
  must([&](ports::RecordTransaction& transaction) { return transaction.remember(1000, "key-1", timeOf(700'000), answer); });
  ASSERT_TRUE(recall(1000, "key-1", timeOf(11)));
  EXPECT_EQ(recall(1000, "key-1", timeOf(11))->id, idOf(2));
}

}  // namespace

}  // namespace learnd::contract

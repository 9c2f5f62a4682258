#include "tests/contract/record_store_contract.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <set>

namespace learnd::contract {

namespace {

using core::Learning;
using ports::LearningFilter;
using ports::ListOrder;

TEST_P(RecordStoreContract, FindsActiveLearningsByKeyNewestFirst) {
  Learning other = solutionOf(1);
  other.query = "the question";
  insert(other);
  Learning newer = other;
  newer.id = idOf(2);
  newer.solution = "another answer";
  newer.timestamp = timeOf(50);
  insert(newer);
  Learning archived = other;
  archived.id = idOf(3);
  archived.solution = "an old answer";
  archived.status = core::Status::Archived;
  insert(archived);
  Learning failure = other;
  failure.id = idOf(4);
  failure.kind = core::Kind::Failure;
  failure.category = "error-solutions";
  failure.timestamp = timeOf(20);
  insert(failure);
  insert(solutionOf(9));
  const std::vector<core::Key> keys{core::keyOf(other), core::keyOf(failure), core::keyOf(other)};
  EXPECT_EQ(idsOf(get(store().findByKeys(keys))), (std::vector{idOf(2), idOf(4), idOf(1)}));
  EXPECT_TRUE(get(store().findByKeys({})).empty());
  EXPECT_TRUE(get(store().findByKeys({core::makeKey("never stored", core::KeyForm::Plain)})).empty());
}

TEST_P(RecordStoreContract, WhatHelpedMostIsFoundAmongManyOfOneKey) {
  must([&](ports::RecordTransaction& transaction) -> core::Result<void> {
    for (std::uint64_t i = 1; i <= 70; ++i) {
      Learning learning = solutionOf(i);
      learning.query = "asked often";
      learning.solution = "answer " + std::to_string(i);
      if (i == 3) learning.successes = 9;
      if (i == 70) learning.failures = 1;
      if (auto done = transaction.insert(learning); !done) return done;
    }
    return {};
  });
  Learning asked = solutionOf(1);
  asked.query = "asked often";
  const auto found = idsOf(get(store().findByKeys({core::keyOf(asked)})));
  ASSERT_EQ(found.size(), 50U);
  EXPECT_EQ(found[0], idOf(3));
  EXPECT_EQ(found[1], idOf(69));
  EXPECT_EQ(std::count(found.begin(), found.end(), idOf(70)), 0);
}

TEST_P(RecordStoreContract, FindByKeysIsBoundedAndInteractionsDoNotCrowdOutSolutions) {
  Learning solution = solutionOf(1);
  solution.query = "asked daily";
  insert(solution);
  must([&](ports::RecordTransaction& transaction) -> core::Result<void> {
    for (std::uint64_t i = 2; i <= 70; ++i) {
      if (auto done = transaction.insert(interactionOf(i, "asked daily", "answer " + std::to_string(i))); !done) return done;
    }
    for (std::uint64_t i = 71; i <= 80; ++i) {
      if (auto done = transaction.insert(interactionOf(i, "asked daily", "answer 70")); !done) return done;
    }
    return {};
  });
  const auto found = idsOf(get(store().findByKeys({core::keyOf(solution)})));
  ASSERT_EQ(found.size(), 50U);
  EXPECT_EQ(found.front(), idOf(70));  // its repeats stand behind it
  EXPECT_EQ(found.back(), idOf(1));
}

TEST_P(RecordStoreContract, ListsNewestFirstAndHighestFirst) {
  for (std::uint64_t i = 1; i <= 4; ++i) {
    Learning learning = solutionOf(i);
    learning.valueScore = i % 2 == 0 ? 0.8 : 0.3;
    if (i >= 3) learning.timestamp = timeOf(100);  // a tie
    insert(learning);
  }
  EXPECT_EQ(listed({}, ListOrder::Time, 10), (std::vector{idOf(4), idOf(3), idOf(2), idOf(1)}));
  EXPECT_EQ(listed({}, ListOrder::Value, 10), (std::vector{idOf(4), idOf(2), idOf(3), idOf(1)}));
}

TEST_P(RecordStoreContract, PagingReachesEveryRecordOnce) {
  must([&](ports::RecordTransaction& transaction) -> core::Result<void> {
    for (std::uint64_t i = 1; i <= 60; ++i) {
      Learning learning = solutionOf(i);
      learning.timestamp = timeOf(static_cast<std::int64_t>(i / 7));
      learning.valueScore = static_cast<double>(i % 3) / 3;
      if (auto done = transaction.insert(learning); !done) return done;
    }
    return {};
  });
  for (const auto order : {ListOrder::Time, ListOrder::Value}) {
    for (const std::size_t limit : {1U, 7U, 59U, 60U, 61U}) {
      const auto ids = listed({}, order, limit);
      EXPECT_EQ(ids.size(), 60U);
      EXPECT_EQ(std::set<core::LearningId>(ids.begin(), ids.end()).size(), 60U);
      EXPECT_EQ(ids, listed({}, order, 1000));
    }
  }
}

TEST_P(RecordStoreContract, PagesAreSteadyWhileLearningsComeAndGo) {
  for (std::uint64_t i = 10; i < 20; ++i) insert(solutionOf(i));
  auto page = get(store().list({}, ListOrder::Time, std::nullopt, 4));
  ASSERT_TRUE(page.next);
  insert(solutionOf(99));  // newer than all
  insert(solutionOf(1));   // older than all
  erase(page.next->id);    // the very place where the page ended
  std::vector<core::LearningId> rest;
  for (auto after = page.next; after;) {
    const auto next = get(store().list({}, ListOrder::Time, after, 4));
    for (const auto& learning : next.learnings) rest.push_back(learning.id);
    after = next.next;
  }
  EXPECT_EQ(rest, (std::vector{idOf(15), idOf(14), idOf(13), idOf(12), idOf(11), idOf(10), idOf(1)}));
}

TEST_P(RecordStoreContract, TheLastPageSaysSo) {
  for (std::uint64_t i = 1; i <= 4; ++i) insert(solutionOf(i));
  EXPECT_TRUE(get(store().list({}, ListOrder::Time, std::nullopt, 3)).next);
  EXPECT_FALSE(get(store().list({}, ListOrder::Time, std::nullopt, 4)).next);
}

/// Four learnings that differ in everything a list can be filtered by.
std::vector<Learning> different() {
  std::vector<Learning> all;
  for (std::uint64_t i = 1; i <= 4; ++i) all.push_back(solutionOf(i));
  all[0].metadata = R"({"a.b \"c\"":"x","n":12,"nested":{"os":"debian"},"ok":true,"os":"nixos"})";
  all[0].valueScore = 0.7;
  all[1].kind = core::Kind::Failure;
  all[1].category = "error-solutions";
  all[1].outcome = core::Outcome::Open;
  all[1].metadata = R"({"n":"12","os":"debian"})";
  all[2] = interactionOf(3, "asked", "answered");
  all[2].outcome = core::Outcome::Success;
  all[2].interaction.modelUsed = core::ModelUsed::Local;
  all[2].source = "suite";
  all[2].promoted = true;
  all[2].metadata = R"({"none":null,"text":"a\nb","x":0.5})";
  all[3].kind = core::Kind::Pattern;
  all[3].important = true;
  all[3].status = core::Status::Superseded;
  return all;
}

TEST_P(RecordStoreContract, EachFilterLetsThroughWhatItNames) {
  for (const auto& learning : different()) insert(learning);
  const auto finds = [&](const std::function<void(LearningFilter&)>& set) {
    LearningFilter filter;
    set(filter);
    auto ids = listed(filter, ListOrder::Time, 2);
    EXPECT_EQ(ids.size(), listed(filter, ListOrder::Value, 1).size());
    std::reverse(ids.begin(), ids.end());
    return ids;
  };
  using Ids = std::vector<core::LearningId>;
  EXPECT_EQ(finds([](auto& f) { f.kinds = {core::Kind::Failure, core::Kind::Pattern}; }), (Ids{idOf(2), idOf(4)}));
  EXPECT_EQ(finds([](auto& f) { f.categories = {"error-solutions", "unheard-of"}; }), Ids{idOf(2)});
  EXPECT_EQ(finds([](auto& f) { f.categories = {"unheard-of"}; }), Ids{});
  EXPECT_EQ(finds([](auto& f) { f.categories = {"skills-patterns"}; }), (Ids{idOf(1), idOf(3), idOf(4)}));  // one is promoted
  EXPECT_EQ(finds([](auto& f) { f.statuses = {core::Status::Superseded, core::Status::Archived}; }), Ids{idOf(4)});
  EXPECT_EQ(finds([](auto& f) { f.outcome = core::Outcome::Open; }), Ids{idOf(2)});
  EXPECT_EQ(finds([](auto& f) { f.modelUsed = core::ModelUsed::Local; }), Ids{idOf(3)});
  EXPECT_EQ(finds([](auto& f) { f.source = "suite"; }), Ids{idOf(3)});
  EXPECT_EQ(finds([](auto& f) { f.important = true; }), Ids{idOf(4)});
  EXPECT_EQ(finds([](auto& f) { f.important = false; }), (Ids{idOf(1), idOf(2), idOf(3)}));
  EXPECT_EQ(finds([](auto& f) { f.since = timeOf(2); }), (Ids{idOf(2), idOf(3), idOf(4)}));
  EXPECT_EQ(finds([](auto& f) { f.until = timeOf(2); }), Ids{idOf(1)});
  EXPECT_EQ(finds([](auto& f) { f.minValue = 0.7; }), Ids{idOf(1)});
  EXPECT_EQ(finds([](auto& f) {
              f.since = timeOf(2);
              f.until = timeOf(4);
              f.statuses = {core::Status::Active};
              f.source = "human-interaction";
            }),
            Ids{idOf(2)});
}

TEST_P(RecordStoreContract, MetadataIsFilteredByTopLevelKeyAndValueAsText) {
  for (const auto& learning : different()) insert(learning);
  using Wanted = std::vector<std::pair<std::string, std::string>>;
  using Ids = std::vector<core::LearningId>;
  const auto finds = [&](const Wanted& wanted) {
    LearningFilter filter;
    filter.metadata = wanted;
    return listed(filter, ListOrder::Time, 10);
  };
  EXPECT_EQ(finds({{"os", "nixos"}}), Ids{idOf(1)});
  EXPECT_EQ(finds({{"os", "debian"}}), Ids{idOf(2)});        // not the one inside another object
  EXPECT_EQ(finds({{"n", "12"}}), (Ids{idOf(2), idOf(1)}));  // a number and a text
  EXPECT_EQ(finds({{"ok", "true"}}), Ids{idOf(1)});
  EXPECT_EQ(finds({{"x", "0.5"}}), Ids{idOf(3)});
  EXPECT_EQ(finds({{"text", "a\nb"}}), Ids{idOf(3)});
  EXPECT_EQ(finds({{"a.b \"c\"", "x"}}), Ids{idOf(1)});
  EXPECT_EQ(finds({{"os", "nixos"}, {"n", "12"}}), Ids{idOf(1)});
  EXPECT_EQ(finds({{"os", "nixos"}, {"n", "13"}}), Ids{});
  EXPECT_EQ(finds({{"os", "\"nixos\""}}), Ids{});
  EXPECT_EQ(finds({{"nested", "{\"os\":\"debian\"}"}}), Ids{});
  EXPECT_EQ(finds({{"os%", "nix%"}}), Ids{});
}

TEST_P(RecordStoreContract, TheExportReachesEveryRecordByAscendingId) {
  std::vector<core::LearningId> all;
  for (const std::uint64_t number : {5U, 1U, 9U, 3U, 7U}) {
    Learning learning = solutionOf(number);
    if (number == 3) learning.status = core::Status::Archived;
    insert(learning);
  }
  std::optional<core::LearningId> after;
  while (true) {
    const auto page = get(store().exportPage(after, 2));
    if (page.empty()) break;
    for (const auto& learning : page) all.push_back(learning.id);
    after = all.back();
  }
  EXPECT_EQ(all, (std::vector{idOf(1), idOf(3), idOf(5), idOf(7), idOf(9)}));
}

TEST_P(RecordStoreContract, CountsFollowEveryChange) {
  for (const auto& learning : different()) insert(learning);
  Learning talk = interactionOf(5, "with context", "answer");
  talk.interaction.tokensSaved = 14'500;
  talk.interaction.tokensSavedEstimated = true;
  insert(talk);
  talk = interactionOf(6, "reused", "answer");
  talk.interaction.tokensSaved = 321;
  insert(talk);
  using List = std::vector<std::pair<std::string, std::uint64_t>>;
  auto counts = get(store().counts());
  EXPECT_EQ(counts.learnings, 6U);
  EXPECT_EQ(counts.byKind, (List{{"failure", 1}, {"interaction", 3}, {"pattern", 1}, {"solution", 1}}));
  EXPECT_EQ(counts.byCategory, (List{{"error-solutions", 1}, {"interaction-history", 3}, {"skills-patterns", 2}}));
  EXPECT_EQ(counts.byStatus, (List{{"active", 5}, {"superseded", 1}}));
  EXPECT_EQ(counts.tokensSavedMeasured, 321U);
  EXPECT_EQ(counts.tokensSavedEstimated, 14'500U);

  talk.interaction.tokensSaved = 1000;
  talk.category = "codebase-context";
  update(talk, ports::IndexChange::Attributes);
  erase(idOf(2));
  reopen();
  counts = get(store().counts());
  EXPECT_EQ(counts.learnings, 5U);
  EXPECT_EQ(counts.byKind, (List{{"interaction", 3}, {"pattern", 1}, {"solution", 1}}));
  EXPECT_EQ(counts.byCategory, (List{{"codebase-context", 1}, {"interaction-history", 2}, {"skills-patterns", 2}}));
  EXPECT_EQ(counts.tokensSavedMeasured, 1000U);
}

TEST_P(RecordStoreContract, KeepsTheScaleOfEachEmbedder) {
  const core::Calibration scale{0.1, {0.2, 0.37, 0.48, 1.0 / 3}};
  ASSERT_TRUE(runTask(loop_, store().saveCalibration("model-a", core::rawCalibration())));
  ASSERT_TRUE(runTask(loop_, store().saveCalibration("model-a", scale)));
  reopen();
  EXPECT_EQ(get(store().calibration("model-a")), scale);
  EXPECT_FALSE(get(store().calibration("model-b")));
}

TEST_P(RecordStoreContract, AddsUpTheBestScoresOfAWindow) {
  EXPECT_EQ(get(store().quality(timeOf(0))).queries, 0U);
  std::vector<ports::QualityEntry> entries{{timeOf(0), 0.9}, {timeOf(3600), 0.5}, {timeOf(3601), 0}, {timeOf(7200), 0.25}};
  ASSERT_TRUE(runTask(loop_, store().logQuality(entries)));
  reopen();
  const auto sum = get(store().quality(timeOf(1800)));
  EXPECT_EQ(sum.queries, 3U);
  EXPECT_DOUBLE_EQ(sum.sumOfBestScores, 0.75);
  EXPECT_EQ(get(store().quality(timeOf(-60))).queries, 4U);
}

TEST_P(RecordStoreContract, SaysThatItIsUp) {
  const auto status = get(store().status());
  EXPECT_TRUE(status.up);
  EXPECT_FALSE(status.version.empty());
}

/// Writes twenty learnings one after another; every third work fails and takes its learning with it.
boost::asio::awaitable<void> writeTwenty(ports::RecordStore& store, std::uint64_t writer, int& refused) {
  for (std::uint64_t i = 0; i < 20; ++i) {
    const Learning learning = solutionOf(1000 + writer * 100 + i);
    ports::RecordWork work = [learning, i](ports::RecordTransaction& transaction) -> core::Result<void> {
      auto done = transaction.insert(learning);
      if (done && i % 3 == 0) return core::Error(core::ErrorKind::InvalidInput, "no");
      return done;
    };
    const auto done = co_await store.write(std::move(work));
    if (!done) {
      ++refused;
      continue;
    }
    // What was acknowledged is seen by whoever asks after it.
    std::vector<core::LearningId> ids{learning.id};
    const auto seen = co_await store.load(std::move(ids));
    EXPECT_TRUE(seen && seen->size() == 1);
  }
}

TEST_P(RecordStoreContract, ManyWritersAtOnceFailOnlyForThemselves) {
  int refused = 0;
  for (std::uint64_t writer = 0; writer < 32; ++writer) {
    boost::asio::co_spawn(loop_, writeTwenty(store(), writer, refused), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
  }
  loop_.restart();
  loop_.run();
  EXPECT_EQ(refused, 32 * 7);
  EXPECT_EQ(get(store().counts()).learnings, 32U * 13);
  EXPECT_EQ(pending().size(), 32U * 13);
}

TEST_P(RecordStoreContract, LargeRecordsMakeShortPagesAndAllAreReached) {
  must([&](ports::RecordTransaction& transaction) -> core::Result<void> {
    for (std::uint64_t i = 1; i <= 60; ++i) {
      Learning learning = solutionOf(i);
      learning.solution = std::string(250 * 1024, 'x') + std::to_string(i);
      if (auto done = transaction.insert(learning); !done) return done;
    }
    return {};
  });
  EXPECT_EQ(listed({}, ListOrder::Time, 500).size(), 60U);
  std::size_t exported = 0;
  for (std::optional<core::LearningId> after;;) {
    const auto page = get(store().exportPage(after, 500));
    if (page.empty()) break;
    exported += page.size();
    after = page.back().id;
  }
  EXPECT_EQ(exported, 60U);
}

}  // namespace

}  // namespace learnd::contract

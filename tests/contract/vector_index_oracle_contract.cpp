#include "tests/contract/vector_index_oracle_contract.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace learnd::contract {

namespace {

/// How many of the ten best cosines of the truth the answer has too, as a share. What is as near as the tenth is as good.
double recallAt10(const ports::IndexAnswer& answer, const ports::IndexAnswer& truth) {
  std::vector<std::pair<double, core::LearningId>> best;
  for (const auto& one : truth.candidates) {
    if (one.cosine) best.emplace_back(*one.cosine, one.id);
  }
  std::sort(best.rbegin(), best.rend());
  best.resize(std::min<std::size_t>(best.size(), 10));
  if (best.empty()) return 1;
  std::set<core::LearningId> found;
  for (const auto& one : answer.candidates) found.insert(one.id);
  const auto hits = std::count_if(best.begin(), best.end(), [&found](const auto& one) { return found.contains(one.second); });
  return static_cast<double>(hits) / static_cast<double>(best.size());
}

}  // namespace

void VectorIndexOracleContract::change(std::vector<ports::IndexEntry> entries) {
  auto copy = entries;
  ASSERT_TRUE(run(oracle_.upsert(std::move(copy))));
  put(std::move(entries));
}

void VectorIndexOracleContract::removeBoth(std::uint64_t number) {
  std::vector<core::LearningId> ids{indexId(number)};
  ASSERT_TRUE(run(oracle_.remove(std::move(ids))));
  take(number);
}

void VectorIndexOracleContract::churn(SampleWorld& world, std::size_t rounds, std::size_t perRound) {
  for (std::size_t round = 0; round < rounds; ++round) {
    std::vector<ports::IndexEntry> entries;
    for (std::size_t i = 0; i < perRound; ++i) entries.push_back(added(world));
    for (std::size_t i = 0; i < perRound / 2; ++i) entries.push_back(changed(world));
    change(std::move(entries));
    for (std::size_t i = 0; i < perRound / 3; ++i) {
      const auto victim = std::next(revisions_.begin(), static_cast<std::ptrdiff_t>(world.below(revisions_.size())));
      removeBoth(victim->first);
      revisions_.erase(victim);
    }
  }
}

ports::IndexEntry VectorIndexOracleContract::added(SampleWorld& world) {
  const std::uint64_t number = ++last_;
  revisions_[number] = 1;
  return world.entry(number, 1);
}

ports::IndexEntry VectorIndexOracleContract::changed(SampleWorld& world) {
  const auto place = std::next(revisions_.begin(), static_cast<std::ptrdiff_t>(world.below(revisions_.size())));
  return world.entry(place->first, ++place->second);
}

namespace {

TEST_P(VectorIndexOracleContract, ScoresAreTheOraclesAfterAnyChanges) {
  SampleWorld world(24, 1);
  churn(world, 12, 30);
  const std::vector<ports::IndexFilter> filters{{},
                                                {{"networking", "skills-patterns"}, {}, {}},
                                                {{}, {core::Kind::Failure, core::Kind::Pattern}, {}},
                                                {{}, {}, {{"important", {"true"}}, {"metadata.os", {"\"nixos\"", "\"fedora\""}}}},
                                                {{"storage"}, {core::Kind::Solution}, {{"metadata.os", {"\"debian\""}}}}};
  for (const auto& filter : filters) {
    auto query = byWords(world.text());
    query.vector = world.vector();
    query.filter = filter;
    query.candidates = 1000;
    const auto expected = truth(query);
    const auto answer = search(std::move(query));
    ASSERT_EQ(numbersOf(answer), numbersOf(expected));
    const bool exact = GetParam().exactRarity;
    if (exact) {
      EXPECT_NEAR(answer.bestWordScore, expected.bestWordScore, 2e-3);
    }
    EXPECT_EQ(answer.bestWordScore > 0, expected.bestWordScore > 0);
    for (const auto& one : expected.candidates) {
      const auto mine = candidate(answer, numberOf(one.id)).value();
      ASSERT_EQ(mine.cosine.has_value(), one.cosine.has_value());
      ASSERT_EQ(mine.wordScore.has_value(), one.wordScore.has_value());
      EXPECT_NEAR(mine.cosine.value_or(0), one.cosine.value_or(0), 1e-3);
      if (exact) {
        EXPECT_NEAR(mine.wordScore.value_or(0), one.wordScore.value_or(0), 2e-3);
      }
    }
  }
}

TEST_P(VectorIndexOracleContract, NoRecallIsLostByInsertsUpdatesAndRemovals) {
  SampleWorld world(96, 2);
  churn(world, 12, 600);
  ASSERT_GT(get(index().status()).vectors, 4000U);
  double sum = 0;
  constexpr int kQuestions = 60;
  for (int i = 0; i < kQuestions; ++i) {
    auto query = byVector(world.vector());
    if (i % 4 == 1) query.filter.categories = {"networking"};
    if (i % 4 == 2) query.filter.attributes = {{"important", {"true"}}};
    const auto expected = truth(query);
    sum += recallAt10(search(std::move(query)), expected);
  }
  EXPECT_GE(sum / kQuestions, 0.999);
}

}  // namespace

}  // namespace learnd::contract

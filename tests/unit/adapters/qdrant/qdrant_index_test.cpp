#include "core/lexical_terms.hpp"
#include "support/gather.hpp"
#include "tests/unit/adapters/qdrant/index_under_test.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

namespace learnd::qdrant {

namespace {

using testing::HasSubstr;

fakes::qdrant::FakeSettings ofVersion(std::string version) {
  fakes::qdrant::FakeSettings settings;
  settings.version = std::move(version);
  return settings;
}

std::set<std::string> collectionsOf(IndexUnderTest& under) {
  std::set<std::string> names;
  const json::Value result = under.result("GET", "/collections");
  for (const auto& one : *result.find("collections")->asArray()) names.insert(*one.find("name")->asText());
  return names;
}

std::vector<ports::IndexEntry> oneInEachOfAHundredCategories() {
  std::vector<ports::IndexEntry> entries;
  for (std::uint8_t i = 0; i < 100; ++i) {
    entries.push_back(entryOf(i, "flush"));
    entries.back().category = "category-" + std::to_string(i);
  }
  return entries;
}

TEST(QdrantIndex, ACollectionIsAsProgramsExpectIt) {
  IndexUnderTest under;
  auto entry = entryOf(1, "flush the dns cache");
  core::Learning learning;
  learning.category = entry.category;
  learning.query = "How is the cache of names flushed?";
  learning.solution = "resolvectl flush-caches";
  entry.learning = std::make_shared<const core::Learning>(learning);
  ASSERT_TRUE(under.put(std::move(entry)));
  const auto aliases = under.result("GET", "/aliases");
  EXPECT_EQ(json::write(aliases), R"({"aliases":[{"alias_name":"networking","collection_name":"learnd-networking-1"}]})");
  const auto info = under.result("GET", "/collections/networking");
  const auto* params = info.find("config")->find("params");
  EXPECT_EQ(json::write(*params->find("vectors")), R"({"size":2,"distance":"Cosine"})");
  EXPECT_EQ(json::write(*params->find("sparse_vectors")), R"({"words_v1":{"modifier":"idf"}})");
  EXPECT_EQ(info.find("payload_schema")->asObject()->size(), 2U);
  const auto plain = under.result("POST", "/collections/networking/points/query", R"({"query":[1,0],"with_payload":true})");
  ASSERT_EQ(plain.find("points")->asArray()->size(), 1U);
  const auto* payload = plain.find("points")->asArray()->front().find("payload");
  ASSERT_NE(payload, nullptr);
  const std::map<std::string, std::string> fields{
      {"query", learning.query}, {"solution", learning.solution}, {"category", learning.category}};
  for (const auto& [name, value] : fields) {
    ASSERT_NE(payload->find(name), nullptr) << name;
    EXPECT_EQ(*payload->find(name), json::Value(value)) << name;
  }
}

TEST(QdrantIndex, ThePrefixIsBeforeCollectionAndAlias) {
  IndexUnderTest under({}, "my-");
  ASSERT_TRUE(under.put(entryOf(1, "a")));
  EXPECT_EQ(collectionsOf(under), std::set<std::string>{"my-learnd-networking-1"});
  EXPECT_EQ(under.result("POST", "/collections/my-networking/points/count", "{}").find("count")->number(), 1);
}

TEST(QdrantIndex, AnotherPrefixsCollectionsAreOthers) {
  IndexUnderTest under({}, "learnd-");
  ASSERT_TRUE(under.put(entryOf(1, "flush")));
  QdrantIndex other(IndexUnderTest::settings(under.server.url(), "", ""), under.pool);
  ports::IndexQuery query;
  query.words = "flush";
  const auto answer = fakes::runTask(under.loop, other.search(std::move(query)));
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_TRUE(answer->candidates.empty());
}

class CollectionInTheWay : public testing::TestWithParam<std::string> {};

TEST_P(CollectionInTheWay, IsNeverTouchedAndTakenOverOnlyWhenItIsGone) {
  IndexUnderTest under(ofVersion(GetParam()));
  under.result("PUT", "/collections/networking", R"({"vectors":{"size":3,"distance":"Cosine"}})");
  under.result("PUT", "/collections/networking/points?wait=true", R"({"points":[{"id":7,"vector":[1,2,3],"payload":{"a":1}}]})");
  const auto dump = [&under] {
    return under.server.ask("POST", "/collections/networking/points/scroll", R"({"with_vector":true})").body +
           under.server.ask("GET", "/collections/networking").body;
  };
  const std::string before = dump();
  ASSERT_TRUE(under.put(entryOf(1, "flush the dns cache")));
  EXPECT_EQ(under.search("flush")->candidates.size(), 1U);
  std::vector<core::LearningId> ids{idOf(1)};
  ASSERT_TRUE(fakes::runTask(under.loop, under.index.beginRebuild("again", 2)));
  ASSERT_TRUE(fakes::runTask(under.loop, under.index.upsertRebuilt({entryOf(1, "flush the dns cache")})));
  ASSERT_TRUE(fakes::runTask(under.loop, under.index.finishRebuild()));
  EXPECT_EQ(under.search("flush")->candidates.size(), 1U);
  ASSERT_TRUE(fakes::runTask(under.loop, under.index.useDimensions(5)));
  EXPECT_EQ(under.search("flush")->candidates.size(), 1U);
  EXPECT_EQ(dump(), before);
  const auto status = under.status();
  ASSERT_EQ(status.advice.size(), 1U);
  EXPECT_THAT(status.advice.front(), HasSubstr("networking"));
  EXPECT_THAT(status.advice.front(), HasSubstr("learnctl import --from-qdrant " + under.server.url()));
  EXPECT_THAT(status.advice.front(), HasSubstr("index.prefix"));
  under.result("DELETE", "/collections/networking");
  QdrantIndex later(IndexUnderTest::settings(under.server.url(), "", ""), under.pool);
  EXPECT_TRUE(fakes::runTask(under.loop, later.status())->advice.empty());
  EXPECT_EQ(under.result("POST", "/collections/networking/points/count", "{}").find("count")->number(), 1);
}

INSTANTIATE_TEST_SUITE_P(Versions, CollectionInTheWay, testing::Values("1.15.0", "1.15.5", "1.19.0"), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

TEST(QdrantIndex, AnAliasOfOthersIsNotMoved) {
  IndexUnderTest under;
  under.result("PUT", "/collections/theirs", R"({"vectors":{"size":3,"distance":"Cosine"}})");
  under.result("POST", "/collections/aliases", R"({"actions":[{"create_alias":{"collection_name":"theirs","alias_name":"networking"}}]})");
  ASSERT_TRUE(under.put(entryOf(1, "flush")));
  EXPECT_EQ(json::write(under.result("GET", "/aliases")), R"({"aliases":[{"alias_name":"networking","collection_name":"theirs"}]})");
  EXPECT_FALSE(under.status().advice.empty());
}

TEST(QdrantIndex, ACollectionOfOthersWithANameOfOursIsLeftAloneToo) {
  IndexUnderTest under;
  under.result("PUT", "/collections/learnd-networking-1", R"({"vectors":{"size":3,"distance":"Cosine"}})");
  under.result("PUT", "/collections/learnd-networking-1/points?wait=true", R"({"points":[{"id":7,"vector":[1,2,3]}]})");
  ASSERT_TRUE(under.put(entryOf(1, "flush")));
  EXPECT_EQ(collectionsOf(under), (std::set<std::string>{"learnd-networking-1", "learnd-networking-2"}));
  EXPECT_EQ(under.result("POST", "/collections/learnd-networking-1/points/count", "{}").find("count")->number(), 1);
}

TEST(QdrantIndex, WhatAnotherModelsIndexHoldsIsRefusedWithTheWayOut) {
  IndexUnderTest under;
  ASSERT_TRUE(under.put(entryOf(1, "flush", {1, 0, 0})));
  QdrantIndex other(IndexUnderTest::settings(under.server.url(), "", ""), under.pool);
  const auto refused = fakes::runTask(under.loop, other.upsert({entryOf(2, "mount", {1, 0})}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), core::ErrorKind::InvalidInput);
  EXPECT_THAT(refused.error().message(), HasSubstr("learnctl job start reindex"));
}

TEST(QdrantIndex, WordsOfAnotherVersionAreToBeMadeAnew) {
  IndexUnderTest under;
  under.result(
      "PUT", "/collections/learnd-networking-1",
      R"({"vectors":{"size":2,"distance":"Cosine"},"sparse_vectors":{"words_v0":{"modifier":"idf"}},"metadata":{"learnd":{"prefix":"","rebuild":""}}})");
  const auto refused = under.put(entryOf(1, "flush"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("reindex"));
  ASSERT_TRUE(fakes::runTask(under.loop, under.index.beginRebuild("again", 2)));
  ASSERT_TRUE(fakes::runTask(under.loop, under.index.upsertRebuilt({entryOf(1, "flush")})));
  ASSERT_TRUE(fakes::runTask(under.loop, under.index.finishRebuild()));
  EXPECT_EQ(collectionsOf(under), std::set<std::string>{"learnd-networking-2"});
  EXPECT_EQ(under.search("flush")->candidates.size(), 1U);
}

TEST(QdrantIndex, MakingACollectionThatWasBrokenOffIsGoneOnWith) {
  IndexUnderTest under;
  under.result("PUT", "/collections/learnd-networking-1",
               R"({"vectors":{"size":2,"distance":"Cosine"},"sparse_vectors":{"words_v1":{"modifier":"idf"}}})");
  ASSERT_TRUE(under.put(entryOf(1, "flush")));
  EXPECT_EQ(collectionsOf(under), std::set<std::string>{"learnd-networking-1"});
  EXPECT_EQ(under.result("POST", "/collections/networking/points/count", "{}").find("count")->number(), 1);
}

class BrokenOffMaking : public testing::TestWithParam<std::string> {};

TEST_P(BrokenOffMaking, IsFinishedWithTheNextPointsWhateverIsInItAlready) {
  IndexUnderTest under(ofVersion(GetParam()));
  under.result("PUT", "/collections/learnd-networking-1",
               R"({"vectors":{"size":2,"distance":"Cosine"},"sparse_vectors":{"words_v1":{"modifier":"idf"}},)"
               R"("metadata":{"learnd":{"prefix":"","rebuild":""}}})");
  under.result("PUT", "/collections/learnd-networking-1/index?wait=true", R"({"field_name":"learnd_revision","field_schema":"integer"})");
  under.result("POST", "/collections/aliases",
               R"({"actions":[{"create_alias":{"collection_name":"learnd-networking-1","alias_name":"networking"}}]})");
  under.result("PUT", "/collections/networking/points?wait=true",
               R"({"points":[{"id":"00000000-0000-0000-0000-000000000009","vector":{"":[0,1]},"payload":{"learnd_revision":1}}]})");
  ASSERT_TRUE(under.put(entryOf(1, "flush the dns cache")));
  EXPECT_EQ(collectionsOf(under), std::set<std::string>{"learnd-networking-1"});
  EXPECT_EQ(under.result("GET", "/collections/networking").find("payload_schema")->asObject()->size(), 2U);
  EXPECT_EQ(under.status().entries, 2U);
  ASSERT_TRUE(under.put(entryOf(2, "mount a share")));
  EXPECT_EQ(under.search("flush")->candidates.size(), 1U);
}

TEST_P(BrokenOffMaking, OfASecondIndexIsFinishedToo) {
  IndexUnderTest under(ofVersion(GetParam()));
  ASSERT_TRUE(under.put(entryOf(1, "flush")));
  ASSERT_TRUE(fakes::runTask(under.loop, under.index.beginRebuild("again", 2)));
  ASSERT_TRUE(fakes::runTask(under.loop, under.index.upsertRebuilt({entryOf(1, "flush")})));
  under.result("DELETE", "/collections/learnd-networking-2/index/learnd_facets?wait=true");
  ASSERT_TRUE(fakes::runTask(under.loop, under.index.beginRebuild("again", 2)));
  ASSERT_TRUE(fakes::runTask(under.loop, under.index.upsertRebuilt({entryOf(2, "mount")})));
  EXPECT_EQ(under.result("GET", "/collections/learnd-networking-2").find("payload_schema")->asObject()->size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Versions, BrokenOffMaking, testing::Values("1.15.0", "1.18.3"), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

TEST(QdrantIndex, AllThatItHoldsIsToldThoughOthersHaveWrittenPointsWithNumbersForIds) {
  IndexUnderTest under;
  ASSERT_TRUE(under.put(entryOf(1, "flush")));
  std::string points;
  for (int id = 1; id <= 25; ++id) {
    points += (id > 1 ? "," : "") + (R"({"id":)" + std::to_string(id)) + R"(,"vector":{"":[0,1]}})";
  }
  under.result("PUT", "/collections/networking/points?wait=true", R"({"points":[)" + points + "]}");
  std::vector<core::LearningId> held;
  std::string place;
  std::size_t pages = 0;
  do {
    const auto page = fakes::runTask(under.loop, under.index.held(place, 10));
    ASSERT_TRUE(page) << page.error().message();
    for (const auto& entry : page->entries) held.push_back(entry.id);
    place = page->next;
    ASSERT_LT(++pages, 10U);
  } while (!place.empty());
  EXPECT_EQ(held, std::vector{idOf(1)});
  EXPECT_EQ(fakes::runTask(under.loop, under.index.held("networking/nonsense", 10)).error().kind(), core::ErrorKind::InvalidInput);
}

TEST(QdrantIndex, TellsUnderWhichCategoriesAnEntryIsFound) {
  IndexUnderTest under;
  auto promoted = entryOf(1, "flush");
  promoted.promoted = true;
  ASSERT_TRUE(under.put(promoted));
  const auto categories = [&under] {
    const auto found = fakes::runTask(under.loop, under.index.find({idOf(1)})).value();
    return found.size() == 1 ? std::set<std::string>(found[0].categories->begin(), found[0].categories->end()) : std::set<std::string>();
  };
  EXPECT_EQ(categories(), (std::set<std::string>{"networking", "skills-patterns"}));
  under.result("POST", "/collections/skills-patterns/points/delete?wait=true", R"({"points":[")" + idOf(1).text() + R"("]})");
  EXPECT_EQ(categories(), std::set<std::string>{"networking"});
}

TEST(QdrantIndex, ManySearchesOfManyCollectionsGoOnSideBySide) {
  IndexUnderTest under;
  ASSERT_TRUE(under.put(oneInEachOfAHundredCategories()));
  std::vector<ports::Task<ports::IndexAnswer>> searches;
  for (int i = 0; i < 16; ++i) {
    ports::IndexQuery query;
    query.words = "flush";
    searches.push_back(under.index.search(std::move(query)));
  }
  const auto answers = fakes::runTask(under.loop, support::gather(std::move(searches)));
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->candidates.size(), 100U);
  }
}

TEST(QdrantAnswers, OneToAWriteThatSaysNothingIsNoQdrants) {
  const QdrantApi api(*http_client::parseUrl("http://127.0.0.1:6333"), "");
  const auto kindOf = [&api](const char* answer) {
    const auto checked = checkWritten(api, json::parse(answer).value());
    return checked ? core::ErrorKind::Internal : checked.error().kind();
  };
  EXPECT_TRUE(checkWritten(api, json::parse(R"({"operation_id":1,"status":"completed"})").value()));
  EXPECT_EQ(kindOf("{}"), core::ErrorKind::Unavailable);
  EXPECT_EQ(kindOf("true"), core::ErrorKind::Unavailable);
  EXPECT_EQ(kindOf(R"({"status":"wait_timeout"})"), core::ErrorKind::Timeout);
}

TEST(QdrantIndex, ARebuildIsGoneOnWithByAnotherProcess) {
  IndexUnderTest under;
  ASSERT_TRUE(under.put(entryOf(1, "flush")));
  ASSERT_TRUE(fakes::runTask(under.loop, under.index.beginRebuild("model-b", 3)));
  ASSERT_TRUE(fakes::runTask(under.loop, under.index.upsertRebuilt({entryOf(1, "flush", {1, 0, 0})})));
  QdrantIndex after(IndexUnderTest::settings(under.server.url(), "", ""), under.pool);
  ASSERT_TRUE(fakes::runTask(under.loop, after.beginRebuild("model-b", 3)));
  ASSERT_TRUE(fakes::runTask(under.loop, after.upsertRebuilt({entryOf(2, "mount", {0, 1, 0})})));
  ASSERT_TRUE(fakes::runTask(under.loop, after.finishRebuild()));
  EXPECT_EQ(collectionsOf(under), std::set<std::string>{"learnd-networking-2"});
  EXPECT_EQ(fakes::runTask(under.loop, after.status())->vectors, 2U);
}

TEST(QdrantIndex, WhatAnotherDaemonReplacedIsFoundAgain) {
  IndexUnderTest under;
  ASSERT_TRUE(under.put(entryOf(1, "flush the dns cache")));
  QdrantIndex other(IndexUnderTest::settings(under.server.url(), "", ""), under.pool);
  ASSERT_TRUE(fakes::runTask(under.loop, other.beginRebuild("again", 2)));
  ASSERT_TRUE(fakes::runTask(under.loop, other.upsertRebuilt({entryOf(1, "flush the dns cache")})));
  ASSERT_TRUE(fakes::runTask(under.loop, other.finishRebuild()));
  EXPECT_EQ(under.search("flush")->candidates.size(), 1U);
  ASSERT_TRUE(fakes::runTask(under.loop, other.beginRebuild("once more", 2)));
  ASSERT_TRUE(fakes::runTask(under.loop, other.upsertRebuilt({entryOf(1, "flush the dns cache")})));
  ASSERT_TRUE(fakes::runTask(under.loop, other.finishRebuild()));
  ASSERT_TRUE(under.put(entryOf(2, "mount a share")));
  std::vector<core::LearningId> ids{idOf(1)};
  ASSERT_TRUE(fakes::runTask(under.loop, under.index.remove(std::move(ids))));
  EXPECT_EQ(under.status().entries, 1U);
}

TEST(QdrantIndex, AnEntryThatChangesItsCategoryIsInOneCollection) {
  IndexUnderTest under;
  ASSERT_TRUE(under.put(entryOf(1, "flush")));
  auto moved = entryOf(1, "flush");
  moved.revision = 2;
  moved.category = "storage";
  ASSERT_TRUE(under.put(moved));
  EXPECT_EQ(under.result("POST", "/collections/networking/points/count", "{}").find("count")->number(), 0);
  EXPECT_EQ(under.result("POST", "/collections/storage/points/count", "{}").find("count")->number(), 1);
  ASSERT_TRUE(under.put(entryOf(1, "flush")));
  EXPECT_EQ(under.result("POST", "/collections/storage/points/count", "{}").find("count")->number(), 1);
}

TEST(QdrantIndex, APromotedOneHasTwoPointsAndIsOneEntry) {
  IndexUnderTest under;
  auto promoted = entryOf(1, "flush");
  promoted.promoted = true;
  ASSERT_TRUE(under.put(promoted));
  EXPECT_EQ(under.result("POST", "/collections/skills-patterns/points/count", "{}").find("count")->number(), 1);
  EXPECT_EQ(under.status().entries, 1U);
  EXPECT_EQ(under.status().vectors, 1U);
  EXPECT_EQ(under.search("flush")->candidates.size(), 1U);
}

TEST(QdrantIndex, PastAHundredCategoriesTheNextIsRefused) {
  IndexUnderTest under;
  ASSERT_TRUE(under.put(oneInEachOfAHundredCategories()));
  auto more = entryOf(200, "flush");
  more.category = "category-100";
  const auto refused = under.put(more);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), core::ErrorKind::InvalidInput);
  EXPECT_EQ(refused.error().field(), "category");
  EXPECT_EQ(under.search("flush")->candidates.size(), 100U);
}

TEST(QdrantIndex, WordScoresAreThoseOfTheRankingWithinACategory) {
  IndexUnderTest under;
  std::vector<ports::IndexEntry> entries;
  const std::vector<std::string> texts{"flush the dns cache", "flush the write cache of a disk", "list users",
                                       "the dns server does not answer"};
  for (std::size_t i = 0; i < texts.size(); ++i) entries.push_back(entryOf(static_cast<std::uint8_t>(i + 1), texts[i]));
  ASSERT_TRUE(under.put(std::move(entries)));
  const auto question = core::lexicalTerms("flush dns");
  double expected = 0;
  const auto document = core::lexicalTerms(texts[0]);
  for (const auto& asked : question.terms) {
    double frequency = 0;
    for (const auto& text : texts) {
      for (const auto& term : core::lexicalTerms(text).terms) frequency += term.term == asked.term ? 1 : 0;
    }
    for (const auto& term : document.terms) {
      if (term.term != asked.term) continue;
      expected += core::inverseDocumentFrequency(4, frequency) * static_cast<double>(core::termWeight(term, document));
    }
  }
  const auto answer = under.search("flush dns");
  EXPECT_NEAR(answer->bestWordScore, expected, 1e-4);
}

TEST(QdrantIndex, TheStatusSaysVersionPlaceAndDimensions) {
  IndexUnderTest under(ofVersion("1.17.1"));
  ASSERT_TRUE(under.put(entryOf(1, "flush")));
  const auto status = under.status();
  EXPECT_TRUE(status.up);
  EXPECT_EQ(status.version, "1.17.1");
  EXPECT_EQ(status.dimensions, 2U);
  EXPECT_THAT(status.detail, HasSubstr(under.server.url()));
  EXPECT_THAT(status.detail, HasSubstr("1 collection"));
}

TEST(QdrantIndex, ATooOldServerIsRefused) {
  IndexUnderTest under(ofVersion("1.14.1"));
  EXPECT_THAT(under.status().detail, HasSubstr("1.15 or newer"));
  EXPECT_EQ(under.put(entryOf(1, "flush")).error().kind(), core::ErrorKind::Unavailable);
  EXPECT_TRUE(collectionsOf(under).empty());
}

TEST(QdrantIndex, AnOlderRevisionLosesOnEveryVersion) {
  for (const char* version : {"1.15.0", "1.15.5"}) {
    IndexUnderTest under(ofVersion(version));
    auto newer = entryOf(1, "flush the dns cache");
    newer.revision = 5;
    ASSERT_TRUE(under.put(newer));
    ASSERT_TRUE(under.put(entryOf(1, "restart the printer")));
    EXPECT_EQ(under.search("flush")->candidates.size(), 1U) << version;
    EXPECT_EQ(under.search("printer")->candidates.size(), 0U) << version;
  }
}

}  // namespace

}  // namespace learnd::qdrant

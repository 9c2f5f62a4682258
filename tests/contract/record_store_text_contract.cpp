#include "tests/contract/record_store_contract.hpp"

#include <algorithm>

namespace learnd::contract {

namespace {

using core::Learning;
using ports::IndexChange;

Learning textOf(std::uint64_t number, std::string query, std::string solution) {
  Learning learning = solutionOf(number);
  learning.query = std::move(query);
  learning.solution = std::move(solution);
  return learning;
}

std::vector<core::LearningId> idsOf(const std::vector<ports::TextHit>& hits) {
  std::vector<core::LearningId> ids;
  for (const auto& hit : hits) ids.push_back(hit.id);
  return ids;
}

ports::TextQuery asking(std::string words) {
  ports::TextQuery query;
  query.words = std::move(words);
  return query;
}

TEST_P(RecordStoreContract, TextIsFoundByAnyOfItsWordsMoreOfThemFirst) {
  insert(textOf(1, "How do I mount a read-only filesystem?", "remount it"));
  insert(textOf(2, "Which kernel runs?", "uname shows the kernel"));
  insert(textOf(3, "Bluetooth headset stutters", "edit /etc/bluetooth/main.conf"));
  EXPECT_EQ(idsOf(get(store().searchText(asking("kernel bluetooth")))).size(), 2U);
  const auto hits = get(store().searchText(asking("bluetooth headset kernel")));
  ASSERT_EQ(idsOf(hits), (std::vector{idOf(3), idOf(2)}));
  EXPECT_GT(hits[0].rank, hits[1].rank);
  EXPECT_EQ(idsOf(get(store().searchText(asking("MAIN.CONF file")))), std::vector{idOf(3)});  // a part of a path, in the answer
  EXPECT_TRUE(get(store().searchText(asking("quantum"))).empty());
}

TEST_P(RecordStoreContract, TextSearchTakesAnySigns) {
  insert(textOf(1, "grep prints nothing", "use grep --line-buffered"));
  for (const char* words : {"", " ", "?!", "\"", "'", "* & | ! ( ) < : \\", "\xE2\x80\xA6"}) {
    EXPECT_TRUE(get(store().searchText(asking(words))).empty()) << words;
  }
  for (const char* words : {"\"grep", "grep:* OR", "NOT grep AND (", "grep' & nothing | !", "--line-buffered", "line\\buffered <-> NEAR"}) {
    EXPECT_EQ(idsOf(get(store().searchText(asking(words)))), std::vector{idOf(1)}) << words;
  }
  using namespace std::string_literals;
  EXPECT_EQ(idsOf(get(store().searchText(asking("\0\0"s)))).size(), 0U);
  EXPECT_EQ(idsOf(get(store().searchText(asking("nothing\0grep"s)))), std::vector{idOf(1)});
  EXPECT_EQ(idsOf(get(store().searchText(asking("zero\0grep\0' or true --"s)))), std::vector{idOf(1)});
  std::string log;
  for (int i = 0; i < 20'000; ++i) log += "word" + std::to_string(i) + " ";
  EXPECT_TRUE(get(store().searchText(asking(log))).empty());
  EXPECT_EQ(idsOf(get(store().searchText(asking("grep " + log)))), std::vector{idOf(1)});
}

TEST_P(RecordStoreContract, TextSearchLetsThroughCategoriesAndKindsAndIsBounded) {
  Learning solution = textOf(1, "restart nginx", "systemctl");
  Learning failure = textOf(2, "nginx fails", "look at its log");
  failure.kind = core::Kind::Failure;
  failure.category = "error-solutions";
  Learning promoted = textOf(3, "nginx reload", "nginx -s reload");
  promoted.category = "best-practices";
  promoted.promoted = true;
  for (const auto& learning : {solution, failure, promoted}) insert(learning);
  const auto finds = [&](const std::function<void(ports::TextQuery&)>& narrow) {
    auto query = asking("nginx");
    narrow(query);
    auto ids = idsOf(get(store().searchText(query)));
    std::sort(ids.begin(), ids.end());
    return ids;
  };
  using Ids = std::vector<core::LearningId>;
  EXPECT_EQ(finds([](auto&) {}), (Ids{idOf(1), idOf(2), idOf(3)}));
  EXPECT_EQ(finds([](auto& query) { query.categories = {"error-solutions", "unheard-of"}; }), Ids{idOf(2)});
  EXPECT_EQ(finds([](auto& query) { query.categories = {"skills-patterns"}; }), (Ids{idOf(1), idOf(3)}));
  EXPECT_EQ(finds([](auto& query) { query.kinds = {core::Kind::Failure, core::Kind::Pattern}; }), Ids{idOf(2)});
  EXPECT_EQ(finds([](auto& query) { query.limit = 2; }).size(), 2U);
}

TEST_P(RecordStoreContract, TextSearchFollowsEveryChange) {
  for (std::uint64_t i = 1; i <= 3; ++i) insert(textOf(i, "unit " + std::to_string(i) + " of the bootloader", "answer"));
  Learning changed = textOf(1, "a question about something else", "answer");
  update(changed, IndexChange::Text);
  Learning archived = textOf(2, "unit 2 of the bootloader", "answer");
  archived.status = core::Status::Archived;
  update(archived, IndexChange::Attributes);
  EXPECT_EQ(idsOf(get(store().searchText(asking("bootloader")))), std::vector{idOf(3)});
  EXPECT_EQ(idsOf(get(store().searchText(asking("something")))), std::vector{idOf(1)});
  erase(idOf(3));
  reopen();
  EXPECT_TRUE(get(store().searchText(asking("bootloader"))).empty());
}

TEST_P(RecordStoreContract, ATextOfAnySizeIsStoredAndFoundByItsBeginning) {
  // Each word another one, so that an index of all of them would be larger than the text.
  std::string log;
  while (log.size() < (3U << 20U)) log += "w" + std::to_string(log.size()) + "\xC3\xA4 ";
  insert(textOf(1, "plugh", "xyzzy " + log));
  Learning changed = textOf(2, "frotz", "short");
  insert(changed);
  changed.solution = "nitfol " + log;
  update(changed, IndexChange::Text);
  insert(textOf(3, std::string(70'000, 'x') + " gnusto", "one long word"));
  EXPECT_EQ(idsOf(get(store().searchText(asking("plugh")))), std::vector{idOf(1)});
  EXPECT_EQ(idsOf(get(store().searchText(asking("xyzzy")))), std::vector{idOf(1)});
  EXPECT_EQ(idsOf(get(store().searchText(asking("nitfol")))), std::vector{idOf(2)});
  EXPECT_TRUE(get(store().searchText(asking("short"))).empty());
  EXPECT_EQ(loaded(idOf(2)).solution, changed.solution);
}

TEST_P(RecordStoreContract, TextSearchFollowsPromotionAndAReturn) {
  Learning learning = textOf(1, "unit of the bootloader", "answer");
  learning.category = "best-practices";
  insert(learning);
  auto query = asking("bootloader");
  query.categories = {"skills-patterns"};
  EXPECT_TRUE(get(store().searchText(query)).empty());
  learning.promoted = true;
  update(learning, IndexChange::Attributes);
  EXPECT_EQ(idsOf(get(store().searchText(query))), std::vector{idOf(1)});
  learning.status = core::Status::Superseded;
  update(learning, IndexChange::Attributes);
  EXPECT_TRUE(get(store().searchText(query)).empty());
  learning.status = core::Status::Active;
  update(learning, IndexChange::Attributes);
  EXPECT_EQ(idsOf(get(store().searchText(query))), std::vector{idOf(1)});
}

TEST_P(RecordStoreContract, TextSearchDoesNotSeeWhatWasTakenBack) {
  insert(textOf(1, "plugh", "answer"));
  const auto failed = write([](ports::RecordTransaction& transaction) -> core::Result<void> {
    if (auto done = transaction.insert(textOf(2, "frotz", "answer")); !done) return done;
    if (auto done = transaction.update(textOf(1, "xyzzy", "answer"), IndexChange::Text); !done) return done;
    return core::Error(core::ErrorKind::Conflict, "no");
  });
  ASSERT_FALSE(failed);
  EXPECT_TRUE(get(store().searchText(asking("frotz xyzzy"))).empty());
  EXPECT_EQ(idsOf(get(store().searchText(asking("plugh")))), std::vector{idOf(1)});
}

TEST_P(RecordStoreContract, TextSearchFindsRepeatsOfAnInteractionOnce) {
  insert(interactionOf(1, "which display server?", "wayland"));
  insert(interactionOf(2, "which display server?", "wayland"));
  EXPECT_EQ(idsOf(get(store().searchText(asking("wayland")))), std::vector{idOf(1)});
}

}  // namespace

}  // namespace learnd::contract

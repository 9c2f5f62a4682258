#include "adapters/embedded_index/posting_list.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <utility>
#include <vector>

namespace learnd::embedded_index {

namespace {

std::map<LocalSlot, PostingWeight> contentOf(const PostingList& list) {
  std::map<LocalSlot, PostingWeight> content;
  Posting before = 0;
  for (const Posting posting : list.postings()) {
    EXPECT_TRUE(content.empty() || slotOf(before) < slotOf(posting)) << "not in order";
    before = posting;
    content[slotOf(posting)] = weightOf(posting);
  }
  return content;
}

TEST(PostingList, KeepsItsDocumentsInOrderThroughInsertsAndRemovals) {
  std::mt19937 random(5);
  PostingList list;
  std::map<LocalSlot, PostingWeight> expected;
  for (int step = 0; step < 6000; ++step) {
    const auto slot = static_cast<LocalSlot>(random() % 500 * 131);
    const bool grows = step < 3000 ? random() % 3 != 0 : random() % 3 == 0;
    if (grows && !expected.contains(slot)) {
      const auto weight = static_cast<PostingWeight>(random());
      list.insert(slot, weight);
      expected[slot] = weight;
    } else if (!grows) {
      list.erase(slot);
      expected.erase(slot);
    }
    ASSERT_EQ(list.size(), expected.size());
    if (step % 200 == 0) {
      ASSERT_EQ(contentOf(list), expected);
    }
  }
  EXPECT_EQ(contentOf(list), expected);
}

TEST(PostingList, HoldsTheLowestAndTheHighestPlaceAndWeight) {
  PostingList list;
  list.insert(65535, 65535);
  list.insert(0, 0);
  list.insert(1, 65535);
  EXPECT_EQ(contentOf(list), (std::map<LocalSlot, PostingWeight>{{0, 0}, {1, 65535}, {65535, 65535}}));
}

TEST(PostingList, MovesWithItsContentWhetherInsideOrNot) {
  for (const LocalSlot count : std::vector<LocalSlot>{1, 2, 3, 100}) {
    PostingList list;
    for (LocalSlot i = 0; i < count; ++i) list.insert(i, i);
    const auto content = contentOf(list);
    PostingList moved(std::move(list));
    EXPECT_EQ(contentOf(moved), content);
    PostingList assigned;
    assigned.insert(9, 9);
    assigned.insert(10, 9);
    assigned.insert(11, 9);
    assigned = std::move(moved);
    EXPECT_EQ(contentOf(assigned), content);
    EXPECT_EQ(moved.size(), 0U);  // NOLINT(bugprone-use-after-move): a moved list is an empty one
  }
}

}  // namespace

}  // namespace learnd::embedded_index

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
  for (std::size_t slot = 0; slot < list.table().size(); ++slot) {
    if (list.table()[slot] != 0) content[static_cast<LocalSlot>(slot)] = list.table()[slot];
  }
  return content;
}

PostingWeight randomWeight(std::mt19937& random) { return static_cast<PostingWeight>(1 + random() % 65535); }

/// Grows a list to about three quarters of the places and lets it shrink to nothing.
void growAndShrink(LocalSlot places, LocalSlot distance, bool becomesTable) {
  std::mt19937 random(5);
  PostingList list;
  std::map<LocalSlot, PostingWeight> expected;
  bool wasTable = false;
  for (int step = 0; step < 16 * places; ++step) {
    const auto slot = static_cast<LocalSlot>(random() % places * distance);
    const bool grows = step < 8 * places ? random() % 4 != 0 : random() % 64 == 0;
    if (grows && !expected.contains(slot)) {
      expected[slot] = randomWeight(random);
      list.insert(slot, expected[slot]);
    } else if (!grows && expected.contains(slot)) {
      list.erase(slot);
      expected.erase(slot);
    }
    ASSERT_EQ(list.size(), expected.size());
    wasTable = wasTable || !list.table().empty();
    if (step % 500 == 0) {
      ASSERT_EQ(contentOf(list), expected);
    }
  }
  EXPECT_EQ(wasTable, becomesTable);
  EXPECT_TRUE(list.table().empty()) << "few documents are a list again";
  EXPECT_EQ(contentOf(list), expected);
}

TEST(PostingList, OfFarApartDocumentsKeepsThemInOrder) { growAndShrink(500, 131, false); }

TEST(PostingList, OfMostDocumentsIsATable) { growAndShrink(1500, 1, true); }

TEST(PostingList, ThatIsATableGrowsToTheHighestPlace) {
  PostingList list;
  for (std::uint32_t slot = 0; slot <= 65535; ++slot) list.insert(static_cast<LocalSlot>(slot), static_cast<PostingWeight>(slot | 1U));
  ASSERT_EQ(list.table().size(), 65536U);
  EXPECT_EQ(list.size(), 65536U);
  EXPECT_EQ(list.table()[65535], 65535);
  EXPECT_EQ(list.table()[512], 513);
}

TEST(PostingList, HoldsTheLowestAndTheHighestPlaceAndWeight) {
  PostingList list;
  list.insert(65535, 65535);
  list.insert(0, 1);
  list.insert(1, 65535);
  EXPECT_EQ(contentOf(list), (std::map<LocalSlot, PostingWeight>{{0, 1}, {1, 65535}, {65535, 65535}}));
}

TEST(PostingList, MovesWithItsContentWhateverItsForm) {
  for (const LocalSlot count : std::vector<LocalSlot>{1, 2, 3, 100, 3000}) {
    PostingList list;
    for (LocalSlot i = 0; i < count; ++i) list.insert(i, static_cast<PostingWeight>(i + 1));
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

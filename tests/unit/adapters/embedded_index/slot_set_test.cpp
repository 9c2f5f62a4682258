#include "adapters/embedded_index/slot_set.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

namespace learnd::embedded_index {

namespace {

std::set<Slot> membersOf(const SlotSet& slots) {
  SlotBitmap bitmap;
  slots.addTo(bitmap);
  std::set<Slot> members;
  forEachSlot(bitmap, [&members](Slot slot) { members.insert(slot); });
  return members;
}

TEST(SlotBitmap, HoldsWhatWasAddedAndGrowsForIt) {
  SlotBitmap bitmap(10);
  bitmap.add(3);
  bitmap.add(63);
  bitmap.add(64);
  bitmap.add(1000);
  bitmap.remove(63);
  bitmap.remove(5000);
  EXPECT_TRUE(bitmap.contains(3));
  EXPECT_FALSE(bitmap.contains(63));
  EXPECT_TRUE(bitmap.contains(64));
  EXPECT_TRUE(bitmap.contains(1000));
  EXPECT_FALSE(bitmap.contains(1001));
  EXPECT_FALSE(bitmap.contains(100000));
  EXPECT_EQ(bitmap.count(), 3U);
}

TEST(SlotBitmap, UnitesAndIntersectsWithAShorterAndALongerOne) {
  SlotBitmap low;
  low.add(1);
  low.add(2);
  SlotBitmap high;
  high.add(2);
  high.add(500);
  SlotBitmap both = low;
  both.unite(high);
  EXPECT_EQ(both.count(), 3U);
  SlotBitmap common = low;
  common.intersect(high);
  EXPECT_EQ(common.count(), 1U);
  high.intersect(low);
  EXPECT_EQ(high.count(), 1U);
  EXPECT_TRUE(high.contains(2));
  EXPECT_FALSE(high.contains(500));
}

TEST(SlotSet, IsTheSameSetWhateverItsForm) {
  std::mt19937 random(3);
  SlotSet slots;
  std::set<Slot> expected;
  // Up to a set that is dense and down again, so that the form changes both ways.
  for (int step = 0; step < 8000; ++step) {
    const auto slot = static_cast<Slot>(random() % 3000);
    const bool adds = step < 4000 ? random() % 4 != 0 : random() % 4 == 0;
    if (adds) {
      slots.add(slot);
      expected.insert(slot);
    } else {
      slots.remove(slot);
      expected.erase(slot);
    }
    ASSERT_EQ(slots.size(), expected.size());
    ASSERT_EQ(slots.contains(slot), adds);
    if (step % 500 == 0) {
      ASSERT_EQ(membersOf(slots), expected);
    }
  }
  EXPECT_EQ(membersOf(slots), expected);
  for (const Slot slot : std::set<Slot>(expected)) slots.remove(slot);
  EXPECT_TRUE(slots.empty());
  EXPECT_TRUE(membersOf(slots).empty());
}

TEST(SlotSet, TakesASlotOnceAndRemovesWhatIsNotThereInVain) {
  SlotSet slots;
  slots.add(7);
  slots.add(7);
  slots.remove(8);
  EXPECT_EQ(slots.size(), 1U);
  EXPECT_TRUE(slots.contains(7));
}

}  // namespace

}  // namespace learnd::embedded_index

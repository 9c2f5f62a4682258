#include "adapters/embedded_index/entry_table.hpp"

#include <gtest/gtest.h>

namespace learnd::embedded_index {

namespace {

core::LearningId idOf(std::uint8_t number) {
  core::LearningId::Bytes bytes{};
  bytes[15] = number;
  return core::LearningId(bytes);
}

TEST(EntryTable, TheSlotOfARemovedEntryIsTakenAgain) {
  EntryTable table;
  const Slot first = table.add(idOf(1));
  const Slot second = table.add(idOf(2));
  EXPECT_NE(first, second);
  table[first].revision = 9;
  table.remove(first);
  EXPECT_FALSE(table.find(idOf(1)));
  EXPECT_EQ(table.add(idOf(3)), first);
  EXPECT_EQ(table[first].revision, 0U);
  EXPECT_EQ(table.find(idOf(3)), first);
  EXPECT_EQ(table.find(idOf(2)), second);
  EXPECT_EQ(table.size(), 2U);
}

}  // namespace

}  // namespace learnd::embedded_index

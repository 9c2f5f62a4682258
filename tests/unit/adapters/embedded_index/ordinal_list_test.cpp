#include "adapters/embedded_index/ordinal_list.hpp"

#include <gtest/gtest.h>

namespace learnd::embedded_index {

namespace {

TEST(OrdinalList, GivesBackWhatItWasMadeOf) {
  const std::vector<std::vector<std::uint32_t>> lists{
      {}, {0}, {0, 1, 2}, {127, 128, 129}, {5, 16383, 16384, 2097151, 2097152}, {268435455, 268435456, 4294967295U}};
  for (const auto& list : lists) EXPECT_EQ(OrdinalList(list).ordinals(), list);
}

TEST(OrdinalList, IsEmptyUnlessMadeOfSomething) { EXPECT_TRUE(OrdinalList().ordinals().empty()); }

}  // namespace

}  // namespace learnd::embedded_index

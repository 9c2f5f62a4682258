#include "adapters/embedded_index/facets.hpp"

#include <gtest/gtest.h>

namespace learnd::embedded_index {

namespace {

std::vector<Slot> slotsMeeting(const FacetIndex& index, const ports::IndexFilter& filter) {
  std::vector<Slot> slots;
  const auto met = index.meeting(requirementsOf(filter));
  forEachSlot(met.value(), [&slots](Slot slot) { slots.push_back(slot); });
  return slots;
}

ports::IndexEntry entryOf(std::string category, std::vector<ports::Attribute> attributes) {
  ports::IndexEntry entry;
  entry.category = std::move(category);
  entry.attributes = std::move(attributes);
  return entry;
}

TEST(Facets, NoFilterIsNoRequirement) {
  const FacetIndex index;
  EXPECT_TRUE(requirementsOf({}).empty());
  EXPECT_FALSE(index.meeting({}));
}

TEST(Facets, ANameAndAValueAreNotConfusedWithOthersOfTheSameLetters) {
  FacetIndex index;
  index.insert(0, facetsOf(entryOf("c", {{"ab", "c"}, {"networking", ""}})));
  EXPECT_EQ(slotsMeeting(index, {{}, {}, {{"ab", {"c"}}}}), std::vector<Slot>{0});
  EXPECT_TRUE(slotsMeeting(index, {{}, {}, {{"a", {"bc"}}}}).empty());
  EXPECT_TRUE(slotsMeeting(index, {{"networking"}, {}, {}}).empty());
}

TEST(Facets, AnErasedSlotMeetsNothingUntilItIsTakenAgain) {
  FacetIndex index;
  for (Slot slot = 0; slot < 300; ++slot) index.insert(slot, facetsOf(entryOf("networking", {{"doc", std::to_string(slot)}})));
  index.erase(7);
  EXPECT_EQ(slotsMeeting(index, {{"networking"}, {}, {}}).size(), 299U);
  EXPECT_TRUE(slotsMeeting(index, {{}, {}, {{"doc", {"7"}}}}).empty());
  index.insert(7, facetsOf(entryOf("storage", {{"doc", "700"}})));
  EXPECT_EQ(slotsMeeting(index, {{"storage"}, {}, {}}), std::vector<Slot>{7});
  EXPECT_EQ(slotsMeeting(index, {{}, {}, {{"doc", {"700", "8"}}}}), (std::vector<Slot>{7, 8}));
}

TEST(Facets, AnAttributeThatComesTwiceIsOne) {
  FacetIndex index;
  index.insert(3, facetsOf(entryOf("networking", {{"tag", "1"}, {"tag", "1"}, {"tag", "2"}})));
  EXPECT_EQ(slotsMeeting(index, {{}, {}, {{"tag", {"2"}}}}), std::vector<Slot>{3});
  index.erase(3);
  EXPECT_TRUE(slotsMeeting(index, {{}, {}, {{"tag", {"1"}}}}).empty());
}

}  // namespace

}  // namespace learnd::embedded_index

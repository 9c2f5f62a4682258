#include "core/identifier.hpp"

#include <gtest/gtest.h>

namespace learnd::core {
namespace {

TEST(LearningId, ReadsEitherCaseAndWritesLower) {
  const auto id = LearningId::parse("018F0000-0000-7000-8000-0000000000AB");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->text(), "018f0000-0000-7000-8000-0000000000ab");
}

TEST(LearningId, RefusesOtherForms) {
  for (const char* text : {"", "018f0000", "018f0000-0000-7000-8000-0000000000a", "018f00000-000-7000-8000-0000000000ab",
                           "018g0000-0000-7000-8000-0000000000ab", "{18f0000-0000-7000-8000-0000000000ab"}) {
    EXPECT_FALSE(LearningId::parse(text)) << text;
  }
}

TEST(LearningId, OrdersAsItsText) {
  EXPECT_LT(*LearningId::parse("018f0000-0000-7000-8000-000000000001"), *LearningId::parse("018f0000-0000-7000-8000-000000000002"));
}

}  // namespace
}  // namespace learnd::core

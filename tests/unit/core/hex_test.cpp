#include "core/hex.hpp"

#include <gtest/gtest.h>

#include <array>

namespace learnd::core {
namespace {

TEST(Hex, GivesTwoDigitsAByte) {
  const std::array<std::uint8_t, 4> bytes{0x00, 0x0A, 0x7F, 0xFF};
  EXPECT_EQ(hexText(bytes), "000a7fff");
  EXPECT_EQ(hexText({}), "");
}

}  // namespace
}  // namespace learnd::core

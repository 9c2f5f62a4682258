#include "support/thrown.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace learnd::support {
namespace {

TEST(Thrown, GivesTheTextOfAnExceptionAndTakesAnythingElse) {
  EXPECT_EQ(reasonOf(std::make_exception_ptr(std::runtime_error("no room"))), "no room");
  EXPECT_EQ(reasonOf(std::make_exception_ptr(7)), "something that is no std::exception was thrown");
}

}  // namespace
}  // namespace learnd::support

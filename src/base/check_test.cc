// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"

#include <gtest/gtest.h>

#include <string>

namespace servanda {
namespace {

TEST(CheckDeathTest, EndsTheProcessAndPrintsItsOperands) {
  const int size = 7;
  EXPECT_DEATH(SERVANDA_CHECK(size < 5, "size " + std::to_string(size)),
               "check failed: .*check_test.cc:[0-9]+: size < 5: size 7");
}

TEST(Check, DoesNotBuildItsOperandsWhileAllIsWell) {
  int built = 0;
  const auto operands = [&] {
    ++built;
    return std::string("operands");
  };
  SERVANDA_CHECK(1 + 1 == 2, operands());
  EXPECT_EQ(built, 0);
}

#ifdef NDEBUG
TEST(Bug, IsCountedInRelease) {
  const unsigned long before = bugs_total_approx();
  SERVANDA_BUG("an impossible branch");
  EXPECT_EQ(bugs_total_approx(), before + 1);
}
#else
TEST(BugDeathTest, AbortsInDebugBuilds) {
  EXPECT_DEATH(SERVANDA_BUG("an impossible branch"), "bug: an impossible branch");
}
#endif

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "call/answer_header.h"

#include <gtest/gtest.h>

namespace servanda {
namespace {

TEST(AnswerHeader, KnowsTheFieldsThatAreTheEnginesOwn) {
  for (const char* name : {"content-length", "vary", "access-control-allow-origin", "servanda-row",
                           "servanda-problem", "servanda-anything"}) {
    EXPECT_TRUE(is_engines_field(name)) << name;
  }
  for (const char* name : {"location", "x-servanda", "servandas", "link"}) {
    EXPECT_FALSE(is_engines_field(name)) << name;
  }
}

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "call/prefer.h"

#include <gtest/gtest.h>

namespace servanda {
namespace {

TEST(Prefer, ReadsWhatTheEngineKnows) {
  const Preferences all =
      parse_preferences("Code=404, example=\"a, b\", dynamic=true , RETURN=minimal; foo=1");
  EXPECT_EQ(all.code, 404);
  EXPECT_EQ(all.example, "a, b");
  EXPECT_EQ(all.values, Preferences::Values::kDynamic);
  EXPECT_EQ(all.returns, Preferences::Return::kMinimal);
}

TEST(Prefer, IgnoresWhatMakesNoSense) {
  for (const char* text : {"", ",,", "code=x", "code=199", "code=600", "=", "return=most",
                           "respond-async, wait=10", "example", "\"", "a=\"\\"}) {
    const Preferences none = parse_preferences(text);
    EXPECT_EQ(none.code, 0) << text;
    EXPECT_EQ(none.example, "") << text;
    EXPECT_EQ(none.returns, Preferences::Return::kDefault) << text;
  }
}

TEST(Prefer, TakesTheFirstOfRepeatedOnes) {
  const Preferences both =
      parse_preferences("return=representation, code=201, code=202, return=minimal");
  EXPECT_EQ(both.returns, Preferences::Return::kRepresentation);
  EXPECT_EQ(both.code, 201);
}

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "store/value.h"

#include <gtest/gtest.h>

namespace servanda {
namespace {

TEST(Value, IsNullUnlessMadeOfSomething) {
  EXPECT_TRUE(Value().is_null());
  EXPECT_TRUE(Value::null().is_null());
  EXPECT_FALSE(Value::of_integer(0).is_null());
  EXPECT_FALSE(Value::of_text("").is_null());
}

TEST(Value, EqualsWhatHasTheSameKindAndContent) {
  EXPECT_EQ(Value::null(), Value::null());
  EXPECT_EQ(Value::of_integer(INT64_MIN), Value::of_integer(INT64_MIN));
  EXPECT_EQ(Value::of_number(0.5), Value::of_number(0.5));
  EXPECT_EQ(Value::of_text("a"), Value::of_text("a"));
  EXPECT_EQ(Value::of_bytes("a"), Value::of_bytes("a"));
}

TEST(Value, DiffersInKindOrContent) {
  EXPECT_FALSE(Value::of_integer(1) == Value::of_number(1));
  EXPECT_FALSE(Value::of_text("a") == Value::of_bytes("a"));
  EXPECT_FALSE(Value::of_text("") == Value::null());
  EXPECT_FALSE(Value::of_integer(INT64_MAX) == Value::of_integer(INT64_MAX - 1));
  EXPECT_FALSE(Value::of_number(1) == Value::of_number(2));
  EXPECT_FALSE(Value::of_text("a") == Value::of_text("b"));
}

}  // namespace
}  // namespace servanda

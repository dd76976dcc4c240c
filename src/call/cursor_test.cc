// SPDX-License-Identifier: Apache-2.0
#include "call/cursor.h"

#include <gtest/gtest.h>

#include <limits>

namespace servanda {
namespace {

constexpr std::string_view kKey = "0123456789abcdef";

TEST(Cursor, GivesBackEveryKindOfValue) {
  Arena arena;
  const CursorBinding binding = sha256("list");
  const Value values[] = {Value::null(), Value::of_integer(std::numeric_limits<int64_t>::min()),
                          Value::of_number(-0.1), Value::of_text(std::string_view("a\0b", 3)),
                          Value::of_bytes("\xff\x00")};
  const std::string text = make_cursor(kKey, binding, {CursorWay::kBackward, values});
  const auto read = read_cursor(kKey, text, binding, std::size(values), arena);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->way, CursorWay::kBackward);
  for (size_t i = 0; i < std::size(values); ++i) EXPECT_TRUE(read->values[i] == values[i]) << i;
}

TEST(Cursor, RefusesAnotherKeyAnotherListAndAnotherCount) {
  Arena arena;
  const CursorBinding binding = sha256("list");
  const Value values[] = {Value::of_integer(7)};
  const std::string text = make_cursor(kKey, binding, {CursorWay::kBackward, values});
  EXPECT_EQ(read_cursor("another key 0123", text, binding, 1, arena).error().reason,
            "cursor-invalid");
  EXPECT_EQ(read_cursor(kKey, text, sha256("other"), 1, arena).error().reason, "cursor-mismatch");
  EXPECT_EQ(read_cursor(kKey, text, binding, 2, arena).error().reason, "cursor-invalid");
  EXPECT_EQ(read_cursor(kKey, text, binding, 0, arena).error().reason, "cursor-invalid");
}

TEST(Cursor, RefusesWhatIsCutOrLengthened) {
  Arena arena;
  const CursorBinding binding = sha256("list");
  const Value values[] = {Value::of_text("abc")};
  const std::string text = make_cursor(kKey, binding, {CursorWay::kBackward, values});
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(read_cursor(kKey, text.substr(0, size), binding, 1, arena)) << size;
  }
  EXPECT_FALSE(read_cursor(kKey, text + "A", binding, 1, arena));
}

TEST(Cursor, IsUnreadAboveItsBound) {
  Arena arena;
  const CursorBinding binding = sha256("list");
  // 3 bytes become 4 characters; 34 bytes frame the values and 5 the text.
  const std::string largest(kCursorTextMax / 4 * 3 - 39, 'x');
  const Value fits[] = {Value::of_text(largest)};
  const std::string at = make_cursor(kKey, binding, {CursorWay::kBackward, fits});
  EXPECT_EQ(at.size(), kCursorTextMax);
  EXPECT_TRUE(read_cursor(kKey, at, binding, 1, arena).has_value());
  const std::string longer = largest + "x";
  const Value over[] = {Value::of_text(longer)};
  EXPECT_FALSE(read_cursor(kKey, make_cursor(kKey, binding, {CursorWay::kBackward, over}), binding,
                           1, arena));
}

}  // namespace
}  // namespace servanda

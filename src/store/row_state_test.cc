// SPDX-License-Identifier: Apache-2.0
#include "store/row_state.h"

#include <gtest/gtest.h>

namespace servanda {
namespace {

TEST(RowState, IsJudgedByTheClockToTheMicrosecond) {
  Resource resource;
  resource.properties.resize(2);
  const Value live[] = {Value::of_integer(1), Value::null()};
  const Value deleted[] = {Value::of_integer(1), Value::of_integer(5'000'000)};
  EXPECT_EQ(row_state(resource, {deleted, 1}, {9'000'000}), RowState::kLive)
      << "a value says nothing without soft delete";
  resource.soft_delete = {1, {}, Duration::seconds(2)};
  EXPECT_EQ(row_state(resource, {live, 1}, {INT64_MAX}), RowState::kLive);
  EXPECT_EQ(row_state(resource, {deleted, 1}, {5'000'000}), RowState::kDeleted);
  EXPECT_EQ(row_state(resource, {deleted, 1}, {6'999'999}), RowState::kDeleted);
  EXPECT_EQ(row_state(resource, {deleted, 1}, {7'000'000}), RowState::kGone);
  EXPECT_EQ(gone_at(*resource.soft_delete, {5'000'000}).us, 7'000'000);
  EXPECT_EQ(gone_since(*resource.soft_delete, {7'000'000}).us, 5'000'000);
}

}  // namespace
}  // namespace servanda

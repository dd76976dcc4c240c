// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace servanda {
namespace {

TEST(Arena, AlignsEveryAllocation) {
  Arena arena(256);
  for (size_t i = 0; i < 200; ++i) {
    const size_t align = size_t{1} << (i % 5);
    void* const memory = arena.allocate(i % 13, align);
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % align, 0U);
    std::memset(memory, 0xAB, i % 13);
  }
}

TEST(Arena, HandsOutMemoryThatDoesNotOverlap) {
  Arena arena(64);
  std::vector<std::string_view> copies;
  for (int i = 0; i < 500; ++i) {
    copies.push_back(arena.copy(std::string(static_cast<size_t>(i % 40), 'a') + std::to_string(i)));
  }
  for (int i = 0; i < 500; ++i) {
    EXPECT_EQ(copies[static_cast<size_t>(i)],
              std::string(static_cast<size_t>(i % 40), 'a') + std::to_string(i));
  }
}

TEST(Arena, JoinsTexts) {
  Arena arena;
  EXPECT_EQ(arena.join("abc", "def"), "abcdef");
  EXPECT_EQ(arena.join("", "def"), "def");
  EXPECT_EQ(arena.join("abc", ""), "abc");
  EXPECT_EQ(arena.join("", ""), "");
  EXPECT_NE(arena.copy("").data(), nullptr);
}

TEST(Arena, HoldsNothingBeforeTheFirstAllocation) {
  Arena arena;
  EXPECT_EQ(arena.bytes_held(), 0U);
  arena.reset();
  EXPECT_EQ(arena.bytes_held(), 0U);
}

TEST(Arena, KeepsItsFirstBlockOverReset) {
  Arena arena(1024);
  void* const first = arena.allocate(100);
  for (int i = 0; i < 100; ++i) (void)arena.allocate(1000);
  EXPECT_GT(arena.bytes_held(), 100'000U);
  arena.reset();
  EXPECT_EQ(arena.bytes_held(), 1024U);
  EXPECT_EQ(arena.allocate(100), first);
  EXPECT_EQ(arena.bytes_held(), 1024U);
}

TEST(Arena, UsesItsBlockToTheLastByte) {
  Arena arena(64);
  (void)arena.allocate(64, 1);
  EXPECT_EQ(arena.bytes_held(), 64U);
  (void)arena.allocate(1, 1);
  EXPECT_EQ(arena.bytes_held(), 64U + 128U);
}

TEST(Arena, DoublesItsBlocksUpToOneMebibyte) {
  Arena arena(size_t{512} << 10);
  size_t held = 0;
  size_t largest = 0;
  for (int i = 0; i < 100; ++i) {
    (void)arena.allocate(100'000);
    largest = std::max(largest, arena.bytes_held() - held);
    held = arena.bytes_held();
  }
  EXPECT_EQ(largest, size_t{1} << 20);
}

TEST(Arena, GoesOnFillingItsBlockAfterALargeAllocation) {
  Arena arena(4096);
  char* const before = static_cast<char*>(arena.allocate(8));
  (void)arena.allocate(1 << 20);
  EXPECT_EQ(static_cast<char*>(arena.allocate(8)), before + 8);
}

TEST(Arena, DropsAFirstBlockThatOneLargeAllocationMade) {
  Arena arena(4096);
  (void)arena.allocate((1 << 20) + 1);
  arena.reset();
  EXPECT_EQ(arena.bytes_held(), 0U);
  (void)arena.allocate(1 << 20);
  arena.reset();
  EXPECT_EQ(arena.bytes_held(), size_t{1} << 20);
}

TEST(Arena, IsEmptyAndUsableAfterAMove) {
  Arena from(128);
  const std::string_view text = from.copy("kept");
  Arena to(std::move(from));
  EXPECT_EQ(text, "kept");
  EXPECT_EQ(from.bytes_held(), 0U);  // NOLINT: the state after a move is defined.
  const std::string_view other = from.copy("elsewhere");
  from = std::move(to);
  EXPECT_EQ(text, "kept");
  EXPECT_EQ(to.bytes_held(), 0U);
  EXPECT_EQ(from.bytes_held(), 128U);
  (void)other;
}

TEST(Arena, ConstructsObjectsAndArrays) {
  struct Point {
    int x;
    int y;
  };
  Arena arena;
  const Point* const point = arena.make<Point>(3, 4);
  EXPECT_EQ(point->x + point->y, 7);
  int64_t* const numbers = arena.array<int64_t>(10);
  for (int i = 0; i < 10; ++i) numbers[i] = i;
  EXPECT_EQ(numbers[9], 9);
}

}  // namespace
}  // namespace servanda

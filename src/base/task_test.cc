// SPDX-License-Identifier: Apache-2.0
#include "base/task.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"

namespace servanda {
namespace {

Task<int> number(int value) {
  co_return value;
}

Task<int> sum(int a, int b) {
  const int x = co_await number(a);
  const int y = co_await number(b);
  co_return x + y;
}

Task<void> store_sum(int* out) {
  *out = co_await sum(2, 3);
}

Task<Result<std::string>> failing() {
  co_return fail(Code::kNotFound, "No such thing.");
}

Task<void> store_error(Code* out) {
  const Result<std::string> result = co_await failing();
  *out = result.error().code;
}

Task<void> wait_for(Completion<int>* completion, int* out) {
  *out = co_await *completion;
}

Task<void> wait_forever(Completion<int>* completion, std::shared_ptr<int> held) {
  *held += co_await *completion;
}

TEST(Task, StartsOnlyWhenAwaited) {
  int out = 0;
  Task<void> task = store_sum(&out);
  EXPECT_EQ(out, 0);
  spawn(std::move(task));
  EXPECT_EQ(out, 5);
}

TEST(Task, CarriesResults) {
  Code code = Code::kInternal;
  spawn(store_error(&code));
  EXPECT_EQ(code, Code::kNotFound);
}

TEST(Task, CarriesMoveOnlyValues) {
  struct Steps {
    static Task<std::unique_ptr<int>> make() { co_return std::make_unique<int>(42); }
    static Task<void> take(int* out) {
      const std::unique_ptr<int> value = co_await make();
      *out = *value;
    }
  };
  int out = 0;
  spawn(Steps::take(&out));
  EXPECT_EQ(out, 42);
}

TEST(Task, FreesItsFrameWhenItNeverRuns) {
  const auto held = std::make_shared<int>(0);
  Completion<int> completion;
  {
    Task<void> task = wait_forever(&completion, held);
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Task, MovesBySwappingOwners) {
  const auto held = std::make_shared<int>(0);
  Completion<int> completion;
  Task<void> a = wait_forever(&completion, held);
  Task<void> b = wait_forever(&completion, held);
  a = std::move(b);
  EXPECT_EQ(held.use_count(), 3);
}

TEST(Completion, WakesItsWaiterOnSet) {
  Completion<int> completion;
  int out = 0;
  spawn(wait_for(&completion, &out));
  EXPECT_EQ(out, 0);
  completion.set(9);
  EXPECT_EQ(out, 9);
}

TEST(Completion, MayBeSetBeforeTheWait) {
  Completion<int> completion;
  completion.set(9);
  int out = 0;
  spawn(wait_for(&completion, &out));
  EXPECT_EQ(out, 9);
}

Task<void> sum_up(int count, int64_t* out) {
  for (int i = 0; i < count; ++i) *out += co_await number(i);
}

TEST(Task, AwaitsAnyNumberOfTasksThatEndAtOnceWithoutStack) {
  constexpr int64_t kCount = 200'000;
  int64_t out = 0;
  spawn(sum_up(kCount, &out));
  EXPECT_EQ(out, kCount * (kCount - 1) / 2);
}

Task<int> doubled(Completion<int>* completion) {
  const int value = co_await *completion;
  co_return 2 * value;
}

Task<void> store_doubled(Completion<int>* completion, int* out) {
  const int first = co_await number(1);
  const int waited = co_await doubled(completion);
  const int last = co_await number(3);
  *out = first + waited + last;
}

TEST(Task, GoesOnWhereItWaited) {
  Completion<int> completion;
  int out = 0;
  spawn(store_doubled(&completion, &out));
  EXPECT_EQ(out, 0);
  completion.set(10);
  EXPECT_EQ(out, 24);
}

TEST(FrameAllocator, GivesBackWhatItGotFreed) {
  void* const first = internal::allocate_frame(200);
  internal::free_frame(first, 200);
  void* const second = internal::allocate_frame(250);  // The same class: 193 to 256 bytes.
  EXPECT_EQ(first, second);
  internal::free_frame(second, 250);
}

TEST(FrameAllocator, KeepsSizesApart) {
  const std::vector<size_t> sizes = {1, 63, 64, 65, 128, 2048, 2049, 100'000};
  std::set<void*> live;
  for (int round = 0; round < 2; ++round) {
    std::vector<void*> frames;
    for (const size_t size : sizes) {
      frames.push_back(internal::allocate_frame(size));
      std::memset(frames.back(), 0x5A, size);
      EXPECT_TRUE(live.insert(frames.back()).second);
    }
    for (size_t i = 0; i < sizes.size(); ++i) internal::free_frame(frames[i], sizes[i]);
    live.clear();
  }
}

TEST(FrameAllocator, KeepsABoundedNumberOfFrames) {
  // 128 KiB per class: 64 frames of 2 KiB are kept, the 65th goes back to the heap.
  std::vector<void*> frames;
  for (int i = 0; i < 65; ++i) frames.push_back(internal::allocate_frame(2048));
  const std::set<void*> freed(frames.begin(), frames.end() - 1);
  for (void* const frame : frames) internal::free_frame(frame, 2048);
  std::vector<void*> again;
  for (int i = 0; i < 64; ++i) {
    again.push_back(internal::allocate_frame(2048));
    EXPECT_TRUE(freed.contains(again.back()));
  }
  for (void* const frame : again) internal::free_frame(frame, 2048);
}

TEST(FrameAllocator, WorksOnEveryThread) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      int64_t out = 0;
      spawn(sum_up(500, &out));
      EXPECT_EQ(out, 500 * 499 / 2);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

Task<int> throws_after(int* waits) {
  const int one = co_await number(1);
  *waits += one;
  throw std::string("thrown");
}
Task<int> passes_on(int* waits) {
  const int never = co_await throws_after(waits);
  *waits += 100;
  co_return never;
}
Task<void> throws_nothing_back(Completion<int>* wait) {
  const int value = co_await *wait;
  throw value;
}
Task<void> catches(int* waits, std::string* caught) {
  try {
    const int never = co_await passes_on(waits);
    *waits += never;
  } catch (const std::string& text) {
    *caught = text;
  }
}
Task<void> catches_late(Completion<int>* wait, int* caught) {
  try {
    co_await throws_nothing_back(wait);
  } catch (int value) {
    *caught = value;
  }
}

TEST(Task, AnExceptionIsThrownAgainWhereTheTaskIsAwaited) {
  int waits = 0;
  std::string caught;
  spawn(catches(&waits, &caught));
  EXPECT_EQ(caught, "thrown");
  EXPECT_EQ(waits, 1);
}

TEST(Task, AnExceptionAfterAWaitReachesTheAwaiterToo) {
  Completion<int> wait;
  int caught = 0;
  spawn(catches_late(&wait, &caught));
  EXPECT_EQ(caught, 0);
  wait.set(7);
  EXPECT_EQ(caught, 7);
}

TEST(TaskDeathTest, AnExceptionThatNobodyAwaitsEndsTheProcess) {
  const auto throws_in_a_task = [] {
    Completion<int> wait;
    spawn(throws_nothing_back(&wait));
    wait.set(1);
  };
  EXPECT_DEATH(throws_in_a_task(), "");
}

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
// Work that blocks, on real threads.
#include "call/blocking_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <vector>

#include "io/platform.h"

namespace servanda {
namespace {

TEST(BlockingPool, RunsAsMuchAtOnceAsThereAreThreadsAndKeepsABoundedQueue) {
  const auto platform = make_real_platform();
  std::promise<void> opened;
  const std::shared_future<void> open = opened.get_future().share();
  std::atomic<size_t> begun{0};
  std::atomic<size_t> done{0};
  std::promise<void> all_begun;
  {
    BlockingPool pool(*platform);
    for (size_t i = 0; i < BlockingPool::kThreads; ++i) {
      ASSERT_TRUE(pool.post([&] {
        if (++begun == BlockingPool::kThreads) all_begun.set_value();
        open.wait();
        ++done;
      }));
    }
    all_begun.get_future().wait();  // None waits for another.
    for (size_t i = 0; i < BlockingPool::kWaitingMax; ++i) {
      ASSERT_TRUE(pool.post([&] { ++done; })) << i;
    }
    EXPECT_FALSE(pool.post([&] { ++done; })) << "one above";
    EXPECT_EQ(done, 0u);
    opened.set_value();
  }
  EXPECT_EQ(done, BlockingPool::kThreads + BlockingPool::kWaitingMax) << "what was taken has run";
}

TEST(BlockingPool, UsesItsThreadsAgain) {
  const auto platform = make_real_platform();
  BlockingPool pool(*platform);
  for (int i = 0; i < 100; ++i) {
    std::promise<void> ran;
    ASSERT_TRUE(pool.post([&] { ran.set_value(); }));
    ran.get_future().wait();
  }
}

}  // namespace
}  // namespace servanda

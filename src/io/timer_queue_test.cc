// SPDX-License-Identifier: Apache-2.0
#include "io/timer_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace servanda::internal {
namespace {

std::vector<int> run_due(TimerQueue& timers, Instant now, std::vector<int>& ran) {
  const uint64_t mark = timers.mark();
  while (auto work = timers.take_due(now, mark)) (*work)();
  return ran;
}

TEST(TimerQueue, RunsInOrderOfTimeAndThenOfAdding) {
  TimerQueue timers;
  std::vector<int> ran;
  for (const int when : {30, 10, 20, 10}) {
    (void)timers.add({when}, [&ran, when, n = timers.size()] {
      ran.push_back(when * 10 + static_cast<int>(n));
    });
  }
  EXPECT_EQ(timers.next(), Instant{10});
  EXPECT_EQ(run_due(timers, {20}, ran), (std::vector<int>{101, 103, 202}));
  EXPECT_EQ(timers.next(), Instant{30});
}

TEST(TimerQueue, CancelsOnlyTheTimerOfTheId) {
  TimerQueue timers;
  std::vector<int> ran;
  const Loop::TimerId first = timers.add({1}, [&] { ran.push_back(1); });
  timers.cancel(first);
  timers.cancel(first);
  const Loop::TimerId second = timers.add({1}, [&] { ran.push_back(2); });
  EXPECT_NE(first, second);
  timers.cancel(first);
  EXPECT_EQ(run_due(timers, {1}, ran), std::vector<int>{2});
  timers.cancel(second);
  EXPECT_EQ(timers.next(), Instant::never());
}

TEST(TimerQueue, DoesNotRunForEverWhenWorkAddsTimersForNow) {
  TimerQueue timers;
  std::vector<int> ran;
  (void)timers.add({1}, [&] {
    ran.push_back(1);
    (void)timers.add({1}, [&] { ran.push_back(2); });
  });
  EXPECT_EQ(run_due(timers, {5}, ran), std::vector<int>{1});
  EXPECT_EQ(run_due(timers, {5}, ran), (std::vector<int>{1, 2}));
}

TEST(TimerQueue, AgreesWithASortedMapOverManyRandomSteps) {
  TimerQueue timers;
  std::multimap<int64_t, int> model;
  std::map<int, Loop::TimerId> ids;
  std::vector<int> ran;
  uint64_t seed = 7;
  const auto draw = [&seed](uint64_t below) {
    seed = seed * 6364136223846793005 + 1442695040888963407;
    return static_cast<int>((seed >> 33) % below);
  };
  for (int step = 0; step < 20'000; ++step) {
    if (draw(3) > 0) {
      const int when = draw(1000);
      ids[step] = timers.add({when}, [&ran, step] { ran.push_back(step); });
      model.emplace(when, step);
    } else if (!ids.empty() && draw(2) == 0) {
      const auto chosen = ids.lower_bound(draw(static_cast<uint64_t>(step) + 1));
      if (chosen == ids.end()) continue;
      timers.cancel(chosen->second);
      std::erase_if(model, [&](const auto& entry) { return entry.second == chosen->first; });
      ids.erase(chosen);
    } else {
      const int now = draw(1000);
      ran.clear();
      (void)run_due(timers, {now}, ran);
      std::vector<int> expected;
      while (!model.empty() && model.begin()->first <= now) {
        expected.push_back(model.begin()->second);
        ids.erase(model.begin()->second);
        model.erase(model.begin());
      }
      ASSERT_EQ(ran, expected);
    }
    ASSERT_EQ(timers.size(), model.size());
  }
}

}  // namespace
}  // namespace servanda::internal

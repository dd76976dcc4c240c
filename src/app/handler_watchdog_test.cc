// SPDX-License-Identifier: Apache-2.0
#include "app/handler_watchdog.h"

#include <gtest/gtest.h>

#include <string>

#include "io/simulation.h"

namespace servanda {
namespace {

// Two workers, watched on the virtual clock.
class HandlerWatchdogTest : public ::testing::Test {
 protected:
  std::string lines() {
    std::string out;
    (void)log_.drain(out);
    return out;
  }
  size_t warnings() {
    const std::string out = lines();
    size_t count = 0;
    for (size_t at = 0; (at = out.find("blocks its worker", at)) != std::string::npos; ++at)
      ++count;
    return count;
  }

  std::unique_ptr<SimulatedPlatform> platform_ = make_simulated_platform(1);
  std::unique_ptr<Loop> loop_ = platform_->make_loop();
  Log log_{platform_->clock()};
  HandlerWatch first_{platform_->clock()};
  HandlerWatch second_{platform_->clock()};
  HandlerWatchdog watchdog_{*loop_,
                            log_,
                            [](const HandlerWatch::Stretch& stretch) {
                              return std::string(stretch.operation == 0 ? "quick" : "slow");
                            },
                            {&first_, &second_}};
};

TEST_F(HandlerWatchdogTest, NamesWhoBlocksWhileItDoes) {
  const RunningHandler running(second_, 1);
  platform_->advance(Duration::milliseconds(200));
  EXPECT_EQ(warnings(), 0u);
  platform_->advance(Duration::milliseconds(100));
  const std::string out = lines();
  EXPECT_NE(out.find("\"operation\":\"slow\""), std::string::npos) << out;
  EXPECT_NE(out.find("\"milliseconds\":300"), std::string::npos) << out;
  platform_->advance(Duration::seconds(10));
  EXPECT_EQ(warnings(), 0u) << "once for each stretch";
}

TEST_F(HandlerWatchdogTest, TakesAQuarterOfASecondForTooLong) {
  platform_->advance(Duration::milliseconds(50));
  const RunningHandler at_limit(first_, 0);
  platform_->advance(Duration::milliseconds(1));
  const RunningHandler below(second_, 1);
  platform_->advance(Duration::milliseconds(249));
  const std::string out = lines();
  EXPECT_NE(out.find("\"operation\":\"quick\",\"milliseconds\":250"), std::string::npos) << out;
  EXPECT_EQ(out.find("slow"), std::string::npos) << out;
}

TEST_F(HandlerWatchdogTest, LeavesThoseAloneThatWait) {
  const RunningHandler running(first_, 0);
  for (int i = 0; i < 100; ++i) {
    const WaitingHandler waiting(first_, 0);
    platform_->advance(Duration::milliseconds(300));
  }
  EXPECT_EQ(warnings(), 0u);
  platform_->advance(Duration::milliseconds(400));
  EXPECT_EQ(warnings(), 1u);
}

TEST_F(HandlerWatchdogTest, LeavesWorkersWithoutHandlersAlone) {
  { const RunningHandler running(first_, 0); }
  platform_->advance(Duration::seconds(10));
  EXPECT_EQ(warnings(), 0u);
}

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
// The kernel-backed loop: few tests, because everything else is tested on the simulated one.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "io/platform.h"
#include "io/process.h"

namespace servanda {
namespace {

TEST(RealLoop, RunsPostedWorkInOrderAlsoFromOtherThreads) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  std::vector<int> order;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) loop->post([&order, i] { order.push_back(i); });
    loop->post([&] { loop->stop(); });
  });
  loop->run();
  other.join();
  ASSERT_EQ(order.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
}

TEST(RealLoop, EndsATurnAndCanRunAgain) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  std::string order;
  loop->post([&] {
    loop->at_turn_end([&] {
      order += "end ";
      loop->at_turn_end([&] { loop->stop(); });
    });
    order += "work ";
  });
  loop->run();
  EXPECT_EQ(order, "work end ");
  loop->post([&] {
    order += "again";
    loop->stop();
  });
  loop->run();
  EXPECT_EQ(order, "work end again");
}

TEST(RealLoop, RunsTimersInOrderAndNeverEarly) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  const Instant start = loop->now();
  std::vector<int> ran;
  for (const int ms : {3, 1, 2}) {
    (void)loop->at(start + Duration::milliseconds(ms), [&, ms] {
      EXPECT_GE((loop->now() - start).ns, Duration::milliseconds(ms).ns);
      ran.push_back(ms);
      if (ms == 3) loop->stop();
    });
  }
  loop->cancel(loop->at(start, [&] { ran.push_back(0); }));
  loop->run();
  EXPECT_EQ(ran, (std::vector<int>{1, 2, 3}));
  EXPECT_GE(loop->busy().ns, 0);
}

TEST(RealLoop, SaysWhyItCannotListen) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  for (const char* address : {"", "127.0.0.1", "nowhere:80", "127.0.0.1:99999", "127.0.0.1:x"}) {
    Result<std::unique_ptr<Listener>> listener = loop->listen(address);
    ASSERT_FALSE(listener) << address;
    EXPECT_EQ(listener.error().code, Code::kInvalidArgument);
  }
  Result<std::unique_ptr<Listener>> foreign = loop->listen("203.0.113.1:0");
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, Code::kUnavailable);
}

TEST(RealLoop, SharesAPortBetweenLoops) {
  const auto platform = make_real_platform();
  const auto one = platform->make_loop();
  const auto two = platform->make_loop();
  Result<std::unique_ptr<Listener>> first = one->listen("127.0.0.1:0");
  ASSERT_TRUE(first);
  EXPECT_TRUE(two->listen((*first)->address()));
}

Task<void> connect_into(Loop& loop, std::string address, Duration patience,
                        std::vector<Result<std::unique_ptr<Stream>>>& results, size_t stop_at) {
  Task<Result<std::unique_ptr<Stream>>> connecting = loop.connect(address, loop.now() + patience);
  Result<std::unique_ptr<Stream>> stream = co_await connecting;
  results.push_back(std::move(stream));
  if (results.size() == stop_at) loop.stop();
}

TEST(RealLoop, TellsARefusedConnection) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  std::string address;
  {
    Result<std::unique_ptr<Listener>> listener = loop->listen("127.0.0.1:0");
    ASSERT_TRUE(listener);
    address = (*listener)->address();
  }
  std::vector<Result<std::unique_ptr<Stream>>> results;
  spawn(connect_into(*loop, address, Duration::seconds(5), results, 1));
  loop->run();
  ASSERT_FALSE(results[0]);
  EXPECT_EQ(results[0].error().code, Code::kUnavailable);
}

TEST(RealLoop, ConnectsToEveryAddressOfAHostInTurn) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  // On ::1 only, which "localhost" has behind 127.0.0.1.
  Result<std::unique_ptr<Listener>> listener = loop->listen("[::1]:0");
  if (!listener) GTEST_SKIP() << "no IPv6 here";
  const std::string address = (*listener)->address();
  (*listener)->start([](std::unique_ptr<Stream>) {});
  std::vector<Result<std::unique_ptr<Stream>>> results;
  spawn(connect_into(*loop, "localhost" + address.substr(address.rfind(':')), Duration::seconds(5),
                     results, 1));
  loop->run();
  ASSERT_TRUE(results[0]) << results[0].error().message;
  EXPECT_EQ((*results[0])->peer_address(), address);
}

TEST(RealLoop, ConnectsToNamesThatTheSystemKnows) {
  char name[256] = "";
  ASSERT_EQ(::gethostname(name, sizeof name - 1), 0);
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  Result<std::unique_ptr<Listener>> listener = loop->listen("0.0.0.0:0");
  ASSERT_TRUE(listener);
  (*listener)->start([](std::unique_ptr<Stream>) {});
  const std::string address = (*listener)->address();
  std::vector<Result<std::unique_ptr<Stream>>> results;
  spawn(connect_into(*loop, name + address.substr(address.rfind(':')), Duration::seconds(10),
                     results, 1));
  loop->run();
  if (!results[0]) GTEST_SKIP() << "this machine does not know its own name";
  EXPECT_TRUE((*results[0])->peer_address().ends_with(address.substr(address.rfind(':'))));
}

TEST(RealLoop, RefusesToConnectToWhatIsNoHost) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  std::vector<Result<std::unique_ptr<Stream>>> results;
  for (const char* address : {"", "nowhere", "a b:80", "1.2.3:80", "a:99999"}) {
    spawn(connect_into(*loop, address, Duration::seconds(5), results, 99));
    ASSERT_FALSE(results.back());
    EXPECT_EQ(results.back().error().code, Code::kInvalidArgument) << address;
  }
}

TEST(RealLoop, CancelsPendingReadsOfAStreamThatIsDestroyed) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  Result<std::unique_ptr<Listener>> listener = loop->listen("127.0.0.1:0");
  ASSERT_TRUE(listener);
  std::unique_ptr<Stream> accepted;
  char buffer[16];
  Code code = Code::kInternal;
  (*listener)->start([&](std::unique_ptr<Stream> stream) {
    accepted = std::move(stream);
    EXPECT_TRUE(accepted->peer_address().starts_with("127.0.0.1:"));
    EXPECT_EQ(accepted->try_read(buffer).error().code, Code::kUnavailable);
    accepted->read_some(buffer, [&](Result<size_t> got) {
      code = got.error().code;
      loop->stop();
    });
    loop->post([&] {
      accepted.reset();
      EXPECT_EQ(code, Code::kInternal);
    });
  });
  std::vector<Result<std::unique_ptr<Stream>>> results;
  spawn(connect_into(*loop, (*listener)->address(), Duration::seconds(5), results, 9));
  loop->run();
  EXPECT_EQ(code, Code::kCancelled);
}

// Takes every descriptor the limit leaves, and gives them back.
class Exhaustion {
 public:
  Exhaustion() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit low = before_;
    low.rlim_cur = 64;
    ::setrlimit(RLIMIT_NOFILE, &low);
    take_all();
  }
  ~Exhaustion() {
    give_all();
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  void take_all() {
    for (int fd = ::open("/dev/null", O_RDONLY); fd >= 0; fd = ::open("/dev/null", O_RDONLY)) {
      held_.push_back(fd);
    }
  }
  void give_all() {
    for (const int fd : held_) ::close(fd);
    held_.clear();
  }
  void give(size_t count) {
    for (; count > 0 && !held_.empty(); --count) {
      ::close(held_.back());
      held_.pop_back();
    }
  }

 private:
  rlimit before_{};
  std::vector<int> held_;
};

TEST(RealLoop, PausesAcceptingWithoutDescriptorsAndGoesOnWithThem) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  Result<std::unique_ptr<Listener>> listener = loop->listen("127.0.0.1:0");
  ASSERT_TRUE(listener);
  std::vector<std::unique_ptr<Stream>> accepted;
  std::vector<Result<std::unique_ptr<Stream>>> results;
  const std::string address = (*listener)->address();
  (*listener)->start([&](std::unique_ptr<Stream> stream) {
    accepted.push_back(std::move(stream));
    loop->stop();
  });
  // A first connection while there are descriptors: the sanitizer opens a pipe for its first look
  // at each type, and must not need one below.
  std::vector<Result<std::unique_ptr<Stream>>> before;
  spawn(connect_into(*loop, address, Duration::seconds(5), before, 9));
  (void)loop->at(loop->now() + Duration::milliseconds(1), [] {});
  loop->run();
  ASSERT_EQ(accepted.size(), 1u);
  accepted.clear();

  Exhaustion exhaustion;
  exhaustion.give(1);  // For the client's socket.
  spawn(connect_into(*loop, address, Duration::seconds(5), results, 9));
  bool file_opened = false;
  (void)loop->at(loop->now() + Duration::milliseconds(50), [&] {
    EXPECT_TRUE(accepted.empty());
    // The reserve was given up, so files can still be opened.
    const int file = ::open("/dev/null", O_RDONLY);
    file_opened = file >= 0;
    if (file >= 0) ::close(file);
    exhaustion.give_all();
  });
  loop->run();
  EXPECT_TRUE(file_opened);
  EXPECT_EQ(accepted.size(), 1u);
}

TEST(RealExecutor, RunsEverythingInOrderBeforeItEnds) {
  const auto platform = make_real_platform();
  std::vector<int> order;
  {
    const auto executor = platform->make_executor("a name longer than fifteen");
    for (int i = 0; i < 1000; ++i) executor->post([&order, i] { order.push_back(i); });
  }
  ASSERT_EQ(order.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(RealPlatform, GivesRandomBitsAndClocks) {
  const auto platform = make_real_platform();
  const auto one = platform->make_loop();
  const auto two = platform->make_loop();
  EXPECT_NE(one->rng().next(), two->rng().next());
  EXPECT_GT(platform->clock().wall().us, 1'600'000'000'000'000);
  const Instant before = one->now();
  EXPECT_LE(before, two->now());
}

TEST(SignalWatch, HandsSignalsToTheLoop) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  int got = 0;
  {
    const SignalWatch watch(*loop, {SIGTERM, SIGUSR1}, [&](int signal) {
      got = signal;
      loop->stop();
    });
    ::kill(::getpid(), SIGUSR1);
    loop->run();
  }
  EXPECT_EQ(got, SIGUSR1);
}

TEST(ProcessUsage, TellsWhatTheSystemKnows) {
  const auto platform = make_real_platform();
  const ProcessUsage usage = process_usage();
  EXPECT_GT(usage.resident_bytes, 1'000'000u);
  EXPECT_GE(usage.virtual_bytes, usage.resident_bytes);
  EXPECT_GT(usage.cpu.ns, 0);
  EXPECT_GE(usage.open_descriptors, 3u);
  EXPECT_GT(usage.descriptors_max, usage.open_descriptors);
  const int64_t age_us = platform->clock().wall().us - usage.started_at.us;
  EXPECT_GT(age_us, -1'000'000);
  EXPECT_LT(age_us, int64_t{3600} * 1'000'000);
  EXPECT_GE(available_processors(), 1u);
}

}  // namespace
}  // namespace servanda

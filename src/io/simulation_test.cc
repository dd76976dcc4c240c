// SPDX-License-Identifier: Apache-2.0
#include "io/simulation.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "io/gate.h"

namespace servanda {
namespace {

std::string order_of(uint64_t seed) {
  const auto platform = make_simulated_platform(seed);
  const auto one = platform->make_loop();
  const auto two = platform->make_loop();
  const auto writer = platform->make_executor("writer");
  std::string order;
  for (int i = 0; i < 8; ++i) {
    one->post([&order, i] { order += static_cast<char>('a' + i); });
    two->post([&order, i] { order += static_cast<char>('A' + i); });
    writer->post([&order, i] { order += static_cast<char>('0' + i); });
  }
  platform->run_ready();
  return order;
}

TEST(Simulation, RepeatsARunFromItsSeedAndVariesBetweenSeeds) {
  bool varies = false;
  for (uint64_t seed = 0; seed < 10; ++seed) {
    EXPECT_EQ(order_of(seed), order_of(seed));
    varies = varies || order_of(seed) != order_of(0);
  }
  EXPECT_TRUE(varies);
}

TEST(Simulation, MovesTimeOnlyWhenToldAndRunsTimersAtTheirInstant) {
  const auto platform = make_simulated_platform(1);
  const auto loop = platform->make_loop();
  const Instant start = loop->now();
  const Timestamp wall = loop->wall();
  std::vector<int64_t> at;
  for (const int ms : {50, 10, 30}) {
    (void)loop->at(start + Duration::milliseconds(ms),
                   [&] { at.push_back((loop->now() - start).ns / 1'000'000); });
  }
  const Loop::TimerId cancelled = loop->at(start, [&] { at.push_back(-1); });
  loop->cancel(cancelled);
  platform->run_ready();
  EXPECT_TRUE(at.empty());
  platform->advance(Duration::milliseconds(40));
  EXPECT_EQ(at, (std::vector<int64_t>{10, 30}));
  EXPECT_EQ((loop->now() - start).ns, Duration::milliseconds(40).ns);
  EXPECT_EQ(loop->wall().us - wall.us, 40'000);
  platform->set_wall({5});
  EXPECT_EQ(platform->clock().wall(), Timestamp{5});
  EXPECT_TRUE(platform->run_until([&] { return at.size() == 3; }, Duration::seconds(1)));
  EXPECT_EQ(at.back(), 50);
  EXPECT_FALSE(platform->run_until([] { return false; }, Duration::seconds(1)));
}

TEST(Simulation, EndsATurnBehindWhatWasReady) {
  const auto platform = make_simulated_platform(1);
  const auto loop = platform->make_loop();
  std::string order;
  loop->post([&] {
    order += "a";
    loop->at_turn_end([&] { order += "end "; });
    loop->post([&] { order += "c"; });
  });
  loop->post([&] { order += "b"; });
  platform->run_ready();
  EXPECT_EQ(order, "abend c");
}

Task<void> converse(Loop& loop, std::string address, std::string& heard) {
  Task<Result<std::unique_ptr<Stream>>> connecting =
      loop.connect(address, loop.now() + Duration::seconds(1));
  Result<std::unique_ptr<Stream>> stream = co_await connecting;
  if (!stream) {
    heard = stream.error().message;
    co_return;
  }
  Completion<Result<void>> sent;
  (*stream)->write_all("question", [&sent](Result<void> result) { sent.set(std::move(result)); });
  Result<void> written = co_await sent;
  if (written) (*stream)->end_writing();
  std::string buffer(100, '\0');
  for (size_t got = 1; got > 0;) {
    Completion<Result<size_t>> read;
    (*stream)->read_some(buffer, [&read](Result<size_t> count) { read.set(std::move(count)); });
    Result<size_t> count = co_await read;
    got = count ? *count : 0;
    heard.append(buffer, 0, got);
  }
}

TEST(Simulation, ConnectsLoopsThroughListeners) {
  const auto platform = make_simulated_platform(3);
  WireOptions options;
  options.latency = Duration::milliseconds(5);
  platform->set_wire_options(options);
  const auto server = platform->make_loop();
  const auto client = platform->make_loop();
  auto listener = server->listen("10.0.0.1:0");
  ASSERT_TRUE(listener);
  std::unique_ptr<Stream> accepted;
  std::string question(100, '\0');
  (*listener)->start([&](std::unique_ptr<Stream> stream) {
    accepted = std::move(stream);
    accepted->read_some(question, [&](Result<size_t> got) {
      question.resize(got.value_or(0));
      EXPECT_EQ(accepted->try_write("answer").value(), 6u);
      accepted->close();
    });
  });
  std::string heard;
  spawn(converse(*client, (*listener)->address(), heard));
  platform->advance(Duration::milliseconds(100));
  EXPECT_EQ(question, "question");
  EXPECT_EQ(heard, "answer");
  std::string refused;
  spawn(converse(*client, "10.0.0.1:1", refused));
  platform->advance(Duration::milliseconds(100));
  EXPECT_EQ(refused, "Cannot connect: connection refused.");
}

TEST(SimulatedStream, SplitsReadsAndLosesNothing) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const auto platform = make_simulated_platform(seed);
    WireOptions options;
    options.reads = WireOptions::Chunks::kRandom;
    options.latency = Duration::milliseconds(1);
    platform->set_wire_options(options);
    const auto loop = platform->make_loop();
    auto [stream, peer] = platform->make_stream(*loop);
    std::string expected;
    for (int i = 0; i < 300; ++i) expected += std::to_string(i);
    peer->send(expected);
    peer->end();
    std::string got;
    char buffer[64];
    for (int tries = 0; tries < 100'000; ++tries) {
      Result<size_t> count = stream->try_read(buffer);
      if (count && *count == 0) break;
      if (count) got.append(buffer, *count);
      platform->advance(Duration::milliseconds(1));
    }
    EXPECT_EQ(got, expected);
  }
}

TEST(SimulatedStream, HoldsWritesAtTheWindow) {
  const auto platform = make_simulated_platform(1);
  WireOptions options;
  options.window_bytes = 10;
  platform->set_wire_options(options);
  const auto loop = platform->make_loop();
  auto [stream, peer] = platform->make_stream(*loop);
  peer->stop_reading();
  EXPECT_EQ(stream->try_write("0123456789abc").value(), 10u);
  EXPECT_EQ(stream->try_write("abc").value(), 0u);
  bool written = false;
  stream->write_all("abcdefghijklmnopqrst",
                    [&](Result<void> result) { written = result.has_value(); });
  platform->run_ready();
  EXPECT_FALSE(written);
  peer->resume_reading();
  platform->run_ready();
  EXPECT_TRUE(written);
  EXPECT_EQ(peer->received(), "0123456789abcdefghijklmnopqrst");
}

TEST(SimulatedStream, CancelsPendingOperationsOnCloseButNotFromInsideIt) {
  const auto platform = make_simulated_platform(1);
  const auto loop = platform->make_loop();
  auto [stream, peer] = platform->make_stream(*loop);
  peer->stop_reading();
  std::vector<Code> codes;
  char buffer[10];
  const std::string large(100'000, 'x');
  stream->read_some(buffer, [&](Result<size_t> got) { codes.push_back(got.error().code); });
  stream->write_all(large, [&](Result<void> got) { codes.push_back(got.error().code); });
  platform->run_ready();
  stream.reset();
  EXPECT_TRUE(codes.empty());
  platform->run_ready();
  EXPECT_EQ(codes, (std::vector<Code>{Code::kCancelled, Code::kCancelled}));
  EXPECT_TRUE(peer->closed());
}

TEST(SimulatedStream, FailsAfterAReset) {
  const auto platform = make_simulated_platform(1);
  const auto loop = platform->make_loop();
  auto [stream, peer] = platform->make_stream(*loop);
  std::string reason;
  char buffer[10];
  stream->read_some(buffer, [&](Result<size_t> got) { reason = got.error().reason; });
  peer->reset();
  platform->run_ready();
  EXPECT_EQ(reason, "reset");
  EXPECT_EQ(stream->try_write("x").error().code, Code::kCancelled);
  EXPECT_EQ(stream->try_read(buffer).error().code, Code::kCancelled);
}

Task<void> sleep_and_count(Loop& loop, Instant until, int& woken) {
  Task<void> sleeping = loop.sleep_until(until);
  co_await sleeping;
  ++woken;
}

TEST(SleepUntil, WakesAtItsMomentAndForgetsADestroyedSleeper) {
  const auto platform = make_simulated_platform(1);
  const auto loop = platform->make_loop();
  int woken = 0;
  spawn(sleep_and_count(*loop, loop->now() + Duration::seconds(1), woken));
  spawn(sleep_and_count(*loop, loop->now(), woken));
  EXPECT_EQ(woken, 1);
  platform->advance(Duration::milliseconds(999));
  EXPECT_EQ(woken, 1);
  platform->advance(Duration::milliseconds(1));
  EXPECT_EQ(woken, 2);
}

Task<void> close_gate(Gate& gate, Loop& loop, Instant deadline, std::vector<size_t>& left) {
  Task<size_t> closing = gate.close(loop, deadline);
  const size_t inside = co_await closing;
  left.push_back(inside);
}

TEST(Gate, RefusesNewcomersAndWaitsForThoseInside) {
  const auto platform = make_simulated_platform(1);
  const auto loop = platform->make_loop();
  Gate gate;
  Gate::Pass one = gate.enter();
  Gate::Pass two = gate.enter();
  EXPECT_EQ(gate.inside(), 2u);
  std::vector<size_t> left;
  spawn(close_gate(gate, *loop, loop->now() + Duration::seconds(1), left));
  EXPECT_FALSE(gate.enter());
  one = {};
  EXPECT_TRUE(left.empty());
  two = {};
  EXPECT_EQ(left, std::vector<size_t>{0});
  spawn(close_gate(gate, *loop, loop->now(), left));
  EXPECT_EQ(left, (std::vector<size_t>{0, 0}));
}

TEST(Gate, StopsWaitingAtTheDeadline) {
  const auto platform = make_simulated_platform(1);
  const auto loop = platform->make_loop();
  Gate gate;
  Gate::Pass inside = gate.enter();
  std::vector<size_t> left;
  spawn(close_gate(gate, *loop, loop->now() + Duration::seconds(1), left));
  platform->advance(Duration::seconds(1));
  EXPECT_EQ(left, std::vector<size_t>{1});
}

}  // namespace
}  // namespace servanda

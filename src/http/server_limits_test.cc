// SPDX-License-Identifier: Apache-2.0
// Limits and timeouts: each at its limit and one above, in virtual time.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/server.h"
#include "http/server_harness.h"

namespace servanda {
namespace {

using internal::ServerHarness;

std::string get(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::string post_head(std::string_view target, size_t length) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

bool has_status(std::string_view answer, int status) {
  return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

size_t count(std::string_view text, std::string_view part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

TEST(ServerLimits, RefuseBodiesAboveTheServersLimitBeforeTheyAreRead) {
  ServerHarness harness({.body_bytes_max = 100});
  EXPECT_TRUE(has_status(harness.ask(post_head("/echo", 100) + std::string(100, 'x')), 200));
  EXPECT_TRUE(has_status(harness.ask(post_head("/echo", 101)), 413));
  EXPECT_EQ(harness.handler.requests, 1u);
}

TEST(ServerLimits, RefuseBodiesAboveTheOperationsLimit) {
  ServerHarness harness;
  EXPECT_TRUE(has_status(harness.ask(post_head("/limited", 10) + "0123456789"), 200));
  // Refused at once, without waiting for the body.
  EXPECT_TRUE(has_status(harness.ask(post_head("/limited", 11)), 413));
  const std::string head =
      "POST /limited HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_TRUE(has_status(harness.ask(head + "a\r\n0123456789\r\n0\r\n\r\n"), 200));
  EXPECT_EQ(harness.ask(head + "a\r\n0123456789\r\n1\r\n"), "");
  EXPECT_TRUE(has_status(harness.ask(head + "a\r\n0123456789\r\n1\r\nA"), 413));
}

TEST(ServerLimits, EndTheHeadAfterItsTime) {
  ServerHarness harness;
  const auto slow = harness.open();
  for (int i = 0; i < 10; ++i) {
    slow->send("G");
    harness.platform->advance(Duration::milliseconds(980));
  }
  EXPECT_EQ(slow->received(), "");
  harness.platform->advance(Duration::seconds(1));
  EXPECT_TRUE(has_status(slow->received(), 408));
  EXPECT_EQ(harness.events.refusals.back().second, "head-timeout");
}

TEST(ServerLimits, EndAConnectionThatNeverSpeaks) {
  ServerHarness harness;
  const auto silent = harness.open();
  harness.platform->advance(Duration::milliseconds(9900));
  EXPECT_FALSE(silent->ended());
  harness.platform->advance(Duration::milliseconds(700));
  EXPECT_TRUE(has_status(silent->received(), 408));
  harness.platform->advance(Duration::seconds(3));
  EXPECT_TRUE(silent->closed());
}

TEST(ServerLimits, CloseIdleConnectionsSilently) {
  ServerHarness harness;
  const auto idle = harness.open();
  idle->send(get("/"));
  harness.platform->run_ready();
  idle->clear_received();
  harness.platform->advance(Duration::milliseconds(74'900));
  EXPECT_FALSE(idle->closed());
  harness.platform->advance(Duration::milliseconds(700));
  EXPECT_TRUE(idle->closed());
  EXPECT_EQ(idle->received(), "");
  EXPECT_TRUE(harness.events.refusals.empty());
}

TEST(ServerLimits, EndABodyThatStalls) {
  ServerHarness harness;
  const auto stalled = harness.open();
  stalled->send(post_head("/echo", 10'000) + std::string(9'000, 'x'));
  harness.platform->advance(Duration::milliseconds(9'900));
  EXPECT_EQ(stalled->received(), "");
  harness.platform->advance(Duration::milliseconds(700));
  EXPECT_TRUE(has_status(stalled->received(), 408));
  EXPECT_EQ(harness.handler.notes, std::vector<std::string>{"body-timeout"});
}

TEST(ServerLimits, EndABodyThatIsSlowerThanTheLeastRate) {
  ServerHarness harness;
  const auto fast = harness.open();
  const auto slow = harness.open();
  fast->send(post_head("/echo", 100'000));
  slow->send(post_head("/echo", 100'000));
  for (int second = 0; second < 8; ++second) {
    fast->send(std::string(600, 'x'));
    slow->send(std::string(400, 'x'));
    harness.platform->advance(Duration::milliseconds(900));
    if (second < 5) {
      EXPECT_EQ(slow->received(), "");
    }
  }
  EXPECT_TRUE(has_status(slow->received(), 408));
  EXPECT_EQ(fast->received(), "");
}

TEST(ServerLimits, TimeTheBodyFromWhenItIsAskedFor) {
  ServerHarness harness;
  const auto peer = harness.open();
  peer->send("POST /late?20000 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
  harness.platform->advance(Duration::milliseconds(20'600));
  EXPECT_EQ(peer->received(), "");
  peer->send("hello");
  harness.platform->run_ready();
  EXPECT_TRUE(has_status(peer->received(), 200));
}

TEST(ServerLimits, CloseOnAClientThatDoesNotRead) {
  ServerHarness harness;
  const auto peer = harness.open();
  peer->stop_reading();
  peer->send(get("/large?500000"));
  harness.platform->advance(Duration::milliseconds(29'900));
  EXPECT_FALSE(peer->closed());
  harness.platform->advance(Duration::milliseconds(700));
  EXPECT_TRUE(peer->closed());
  EXPECT_EQ(harness.events.refusals.back(), (std::pair<int, std::string>(0, "write-stalled")));
}

TEST(ServerLimits, LetASlowReaderGoOnAsLongAsItReads) {
  ServerHarness harness;
  const auto peer = harness.open();
  peer->stop_reading();
  peer->send(get("/large?500000"));
  harness.platform->advance(Duration::milliseconds(29'000));
  peer->resume_reading();
  harness.platform->run_ready();
  EXPECT_EQ(count(peer->received(), "x"), 500'000u + 1);  // One in "text".
  EXPECT_FALSE(peer->closed());
}

TEST(ServerLimits, MakeAStreamWaitForItsReader) {
  ServerHarness harness({.output_buffer_bytes_max = 100'000});
  const auto peer = harness.open();
  peer->stop_reading();
  peer->send(get("/stream?1000"));
  harness.platform->run_ready();
  EXPECT_EQ(harness.handler.ended, 0u);
  peer->resume_reading();
  harness.platform->run_ready();
  EXPECT_EQ(harness.handler.ended, 1u);
  EXPECT_GT(peer->received().size(), 1'000'000u);
  EXPECT_TRUE(peer->received().ends_with("0\r\n\r\n"));
}

TEST(ServerLimits, CancelAStreamWhoseReaderIsGone) {
  ServerHarness harness({.output_buffer_bytes_max = 100'000});
  const auto peer = harness.open();
  peer->stop_reading();
  peer->send(get("/stream?1000"));
  harness.platform->run_ready();
  peer->reset();
  harness.platform->run_ready();
  EXPECT_EQ(harness.handler.notes, std::vector<std::string>{"client-gone"});
  EXPECT_EQ(harness.handler.ended, 1u);
}

TEST(ServerLimits, StopTakingPipelinedRequestsWhileAnswersPileUp) {
  ServerHarness harness({.output_buffer_bytes_max = 100'000});
  const auto peer = harness.open();
  peer->stop_reading();
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += get("/large?100000");
  peer->send(requests);
  harness.platform->run_ready();
  EXPECT_LE(harness.handler.requests, 4u);
  peer->resume_reading();
  harness.platform->run_ready();
  EXPECT_EQ(harness.handler.requests, 50u);
  EXPECT_EQ(count(peer->received(), "200 OK"), 50u);
}

TEST(ServerLimits, EndAConnectionAfterItsLastRequest) {
  ServerHarness harness({.requests_per_connection_max = 3});
  const auto peer = harness.open();
  peer->send(get("/") + get("/") + get("/") + get("/"));
  harness.platform->run_ready();
  EXPECT_EQ(count(peer->received(), "200 OK"), 3u);
  EXPECT_EQ(count(peer->received(), "Connection: close"), 1u);
  EXPECT_TRUE(peer->ended());
}

TEST(ServerLimits, RefuseConnectionsAboveTheirNumber) {
  ServerHarness harness({.connections_max = 2});
  const auto first = harness.open();
  const auto second = harness.open();
  const auto third = harness.open();
  harness.platform->run_ready();
  EXPECT_FALSE(first->ended());
  EXPECT_FALSE(second->ended());
  EXPECT_TRUE(has_status(third->received(), 503));
  EXPECT_NE(third->received().find("Retry-After: 1\r\n"), std::string::npos);
  EXPECT_EQ(harness.events.refusals.back().second, "too-many-connections");
}

TEST(ServerLimits, DropConnectionsWhenEvenRefusingThemIsTooMuch) {
  ServerHarness harness({.connections_max = 1});
  std::vector<std::unique_ptr<SimulatedPeer>> peers;
  for (int i = 0; i < 130; ++i) peers.push_back(harness.open());
  harness.platform->run_ready();
  EXPECT_TRUE(has_status(peers[128]->received(), 503));
  EXPECT_EQ(peers[129]->received(), "");
  EXPECT_TRUE(peers[129]->closed());
}

TEST(ServerLimits, DropAnUnreadBodyUpToItsBoundAndCloseAboveIt) {
  ServerHarness harness;
  const size_t bound = 64 * 1024;
  const std::string kept =
      harness.ask(post_head("/skip", bound) + std::string(bound, 'x') + get("/"));
  EXPECT_EQ(count(kept, "200 OK"), 2u);
  const std::string closed =
      harness.ask(post_head("/skip", bound + 1) + std::string(bound + 1, 'x') + get("/"));
  EXPECT_EQ(count(closed, "200 OK"), 1u);
  EXPECT_EQ(count(closed, "Connection: close"), 1u);
}

// Starts a drain and keeps its result.
Task<void> drain_into(Server& server, Instant deadline, std::vector<size_t>& results) {
  Task<size_t> drained = server.drain(deadline);
  const size_t cut_off = co_await drained;
  results.push_back(cut_off);
}

TEST(ServerDrain, FinishesWhatRunsAndClosesTheRest) {
  ServerHarness harness;
  const auto idle = harness.open();
  idle->send(get("/"));
  const auto busy = harness.open();
  busy->send(get("/sleep?1000"));
  harness.platform->run_ready();
  idle->clear_received();
  std::vector<size_t> results;
  spawn(drain_into(*harness.server, harness.loop->now() + Duration::seconds(5), results));
  // A request that was on its way is still served.
  idle->send(get("/"));
  harness.platform->run_ready();
  EXPECT_EQ(count(idle->received(), "200 OK"), 1u);
  EXPECT_EQ(count(idle->received(), "Connection: close"), 1u);
  idle->end();
  harness.platform->advance(Duration::milliseconds(900));
  EXPECT_TRUE(results.empty());
  harness.platform->advance(Duration::milliseconds(200));
  EXPECT_EQ(count(busy->received(), "slept"), 1u);
  EXPECT_EQ(count(busy->received(), "Connection: close"), 1u);
  busy->end();
  harness.platform->run_ready();
  EXPECT_EQ(results, std::vector<size_t>{0});
}

TEST(ServerDrain, ClosesIdleConnectionsSoon) {
  ServerHarness harness;
  const auto idle = harness.open();
  harness.platform->run_ready();
  std::vector<size_t> results;
  spawn(drain_into(*harness.server, harness.loop->now() + Duration::seconds(5), results));
  harness.platform->advance(Duration::milliseconds(100));
  EXPECT_TRUE(idle->closed());
  EXPECT_EQ(results, std::vector<size_t>{0});
}

TEST(ServerDrain, CutsOffAtTheDeadlineAndSaysHowMany) {
  ServerHarness harness;
  const auto one = harness.open();
  one->send(get("/sleep?60000"));
  const auto two = harness.open();
  two->send("GET / HT");
  harness.platform->run_ready();
  std::vector<size_t> results;
  spawn(drain_into(*harness.server, harness.loop->now() + Duration::seconds(1), results));
  harness.platform->advance(Duration::milliseconds(999));
  EXPECT_TRUE(results.empty());
  harness.platform->advance(Duration::milliseconds(2));
  EXPECT_EQ(results, std::vector<size_t>{2});
  EXPECT_TRUE(one->closed());
  harness.server.reset();
  harness.platform->advance(Duration::seconds(60));
  EXPECT_EQ(harness.handler.ended, 1u);
}

TEST(ServerDrain, StopsListening) {
  ServerHarness harness;
  Result<std::unique_ptr<Listener>> listener = harness.loop->listen("127.0.0.1:0");
  ASSERT_TRUE(listener);
  const std::string address = (*listener)->address();
  harness.server->start(std::move(*listener));
  const auto peer = harness.platform->connect_peer(address);
  ASSERT_TRUE(peer);
  peer->send(get("/"));
  harness.platform->run_ready();
  EXPECT_TRUE(has_status(peer->received(), 200));
  std::vector<size_t> results;
  spawn(drain_into(*harness.server, harness.loop->now() + Duration::seconds(1), results));
  EXPECT_FALSE(harness.platform->connect_peer(address));
  harness.platform->advance(Duration::seconds(1));
  EXPECT_EQ(results, std::vector<size_t>{0});
}

}  // namespace
}  // namespace servanda

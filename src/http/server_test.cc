// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/server_harness.h"

namespace servanda {
namespace {

using internal::ServerHarness;

constexpr std::string_view kHello =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Fri, 01 May 2026 12:00:01 GMT\r\n"
    "Content-Length: 5\r\n\r\nhello";

std::string get(std::string_view target, std::string_view headers = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n";
}

std::string post(std::string_view target, std::string_view body, std::string_view headers = "") {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(headers) + "\r\n" + std::string(body);
}

std::string chunked(std::string_view target, std::string_view chunks) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(chunks);
}

size_t count(std::string_view text, std::string_view part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

TEST(Server, AnswersWithDateAndLength) {
  ServerHarness harness;
  EXPECT_EQ(harness.ask(get("/")), kHello);
  EXPECT_TRUE(harness.events.refusals.empty());
}

TEST(Server, AnswersPipelinedRequestsInOrderAndInOneWrite) {
  ServerHarness harness;
  const auto peer = harness.open();
  peer->send(get("/echo?1") + get("/") + post("/echo?2", "body") +
             chunked("/echo?3", "3\r\nabc\r\n0\r\n\r\n"));
  harness.platform->run_ready();
  const std::string& answers = peer->received();
  EXPECT_EQ(count(answers, "HTTP/1.1 200 OK"), 4u);
  const size_t first = answers.find("GET /echo?1 a ");
  const size_t second = answers.find("hello");
  const size_t third = answers.find("POST /echo?2 a body");
  const size_t fourth = answers.find("POST /echo?3 a abc");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_LT(third, fourth);
  EXPECT_NE(fourth, std::string::npos);
}

TEST(Server, AnswersSlowHandlersInOrderToo) {
  ServerHarness harness;
  const auto peer = harness.open();
  peer->send(get("/sleep?200") + get("/") + get("/sleep?100"));
  harness.platform->run_ready();
  EXPECT_EQ(peer->received(), "");
  harness.platform->advance(Duration::milliseconds(250));
  EXPECT_EQ(count(peer->received(), "200 OK"), 2u);
  harness.platform->advance(Duration::milliseconds(100));
  EXPECT_EQ(count(peer->received(), "200 OK"), 3u);
}

TEST(Server, GivesTheSameAnswersForEverySplitOfTheSameBytes) {
  const std::vector<std::string> scripts = {
      get("/") + post("/echo", "hello world") +
          chunked("/echo", "5;x\r\nhello\r\n1\r\n!\r\n0\r\nT: x\r\n\r\n") + get("/sleep?0"),
      post("/skip", std::string(5000, 'x')) + get("/") + "GET / HTTP/1.1\r\nHost: \r\n\r\n",
      chunked("/skip", "5\r\nhello\r\n0\r\n\r\n") + get("/", "Connection: close\r\n") + get("/"),
      chunked("/echo", "5\r\nhelloX") + get("/"),
      post("/limited", "0123456789") + post("/limited", "0123456789A") + get("/"),
      chunked("/limited", "b\r\n0123456789A\r\n0\r\n\r\n") + get("/"),
      post("/echo", "x", "Expect: 100-continue\r\n") +
          post("/skip", "x", "Expect: 100-continue\r\n"),
      "HEAD /large?5000 HTTP/1.1\r\nHost: a\r\n\r\n" + get("/nothing") + get("/stream?3"),
      "GET / HTTP/1.0\r\n\r\n" + get("/"),
      post("/skip", std::string(70'000, 'y')) + get("/"),
      "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(40'000, 'z') + "\r\n\r\n",
  };
  for (const std::string& script : scripts) {
    const std::string whole = ServerHarness().ask(script);
    EXPECT_FALSE(whole.empty());
    for (uint64_t seed = 1; seed <= 12; ++seed) {
      ServerHarness harness({}, seed);
      WireOptions options;
      options.reads = seed == 1 ? WireOptions::Chunks::kSingleByte : WireOptions::Chunks::kRandom;
      options.writes = seed % 2 == 0 ? WireOptions::Writes::kPartial : WireOptions::Writes::kWhole;
      harness.platform->set_wire_options(options);
      std::string split = harness.ask(script);
      // Problems carry a random id, which differs between seeds.
      const auto without_ids = [](std::string text) {
        for (size_t at = text.find("request_id"); at != std::string::npos;
             at = text.find("request_id", at + 1)) {
          text.replace(at, 47, "");
        }
        return text;
      };
      EXPECT_EQ(without_ids(split), without_ids(whole))
          << script.substr(0, 200) << " seed " << seed;
    }
  }
}

TEST(Server, TellsHeadTheLengthWithoutTheBody) {
  ServerHarness harness;
  const std::string answer = harness.ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(answer.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST(Server, SendsNoLengthAndNoBodyWith204) {
  ServerHarness harness;
  const std::string answer = harness.ask(get("/nothing"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 204 No Content\r\n"));
  EXPECT_EQ(answer.find("Content-Length"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST(Server, StreamsInChunksAndToTheEndForHttp10) {
  ServerHarness harness;
  const std::string answer = harness.ask(get("/stream?2"));
  EXPECT_NE(answer.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_NE(answer.find("\r\n\r\n3e8\r\n" + std::string(1000, 'a') + "\r\n3e8\r\nb"),
            std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n0\r\n\r\n"));
  const std::string old = harness.ask("GET /stream?1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(old.find("Transfer-Encoding"), std::string::npos);
  EXPECT_NE(old.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(old.ends_with("\r\n\r\n" + std::string(1000, 'a')));
}

TEST(Server, KeepsHttp10AliveOnlyWhenAsked) {
  ServerHarness harness;
  const std::string kept = harness.ask(
      "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\nGET / HTTP/1.0\r\n\r\n" + get("/"));
  EXPECT_EQ(count(kept, "200 OK"), 2u);
  EXPECT_EQ(count(kept, "Connection: keep-alive\r\n"), 1u);
  EXPECT_EQ(count(kept, "Connection: close\r\n"), 1u);
}

TEST(Server, SendsContinueOnlyWhenTheBodyIsWanted) {
  ServerHarness harness;
  const auto peer = harness.open();
  peer->send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  harness.platform->run_ready();
  EXPECT_EQ(peer->received(), "HTTP/1.1 100 Continue\r\n\r\n");
  peer->send("abc");
  harness.platform->run_ready();
  EXPECT_TRUE(peer->received().ends_with("POST /echo a abc"));

  const std::string refused = harness.ask(
      "POST /skip HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(refused.find("100 Continue"), std::string::npos);
  EXPECT_NE(refused.find("Connection: close\r\n"), std::string::npos);
}

TEST(Server, AnswersRefusedHeadsWithAProblemAndCloses) {
  ServerHarness harness;
  const auto peer = harness.open();
  peer->send(
      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: "
      "chunked\r\n\r\n0\r\n\r\n" +
      get("/"));
  harness.platform->run_ready();
  const std::string& answer = peer->received();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_NE(answer.find("Content-Type: application/problem+json\r\n"), std::string::npos);
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  EXPECT_NE(answer.find("\"double-framing\""), std::string::npos);
  EXPECT_NE(answer.find(harness.events.last_trace_id), std::string::npos);
  EXPECT_EQ(harness.events.last_trace_id.size(), 32u);
  EXPECT_EQ(count(answer, "HTTP/1.1"), 1u);
  EXPECT_TRUE(peer->ended());
  EXPECT_FALSE(peer->closed());  // Lingers, so that the answer is not destroyed by a reset.
  EXPECT_EQ(harness.handler.requests, 0u);
  peer->end();
  harness.platform->run_ready();
  EXPECT_TRUE(peer->closed());
  ASSERT_EQ(harness.events.refusals.size(), 1u);
  EXPECT_EQ(harness.events.refusals[0].first, 400);
}

TEST(Server, NamesTheMethodsWithThe405OfTrace) {
  ServerHarness harness;
  const std::string answer = harness.ask("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
  EXPECT_NE(answer.find("Allow: GET, "), std::string::npos);
}

TEST(Server, LingersNoLongerThanTwoSecondsAndABound) {
  ServerHarness harness;
  const auto quiet = harness.open();
  quiet->send("x\r\n\r\n");
  const auto noisy = harness.open();
  noisy->send("x\r\n\r\n");
  harness.platform->run_ready();
  EXPECT_FALSE(quiet->closed());
  noisy->send(std::string(300 * 1024, 'x'));
  harness.platform->run_ready();
  EXPECT_TRUE(noisy->closed());
  harness.platform->advance(Duration::seconds(3));
  EXPECT_TRUE(quiet->closed());
}

TEST(Server, AnswersWhatAHalfClosedClientAskedFor) {
  ServerHarness harness;
  const auto peer = harness.open();
  peer->send(get("/sleep?100") + get("/"));
  peer->end();
  harness.platform->advance(Duration::milliseconds(200));
  EXPECT_EQ(count(peer->received(), "200 OK"), 2u);
  EXPECT_TRUE(peer->closed());
}

TEST(Server, RefusesAHeadThatEndsEarly) {
  ServerHarness harness;
  const auto peer = harness.open();
  peer->send("GET / HTTP/1.1\r\nHost: a\r\n");
  peer->end();
  harness.platform->run_ready();
  EXPECT_TRUE(peer->received().starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(peer->closed());
}

TEST(Server, NeverTakesAnIncompleteBodyForComplete) {
  ServerHarness harness;
  const auto sized = harness.open();
  sized->send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  sized->end();
  const auto in_chunks = harness.open();
  in_chunks->send(chunked("/echo", "3\r\nabc\r\n"));
  in_chunks->end();
  const auto late = harness.open();
  late->send("POST /late?100 HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  late->end();
  harness.platform->advance(Duration::milliseconds(200));
  EXPECT_TRUE(sized->received().starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(in_chunks->received().starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(late->received().starts_with("HTTP/1.1 400 "));
  EXPECT_EQ(harness.handler.notes, std::vector<std::string>(3, "body-incomplete"));
}

TEST(Server, TellsAHandlerThatItsClientIsGone) {
  ServerHarness harness;
  const auto ended = harness.open();
  ended->send(get("/gone?1000"));
  const auto broken = harness.open();
  broken->send(get("/gone?1000"));
  const auto there = harness.open();
  there->send(get("/gone?1000"));
  harness.platform->run_ready();
  ended->end();
  broken->reset();
  harness.platform->advance(Duration::seconds(2));
  EXPECT_EQ(
      count(harness.handler.notes[0] + harness.handler.notes[1] + harness.handler.notes[2], "gone"),
      2u);
  EXPECT_EQ(harness.handler.ended, 3u);
  EXPECT_EQ(count(there->received(), "slept"), 1u);
  EXPECT_EQ(harness.server->connections(), 1u);
}

TEST(Server, CancelsABodyThatIsWaitedForWhenTheConnectionBreaks) {
  ServerHarness harness;
  const auto peer = harness.open();
  peer->send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  harness.platform->run_ready();
  peer->reset();
  harness.platform->run_ready();
  EXPECT_EQ(harness.handler.notes, std::vector<std::string>{"client-gone"});
  EXPECT_EQ(harness.server->connections(), 0u);
}

TEST(Server, OutlivesAHandlerThatEndsAfterTheServer) {
  ServerHarness harness;
  const auto waiting = harness.open();
  waiting->send(get("/sleep?1000"));
  const auto late = harness.open();
  late->send("POST /late?1000 HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  const auto reading = harness.open();
  reading->send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  harness.platform->run_ready();
  harness.server.reset();
  EXPECT_EQ(harness.handler.notes, std::vector<std::string>{"client-gone"});
  harness.platform->advance(Duration::seconds(2));
  EXPECT_EQ(harness.handler.ended, 3u);
  EXPECT_EQ(waiting->received(), "");
  EXPECT_TRUE(waiting->closed());
}

TEST(Server, SpreadsALargeBodyOverAsManyReadsAsItTakes) {
  ServerHarness harness;
  WireOptions options;
  options.reads = WireOptions::Chunks::kRandom;
  harness.platform->set_wire_options(options);
  const std::string body(900'000, 'b');
  const std::string answer = harness.ask(post("/echo", body) + get("/"));
  EXPECT_NE(answer.find("POST /echo a " + body + "HTTP/1.1 200 OK"), std::string::npos);
  std::string chunks;
  for (int i = 0; i < 900; ++i) chunks += "3e8\r\n" + body.substr(0, 1000) + "\r\n";
  const std::string again = harness.ask(chunked("/echo", chunks + "0\r\n\r\n") + get("/"));
  EXPECT_NE(again.find("POST /echo a " + body + "HTTP/1.1 200 OK"), std::string::npos);
}

TEST(Server, CountsNoConnectionTwice) {
  ServerHarness harness;
  for (int i = 0; i < 5; ++i) (void)harness.ask(get("/"));
  harness.platform->run_ready();
  EXPECT_EQ(harness.events.opened, 5u);
  EXPECT_EQ(harness.events.closed, 5u);
  EXPECT_EQ(harness.server->connections(), 0u);
}

class SilentHandler final : public RequestHandler {
 public:
  Task<void> handle(Exchange&) override { co_return; }
};

void serve_silently() {
  const auto platform = make_simulated_platform(1);
  const auto loop = platform->make_loop();
  SilentHandler handler;
  internal::RecordedEvents events;
  Server server(*loop, {}, handler, events);
  auto [stream, peer] = platform->make_stream(*loop);
  server.serve(std::move(stream));
  peer->send(get("/"));
  platform->run_ready();
}

TEST(ServerDeathTest, CallsAHandlerWithoutAnAnswerABug) {
  EXPECT_DEATH(serve_silently(), "ended without an answer");
}

}  // namespace
}  // namespace servanda

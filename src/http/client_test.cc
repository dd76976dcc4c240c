// SPDX-License-Identifier: Apache-2.0
// What a client sends and reads, and how it uses its connections.
#include "http/client.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/seeded_rng.h"
#include "http/client_harness.h"
#include "http/server_harness.h"

namespace servanda {
namespace {

using internal::Ask;
using internal::ClientHarness;
using internal::FarEnd;
using Body = ClientRequest::Body;

constexpr std::string_view kEmpty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

TEST(Client, SendsHeadFieldsAndBody) {
  ClientHarness harness;
  const std::array<HeaderField, 2> fields{{{"Accept", "a/b"}, {"X-Empty", ""}}};
  Ask& ask = harness.start({.method = "POST",
                            .target = "/v1/orders?x=1",
                            .host = "shop:8080",
                            .fields = fields,
                            .body = "hello",
                            .has_body = Body::kPresent});
  harness.settle();
  ASSERT_EQ(harness.ends.size(), 1u);
  EXPECT_EQ(harness.ends[0]->received,
            "POST /v1/orders?x=1 HTTP/1.1\r\nHost: shop:8080\r\nAccept: a/b\r\nX-Empty: \r\n"
            "Content-Length: 5\r\n\r\nhello");
  harness.ends[0]->send(
      "HTTP/1.1 201 Created\r\nETag: \"1\"\r\nX: y\r\nContent-Length: 2\r\n\r\nok");
  harness.settle();
  EXPECT_EQ(ask.outcome(), "201 ok");
  EXPECT_EQ(ask.answer.field("etag"), "\"1\"");
  EXPECT_EQ(ask.answer.field("absent").data(), nullptr);
  ASSERT_EQ(ask.answer.fields.size(), 3u);
  EXPECT_EQ(ask.answer.fields[1].name, "X");
  const ClientAnswer moved = std::move(ask.answer);
  EXPECT_EQ(moved.field("x"), "y");
}

TEST(Client, AnnouncesABodyOnlyWhenThereIsOne) {
  ClientHarness harness;
  harness.get_now("/");
  EXPECT_EQ(harness.ends[0]->received, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  harness.start({.method = "PUT", .target = "/", .has_body = Body::kPresent});
  harness.settle();
  EXPECT_EQ(harness.ends[1]->received, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
}

struct Reading {
  const char* method;
  std::string answer;
  std::string outcome;
  bool stays;
};

std::vector<Reading> readings() {
  return {
      {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200 hello", true},
      {"GET", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "404 ", true},
      {"GET",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nT: "
       "x\r\n"
       "\r\n",
       "200 abcde", true},
      {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi", "200 hi",
       false},
      {"GET", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 hi", false},
      {"GET", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nhi", "200 hi",
       true},
      {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "200 ", true},
      {"HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "200 ", true},
      {"GET", "HTTP/1.1 204 No Content\r\n\r\n", "204 ", true},
      {"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "304 ", true},
      {"GET",
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n"
       "Content-Length: 2\r\n\r\nhi",
       "200 hi", true},
      // What comes behind an answer is nobody's: the connection is not used again.
      {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi?", "200 hi", false},
      {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 ", false},
      {"GET", "HTTP/1.1 204 No Content\r\n\r\nX", "204 ", false},
  };
}

TEST(Client, ReadsEveryFramingHoweverItsBytesAreSplit) {
  using Chunks = WireOptions::Chunks;
  for (const Chunks reads : {Chunks::kWhole, Chunks::kRandom, Chunks::kSingleByte}) {
    for (const Reading& reading : readings()) {
      ClientHarness harness({}, {.reads = reads, .writes = WireOptions::Writes::kPartial}, 7);
      Ask& ask = harness.start({.method = reading.method, .target = "/"});
      harness.settle();
      ASSERT_EQ(harness.ends.size(), 1u);
      EXPECT_EQ(harness.ends[0]->received,
                std::string(reading.method) + " / HTTP/1.1\r\nHost: a\r\n\r\n");
      harness.ends[0]->send(reading.answer);
      harness.settle();
      EXPECT_EQ(ask.outcome(), reading.outcome) << reading.answer;
      EXPECT_EQ(harness.client->idle(), reading.stays ? 1u : 0u) << reading.answer;
      EXPECT_EQ(harness.client->connections(), reading.stays ? 1u : 0u) << reading.answer;
      EXPECT_EQ(harness.ends[0]->ended, !reading.stays) << reading.answer;
    }
  }
}

TEST(Client, ReadsToTheEndOfTheConnectionWithoutALength) {
  for (const char* start :
       {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n"}) {
    ClientHarness harness;
    Ask& ask = harness.get_now("/");
    harness.ends[0]->send(start + std::string("hel"));
    harness.settle();
    harness.ends[0]->send("lo");
    harness.settle();
    EXPECT_EQ(ask.outcome(), "waits");
    harness.ends[0]->end();
    harness.settle();
    EXPECT_EQ(ask.outcome(), "200 hello");
    EXPECT_EQ(harness.client->connections(), 0u);
  }
}

TEST(Client, CarriesLargeBodiesBothWays) {
  std::string large;
  for (int i = 0; large.size() < 3'000'000; ++i) large += std::to_string(i) + ",";
  for (const auto reads : {WireOptions::Chunks::kWhole, WireOptions::Chunks::kRandom}) {
    ClientHarness harness(
        {}, {.reads = reads, .writes = WireOptions::Writes::kPartial, .window_bytes = 100'000});
    Ask& ask =
        harness.start({.method = "POST", .target = "/", .body = large, .has_body = Body::kPresent});
    harness.settle();
    FarEnd& end = *harness.ends[0];
    EXPECT_TRUE(end.received.ends_with("\r\n\r\n" + large));
    end.answer(large);
    harness.settle();
    EXPECT_EQ(ask.outcome(), "200 " + large);
    EXPECT_EQ(harness.client->idle(), 1u);
    // Chunked, on the same connection and into the same answer.
    Ask& second = harness.get_now("/");
    std::string chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (size_t at = 0; at < large.size(); at += 65'536) {
      const std::string piece = large.substr(at, 65'536);
      char size[20];
      std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
      chunks += size + piece + "\r\n";
    }
    end.send(chunks + "0\r\n\r\n");
    harness.settle();
    EXPECT_EQ(second.outcome(), "200 " + large);
    EXPECT_EQ(harness.ends.size(), 1u);
  }
}

TEST(Client, UsesTheLatestConnectionAgain) {
  ClientHarness harness;
  harness.get("/1");
  harness.get_now("/2");
  ASSERT_EQ(harness.ends.size(), 2u);
  EXPECT_EQ(harness.client->connections(), 2u);
  EXPECT_EQ(harness.client->idle(), 0u);
  FarEnd* const one = harness.ends[0]->received.starts_with("GET /1") ? harness.ends[0].get()
                                                                      : harness.ends[1].get();
  FarEnd* const two = one == harness.ends[0].get() ? harness.ends[1].get() : harness.ends[0].get();
  two->send(kEmpty);
  harness.settle();
  one->send(kEmpty);
  harness.settle();
  EXPECT_EQ(harness.client->idle(), 2u);
  Ask& third = harness.get_now("/3");
  EXPECT_TRUE(one->received.find("GET /3") != std::string::npos);
  one->send(kEmpty);
  harness.settle();
  EXPECT_EQ(third.outcome(), "200 ");
  Ask& fourth = harness.get_now("/4");
  EXPECT_TRUE(one->received.find("GET /4") != std::string::npos);
  EXPECT_EQ(two->received.find("GET /4"), std::string::npos);
  EXPECT_EQ(fourth.outcome(), "waits");
  EXPECT_EQ(harness.client->connections(), 2u);
}

TEST(Client, ClosesUnusedConnectionsAfterTheirTime) {
  ClientHarness harness({.idle_max = Duration::seconds(20)});
  harness.get("/1");
  harness.get_now("/2");
  harness.ends[0]->send(kEmpty);
  harness.settle();
  harness.platform->advance(Duration::seconds(5));
  harness.ends[1]->send(kEmpty);
  harness.settle();
  EXPECT_EQ(harness.client->idle(), 2u);
  harness.platform->advance(Duration::seconds(15) - Duration::milliseconds(1));
  EXPECT_EQ(harness.client->idle(), 2u);
  harness.platform->advance(Duration::milliseconds(1));
  EXPECT_EQ(harness.client->idle(), 1u);
  EXPECT_TRUE(harness.ends[0]->ended);
  EXPECT_FALSE(harness.ends[1]->ended);
  harness.platform->advance(Duration::seconds(5));
  EXPECT_EQ(harness.client->connections(), 0u);
  EXPECT_TRUE(harness.ends[1]->ended);
}

TEST(Client, ThrowsAwayAnIdleConnectionThatEndsOrSpeaks) {
  for (const bool speaks : {false, true}) {
    ClientHarness harness;
    harness.get_now("/");
    harness.ends[0]->send(kEmpty);
    harness.settle();
    ASSERT_EQ(harness.client->idle(), 1u);
    if (speaks) {
      harness.ends[0]->send("H");
    } else {
      harness.ends[0]->end();
    }
    harness.settle();
    EXPECT_EQ(harness.client->connections(), 0u);
    Ask& ask = harness.get_now("/");
    ASSERT_EQ(harness.ends.size(), 2u);
    harness.ends[1]->answer("new");
    harness.settle();
    EXPECT_EQ(ask.outcome(), "200 new");
  }
}

TEST(Client, HoldsItsLimitOfConnectionsAndServesTheQueueInOrder) {
  ClientHarness harness({.connections_max = 2, .waiting_max = 3});
  harness.get("/1");
  harness.get_now("/2");
  EXPECT_EQ(harness.client->connections(), 2u);
  EXPECT_EQ(harness.client->waiting(), 0u);
  std::vector<Ask*> waiting;
  for (const char* target : {"/3", "/4", "/5"}) waiting.push_back(&harness.get(target));
  EXPECT_EQ(harness.client->waiting(), 3u);
  Ask& above = harness.get("/6");
  EXPECT_EQ(above.outcome(), "upstream-busy");
  ASSERT_TRUE(above.result.has_value());
  EXPECT_EQ(above.result->error().code, Code::kUnavailable);
  harness.settle();
  EXPECT_EQ(harness.ends.size(), 2u);

  for (const char* next : {"GET /3 ", "GET /4 "}) {
    FarEnd& end = *harness.ends[0];
    end.received.clear();
    end.send(kEmpty);
    harness.settle();
    EXPECT_TRUE(end.received.starts_with(next)) << end.received;
  }
  EXPECT_EQ(waiting[0]->outcome(), "200 ");
  EXPECT_EQ(harness.client->waiting(), 1u);
  // A connection that is lost leaves its place to a new one.
  harness.ends[1]->close();
  harness.settle();
  ASSERT_EQ(harness.ends.size(), 3u);
  EXPECT_TRUE(harness.ends[2]->received.starts_with("GET /5 "));
  EXPECT_EQ(harness.client->waiting(), 0u);
  EXPECT_EQ(harness.client->connections(), 2u);
}

TEST(Client, DoesNotLetNewcomersOvertakeTheQueue) {
  ClientHarness harness({.connections_max = 1});
  harness.get_now("/1");
  Ask& second = harness.get("/2");
  harness.ends[0]->send(kEmpty);
  // The moment when the first has ended and the second has not begun.
  ASSERT_TRUE(harness.platform->run_until([&] { return harness.asks[0]->result.has_value(); },
                                          Duration::seconds(1)));
  harness.get("/3");
  harness.settle();
  EXPECT_NE(harness.ends[0]->received.find("GET /2 "), std::string::npos);
  EXPECT_EQ(harness.ends[0]->received.find("GET /3 "), std::string::npos);
  EXPECT_EQ(second.outcome(), "waits");
}

TEST(Client, KnowsLocalhost) {
  ClientHarness harness;
  const auto listener = harness.far_loop->listen("127.0.0.1:81");
  ASSERT_TRUE(listener);
  (*listener)->start([&](std::unique_ptr<Stream> stream) {
    harness.ends.push_back(std::make_unique<FarEnd>(std::move(stream)));
  });
  harness.client = std::make_unique<HttpClient>(*harness.loop, "localhost:81", ClientLimits{});
  Ask& ask = harness.get_now("/");
  ASSERT_EQ(harness.ends.size(), 1u);
  harness.ends[0]->answer("local");
  harness.settle();
  EXPECT_EQ(ask.outcome(), "200 local");
}

TEST(ClientDeathTest, RefusesRequestsThatNobodyMaySend) {
  const auto send = [](ClientRequest request) {
    ClientHarness harness;
    harness.start(request);
  };
  for (const HeaderField& field :
       {HeaderField{"Host", "b"}, HeaderField{"content-length", "5"},
        HeaderField{"Transfer-Encoding", "chunked"}, HeaderField{"CONNECTION", "close"},
        HeaderField{"X Y", "z"}, HeaderField{"", "z"}, HeaderField{"X", "a\r\nHost: b"}}) {
    const std::array<HeaderField, 1> fields{field};
    EXPECT_DEATH(send({.method = "GET", .target = "/", .fields = fields}), "no client may send")
        << field.name;
  }
  EXPECT_DEATH(send({.method = "G T", .target = "/"}), "no client may send");
  EXPECT_DEATH(send({.method = "GET", .target = ""}), "no client may send");
  EXPECT_DEATH(send({.method = "GET", .target = "/ HTTP/1.1\r\n"}), "no client may send");
  EXPECT_DEATH(send({.method = "GET", .target = "/", .host = "a\r\n"}), "no client may send");
  EXPECT_DEATH(send({.method = "GET", .target = "/", .body = "x"}), "no client may send");
}

// Our own server behind our own client, over every kind of wire: nothing is lost, doubled, or given
// to another request.
TEST(Client, AgreesWithOurServerOverAnyWire) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SeededRng rng(seed);
    const auto below = [&](uint64_t end) { return rng.next() % end; };
    const auto platform = make_simulated_platform(seed);
    WireOptions wire;
    wire.reads = static_cast<WireOptions::Chunks>(below(3));
    wire.writes = static_cast<WireOptions::Writes>(below(2));
    wire.latency = Duration::milliseconds(static_cast<int64_t>(below(3)));
    wire.window_bytes = 1 + below(5000);
    platform->set_wire_options(wire);
    const auto loop = platform->make_loop();
    const auto far_loop = platform->make_loop();
    internal::HabitsHandler handler(*far_loop);
    internal::RecordedEvents events;
    Server server(*far_loop, {}, handler, events);
    server.start(std::move(*far_loop->listen("10.0.0.1:80")));
    HttpClient client(*loop, "10.0.0.1:80",
                      {.connections_max = static_cast<uint32_t>(1 + below(4))});
    const Instant deadline = loop->now() + Duration::seconds(500);
    std::vector<std::unique_ptr<Ask>> asks;
    std::vector<std::string> expected;
    for (int i = 0; i < 20; ++i) {
      Ask& ask = *asks.emplace_back(std::make_unique<Ask>());
      ask.body.resize(below(3) == 0 ? 0 : below(2000));
      for (char& c : ask.body) c = static_cast<char>(rng.next());
      const bool is_stream = below(4) == 0;
      const uint64_t pieces = below(3);
      ask.target = is_stream ? "/stream?" + std::to_string(pieces) : "/echo?" + std::to_string(i);
      ask.request = {.method = is_stream ? "GET" : "POST", .target = ask.target, .host = "a"};
      if (!is_stream) {
        ask.request.body = ask.body;
        ask.request.has_body = Body::kPresent;
      }
      std::string& wanted = expected.emplace_back("200 ");
      if (!is_stream) wanted += "POST " + ask.target + " a " + ask.body;
      for (uint64_t piece = 0; is_stream && piece < pieces; ++piece) {
        wanted.append(1000, static_cast<char>('a' + piece));
      }
      ask.task.emplace(internal::run_ask(client, ask, deadline));
      ask.task->await_suspend(std::noop_coroutine());
      if (below(2) == 0) {
        platform->advance(Duration::milliseconds(static_cast<int64_t>(below(10))));
      }
    }
    platform->advance(Duration::seconds(100));
    for (size_t i = 0; i < asks.size(); ++i) {
      EXPECT_EQ(asks[i]->outcome(), expected[i]) << "seed " << seed << ", request " << i;
    }
    EXPECT_EQ(handler.requests, asks.size());
    EXPECT_TRUE(events.refusals.empty());
  }
}

}  // namespace
}  // namespace servanda

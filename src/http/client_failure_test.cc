// SPDX-License-Identifier: Apache-2.0
// How sends of a client fail: lost connections, bad answers, deadlines, and being given up.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/client.h"
#include "http/client_harness.h"

namespace servanda {
namespace {

using internal::Ask;
using internal::ClientHarness;
using internal::FarEnd;
using Body = ClientRequest::Body;
using Repeat = ClientRequest::Repeat;

constexpr std::string_view kEmpty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

// One exchange, so that a connection is kept.
void warm_up(ClientHarness& harness) {
  harness.get_now("/warm");
  harness.ends[0]->send(kEmpty);
  harness.settle();
  harness.ends[0]->received.clear();
  ASSERT_EQ(harness.client->idle(), 1u);
}

void expect_error(const Ask& ask, Code code, std::string_view reason) {
  EXPECT_EQ(ask.outcome(), reason);
  ASSERT_TRUE(ask.result && !*ask.result);
  EXPECT_EQ(ask.result->error().code, code);
  EXPECT_TRUE(ask.result->error().message.ends_with('.')) << ask.result->error().message;
}

TEST(ClientLoss, RepeatsOnANewConnectionWhatAKeptOneLost) {
  ClientHarness harness;
  warm_up(harness);
  Ask& ask = harness.get_now("/again", Repeat::kOnLostConnection);
  EXPECT_TRUE(harness.ends[0]->received.starts_with("GET /again "));
  harness.ends[0]->close();
  harness.settle();
  ASSERT_EQ(harness.ends.size(), 2u);
  EXPECT_EQ(harness.ends[1]->received, harness.ends[0]->received);
  EXPECT_EQ(harness.client->connections(), 1u);
  harness.ends[1]->answer("second");
  harness.settle();
  EXPECT_EQ(ask.outcome(), "200 second");
}

TEST(ClientLoss, RepeatsOnceOnly) {
  ClientHarness harness;
  warm_up(harness);
  Ask& ask = harness.get_now("/", Repeat::kOnLostConnection);
  harness.ends[0]->close();
  harness.settle();
  harness.ends[1]->close();
  harness.settle();
  expect_error(ask, Code::kUnavailable, "upstream-lost");
  EXPECT_EQ(harness.ends.size(), 2u);
  EXPECT_EQ(harness.client->connections(), 0u);
}

TEST(ClientLoss, DoesNotRepeatWhatMayHaveBeenDone) {
  {  // Not allowed to.
    ClientHarness harness;
    warm_up(harness);
    Ask& ask = harness.get_now("/", Repeat::kNever);
    harness.ends[0]->close();
    harness.settle();
    expect_error(ask, Code::kUnavailable, "upstream-lost");
    EXPECT_EQ(harness.ends.size(), 1u);
  }
  {  // A new connection that is lost is not one whose end crossed the request.
    ClientHarness harness;
    Ask& ask = harness.get_now("/", Repeat::kOnLostConnection);
    harness.ends[0]->close();
    harness.settle();
    expect_error(ask, Code::kUnavailable, "upstream-lost");
    EXPECT_EQ(harness.ends.size(), 1u);
  }
  {  // The answer had begun.
    ClientHarness harness;
    warm_up(harness);
    Ask& ask = harness.get_now("/", Repeat::kOnLostConnection);
    harness.ends[0]->send("H");
    harness.settle();
    harness.ends[0]->close();
    harness.settle();
    expect_error(ask, Code::kUnavailable, "upstream-lost");
    EXPECT_EQ(harness.ends.size(), 1u);
  }
}

TEST(ClientLoss, RepeatsAnythingOfWhichNothingWasSent) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    // The connection is gone, and the client's loop has not heard of it. A look at the socket tells
    // of that for some seeds, for the others the write that fails.
    ClientHarness harness({}, {.reads = WireOptions::Chunks::kRandom}, seed);
    warm_up(harness);
    harness.ends[0]->close();
    Ask& ask =
        harness.start({.method = "POST", .target = "/", .body = "x", .has_body = Body::kPresent});
    harness.settle();
    ASSERT_EQ(harness.ends.size(), 2u);
    EXPECT_TRUE(harness.ends[1]->received.starts_with("POST / "));
    EXPECT_EQ(harness.ends[0]->received, "");
    EXPECT_EQ(harness.client->connections(), 1u);
    harness.ends[1]->answer("ok");
    harness.settle();
    EXPECT_EQ(ask.outcome(), "200 ok");
  }
}

TEST(ClientLoss, LooksAtEveryKeptConnectionBeforeWhatCannotBeRepeated) {
  for (const bool speaks : {false, true}) {
    ClientHarness harness;
    for (int i = 0; i < 3; ++i) harness.get("/warm");
    harness.settle();
    for (const auto& end : harness.ends) end->send(kEmpty);
    harness.settle();
    ASSERT_EQ(harness.client->idle(), 3u);
    for (const auto& end : harness.ends) {
      if (speaks) {
        EXPECT_EQ(end->stream->try_write("H").value(), 1u);
      } else {
        end->stream->end_writing();
      }
    }
    Ask& ask = harness.get("/", Repeat::kNever);
    EXPECT_EQ(harness.client->connections(), 1u);
    harness.settle();
    ASSERT_EQ(harness.ends.size(), 4u);
    harness.ends[3]->answer("new");
    harness.settle();
    EXPECT_EQ(ask.outcome(), "200 new");
  }
}

TEST(ClientLoss, KeepsItsPlaceWhileItRepeats) {
  ClientHarness harness({.connections_max = 1});
  warm_up(harness);
  Ask& first = harness.get_now("/1", Repeat::kOnLostConnection);
  Ask& second = harness.get_now("/2");
  harness.ends[0]->close();
  harness.settle();
  ASSERT_EQ(harness.ends.size(), 2u);
  EXPECT_TRUE(harness.ends[1]->received.starts_with("GET /1 "));
  EXPECT_EQ(harness.client->connections(), 1u);
  EXPECT_EQ(harness.client->waiting(), 1u);
  harness.ends[1]->answer("one");
  harness.settle();
  EXPECT_EQ(first.outcome(), "200 one");
  harness.ends[1]->answer("two");
  harness.settle();
  EXPECT_EQ(second.outcome(), "200 two");
}

TEST(ClientLoss, TellsOfAnswersThatBreakOff) {
  for (const char* part :
       {"HTTP/1.1 200", "HTTP/1.1 200 OK\r\nA: b\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"}) {
    for (const auto reads : {WireOptions::Chunks::kWhole, WireOptions::Chunks::kSingleByte}) {
      ClientHarness harness({}, {.reads = reads});
      Ask& ask = harness.get_now("/", Repeat::kOnLostConnection);
      harness.ends[0]->send(part);
      harness.ends[0]->end();
      harness.settle();
      expect_error(ask, Code::kUnavailable, "upstream-lost");
      EXPECT_EQ(harness.client->connections(), 0u);
      EXPECT_TRUE(harness.ends[0]->ended);
    }
  }
}

TEST(ClientAnswers, RefusesWhatIsNotHttp) {
  for (const char* answer :
       {"SSH-2.0-OpenSSH\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 200 OK\nA: b\n\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n"}) {
    ClientHarness harness;
    Ask& ask = harness.get_now("/", Repeat::kOnLostConnection);
    harness.ends[0]->send(answer);
    harness.settle();
    expect_error(ask, Code::kInternal, "upstream-answer");
    EXPECT_EQ(harness.client->connections(), 0u);
    EXPECT_TRUE(harness.ends[0]->ended);
  }
}

TEST(ClientAnswers, HoldsTheSizeLimitsAtAndAbove) {
  const std::string at(1000, 'x');
  const std::string above(1001, 'x');
  const auto sized = [](const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  const auto chunked = [](const std::string& body) {
    return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n" + body.substr(0, 500) +
           (body.size() == 1000 ? "\r\n1f4\r\n" : "\r\n1f5\r\n") + body.substr(500) +
           "\r\n0\r\n\r\n";
  };
  const auto until_close = [](const std::string& body) { return "HTTP/1.1 200 OK\r\n\r\n" + body; };
  const auto head = [](const std::string& body) {
    const std::string start = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: ";
    return start + body.substr(start.size() + 4) + "\r\n\r\n";
  };
  const auto outcome_of = [](const std::string& answer) {
    ClientHarness harness({.answer_bytes_max = 1000, .head_bytes_max = 1000});
    Ask& ask = harness.get_now("/");
    harness.ends[0]->send(answer);
    harness.ends[0]->end();
    harness.settle();
    if (ask.result && !*ask.result) expect_error(ask, Code::kInternal, "upstream-answer-size");
    return ask.outcome();
  };
  EXPECT_EQ(outcome_of(sized(at)), "200 " + at);
  EXPECT_EQ(outcome_of(sized(above)), "upstream-answer-size");
  EXPECT_EQ(outcome_of(chunked(at)), "200 " + at);
  EXPECT_EQ(outcome_of(chunked(above)), "upstream-answer-size");
  EXPECT_EQ(outcome_of(until_close(at)), "200 " + at);
  EXPECT_EQ(outcome_of(until_close(above)), "upstream-answer-size");
  EXPECT_EQ(head(at).size(), 1000u);
  EXPECT_EQ(outcome_of(head(at)), "200 ");
  EXPECT_EQ(outcome_of(head(above)), "upstream-answer-size");
  // Refused at its announcement, before anything of it comes.
  EXPECT_EQ(outcome_of("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"), "upstream-answer-size");
}

TEST(ClientAnswers, TakesAnAnswerThatComesBeforeTheRequestIsSent) {
  ClientHarness harness({}, {.window_bytes = 1000});
  const std::string large(500'000, 'x');
  Ask& ask =
      harness.start({.method = "POST", .target = "/", .body = large, .has_body = Body::kPresent});
  ASSERT_TRUE(
      harness.platform->run_until([&] { return !harness.ends.empty(); }, Duration::seconds(1)));
  harness.ends[0]->stop_reading();
  harness.settle();
  EXPECT_EQ(ask.outcome(), "waits");
  harness.ends[0]->send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
  harness.settle();
  EXPECT_EQ(ask.outcome(), "413 no");
  EXPECT_EQ(harness.client->connections(), 0u);
}

TEST(ClientAnswers, ReadsAnAnswerBehindWhichTheServerHasGone) {
  ClientHarness harness({}, {.window_bytes = 1000});
  const std::string large(500'000, 'x');
  Ask& ask =
      harness.start({.method = "POST", .target = "/", .body = large, .has_body = Body::kPresent});
  ASSERT_TRUE(
      harness.platform->run_until([&] { return !harness.ends.empty(); }, Duration::seconds(1)));
  FarEnd& end = *harness.ends[0];
  end.stop_reading();
  harness.settle();
  EXPECT_EQ(end.stream->try_write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno").value(),
            47u);
  end.close();
  harness.settle();
  EXPECT_EQ(ask.outcome(), "413 no");
}

TEST(ClientConnecting, TellsThatNobodyListens) {
  ClientHarness harness;
  harness.listener.reset();
  Ask& ask = harness.get_now("/", Repeat::kOnLostConnection);
  expect_error(ask, Code::kUnavailable, "upstream-unreachable");
  EXPECT_EQ(harness.client->connections(), 0u);
  harness.listen();
  Ask& later = harness.get_now("/");
  harness.ends[0]->answer("there");
  harness.settle();
  EXPECT_EQ(later.outcome(), "200 there");
}

TEST(ClientConnecting, TakesNoLongerThanItsLimit) {
  const auto outcome_of = [](Duration latency, Duration patience) {
    ClientHarness harness({.connect_max = Duration::seconds(5)}, {.latency = latency});
    Ask& ask = harness.start({.method = "GET", .target = "/"}, patience);
    harness.platform->advance(Duration::seconds(5) - Duration::milliseconds(1));
    EXPECT_EQ(harness.client->connections(), ask.result ? 0u : 1u);
    harness.platform->advance(Duration::milliseconds(1));
    return ask.outcome();
  };
  const Duration half = Duration::milliseconds(2500);
  const Duration more = half + Duration::milliseconds(1);
  EXPECT_EQ(outcome_of(half, Duration::seconds(60)), "waits");  // Connected; has asked.
  EXPECT_EQ(outcome_of(more, Duration::seconds(60)), "upstream-unreachable");
  EXPECT_EQ(outcome_of(half, Duration::seconds(3)), "upstream-timeout");
}

TEST(ClientDeadline, EndsASendInEveryPhase) {
  const Duration patience = Duration::seconds(3);
  const std::string large(500'000, 'x');
  for (const char* answer : {"", "HTTP/1.1 2", "HTTP/1.1 100 Continue\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
                             "HTTP/1.1 200 OK\r\n\r\nhello", "unread"}) {
    ClientHarness harness({}, {.window_bytes = 1000});
    const bool unread = answer == std::string_view("unread");
    Ask& ask = harness.start({.method = "POST",
                              .target = "/",
                              .body = unread ? large : "small",
                              .has_body = Body::kPresent,
                              .repeat = Repeat::kOnLostConnection},
                             patience);
    ASSERT_TRUE(
        harness.platform->run_until([&] { return !harness.ends.empty(); }, Duration::seconds(1)));
    if (unread) {
      harness.ends[0]->stop_reading();
    } else {
      harness.settle();
      harness.ends[0]->send(answer);
    }
    harness.platform->advance(patience - Duration::milliseconds(1));
    EXPECT_EQ(ask.outcome(), "waits") << answer;
    harness.platform->advance(Duration::milliseconds(1));
    expect_error(ask, Code::kDeadlineExceeded, "upstream-timeout");
    EXPECT_EQ(harness.client->connections(), 0u) << answer;
    EXPECT_EQ(harness.ends[0]->ended, !unread) << answer;
  }
}

TEST(ClientDeadline, EndsASendThatWaitsForItsTurn) {
  ClientHarness harness({.connections_max = 1});
  Ask& busy = harness.get_now("/1");
  Ask& waiting = harness.start({.method = "GET", .target = "/2"}, Duration::seconds(1));
  Ask& patient = harness.start({.method = "GET", .target = "/3"}, Duration::seconds(9));
  harness.platform->advance(Duration::seconds(1) - Duration::milliseconds(1));
  EXPECT_EQ(waiting.outcome(), "waits");
  harness.platform->advance(Duration::milliseconds(1));
  expect_error(waiting, Code::kDeadlineExceeded, "upstream-timeout");
  EXPECT_EQ(harness.client->waiting(), 1u);
  EXPECT_EQ(busy.outcome(), "waits");
  harness.ends[0]->send(kEmpty);
  harness.settle();
  harness.ends[0]->answer("three");
  harness.settle();
  EXPECT_EQ(patient.outcome(), "200 three");
  Ask& late = harness.start({.method = "GET", .target = "/4"}, Duration());
  expect_error(late, Code::kDeadlineExceeded, "upstream-timeout");
}

TEST(ClientDeadline, MovesToTheEarliestOfMany) {
  ClientHarness harness;
  std::vector<Ask*> asks;
  for (const int seconds : {5, 2, 8, 1, 4}) {
    asks.push_back(&harness.start({.method = "GET", .target = "/"}, Duration::seconds(seconds)));
  }
  std::string ended;
  for (int second = 1; second <= 8; ++second) {
    harness.platform->advance(Duration::seconds(1));
    size_t count = 0;
    for (const Ask* ask : asks) count += ask->result ? 1 : 0;
    ended += std::to_string(count);
  }
  EXPECT_EQ(ended, "12234445");
}

// Leaves a request in each phase that there is: queued, connecting, sending, answered in part.
struct Phases {
  explicit Phases(ClientHarness& harness) {
    const std::string_view large_body = large;
    sending = &harness.start(
        {.method = "POST", .target = "/", .body = large_body, .has_body = Body::kPresent});
    EXPECT_TRUE(
        harness.platform->run_until([&] { return !harness.ends.empty(); }, Duration::seconds(1)));
    harness.ends[0]->stop_reading();
    answered = &harness.get("/");
    harness.platform->advance(Duration::milliseconds(10));
    harness.ends[1]->send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhel");
    harness.platform->advance(Duration::milliseconds(10));
    connecting = &harness.get("/");
    queued = &harness.get("/");
    EXPECT_EQ(harness.client->connections(), 3u);
    EXPECT_EQ(harness.client->waiting(), 1u);
  }
  std::string large = std::string(500'000, 'x');
  Ask* queued = nullptr;
  Ask* connecting = nullptr;
  Ask* sending = nullptr;
  Ask* answered = nullptr;
};

constexpr ClientLimits kThree{.connections_max = 3};
constexpr WireOptions kSlowWire{.latency = Duration::milliseconds(1), .window_bytes = 1000};

TEST(ClientEnd, CancelsEverySendInFlight) {
  ClientHarness harness(kThree, kSlowWire);
  const Phases phases(harness);
  harness.client.reset();
  for (const Ask* ask : {phases.queued, phases.connecting, phases.sending, phases.answered}) {
    expect_error(*ask, Code::kCancelled, "client-closed");
  }
  harness.platform->advance(Duration::milliseconds(10));
  EXPECT_TRUE(harness.ends[1]->ended);
  EXPECT_EQ(harness.ends.size(), 2u);
}

Task<void> send_and_destroy(std::unique_ptr<HttpClient>& client, Ask& ask, Instant deadline) {
  Task<Result<void>> sending = client->send(ask.request, ask.answer, deadline);
  Result<void> result = co_await sending;
  ask.result.emplace(std::move(result));
  client.reset();
}

TEST(ClientEnd, MayComeFromASendThatEnds) {
  for (const char* answer : {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "nonsense\r\n"}) {
    ClientHarness harness;
    Ask& other = harness.get_now("/other");
    Ask ask{.request = {.method = "GET", .target = "/", .host = "a"}};
    spawn(send_and_destroy(harness.client, ask, harness.loop->now() + Duration::seconds(5)));
    harness.settle();
    ASSERT_EQ(harness.ends.size(), 2u);
    harness.ends[1]->send(answer);
    harness.settle();
    EXPECT_NE(ask.outcome(), "waits");
    EXPECT_EQ(harness.client, nullptr);
    expect_error(other, Code::kCancelled, "client-closed");
  }
}

TEST(ClientEnd, MayComeFromADeadlineThatManyShare) {
  ClientHarness harness;
  Ask ask{.request = {.method = "GET", .target = "/", .host = "a"}};
  spawn(send_and_destroy(harness.client, ask, harness.loop->now() + Duration::seconds(5)));
  Ask& same = harness.start({.method = "GET", .target = "/"}, Duration::seconds(5));
  harness.platform->advance(Duration::seconds(5));
  EXPECT_EQ(ask.outcome(), "upstream-timeout");
  EXPECT_EQ(same.outcome(), "upstream-timeout");
}

TEST(ClientEnd, LeavesSendsThatBeginLaterCancelled) {
  ClientHarness harness;
  Ask ask{.request = {.method = "GET", .target = "/", .host = "a"}};
  Task<Result<void>> sending =
      harness.client->send(ask.request, ask.answer, harness.loop->now() + Duration::seconds(5));
  harness.client.reset();
  EXPECT_FALSE(sending.await_suspend(std::noop_coroutine()));
  const Result<void> result = sending.await_resume();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "client-closed");
}

TEST(ClientGivenUp, FreesWhatTheSendHeldInEveryPhase) {
  ClientHarness harness(kThree, kSlowWire);
  Phases phases(harness);
  phases.queued->task.reset();
  EXPECT_EQ(harness.client->waiting(), 0u);
  phases.connecting->task.reset();
  EXPECT_EQ(harness.client->connections(), 2u);
  phases.sending->task.reset();
  phases.sending->body.assign(500'000, 'y');  // The request's memory may go.
  EXPECT_EQ(harness.client->connections(), 1u);
  phases.answered->task.reset();
  EXPECT_EQ(harness.client->connections(), 0u);
  harness.platform->advance(Duration::milliseconds(10));
  EXPECT_TRUE(harness.ends[1]->ended);
  EXPECT_EQ(harness.ends.size(), 2u);
  Ask& ask = harness.get("/");
  harness.platform->advance(Duration::milliseconds(10));
  ASSERT_EQ(harness.ends.size(), 3u);
  harness.ends[2]->answer("fine");
  harness.platform->advance(Duration::milliseconds(10));
  EXPECT_EQ(ask.outcome(), "200 fine");
}

TEST(ClientGivenUp, LeavesItsPlaceToTheNext) {
  ClientHarness harness({.connections_max = 1});
  Ask& first = harness.get_now("/1");
  Ask& second = harness.get("/2");
  Ask& third = harness.get("/3");
  first.task.reset();
  second.task.reset();
  harness.settle();
  ASSERT_EQ(harness.ends.size(), 2u);
  EXPECT_TRUE(harness.ends[1]->received.starts_with("GET /3 "));
  harness.ends[1]->answer("three");
  harness.settle();
  EXPECT_EQ(third.outcome(), "200 three");
}

}  // namespace
}  // namespace servanda

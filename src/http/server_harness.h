// SPDX-License-Identifier: Apache-2.0
#pragma once
// A server on simulated io with a handler of many habits, for tests and fuzzers.

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/problem.h"
#include "http/server.h"
#include "io/simulation.h"

namespace servanda::internal {

// The longest that a handler below waits.
constexpr Duration kPauseMax = Duration::seconds(100);

// Answers by path:
//   /echo     reads the body; answers method, target, host and body
//   /skip     answers without reading the body
//   /sleep    waits as many milliseconds as the query says, then answers
//   /gone     waits like /sleep; then notes whether the client is gone
//   /stream   streams as many pieces of 1000 bytes as the query says
//   /large    answers as many bytes as the query says
//   /limited  reads a body of at most 10 bytes
//   /late     waits like /sleep, then reads the body like /echo
//   others    "hello"
class HabitsHandler final : public RequestHandler {
 public:
  explicit HabitsHandler(Loop& loop) : loop_(loop) {}

  Task<void> handle(Exchange& exchange) override {
    const RequestHead& head = exchange.head();
    ++requests;
    if (head.path == "/echo") return echo(exchange, 1 << 20);
    if (head.path == "/limited") return echo(exchange, 10);
    if (head.path == "/late") return late(exchange);
    if (head.path == "/sleep" || head.path == "/gone") return wait_and_answer(exchange);
    if (head.path == "/stream") return stream(exchange);
    return plain(exchange);
  }

  size_t requests = 0;
  size_t ended = 0;
  std::vector<std::string> notes;

 private:
  static uint64_t number(std::string_view text) {
    uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return std::min<uint64_t>(value, 4'000'000);
  }
  static void answer_text(Exchange& exchange, int status, std::string_view body) {
    const std::array<HeaderField, 1> fields{{{"Content-Type", "text/plain"}}};
    exchange.answer(status, fields, body);
  }

  Task<void> plain(Exchange& exchange) {
    const RequestHead& head = exchange.head();
    if (head.path == "/large") {
      answer_text(exchange, 200, std::string(number(head.query), 'x'));
    } else {
      answer_text(exchange, head.path == "/nothing" ? 204 : 200, "hello");
    }
    ++ended;
    co_return;
  }
  Task<void> echo(Exchange& exchange, size_t bytes_max) {
    Result<std::string_view> body = co_await exchange.read_body(bytes_max);
    if (!body) {
      notes.push_back(body.error().reason);
      answer_text(exchange, facts_of(body.error().code).http_status, body.error().reason);
    } else {
      const RequestHead& head = exchange.head();
      std::string text(head.method);
      text.append(" ").append(head.target).append(" ").append(head.host).append(" ");
      text.append(*body);
      answer_text(exchange, 200, text);
    }
    ++ended;
  }
  Task<void> late(Exchange& exchange) {
    const Instant until = loop_.now() + pause(exchange);
    co_await loop_.sleep_until(until);
    co_await echo(exchange, 1 << 20);
  }
  Task<void> wait_and_answer(Exchange& exchange) {
    const Instant until = loop_.now() + pause(exchange);
    co_await loop_.sleep_until(until);
    if (exchange.head().path == "/gone") notes.push_back(exchange.client_gone() ? "gone" : "there");
    answer_text(exchange, 200, "slept");
    ++ended;
  }
  Task<void> stream(Exchange& exchange) {
    const uint64_t count = number(exchange.head().query);
    exchange.start_answer(200, {});
    for (uint64_t i = 0; i < count; ++i) {
      const std::string piece(1000, static_cast<char>('a' + i % 26));
      Result<void> written = co_await exchange.write(piece);
      if (!written) {
        notes.push_back(written.error().reason);
        break;
      }
    }
    exchange.end_answer();
    ++ended;
  }
  static Duration pause(const Exchange& exchange) {
    const auto wanted = Duration::milliseconds(static_cast<int64_t>(number(exchange.head().query)));
    return std::min(wanted, kPauseMax);
  }
  Loop& loop_;
};

// Keeps what the server tells.
class RecordedEvents final : public ServerEvents {
 public:
  void on_connection_opened() override { ++opened; }
  void on_connection_closed() override { ++closed; }
  void on_refused(int status, std::string_view reason, std::string_view,
                  std::string_view trace_id) override {
    refusals.emplace_back(status, std::string(reason));
    last_trace_id = trace_id;
  }
  size_t opened = 0;
  size_t closed = 0;
  std::vector<std::pair<int, std::string>> refusals;
  std::string last_trace_id;
};

// Everything a server test needs, in the order in which it must go away.
struct ServerHarness {
  explicit ServerHarness(const ServerLimits& limits = {}, uint64_t seed = 1)
      : platform(make_simulated_platform(seed)),
        loop(platform->make_loop()),
        handler(*loop),
        server(std::make_unique<Server>(*loop, limits, handler, events)) {}
  ~ServerHarness() {
    server.reset();
    platform->advance(kPauseMax);  // Handlers that still wait come to their end.
  }

  [[nodiscard]] std::unique_ptr<SimulatedPeer> open() {
    auto [stream, peer] = platform->make_stream(*loop);
    server->serve(std::move(stream));
    return std::move(peer);
  }
  // Sends on a new connection, lets everything settle without time passing, returns the answers.
  [[nodiscard]] std::string ask(std::string_view bytes) {
    const std::unique_ptr<SimulatedPeer> peer = open();
    peer->send(bytes);
    platform->run_ready();
    return peer->received();
  }

  std::unique_ptr<SimulatedPlatform> platform;
  std::unique_ptr<Loop> loop;
  HabitsHandler handler;
  RecordedEvents events;
  std::unique_ptr<Server> server;
};

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#pragma once
// A client and its upstream on simulated io, with the upstream's ends in the test's hand.

#include <coroutine>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/client.h"
#include "io/simulation.h"

namespace servanda::internal {

// The upstream's end of one connection: collects what comes, sends what the test says.
struct FarEnd {
  explicit FarEnd(std::unique_ptr<Stream> accepted) : stream(std::move(accepted)) { read(); }

  void send(std::string_view bytes) {
    to_send += bytes;
    write();
  }
  // "HTTP/1.1 200 OK" with this body and its length.
  void answer(std::string_view body) {
    send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body));
  }
  // Ends the direction behind what was sent.
  void end() {
    ending = true;
    write();
  }
  void close() { stream->close(); }
  // Takes nothing more, so that the client's writes wait once the window is full.
  void stop_reading() { stopped = true; }

  std::unique_ptr<Stream> stream;
  std::string received;
  bool ended = false;  // The client has ended or broken the connection.

 private:
  void read() {
    if (stopped) return;
    stream->read_some(buffer, [this](Result<size_t> got) {
      if (!got || *got == 0) {
        ended = true;
        return;
      }
      received.append(buffer, *got);
      read();
    });
  }
  void write() {
    if (writing) return;
    if (to_send.empty()) {
      if (ending) stream->end_writing();
      return;
    }
    writing = true;
    sending = std::exchange(to_send, {});
    stream->write_all(sending, [this](Result<void> sent) {
      writing = false;
      if (sent) write();
    });
  }
  char buffer[4096];
  bool stopped = false;
  bool writing = false;
  bool ending = false;
  std::string sending;
  std::string to_send;
};

// One send() and what it points to.
struct Ask {
  ClientRequest request;
  std::string target;
  std::string body;
  ClientAnswer answer;
  std::optional<Result<void>> result;
  std::optional<Task<void>> task;

  // "200 hello", the error's reason, or "waits".
  [[nodiscard]] std::string outcome() const {
    if (!result) return "waits";
    if (!*result) return result->error().reason;
    return std::to_string(answer.status) + " " + answer.body;
  }
};

inline Task<void> run_ask(HttpClient& client, Ask& ask, Instant deadline) {
  Task<Result<void>> sending = client.send(ask.request, ask.answer, deadline);
  Result<void> result = co_await sending;
  ask.result.emplace(std::move(result));
}

// Everything a client test needs, in the order in which it must go away.
struct ClientHarness {
  static constexpr std::string_view kAddress = "10.0.0.1:80";

  explicit ClientHarness(const ClientLimits& limits = {}, const WireOptions& wire = {},
                         uint64_t seed = 1)
      : platform(make_simulated_platform(seed)),
        loop(platform->make_loop()),
        far_loop(platform->make_loop()) {
    platform->set_wire_options(wire);
    listen();
    client = std::make_unique<HttpClient>(*loop, std::string(kAddress), limits);
  }
  ~ClientHarness() {
    client.reset();
    asks.clear();
    platform->run_ready();  // Callbacks of closed streams come before their ends go.
  }
  void listen() {
    listener = std::move(*far_loop->listen(kAddress));
    listener->start([this](std::unique_ptr<Stream> stream) {
      ends.push_back(std::make_unique<FarEnd>(std::move(stream)));
    });
  }

  // Starts to send; `request` may point to text that outlives the harness.
  Ask& start(ClientRequest request, Duration patience = Duration::seconds(10)) {
    Ask& ask = *asks.emplace_back(std::make_unique<Ask>());
    ask.request = request;
    ask.target = request.target;
    ask.body = request.body;
    ask.request.target = ask.target;
    ask.request.body = ask.body;
    if (ask.request.host.empty()) ask.request.host = "a";
    ask.task.emplace(run_ask(*client, ask, loop->now() + patience));
    ask.task->await_suspend(std::noop_coroutine());
    return ask;
  }
  Ask& get(std::string_view target, ClientRequest::Repeat repeat = ClientRequest::Repeat::kNever) {
    return start({.method = "GET", .target = target, .repeat = repeat});
  }
  // Starts, and runs what is ready.
  Ask& get_now(std::string_view target,
               ClientRequest::Repeat repeat = ClientRequest::Repeat::kNever) {
    Ask& ask = get(target, repeat);
    platform->run_ready();
    return ask;
  }
  void settle() { platform->run_ready(); }

  std::unique_ptr<SimulatedPlatform> platform;
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Loop> far_loop;
  std::vector<std::unique_ptr<FarEnd>> ends;
  std::unique_ptr<Listener> listener;
  std::unique_ptr<HttpClient> client;
  std::vector<std::unique_ptr<Ask>> asks;
};

}  // namespace servanda::internal

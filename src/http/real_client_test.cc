// SPDX-License-Identifier: Apache-2.0
// The client over loopback sockets, with our own server behind it.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "http/client.h"
#include "http/server_harness.h"
#include "io/platform.h"

#if defined(__SANITIZE_ADDRESS__)
// The sanitizer's own function; g++ comes without the header that declares it.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*, size_t),
                                                         void (*)(const volatile void*));
#endif

namespace servanda {
namespace {

// Our server on a port of its own.
struct RealUpstream {
  explicit RealUpstream(Loop& loop, std::string_view address = "127.0.0.1:0")
      : handler(loop), server(loop, {}, handler, events) {
    Result<std::unique_ptr<Listener>> listener = loop.listen(address);
    EXPECT_TRUE(listener);
    port = (*listener)->address().substr((*listener)->address().rfind(':'));
    server.start(std::move(*listener));
  }
  internal::HabitsHandler handler;
  internal::RecordedEvents events;
  std::string port;
  Server server;
};

// Sends one after the other; then stops the loop.
Task<void> send_all(Loop& loop, HttpClient& client, std::vector<ClientRequest> requests,
                    std::vector<std::string>& outcomes) {
  ClientAnswer answer;
  for (const ClientRequest& request : requests) {
    Task<Result<void>> sending = client.send(request, answer, loop.now() + Duration::seconds(20));
    Result<void> sent = co_await sending;
    outcomes.push_back(sent ? std::to_string(answer.status) + " " + answer.body
                            : sent.error().reason);
  }
  loop.stop();
}

TEST(RealClient, TalksToOurServerOverOneKeptConnection) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  RealUpstream upstream(*loop);
  HttpClient client(*loop, "localhost" + upstream.port, {});
  const std::string large(900'000, 'b');
  const ClientRequest post{.method = "POST",
                           .target = "/echo",
                           .host = "a",
                           .body = large,
                           .has_body = ClientRequest::Body::kPresent};
  std::vector<std::string> outcomes;
  spawn(send_all(*loop, client,
                 {{.method = "GET", .target = "/", .host = "a"},
                  post,
                  {.method = "GET", .target = "/large?3000000", .host = "a"},
                  {.method = "GET", .target = "/stream?500", .host = "a"},
                  {.method = "HEAD", .target = "/large?100", .host = "a"},
                  {.method = "GET", .target = "/nothing", .host = "a"}},
                 outcomes));
  loop->run();
  ASSERT_EQ(outcomes.size(), 6u);
  EXPECT_EQ(outcomes[0], "200 hello");
  EXPECT_EQ(outcomes[1], "200 POST /echo a " + large);
  EXPECT_EQ(outcomes[2], "200 " + std::string(3'000'000, 'x'));
  EXPECT_EQ(outcomes[3].size(), 4 + 500'000u);
  EXPECT_EQ(outcomes[4], "200 ");
  EXPECT_EQ(outcomes[5], "204 ");
  EXPECT_EQ(upstream.events.opened, 1u);
  EXPECT_EQ(client.idle(), 1u);
}

TEST(RealClient, SurvivesAServerThatEndsKeptConnections) {
  using Repeat = ClientRequest::Repeat;
  for (const Repeat repeat : {Repeat::kNever, Repeat::kOnLostConnection}) {
    const auto platform = make_real_platform();
    const auto loop = platform->make_loop();
    auto upstream = std::make_unique<RealUpstream>(*loop);
    const std::string address = "127.0.0.1" + upstream->port;
    HttpClient client(*loop, address, {});
    const std::vector<ClientRequest> one{
        {.method = "GET", .target = "/", .host = "a", .repeat = repeat}};
    std::vector<std::string> outcomes;
    spawn(send_all(*loop, client, one, outcomes));
    loop->run();
    EXPECT_EQ(client.idle(), 1u);
    upstream.reset();
    // The end has arrived, and no turn has told the client.
    upstream = std::make_unique<RealUpstream>(*loop, address);
    spawn(send_all(*loop, client, one, outcomes));
    loop->run();
    EXPECT_EQ(outcomes, (std::vector<std::string>{"200 hello", "200 hello"}));
    EXPECT_EQ(upstream->handler.requests, 1u);
    EXPECT_EQ(client.connections(), 1u);
  }
}

TEST(RealClient, TellsAResetFromTheEndOfAnAnswerWithoutLength) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  Result<std::unique_ptr<Listener>> listener = loop->listen("127.0.0.1:0");
  ASSERT_TRUE(listener);
  std::vector<std::unique_ptr<Stream>> accepted;
  (*listener)->start([&](std::unique_ptr<Stream> stream) {
    accepted.push_back(std::move(stream));
    EXPECT_TRUE(accepted.back()->try_write("HTTP/1.1 200 OK\r\n\r\nhalf"));
    // With a request that nobody reads, the kernel ends the connection by a reset.
    (void)loop->at(loop->now() + Duration::milliseconds(50), [&] { accepted.back()->close(); });
  });
  HttpClient client(*loop, (*listener)->address(), {});
  std::vector<std::string> outcomes;
  spawn(send_all(*loop, client, {{.method = "GET", .target = "/", .host = "a"}}, outcomes));
  loop->run();
  EXPECT_EQ(outcomes, std::vector<std::string>{"upstream-lost"});
}

#if defined(__SANITIZE_ADDRESS__)

// The sanitizer's hooks take no context, so the count has to stand here.
constinit thread_local size_t allocations = 0;
constinit thread_local bool counts = false;
void on_allocation(const volatile void*, size_t) {
  if (counts) ++allocations;
}
void on_free(const volatile void*) {}

Task<void> count_allocations(Loop& loop, HttpClient& client, const ClientRequest& request,
                             size_t& counted) {
  ClientAnswer answer;
  const Instant deadline = loop.now() + Duration::seconds(20);
  for (int i = 0; i < 110; ++i) {
    if (i == 10) {
      allocations = 0;
      counts = true;
    }
    Task<Result<void>> sending = client.send(request, answer, deadline);
    Result<void> sent = co_await sending;
    EXPECT_TRUE(sent && answer.body == "hello" && answer.field("content-type") == "text/plain");
  }
  counts = false;
  counted = allocations;
  loop.stop();
}

TEST(RealClient, TakesNothingFromTheHeapOnceWarm) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  RealUpstream upstream(*loop);
  HttpClient client(*loop, "127.0.0.1" + upstream.port, {});
  ASSERT_NE(__sanitizer_install_malloc_and_free_hooks(on_allocation, on_free), 0);
  for (const std::string_view body : {std::string_view(), std::string_view("a small body")}) {
    const std::vector<HeaderField> fields{{"Accept", "text/plain"}, {"X-Trace", "0123456789"}};
    const ClientRequest request{.method = "POST",
                                .target = "/",
                                .host = "a",
                                .fields = fields,
                                .body = body,
                                .has_body = ClientRequest::Body::kPresent};
    size_t counted = 1;
    spawn(count_allocations(*loop, client, request, counted));
    loop->run();
    EXPECT_EQ(counted, 0u);
  }
  counts = true;
  std::string proof(100, 'x');
  counts = false;
  EXPECT_NE(allocations, 0u);
}

#endif

}  // namespace
}  // namespace servanda

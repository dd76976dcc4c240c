// SPDX-License-Identifier: Apache-2.0
// The server over loopback sockets.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "http/server.h"
#include "http/server_harness.h"
#include "io/platform.h"

namespace servanda {
namespace {

// Connects, sends, reads until the server closes; then stops the loop.
Task<void> ask(Loop& loop, std::string address, std::string request, std::string& answer) {
  Task<Result<std::unique_ptr<Stream>>> connecting =
      loop.connect(address, loop.now() + Duration::seconds(10));
  Result<std::unique_ptr<Stream>> stream = co_await connecting;
  if (!stream) {
    answer = stream.error().message;
    loop.stop();
    co_return;
  }
  Completion<Result<void>> sent;
  (*stream)->write_all(request, [&sent](Result<void> result) { sent.set(std::move(result)); });
  Result<void> result = co_await sent;
  std::string buffer(65536, '\0');
  for (size_t got = 1; result && got > 0;) {
    Completion<Result<size_t>> read;
    (*stream)->read_some(buffer, [&read](Result<size_t> count) { read.set(std::move(count)); });
    Result<size_t> count = co_await read;
    got = count ? *count : 0;
    answer.append(buffer, 0, got);
  }
  loop.stop();
}

std::string ask_real_server(std::string request, Loop& loop) {
  internal::HabitsHandler handler(loop);
  internal::RecordedEvents events;
  std::string answer;
  Server server(loop, {}, handler, events);
  Result<std::unique_ptr<Listener>> listener = loop.listen("127.0.0.1:0");
  if (!listener) return listener.error().message;
  const std::string address = (*listener)->address();
  server.start(std::move(*listener));
  spawn(ask(loop, address, std::move(request), answer));
  loop.run();
  return answer;
}

TEST(RealServer, AnswersOverLoopback) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  const std::string answer = ask_real_server(
      "GET /echo HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
      *loop);
  EXPECT_NE(answer.find("GET /echo a "), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("hello")) << answer;
}

TEST(RealServer, SendsALargeAnswerWhole) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  const std::string answer =
      ask_real_server("GET /large?4000000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", *loop);
  EXPECT_GT(answer.size(), 4'000'000u);
}

TEST(RealServer, TakesALargeBody) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  const std::string body(1'000'000, 'b');
  const std::string answer = ask_real_server(
      "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n" +
          body,
      *loop);
  EXPECT_TRUE(answer.ends_with("POST /echo a " + body));
}

TEST(RealServer, LetsARefusedClientReadItsAnswer) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  // More input than the server reads: closing at once would reset the connection.
  const std::string answer =
      ask_real_server("GET / HTTP/3.0\r\n\r\n" + std::string(100'000, 'x'), *loop);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 505 ")) << answer;
}

}  // namespace
}  // namespace servanda

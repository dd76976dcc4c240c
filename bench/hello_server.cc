// SPDX-License-Identifier: Apache-2.0
// Our HTTP server with one fixed answer: compared with the limit server it shows what the server
// itself adds to the kernel's cost.
//
// hello_server [PORT]   0 or nothing picks a free port; prints "listening on 127.0.0.1:PORT".
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "http/server.h"
#include "io/platform.h"

namespace {

class Hello final : public servanda::RequestHandler {
 public:
  servanda::Task<void> handle(servanda::Exchange& exchange) override {
    static constexpr std::array<servanda::HeaderField, 1> kFields{
        {{"Content-Type", "application/json"}}};
    exchange.answer(200, kFields, "{\"message\":\"hello\"}");
    co_return;
  }
};

class Quiet final : public servanda::ServerEvents {
 public:
  void on_connection_opened() override {}
  void on_connection_closed() override {}
  void on_refused(int, std::string_view, std::string_view, std::string_view) override {}
};

}  // namespace

int main(int argc, char** argv) {
  const std::unique_ptr<servanda::Platform> platform = servanda::make_real_platform();
  const std::unique_ptr<servanda::Loop> loop = platform->make_loop();
  const std::string address = "127.0.0.1:" + std::string(argc > 1 ? argv[1] : "0");
  auto listener = loop->listen(address);
  if (!listener) {
    std::fprintf(stderr, "%s\n", listener.error().message.c_str());
    return 1;
  }
  std::printf("listening on %s\n", (*listener)->address().c_str());
  std::fflush(stdout);
  Hello hello;
  Quiet quiet;
  servanda::Server server(*loop, {}, hello, quiet);
  server.start(std::move(*listener));
  loop->run();
}

// SPDX-License-Identifier: Apache-2.0
// Several processes of one backend that do not go together. What they do when they go together is
// in test/cases/, every case of which runs as several processes too.
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/backend.h"
#include "call/code_handlers.h"
#include "call/peer_claims.h"
#include "call/worker.h"
#include "contract/plan/load.h"
#include "http/server.h"
#include "io/simulation.h"
#include "io/temporary_directory.h"
#include "servanda/authenticator.h"
#include "servanda/handler.h"

namespace servanda {
namespace {

class OneFile : public FileSource {
 public:
  explicit OneFile(std::string text) : text_(std::move(text)) {}
  Result<std::string> read(std::string_view) override { return text_; }

 private:
  std::string text_;
};

class KeptLines : public LogSink {
 public:
  void write(std::string_view lines) override { text += lines; }
  std::string text;
};

// A contract of the service "stock" with one operation more.
std::string contract(const std::string& more = "") {
  return "openapi: 3.1.0\n"
         "info: {title: T, version: '1'}\n"
         "x-servanda: {services: {stock: {}}}\n"
         "paths:\n"
         "  /things:\n"
         "    post:\n"
         "      operationId: addThing\n"
         "      requestBody: {content: {application/json: {schema: {type: object}}}}\n"
         "      responses: {'200': {description: ok, content: {application/json: {example: {a: "
         "1}}}}}\n" +
         more;
}

// Of "front", whose handler calls "stock".
const std::string kTwo =
    "openapi: 3.1.0\n"
    "info: {title: T, version: '1'}\n"
    "x-servanda: {services: {front: {calls: [stock]}, stock: {}}}\n"
    "paths:\n"
    "  /tell:\n"
    "    get:\n"
    "      operationId: tell\n"
    "      x-servanda: {service: front, handler: code}\n"
    "      security: [{key: []}]\n"
    "      responses: {'200': {description: ok, content: {application/json: {}}}}\n"
    "  /listen:\n"
    "    get:\n"
    "      operationId: listen\n"
    "      x-servanda: {service: stock}\n"
    "      security: [{key: []}]\n"
    "      responses: {'200': {description: ok, content: {application/json: {example: {}}}}}\n"
    "components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}\n";

constexpr std::string_view kSecret = "what all of them share, 32 bytes";

// At the address of "stock" a server that takes connections and never answers.
struct Silent {
  explicit Silent(SimulatedPlatform& platform)
      : loop(platform.make_loop()), listener(*loop->listen("127.0.0.1:7001")) {
    listener->start(
        [this](std::unique_ptr<Stream> stream) { streams.push_back(std::move(stream)); });
  }
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Listener> listener;
  std::vector<std::unique_ptr<Stream>> streams;
};

// A gateway before one process of "stock".
class ShapesTest : public ::testing::Test {
 protected:
  struct Process {
    std::unique_ptr<Loop> control;
    std::unique_ptr<Backend> backend;
  };

  ~ShapesTest() override {
    processes_.clear();
    platform_->run_ready();
  }

  // `handlers` are those of the processes that are started from then on.
  Process& start(std::optional<std::vector<std::string>> run, const std::string& listen,
                 std::string_view secret, const std::string& text) {
    Config config;
    config.listen = listen;
    config.admin = "127.0.0.1:0";
    config.workers = 1;
    config.data = folder_.path() + "/data" + std::to_string(processes_.size());
    config.run = std::move(run);
    config.peers.secret = secret;
    config.peers.services = {{"stock", {"127.0.0.1:7001"}}};
    OneFile files(text);
    LoadOptions options;
    if (handlers_) handlers_->describe(options.compile);
    options.compile.placement = placement_of(config);
    const CompiledContract compiled = compile_contract(files, "api.yaml", {}, options);
    Process process{platform_->make_loop(), nullptr};
    Result<std::unique_ptr<Backend>> backend =
        Backend::create(*platform_, *process.control, compiled.plan, config, lines_, handlers_);
    EXPECT_TRUE(backend) << backend.error().message;
    process.backend = std::move(*backend);
    processes_.push_back(std::move(process));
    return processes_.back();
  }
  Process& start_service(std::string_view secret = kSecret, const std::string& text = contract()) {
    return start(std::vector<std::string>{"stock"}, "127.0.0.1:7001", secret, text);
  }
  Process& start_gateway(const std::string& text = contract()) {
    return start(std::vector<std::string>(), "127.0.0.1:0", kSecret, text);
  }

  void add_handlers();

  // All that comes back on one connection.
  std::string ask(const Process& process, const std::string& bytes) {
    std::unique_ptr<SimulatedPeer> peer =
        platform_->connect_peer(process.backend->public_address());
    peer->send(bytes);
    platform_->advance(Duration::seconds(30));
    return peer->received();
  }
  std::string add_thing(const Process& process, const std::string& fields = "") {
    return ask(process, "POST /things HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n" +
                            fields + "content-length: 2\r\n\r\n{}");
  }

  TemporaryDirectory folder_ = *TemporaryDirectory::create("shapes");
  std::unique_ptr<SimulatedPlatform> platform_ = make_simulated_platform(1);
  KeptLines lines_;
  std::shared_ptr<CodeHandlers> handlers_;
  std::deque<Process> processes_;
};

// Calls "listen" of the other service and says what came of it.
class Tells final : public CodeHandler {
 public:
  [[nodiscard]] std::string_view operation_id() const override { return "tell"; }
  [[nodiscard]] std::string_view contract_hash() const override { return ""; }
  Task<Result<CodeAnswer>> handle(Ctx& ctx, const Input&) const override {
    struct Opened : CallContext {
      using CallContext::call_;
    };
    internal::OutwardCall outward(*(ctx.*&Opened::call_), "listen", "");
    begin_request(outward.request(), "GET");
    outward.request().path = "/listen";
    Task<Result<void>> running = outward.run();
    Result<void> ran = co_await running;
    CodeAnswer answer{.status = 200, .content_type = "application/json", .has_body = true};
    const Problem* const problem = ran ? outward.problem() : nullptr;
    answer.body = problem != nullptr ? "{\"reason\": \"" + problem->reason + "\"}" : "{}";
    co_return answer;
  }
};

// Whoever sends a number has a name of so many letters.
Task<std::optional<Identity>> of_letters(const CallContext&, std::string_view credential) {
  Identity identity;
  identity.principal = std::string(std::stoul(std::string(credential)), 'n');
  co_return identity;
}

void ShapesTest::add_handlers() {
  handlers_ = std::make_shared<CodeHandlers>();
  handlers_->add(std::make_unique<Tells>());
  handlers_->add(make_authenticator("key", of_letters));
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(ShapesTest, AGatewayHandsRequestsOnAndTheAnswersBack) {
  start_service();
  const std::string answer = add_thing(start_gateway());
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(has(answer, "{\"a\": 1}") || has(answer, "{\"a\":1}")) << answer;
  EXPECT_FALSE(has(answer, "servanda-")) << answer;
}

TEST_F(ShapesTest, AProcessWithAnotherSecretIsNotBelievedAndItsAnswerNotTaken) {
  start_service("another secret of 32 bytes or so");
  const std::string answer = add_thing(start_gateway());
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 502 ")) << answer;
  EXPECT_TRUE(has(answer, "\"code\":\"peer-unproven\"")) << answer;
  EXPECT_FALSE(has(answer, "7001")) << "no upstream's address is told";
  EXPECT_TRUE(has(lines_.text, "auth.peers.secret")) << lines_.text;
  EXPECT_TRUE(has(lines_.text, "claims-secret")) << lines_.text;
}

TEST_F(ShapesTest, AnotherServerAtTheAddressIsNotTakenForAService) {
  std::unique_ptr<Loop> loop = platform_->make_loop();
  std::unique_ptr<Listener> listener = *loop->listen("127.0.0.1:7001");
  std::vector<std::unique_ptr<Stream>> streams;
  listener->start([&](std::unique_ptr<Stream> stream) {
    streams.push_back(std::move(stream));
    streams.back()->write_all("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi",
                              [](Result<void>) {});
  });
  const std::string answer = add_thing(start_gateway());
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 502 ")) << answer;
}

TEST_F(ShapesTest, AProcessOfAnOlderContractSaysThatItLacksTheOperation) {
  start_service();
  const std::string text = contract(
      "  /news:\n"
      "    get:\n"
      "      operationId: getNews\n"
      "      responses: {'200': {description: ok, content: {application/json: {example: {}}}}}\n");
  Process& gateway = start_gateway(text);
  const std::string answer = ask(gateway, "GET /news HTTP/1.1\r\nhost: a\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
  EXPECT_TRUE(has(answer, "\"code\":\"peer-contract\"")) << answer;
  EXPECT_TRUE(add_thing(gateway).starts_with("HTTP/1.1 200 ")) << "the others go on";
}

TEST_F(ShapesTest, ClaimsAreBelievedOfWhoHasTheSecret) {
  Process& service = start_service();
  PeerClaims claims;
  claims.operation = "addThing";
  claims.left = Duration::seconds(1);
  const std::string field =
      write_claims(claims, {"POST", "/things", ""}, kSecret, platform_->clock().wall());
  const std::string taken = add_thing(service, "servanda-claims: " + field + "\r\n");
  EXPECT_TRUE(taken.starts_with("HTTP/1.1 200 ")) << taken;
  EXPECT_TRUE(has(taken, "servanda-taken: given 0 0\r\n")) << taken;
  // For a minute: half a minute has passed, and now more than one.
  platform_->advance(Duration::seconds(31));
  const std::string late = add_thing(service, "servanda-claims: " + field + "\r\n");
  EXPECT_TRUE(late.starts_with("HTTP/1.1 200 ")) << "as anybody's request: " << late;
  EXPECT_FALSE(has(late, "servanda-taken")) << late;
}

TEST_F(ShapesTest, AServiceThatDoesNotAnswerIsWaitedForAsLongAsItsOperationMayTake) {
  const Silent service(*platform_);
  Process& gateway = start_gateway();
  std::unique_ptr<SimulatedPeer> peer = platform_->connect_peer(gateway.backend->public_address());
  peer->send("POST /things HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n");
  platform_->advance(Duration::milliseconds(10'249));
  EXPECT_EQ(peer->received(), "");
  platform_->advance(Duration::milliseconds(2));
  EXPECT_TRUE(peer->received().starts_with("HTTP/1.1 504 ")) << peer->received();
}

TEST_F(ShapesTest, AProcessMayEndWhileRequestsWaitForAnother) {
  const Silent service(*platform_);
  Process& gateway = start_gateway();
  std::unique_ptr<SimulatedPeer> peer = platform_->connect_peer(gateway.backend->public_address());
  peer->send("POST /things HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n");
  platform_->advance(Duration::seconds(1));
  ASSERT_EQ(service.streams.size(), 1U);
  gateway.backend.reset();
  platform_->run_ready();
  EXPECT_TRUE(peer->closed());
}

TEST_F(ShapesTest, AProcessMayEndWhileItsHandlersWaitForAnother) {
  const Silent service(*platform_);
  add_handlers();
  Process& front = start(std::vector<std::string>{"front"}, "127.0.0.1:7002", kSecret, kTwo);
  std::unique_ptr<SimulatedPeer> peer = platform_->connect_peer("127.0.0.1:7002");
  peer->send("GET /tell HTTP/1.1\r\nhost: a\r\nx-key: 4\r\n\r\n");
  platform_->advance(Duration::seconds(1));
  ASSERT_EQ(service.streams.size(), 1U);
  front.backend.reset();
  platform_->run_ready();
  EXPECT_TRUE(peer->closed());
}

TEST_F(ShapesTest, ACallerWhoIsTooLargeToTellOfIsRefused) {
  add_handlers();
  start_service(kSecret, kTwo);
  Process& front = start(std::vector<std::string>{"front"}, "127.0.0.1:7002", kSecret, kTwo);
  const auto told = [&](size_t letters) {
    return ask(front,
               "GET /tell HTTP/1.1\r\nhost: a\r\nx-key: " + std::to_string(letters) + "\r\n\r\n");
  };
  size_t least = 1'000;
  size_t above = kClaimsBytesMax;
  ASSERT_TRUE(told(least).ends_with("{}")) << told(least);
  while (least + 1 < above) {
    const size_t middle = (least + above) / 2;
    const std::string answer = told(middle);
    ASSERT_TRUE(answer.ends_with("{}") || answer.ends_with("{\"reason\": \"caller-too-large\"}"))
        << answer;
    (answer.ends_with("{}") ? least : above) = middle;
  }
  // A little of the field is about the call; three quarters of the rest are letters.
  EXPECT_GT(least, kClaimsBytesMax * 3 / 4 - 250);
}

TEST_F(ShapesTest, WhatAGatewayTakesFindsRoomInTheService) {
  start_service();
  Process& gateway = start_gateway();
  const std::string begin =
      "POST /things HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
      "content-length: 2\r\n";
  const size_t most = ServerLimits().head_bytes_max;
  const auto of_size = [&](size_t bytes) {
    std::string head = begin + "x-much: ";
    return head + std::string(bytes - head.size() - 4, 'm') + "\r\n\r\n{}";
  };
  EXPECT_TRUE(ask(gateway, of_size(most)).starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(ask(gateway, of_size(most + 1)).starts_with("HTTP/1.1 431 "));
  const auto of_fields = [&](uint32_t count) {
    std::string head = begin;
    for (uint32_t i = 3; i < count; ++i) head += "x-" + std::to_string(i) + ": y\r\n";
    return head + "\r\n{}";
  };
  const uint32_t fields = ServerLimits().header_count_max;
  EXPECT_TRUE(ask(gateway, of_fields(fields)).starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(ask(gateway, of_fields(fields + 1)).starts_with("HTTP/1.1 431 "));
}

TEST_F(ShapesTest, ABodyAboveTheLimitIsRefusedBeforeItIsHandedOn) {
  start_service();
  Process& gateway = start_gateway();
  const size_t most = CallLimits().body_bytes_max;
  const auto send = [&](size_t size) {
    const std::string padding(size - 2, ' ');
    return ask(gateway,
               "POST /things HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
               "content-length: " +
                   std::to_string(size) + "\r\n\r\n{}" + padding);
  };
  EXPECT_TRUE(send(most).starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(send(most + 1).starts_with("HTTP/1.1 413 "));
}

}  // namespace
}  // namespace servanda

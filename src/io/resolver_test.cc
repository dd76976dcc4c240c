// SPDX-License-Identifier: Apache-2.0
#include "io/resolver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "io/platform.h"

namespace servanda::internal {
namespace {

using Addresses = std::vector<SocketAddress>;

// Where questions wait until the test lets them go on. Static, because a question's thread may
// outlive what asked it.
struct Dam {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  int waiting = 0;
  int ended = 0;
};
Dam& dam() {
  static Dam one;
  return one;
}

Result<Addresses> ask_behind_the_dam(const std::string& host) {
  std::unique_lock lock(dam().mutex);
  ++dam().waiting;
  dam().changed.notify_all();
  dam().changed.wait(lock, [] { return dam().open; });
  --dam().waiting;
  ++dam().ended;
  dam().changed.notify_all();
  if (host == "unknown") return fail(Code::kUnavailable, "Cannot find the host.", "resolve");
  return Addresses{*SocketAddress::parse("192.0.2.7:0")};
}

void open_dam() {
  const std::lock_guard lock(dam().mutex);
  dam().open = true;
  dam().changed.notify_all();
}

class ResolverTest : public testing::Test {
 protected:
  ResolverTest() : platform(make_real_platform()), loop(platform->make_loop()) {
    const std::lock_guard lock(dam().mutex);
    dam().open = false;
    dam().ended = 0;
  }
  ~ResolverTest() override {
    open_dam();
    std::unique_lock lock(dam().mutex);
    dam().changed.wait(lock, [] { return dam().waiting == 0; });
  }
  ResolverTest(const ResolverTest&) = delete;
  ResolverTest& operator=(const ResolverTest&) = delete;
  // Asks; the loop stops when there are `stop_at` answers.
  void ask(Resolver& resolver, std::string host, Duration patience = Duration::seconds(20)) {
    spawn(run(resolver, std::move(host), loop->now() + patience));
  }
  Task<void> run(Resolver& resolver, std::string host, Instant deadline) {
    Task<Result<Addresses>> resolving = resolver.resolve(std::move(host), deadline);
    Result<Addresses> found = co_await resolving;
    if (!found) codes.push_back(found.error().code);
    answers.push_back(found ? (*found)[0].text() : found.error().message);
    if (answers.size() == stop_at) loop->stop();
  }

  std::unique_ptr<Platform> platform;
  std::unique_ptr<Loop> loop;
  std::vector<std::string> answers;
  std::vector<Code> codes;
  size_t stop_at = 1;
};

TEST_F(ResolverTest, AnswersOnTheLoopAndSharesOneQuestionPerName) {
  Resolver resolver(*loop, ask_behind_the_dam);
  stop_at = 4;
  for (const char* host : {"shop", "unknown", "shop", "shop"}) ask(resolver, host);
  EXPECT_TRUE(answers.empty());
  open_dam();
  loop->run();
  std::ranges::sort(answers);
  EXPECT_EQ(answers, (std::vector<std::string>{"192.0.2.7:0", "192.0.2.7:0", "192.0.2.7:0",
                                               "Cannot find the host."}));
  EXPECT_EQ(codes, std::vector<Code>{Code::kUnavailable});
  EXPECT_EQ(dam().ended, 2);
}

TEST_F(ResolverTest, StopsWaitingAtTheDeadline) {
  Resolver resolver(*loop, ask_behind_the_dam);
  ask(resolver, "shop", Duration::milliseconds(20));
  loop->run();
  EXPECT_EQ(codes, std::vector<Code>{Code::kDeadlineExceeded});
  // The late answer finds nobody, and the next question is a new one.
  open_dam();
  stop_at = 2;
  ask(resolver, "shop");
  loop->run();
  EXPECT_EQ(answers.back(), "192.0.2.7:0");
}

TEST_F(ResolverTest, HoldsItsLimitAtAndAbove) {
  Resolver resolver(*loop, ask_behind_the_dam);
  stop_at = Resolver::kQuestionsMax + 2;
  for (size_t i = 0; i < Resolver::kQuestionsMax; ++i) ask(resolver, "h" + std::to_string(i));
  EXPECT_TRUE(answers.empty());
  ask(resolver, "one-more");
  EXPECT_EQ(codes, std::vector<Code>{Code::kUnavailable});
  ask(resolver, "h0");  // Shares its answer, so it is none more.
  EXPECT_EQ(answers.size(), 1u);
  open_dam();
  loop->run();
  EXPECT_EQ(answers.size(), stop_at);
  EXPECT_EQ(codes.size(), 1u);
  EXPECT_EQ(dam().ended, static_cast<int>(Resolver::kQuestionsMax));
}

Task<void> resolve_until(Resolver& resolver, Instant deadline) {
  Task<Result<Addresses>> resolving = resolver.resolve("shop", deadline);
  co_await resolving;
}

TEST_F(ResolverTest, MayEndWhileTheSystemStillLooks) {
  {
    Resolver resolver(*loop, ask_behind_the_dam);
    Task<void> waiting = resolve_until(resolver, loop->now() + Duration::seconds(20));
    waiting.await_suspend(std::noop_coroutine());
    std::unique_lock lock(dam().mutex);
    dam().changed.wait(lock, [] { return dam().waiting == 1; });
  }
  loop.reset();
  open_dam();
  std::unique_lock lock(dam().mutex);
  dam().changed.wait(lock, [] { return dam().ended == 1; });
  EXPECT_TRUE(answers.empty());
}

TEST(HostAndPort, ReadsAddressesAndNames) {
  const auto fixed = [](std::string_view text) {
    const Result<HostAndPort> parsed = HostAndPort::parse(text);
    EXPECT_TRUE(parsed && !parsed->is_name()) << text;
    std::string all;
    for (const SocketAddress& address : parsed->addresses()) all += address.text() + " ";
    return all;
  };
  EXPECT_EQ(fixed("192.0.2.1:80"), "192.0.2.1:80 ");
  EXPECT_EQ(fixed("[::1]:65535"), "[::1]:65535 ");
  EXPECT_EQ(fixed("localhost:8080"), "127.0.0.1:8080 [::1]:8080 ");
  for (const char* text : {"accounts:80", "accounts.internal:80", "a_b-c.9d.e2e:80", "7f3a:80",
                           "xn--bcher-kva.example:80"}) {
    const Result<HostAndPort> parsed = HostAndPort::parse(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_TRUE(parsed->is_name());
    EXPECT_EQ(parsed->host + ":80", text);
    EXPECT_EQ(parsed->port, 80);
  }
  for (const char* text :
       {"",         "accounts",     "accounts:",    ":80",     "accounts:99999", "accounts:80x",
        "a..b:80",  ".a:80",        "a.:80",        "a b:80",  "a/b:80",         "user@a:80",
        "1.2.3:80", "1.2.3.4.5:80", "999.1.1.1:80", "0x7f:80", "a.0X1:80",       "::1:80",
        "[::1:80",  "[a]:80",       "http://a:80"}) {
    const Result<HostAndPort> parsed = HostAndPort::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Code::kInvalidArgument);
  }
}

TEST(HostAndPort, HoldsTheLengthsOfNamesAtAndAbove) {
  const auto valid = [](std::string_view name) {
    return HostAndPort::parse(std::string(name) + ":80").has_value();
  };
  const std::string label(63, 'a');
  EXPECT_TRUE(valid(label));
  EXPECT_FALSE(valid(label + "a"));
  const std::string name = label + "." + label + "." + label + "." + std::string(61, 'b');
  ASSERT_EQ(name.size(), 253u);
  EXPECT_TRUE(valid(name));
  EXPECT_FALSE(valid(name + "b"));
}

TEST(SocketAddress, CarriesItsPort) {
  for (const char* host : {"192.0.2.1", "[::1]"}) {
    Result<SocketAddress> address = SocketAddress::parse(std::string(host) + ":0");
    ASSERT_TRUE(address);
    address->set_port(8080);
    EXPECT_EQ(address->port(), 8080);
    EXPECT_EQ(address->text(), std::string(host) + ":8080");
  }
}

}  // namespace
}  // namespace servanda::internal

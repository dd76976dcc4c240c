// SPDX-License-Identifier: Apache-2.0
#include "telemetry/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "telemetry/log_text.h"

namespace servanda {
namespace {

class FixedClock : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return {}; }
  [[nodiscard]] Timestamp wall() const override { return Timestamp{1'777'636'800'500'000}; }
};

class Lines : public LogSink {
 public:
  void write(std::string_view lines) override {
    text += lines;
    ++calls;
  }
  std::string text;
  int calls = 0;
};

std::string drained(Log& log) {
  std::string out;
  (void)log.drain(out);
  return out;
}

TEST(Log, WritesEventsWithTheirFields) {
  const FixedClock clock;
  Log log(clock);
  const std::string service = "shop";
  log.write(LogLevel::kWarn, "The contract was refused.",
            {{"file", "shop.yaml"},
             {"service", service},
             {"line", 48},
             {"bytes", uint64_t{123456789012}},
             {"offset", int64_t{-3}},
             {"kept_old", true}});
  log.write(LogLevel::kInfo, "Ready.");
  EXPECT_EQ(
      drained(log),
      "{\"time\":\"2026-05-01T12:00:00.500Z\",\"severity\":\"WARN\","
      "\"message\":\"The contract was refused.\",\"file\":\"shop.yaml\","
      "\"service\":\"shop\",\"line\":48,\"bytes\":123456789012,\"offset\":-3,"
      "\"kept_old\":true}\n"
      "{\"time\":\"2026-05-01T12:00:00.500Z\",\"severity\":\"INFO\",\"message\":\"Ready.\"}\n");
  EXPECT_EQ(drained(log), "");
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  const FixedClock clock;
  Log quiet(clock, {.level = LogLevel::kError});
  quiet.write(LogLevel::kWarn, "no");
  EXPECT_EQ(drained(quiet), "");
  quiet.write(LogLevel::kError, "yes");
  EXPECT_NE(drained(quiet), "");
  Log usual(clock);
  usual.write(LogLevel::kDebug, "no");
  EXPECT_EQ(drained(usual), "");
}

TEST(Log, EscapesWhatTerminalsObey) {
  const FixedClock clock;
  Log log(clock);
  log.write(LogLevel::kInfo, "\x1b[2J", {{"a", "\xC2\x9B\x7F\n"}});
  const std::string line = drained(log);
  EXPECT_NE(line.find("\"message\":\"\\u001b[2J\",\"a\":\"\\u009b\\u007f\\n\"}\n"),
            std::string::npos)
      << line;
}

TEST(Log, KeepsUpToItsLimitAndCountsWhatItDrops) {
  const FixedClock clock;
  Log measured(clock);
  measured.write(LogLevel::kInfo, "event");
  const size_t size = drained(measured).size();

  Log log(clock, {.bytes_max = 3 * size});
  for (int i = 0; i < 5; ++i) log.write(LogLevel::kInfo, "event");
  EXPECT_EQ(log.dropped_approx(), 2U);
  std::string out;
  EXPECT_EQ(log.drain(out), 4U);
  EXPECT_NE(out.find("Events were dropped because the log was full.\",\"dropped\":2}"),
            std::string::npos);
  log.write(LogLevel::kInfo, "event");
  out.clear();
  EXPECT_EQ(log.drain(out), 1U);
}

TEST(Log, CutsTextsAtFourKibibytes) {
  const FixedClock clock;
  Log log(clock);
  log.write(LogLevel::kInfo, "m", {{"a", std::string(4096, 'x')}, {"b", std::string(4097, 'q')}});
  const std::string line = drained(log);
  EXPECT_EQ(std::count(line.begin(), line.end(), 'x'), 4096);
  EXPECT_EQ(std::count(line.begin(), line.end(), 'q'), 4096);
}

TEST(Log, TakesEventsFromEveryThread) {
  const FixedClock clock;
  Log log(clock, {.bytes_max = size_t{16} << 20});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int event = 0; event < 500; ++event) log.write(LogLevel::kInfo, "event", {{"n", event}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::string out;
  EXPECT_EQ(log.drain(out), 2000U);
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 2000);
}

TEST(LogDrain, GathersAllLogsIntoOneWrite) {
  const FixedClock clock;
  Log log(clock);
  AccessLog first;
  AccessLog second(4096);
  Lines sink;
  LogDrain drain(sink, log, {&first, &second});
  EXPECT_EQ(drain.run(), 0U);
  EXPECT_EQ(sink.calls, 0);
  log.write(LogLevel::kInfo, "event");
  AccessRecord record;
  record.status = 200;
  EXPECT_TRUE(first.try_record(record));
  while (second.try_record(record)) {
  }
  EXPECT_GT(drain.run(), 3U);
  EXPECT_EQ(sink.calls, 1);
  EXPECT_TRUE(sink.text.ends_with("}\n"));
  EXPECT_EQ(drain.dropped_approx(), 1U);
}

TEST(LogText, IsCutBetweenCharacters) {
  EXPECT_EQ(internal::cut_text("abc", 3), "abc");
  EXPECT_EQ(internal::cut_text("abcd", 3), "abc");
  EXPECT_EQ(internal::cut_text("ab\xF0\x9F\x98\x80", 5), "ab");
  EXPECT_EQ(internal::cut_text("ab\xF0\x9F\x98\x80", 6), "ab\xF0\x9F\x98\x80");
  EXPECT_EQ(internal::cut_text("\x80\x80\x80\x80\x80\x80", 5).size(), 2U);
  EXPECT_EQ(internal::cut_text("abc", 0), "");
}

}  // namespace
}  // namespace servanda

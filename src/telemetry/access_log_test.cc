// SPDX-License-Identifier: Apache-2.0
#include "telemetry/access_log.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/json.h"
#include "base/text.h"

namespace servanda {
namespace {

AccessRecord sample_record() {
  AccessRecord record;
  record.at = Timestamp{1'777'636'800'000'042};
  record.duration = Duration::nanoseconds(123'456);
  record.status = 201;
  record.request_bytes = 274;
  record.response_bytes = 300;
  record.trace.trace_id = {0x0a, 0xf7};
  record.trace.span_id = {0xb7};
  record.method = "POST";
  record.route = "/v1/products";
  record.operation = "createProduct";
  record.path = "/v1/products";
  record.peer = "192.0.2.7";
  record.user_agent = "curl/7.88.1";
  return record;
}

std::string drained(AccessLog& log) {
  std::string out;
  (void)log.drain(out);
  return out;
}

std::string member(std::string_view line, std::string_view name) {
  JsonParser parser;
  const Result<JsonValue> value = parser.parse(line);
  if (!value) return "not JSON: " + std::string(line);
  const JsonValue found = value->find(name);
  return found.exists() ? std::string(found.text()) : "absent";
}

TEST(AccessLog, WritesALinePerRecord) {
  AccessLog log;
  EXPECT_TRUE(log.try_record(sample_record()));
  EXPECT_EQ(drained(log),
            "{\"time\":\"2026-05-01T12:00:00.000042Z\",\"severity\":\"INFO\","
            "\"event\":\"http.server.request\",\"http.request.method\":\"POST\","
            "\"http.route\":\"/v1/products\",\"operation\":\"createProduct\","
            "\"url.path\":\"/v1/products\",\"client.address\":\"192.0.2.7\","
            "\"user_agent.original\":\"curl/7.88.1\",\"http.response.status_code\":201,"
            "\"duration_us\":123.456,\"http.request.body.size\":274,"
            "\"http.response.body.size\":300,\"trace_id\":\"0af70000000000000000000000000000\","
            "\"span_id\":\"b700000000000000\"}\n");
  EXPECT_EQ(drained(log), "");
}

TEST(AccessLog, MarksFailuresOfTheServer) {
  AccessLog log;
  AccessRecord record = sample_record();
  record.status = 503;
  record.error = "unavailable";
  record.route = record.operation = "";
  EXPECT_TRUE(log.try_record(record));
  const std::string line = drained(log);
  EXPECT_EQ(member(line, "severity"), "ERROR");
  EXPECT_EQ(member(line, "error.type"), "unavailable");
  EXPECT_EQ(member(line, "http.route"), "absent");
}

TEST(AccessLog, NeverLetsControlCharactersThrough) {
  AccessLog log;
  AccessRecord record = sample_record();
  const std::string evil = "/\x1b[31m\r\n\"\\\x7f\xc2\x9b\x01\xff{}";
  record.path = evil;
  record.user_agent = evil;
  EXPECT_TRUE(log.try_record(record));
  const std::string line = drained(log);
  ASSERT_TRUE(line.ends_with("}\n"));
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  for (const char c : line.substr(0, line.size() - 1)) {
    EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  }
  EXPECT_EQ(line.find("\xc2\x9b"), std::string::npos);
  EXPECT_EQ(member(line, "url.path"), "/\x1b[31m\r\n\"\\\x7f\xc2\x9b\x01\xEF\xBF\xBD{}");
}

TEST(AccessLog, CutsTextsAtTheirLimits) {
  AccessLog log;
  for (const size_t extra : {0, 1}) {
    AccessRecord record = sample_record();
    const std::string method(32 + extra, 'M');
    const std::string route(256 + extra, 'r');
    const std::string operation(128 + extra, 'o');
    const std::string path(512 + extra, 'p');
    const std::string peer(64 + extra, 'a');
    const std::string agent(256 + extra, 'u');
    const std::string error(64 + extra, 'e');
    record.method = method;
    record.route = route;
    record.operation = operation;
    record.path = path;
    record.peer = peer;
    record.user_agent = agent;
    record.error = error;
    ASSERT_TRUE(log.try_record(record));
    const std::string line = drained(log);
    EXPECT_EQ(member(line, "http.request.method"), method.substr(0, 32));
    EXPECT_EQ(member(line, "http.route"), route.substr(0, 256));
    EXPECT_EQ(member(line, "operation"), operation.substr(0, 128));
    EXPECT_EQ(member(line, "url.path"), path.substr(0, 512));
    EXPECT_EQ(member(line, "client.address"), peer.substr(0, 64));
    EXPECT_EQ(member(line, "user_agent.original"), agent.substr(0, 256));
    EXPECT_EQ(member(line, "error.type"), error.substr(0, 64));
  }
}

TEST(AccessLog, CutsBetweenCharacters) {
  AccessLog log;
  AccessRecord record = sample_record();
  const std::string agent = std::string(254, 'u') + "\xE2\x82\xAC";
  record.user_agent = agent;
  ASSERT_TRUE(log.try_record(record));
  EXPECT_EQ(member(drained(log), "user_agent.original"), std::string(254, 'u'));
}

TEST(AccessLog, FitsTheWorstRecord) {
  AccessLog log(1);
  EXPECT_EQ(log.capacity(), 4096U);
  AccessRecord record = sample_record();
  const std::string worst(2000, '\x01');
  record.method = record.route = record.operation = record.path = worst;
  record.peer = record.user_agent = record.error = worst;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(log.try_record(record));
    EXPECT_EQ(member(drained(log), "error.type"), worst.substr(0, 64));
  }
}

TEST(AccessLog, DropsAndCountsWhenItIsFull) {
  AccessLog log(4096);
  size_t accepted = 0;
  while (log.try_record(sample_record())) ++accepted;
  EXPECT_GT(accepted, 10U);
  EXPECT_FALSE(log.try_record(sample_record()));
  EXPECT_EQ(log.dropped_approx(), 2U);
  EXPECT_LE(log.pending_approx(), log.capacity());
  std::string out;
  EXPECT_EQ(log.drain(out), accepted + 1);
  EXPECT_TRUE(out.ends_with(
      "{\"time\":\"2026-05-01T12:00:00Z\",\"severity\":\"WARN\",\"message\":\"Access records were "
      "dropped because the log was full.\",\"dropped\":2}\n"));
  EXPECT_EQ(log.pending_approx(), 0U);
  EXPECT_EQ(drained(log), "");
  EXPECT_TRUE(log.try_record(sample_record()));
  EXPECT_EQ(log.dropped_approx(), 2U);
}

TEST(AccessLog, FillsItsRingToTheLastByte) {
  // Records of 128 bytes: 32 of them fill 4 KiB, the 33rd has no room.
  AccessLog log(4096);
  AccessRecord record;
  record.status = 200;
  ASSERT_TRUE(log.try_record(record));
  const size_t head = log.pending_approx();
  (void)drained(log);
  const std::string path(128 - head, 'p');
  record.path = path;
  AccessLog fresh(4096);
  for (int i = 0; i < 32; ++i) EXPECT_TRUE(fresh.try_record(record)) << i;
  EXPECT_EQ(fresh.pending_approx(), fresh.capacity());
  EXPECT_FALSE(fresh.try_record(record));
  std::string out;
  EXPECT_EQ(fresh.drain(out), 33U);
}

TEST(AccessLog, KeepsOrderAndContentOverManyWraps) {
  AccessLog log(4096);
  size_t next = 0;
  for (size_t i = 0; i < 5000; ++i) {
    AccessRecord record = sample_record();
    const std::string path = "/" + std::string(i % 300, 'x') + "/" + std::to_string(i);
    record.path = path;
    ASSERT_TRUE(log.try_record(record));
    if (i % 3 != 0) continue;
    const std::string lines = drained(log);
    for (const std::string_view line : split(lines, '\n')) {
      if (line.empty()) continue;
      ASSERT_EQ(member(line, "url.path"),
                "/" + std::string(next % 300, 'x') + "/" + std::to_string(next));
      ++next;
    }
  }
  EXPECT_GT(next, 4990U);
}

TEST(AccessLog, WritesTimesBefore1970AndAfterASecond) {
  AccessLog log;
  AccessRecord record = sample_record();
  record.at = Timestamp{-1};
  ASSERT_TRUE(log.try_record(record));
  EXPECT_EQ(member(drained(log), "time"), "1969-12-31T23:59:59.999999Z");
  record.at = Timestamp{1'999'999};
  ASSERT_TRUE(log.try_record(record));
  record.at = Timestamp{2'000'000};
  ASSERT_TRUE(log.try_record(record));
  const std::string lines = drained(log);
  EXPECT_NE(lines.find("1970-01-01T00:00:01.999999Z"), std::string::npos);
  EXPECT_NE(lines.find("1970-01-01T00:00:02.000000Z"), std::string::npos);
}

TEST(AccessLog, HandsRecordsFromOneThreadToAnother) {
  AccessLog log(8192);
  constexpr uint64_t kRecords = 2'000;
  std::thread producer([&] {
    for (uint64_t i = 0; i < kRecords; ++i) {
      AccessRecord record = sample_record();
      record.request_bytes = i;
      const std::string path(i % 97, 'p');
      record.path = path;
      while (!log.try_record(record)) std::this_thread::yield();
    }
  });
  uint64_t next = 0;
  JsonParser parser;
  while (next < kRecords) {
    const std::string lines = drained(log);
    for (const std::string_view line : split(lines, '\n')) {
      if (line.empty() || line.find("\"WARN\"") != std::string_view::npos) continue;
      const Result<JsonValue> value = parser.parse(line);
      ASSERT_TRUE(value) << line;
      ASSERT_EQ(static_cast<uint64_t>(value->find("http.request.body.size").integer()), next);
      ++next;
    }
  }
  producer.join();
  EXPECT_EQ(log.pending_approx(), 0U);
}

}  // namespace
}  // namespace servanda

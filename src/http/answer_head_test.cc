// SPDX-License-Identifier: Apache-2.0
#include "http/answer_head.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace servanda::internal {
namespace {

std::string head_with(HeaderField field) {
  const std::array<HeaderField, 1> fields{field};
  std::string out = "before|";
  append_answer_head(out, {.status = 201,
                           .fields = fields,
                           .content_length = 7,
                           .connection = AnswerHead::Connection::kClose,
                           .date_line = "Date: now\r\n"});
  return out;
}

TEST(AnswerHead, AppendsStatusFieldsAndFraming) {
  EXPECT_EQ(head_with({"ETag", "\"1\""}),
            "before|HTTP/1.1 201 Created\r\nETag: \"1\"\r\nDate: now\r\nContent-Length: 7\r\n"
            "Connection: close\r\n\r\n");
}

TEST(AnswerHead, LetsTheHandlersDateReplaceOurs) {
  EXPECT_EQ(head_with({"date", "then"}),
            "before|HTTP/1.1 201 Created\r\ndate: then\r\nContent-Length: 7\r\n"
            "Connection: close\r\n\r\n");
}

TEST(AnswerHead, HasRoomForTheLongestFieldsAndUnknownStatuses) {
  const std::string value(100'000, 'v');
  const std::array<HeaderField, 1> fields{{{"X", value}}};
  std::string out;
  append_answer_head(out, {.status = 599,
                           .fields = fields,
                           .content_length = UINT64_MAX,
                           .connection = AnswerHead::Connection::kKeepAlive});
  EXPECT_EQ(out, "HTTP/1.1 599 \r\nX: " + value +
                     "\r\nContent-Length: 18446744073709551615\r\nConnection: keep-alive\r\n\r\n");
}

TEST(AnswerHeadDeathTest, CallsFieldsThatSplitAnAnswerABug) {
  EXPECT_DEATH((void)head_with({"X", "a\r\nSet-Cookie: b"}), "malformed");
  EXPECT_DEATH((void)head_with({"X", std::string_view("a\0b", 3)}), "malformed");
  EXPECT_DEATH((void)head_with({"X Y", "a"}), "malformed");
  EXPECT_DEATH((void)head_with({"", "a"}), "malformed");
  EXPECT_DEATH((void)head_with({"Content-Length", "1"}), "belongs to the connection");
  EXPECT_DEATH((void)head_with({"transfer-encoding", "chunked"}), "belongs to the connection");
}

class CountingClock final : public Clock {
 public:
  Instant now() const override { return {}; }
  Timestamp wall() const override {
    ++reads;
    return time;
  }
  Timestamp time{1'777'636'800'900'000};  // 2026-05-01T12:00:00.9Z.
  mutable int reads = 0;
};

TEST(DateLine, ReadsTheClockOncePerSecond) {
  CountingClock clock;
  DateLine line;
  EXPECT_EQ(line.at({0}, clock), "Date: Fri, 01 May 2026 12:00:00 GMT\r\n");
  (void)line.at({99'999'999}, clock);
  EXPECT_EQ(clock.reads, 1);
  clock.time.us += 100'000;
  EXPECT_EQ(line.at({100'000'000}, clock), "Date: Fri, 01 May 2026 12:00:01 GMT\r\n");
  (void)line.at({1'099'999'999}, clock);
  EXPECT_EQ(clock.reads, 2);
}

}  // namespace
}  // namespace servanda::internal

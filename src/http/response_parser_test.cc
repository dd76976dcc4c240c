// SPDX-License-Identifier: Apache-2.0
#include "http/response_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace servanda {
namespace {

using Asked = ResponseParser::Asked;
using BodyKind = ResponseHead::BodyKind;
using Progress = ResponseParser::Progress;

struct Read {
  Progress progress = Progress::kMore;
  std::string reason;
  size_t head_bytes = 0;
  ResponseHead head;
};

Read result_of(ResponseParser& parser, Progress progress) {
  return {progress, std::string(parser.refusal().reason), parser.head_bytes(), parser.head()};
}

Read read_whole(std::string_view bytes, const ResponseLimits& limits = {},
                Asked asked = Asked::kOther) {
  ResponseParser parser(limits);
  parser.reset(asked);
  const Progress progress = parser.advance(bytes);
  return result_of(parser, progress);
}

// Byte by byte, each time at another address.
Read read_slowly(std::string_view bytes, const ResponseLimits& limits = {},
                 Asked asked = Asked::kOther) {
  ResponseParser parser(limits);
  parser.reset(asked);
  Progress progress = Progress::kMore;
  for (size_t size = 1; size <= bytes.size() && progress == Progress::kMore; ++size) {
    const std::string part(bytes.substr(0, size));
    progress = parser.advance(part);
  }
  return result_of(parser, progress);
}

void expect_refused(std::string_view bytes, std::string_view reason,
                    const ResponseLimits& limits = {}) {
  for (const Read& read : {read_whole(bytes, limits), read_slowly(bytes, limits)}) {
    EXPECT_EQ(read.progress, Progress::kRefused) << bytes.substr(0, 200);
    EXPECT_EQ(read.reason, reason) << bytes.substr(0, 200);
  }
}

ResponseHead expect_accepted(std::string_view bytes, const ResponseLimits& limits = {},
                             Asked asked = Asked::kOther) {
  const Read whole = read_whole(bytes, limits, asked);
  const Read slow = read_slowly(bytes, limits, asked);
  EXPECT_EQ(whole.progress, Progress::kComplete) << whole.reason << ": " << bytes.substr(0, 200);
  EXPECT_EQ(slow.progress, Progress::kComplete) << slow.reason << ": " << bytes.substr(0, 200);
  EXPECT_EQ(whole.head_bytes, slow.head_bytes);
  EXPECT_EQ(whole.head.status, slow.head.status);
  EXPECT_EQ(whole.head.body, slow.head.body);
  EXPECT_EQ(whole.head.content_length, slow.head.content_length);
  EXPECT_EQ(whole.head.keeps_alive, slow.head.keeps_alive);
  return whole.head;
}

std::string with_line(std::string_view line) {
  return "HTTP/1.1 200 OK\r\n" + std::string(line) + "\r\n\r\n";
}

TEST(ResponseParser, ReadsTheHeadIntoViews) {
  const std::string bytes =
      "HTTP/1.1 201 Created\r\nContent-Length: 12\r\nX-Empty:\r\nETag: \t \"a\" \t\r\n\r\nbody";
  ResponseParser parser({});
  parser.reset(Asked::kOther);
  ASSERT_EQ(parser.advance(bytes), Progress::kComplete);
  EXPECT_EQ(parser.head_bytes(), bytes.size() - 4);
  EXPECT_EQ(parser.head().status, 201);
  EXPECT_EQ(parser.head().body, BodyKind::kSized);
  EXPECT_EQ(parser.head().content_length, 12u);
  EXPECT_TRUE(parser.head().keeps_alive);
  const std::string elsewhere = bytes;
  std::vector<HeaderField> fields(7);
  parser.fill(elsewhere, fields);
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields[0].name, "Content-Length");
  EXPECT_EQ(fields[0].value, "12");
  EXPECT_EQ(fields[1].value, "");
  EXPECT_EQ(fields[2].value, "\"a\"");
  EXPECT_EQ(fields[2].name.data() - elsewhere.data(), bytes.find("ETag") - size_t{0});
}

TEST(ResponseParser, CanReadAnotherHeadAfterReset) {
  ResponseParser parser({});
  parser.reset(Asked::kOther);
  ASSERT_EQ(parser.advance("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nConnection: close\r\n"
                           "Content-Length: 3\r\n\r\n"),
            Progress::kComplete);
  parser.reset(Asked::kOther);
  ASSERT_EQ(parser.advance("HTTP/1.1 302 Found\r\n\r\n"), Progress::kComplete);
  EXPECT_EQ(parser.head().status, 302);
  EXPECT_EQ(parser.head().body, BodyKind::kUntilClose);
  std::vector<HeaderField> fields(1);
  parser.fill("HTTP/1.1 302 Found\r\n\r\n", fields);
  EXPECT_TRUE(fields.empty());
}

TEST(ResponseParser, FramesTheBodyByRfc9112) {
  EXPECT_EQ(expect_accepted(with_line("Content-Length: 5")).body, BodyKind::kSized);
  EXPECT_EQ(expect_accepted(with_line("Content-Length: 0")).body, BodyKind::kNone);
  EXPECT_EQ(expect_accepted(with_line("Transfer-Encoding: Chunked")).body, BodyKind::kChunked);
  EXPECT_EQ(expect_accepted(with_line("X: y")).body, BodyKind::kUntilClose);
  EXPECT_FALSE(expect_accepted(with_line("X: y")).keeps_alive);
  for (const char* bare : {"204 No Content", "304 Not Modified"}) {
    const ResponseHead head = expect_accepted("HTTP/1.1 " + std::string(bare) + "\r\n\r\n");
    EXPECT_EQ(head.body, BodyKind::kNone);
    EXPECT_TRUE(head.keeps_alive);
  }
  const std::string not_modified = "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n";
  EXPECT_EQ(expect_accepted(not_modified).body, BodyKind::kNone);
  EXPECT_EQ(expect_accepted("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n").body,
            BodyKind::kNone);
  for (const char* line : {"Content-Length: 5", "Transfer-Encoding: chunked", "X: y"}) {
    const ResponseHead head = expect_accepted(with_line(line), {}, Asked::kHead);
    EXPECT_EQ(head.body, BodyKind::kNone) << line;
    EXPECT_TRUE(head.keeps_alive) << line;
  }
}

TEST(ResponseParser, TellsWhetherTheConnectionStays) {
  const auto stays = [](std::string_view version, std::string_view connection) {
    return expect_accepted("HTTP/" + std::string(version) +
                           " 200 OK\r\nContent-Length: 1\r\nConnection: " +
                           std::string(connection) + "\r\n\r\n")
        .keeps_alive;
  };
  EXPECT_TRUE(stays("1.1", "x"));
  EXPECT_TRUE(stays("1.1", "keep-alive"));
  EXPECT_FALSE(stays("1.1", "x, CLOSE"));
  EXPECT_FALSE(stays("1.1", "keep-alive, close"));
  EXPECT_FALSE(stays("1.0", "x"));
  EXPECT_TRUE(stays("1.0", "Keep-Alive"));
  EXPECT_FALSE(stays("1.0", "keep-alive, close"));
}

TEST(ResponseParser, SkipsInterimHeads) {
  const std::string bytes =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n"
      "Connection: close\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\nhi";
  const ResponseHead head = expect_accepted(bytes);
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.keeps_alive);
  ResponseParser parser({});
  parser.reset(Asked::kOther);
  ASSERT_EQ(parser.advance(bytes), Progress::kComplete);
  EXPECT_EQ(parser.head_bytes(), bytes.size() - 2);
  std::vector<HeaderField> fields;
  parser.fill(bytes, fields);
  ASSERT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields[0].name, "A");
  EXPECT_EQ(fields[0].value, "b");
}

TEST(ResponseParser, RefusesMoreInterimHeadsThanItsLimit) {
  std::string interim;
  for (uint32_t i = 0; i < ResponseParser::kInterimHeadsMax; ++i) {
    interim += "HTTP/1.1 100 Continue\r\n\r\n";
  }
  expect_accepted(interim + "HTTP/1.1 204 \r\n\r\n");
  expect_refused(interim + "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 \r\n\r\n",
                 "too-many-interim");
}

TEST(ResponseParser, RefusesBadStatusLines) {
  for (const char* line : {"",
                           "HTTP/1.1",
                           "HTTP/1.1 ",
                           "HTTP/1.1  200 OK",
                           " HTTP/1.1 200 OK",
                           "http/1.1 200 OK",
                           "HTTP/1.1 20 OK",
                           "HTTP/1.1 2000 OK",
                           "HTTP/1.1 2x0 OK",
                           "HTTP/1.1 099 OK",
                           "HTTP/1.1 000 OK",
                           "HTTP/1.1 600 OK",
                           "HTTP/1.1 999 OK",
                           "HTTP/1.1 +20 OK",
                           "HTTP/1.1\t200 OK",
                           "HTTP/1.1 200\tOK",
                           "HTTP/1.1 200 O\x01K",
                           "HTTP/1.1 200 O\rK",
                           "HTTP/11 200 OK",
                           "HTTP/x.1 200 OK",
                           "ICY 200 OK plus"}) {
    expect_refused(std::string(line) + "\r\n\r\n", "status-line");
  }
  for (const char* version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.1"}) {
    expect_refused(std::string(version) + " 200 OK\r\n\r\n", "http-version");
  }
  for (const char* line :
       {"HTTP/1.1 200 ", "HTTP/1.1 200", "HTTP/1.1 200 All \xc3\xa4 good", "HTTP/1.1 599 x"}) {
    expect_accepted(std::string(line) + "\r\n\r\n");
  }
}

TEST(ResponseParser, RefusesWhatTwoReadersCouldReadDifferently) {
  expect_refused("HTTP/1.1 200 OK\n\n", "bare-line-feed");
  expect_refused("\n", "bare-line-feed");
  expect_refused("HTTP/1.1 200 OK\r\nA: b\n\r\n", "bare-line-feed");
  expect_refused(with_line("A: b\r\n c"), "folded-header");
  expect_refused(with_line("\tA: b"), "folded-header");
  expect_refused(with_line("A : b"), "header-name");
  expect_refused(with_line(": b"), "header-name");
  expect_refused(with_line("Ab"), "header-name");
  expect_refused(with_line("A: b\rc"), "header-value");
  expect_refused(with_line(std::string_view("A: b\0c", 6)), "header-value");
  expect_refused(with_line("Content-Length: 5\r\nTransfer-Encoding: chunked"), "double-framing");
  expect_refused(with_line("Transfer-Encoding: chunked\r\nContent-Length: 5"), "double-framing");
  expect_refused(with_line("Content-Length: 5\r\nContent-Length: 5"), "content-length");
  expect_refused(with_line("Content-Length: 5\r\nContent-Length: 6"), "content-length");
  expect_refused(with_line("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
                 "transfer-encoding");
  for (const char* length : {"", "5, 5", "+5", "-1", "5 5", "0x5", "5.0", "12345678901234567890"}) {
    expect_refused(with_line("Content-Length: " + std::string(length)), "content-length");
  }
  EXPECT_EQ(expect_accepted(with_line("Content-Length: 1234567890123456789")).content_length,
            1234567890123456789u);
  for (const char* coding :
       {"", "gzip", "gzip, chunked", "chunked, chunked", "identity", "xchunked"}) {
    expect_refused(with_line("Transfer-Encoding: " + std::string(coding)), "transfer-encoding");
  }
  expect_refused("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "transfer-encoding");
}

TEST(ResponseParser, RefusesBodiesWhereThereAreNone) {
  expect_refused("HTTP/1.1 204 No Content\r\nContent-Length: 1\r\n\r\n", "bodiless");
  expect_refused("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", "bodiless");
  expect_refused("HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n", "interim-body");
  expect_refused("HTTP/1.1 103 Hints\r\nTransfer-Encoding: chunked\r\n\r\n", "interim-body");
  expect_refused("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", "switching-protocols");
}

TEST(ResponseParser, HoldsItsLimitsAtAndAbove) {
  const std::string start = "HTTP/1.1 200 OK\r\nA: ";
  const std::string end = "\r\n\r\n";
  ResponseLimits limits{.head_bytes_max = 64, .header_count_max = 3};
  const std::string at = start + std::string(64 - start.size() - end.size(), 'x') + end;
  ASSERT_EQ(at.size(), 64u);
  expect_accepted(at, limits);
  expect_accepted(at + "a body of any size may come right behind the head", limits);
  expect_refused(start + std::string(65 - start.size() - end.size(), 'x') + end, "head-too-large",
                 limits);
  // Without any line end, and with interim heads, which count.
  expect_refused(std::string(65, 'H'), "head-too-large", limits);
  EXPECT_EQ(read_whole(std::string(64, 'H'), limits).progress, Progress::kMore);
  const std::string interim = "HTTP/1.1 100 C\r\n\r\n";
  const std::string final_head = "HTTP/1.1 200 O\r\nA: ";
  const std::string fill(64 - interim.size() - final_head.size() - end.size(), 'y');
  expect_accepted(interim + final_head + fill + end, limits);
  expect_refused(interim + final_head + fill + "y" + end, "head-too-large", limits);

  expect_accepted("HTTP/1.1 200 OK\r\na:b\r\nc:d\r\ne:f\r\n\r\n", limits);
  expect_refused("HTTP/1.1 200 OK\r\na:b\r\nc:d\r\ne:f\r\ng:h\r\n\r\n", "head-too-large", limits);
}

}  // namespace
}  // namespace servanda

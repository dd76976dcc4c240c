// SPDX-License-Identifier: Apache-2.0
#include "http/head_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace servanda {
namespace {

struct Read {
  HeadParser::Progress progress = HeadParser::Progress::kMore;
  int status = 0;
  std::string reason;
};

Read read_whole(std::string_view bytes, const HeadLimits& limits = {}) {
  HeadParser parser(limits);
  const HeadParser::Progress progress = parser.advance(bytes);
  return {progress, parser.refusal().status, std::string(parser.refusal().reason)};
}

// Byte by byte, each time at another address.
Read read_slowly(std::string_view bytes, const HeadLimits& limits = {}) {
  HeadParser parser(limits);
  HeadParser::Progress progress = HeadParser::Progress::kMore;
  for (size_t size = 1; size <= bytes.size() && progress == HeadParser::Progress::kMore; ++size) {
    const std::string part(bytes.substr(0, size));
    progress = parser.advance(part);
  }
  return {progress, parser.refusal().status, std::string(parser.refusal().reason)};
}

void expect_refused(std::string_view bytes, int status, std::string_view reason,
                    const HeadLimits& limits = {}) {
  for (const Read& read : {read_whole(bytes, limits), read_slowly(bytes, limits)}) {
    EXPECT_EQ(read.progress, HeadParser::Progress::kRefused) << bytes.substr(0, 200);
    EXPECT_EQ(read.status, status) << bytes.substr(0, 200);
    EXPECT_EQ(read.reason, reason) << bytes.substr(0, 200);
  }
}

void expect_accepted(std::string_view bytes, const HeadLimits& limits = {}) {
  for (const Read& read : {read_whole(bytes, limits), read_slowly(bytes, limits)}) {
    EXPECT_EQ(read.progress, HeadParser::Progress::kComplete)
        << read.status << " " << read.reason << ": " << bytes.substr(0, 200);
  }
}

std::string with_line(std::string_view line) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(line) + "\r\n\r\n";
}

std::string with_target(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

TEST(HeadParser, ReadsTheHeadIntoViews) {
  const std::string bytes =
      "POST /v1/orders?limit=5&x HTTP/1.1\r\nHost: shop.example:8080\r\nContent-Length: 12\r\n"
      "X-Empty:\r\nAccept: \t a/b \t\r\n\r\nbody";
  HeadParser parser({});
  ASSERT_EQ(parser.advance(bytes), HeadParser::Progress::kComplete);
  RequestHead head;
  parser.fill(bytes, head);
  EXPECT_EQ(parser.head_bytes(), bytes.size() - 4);
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.target, "/v1/orders?limit=5&x");
  EXPECT_EQ(head.path, "/v1/orders");
  EXPECT_EQ(head.query, "limit=5&x");
  EXPECT_EQ(head.host, "shop.example:8080");
  EXPECT_EQ(head.version, HttpVersion::k11);
  EXPECT_EQ(head.body, RequestHead::BodyKind::kSized);
  EXPECT_EQ(head.content_length, 12u);
  EXPECT_EQ(head.fields.size(), 4u);
  EXPECT_EQ(head.field("accept"), "a/b");
  EXPECT_EQ(head.field("x-empty"), "");
  EXPECT_NE(head.field("x-empty").data(), nullptr);
  EXPECT_EQ(head.field("absent").data(), nullptr);
  EXPECT_EQ(head.count_fields("host"), 1u);
  EXPECT_TRUE(parser.keeps_alive());
  EXPECT_FALSE(parser.expects_continue());
}

TEST(HeadParser, TakesPathQueryAndHostFromAnAbsoluteTarget) {
  const std::string bytes =
      "GET HTTP://Shop.Example/a?b=c HTTP/1.1\r\nHost: shop.example:80\r\n\r\n";
  HeadParser parser({});
  ASSERT_EQ(parser.advance(bytes), HeadParser::Progress::kComplete);
  RequestHead head;
  parser.fill(bytes, head);
  EXPECT_EQ(head.path, "/a");
  EXPECT_EQ(head.query, "b=c");
  EXPECT_EQ(head.host, "Shop.Example");
}

TEST(HeadParser, GivesAnAbsoluteTargetWithoutPathTheRoot) {
  const std::string bytes = "GET http://a?x=1 HTTP/1.1\r\nHost: a\r\n\r\n";
  HeadParser parser({});
  ASSERT_EQ(parser.advance(bytes), HeadParser::Progress::kComplete);
  RequestHead head;
  parser.fill(bytes, head);
  EXPECT_EQ(head.path, "/");
  EXPECT_EQ(head.query, "x=1");
}

TEST(HeadParser, CanReadAnotherHeadAfterReset) {
  HeadParser parser({});
  ASSERT_EQ(parser.advance("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
            HeadParser::Progress::kComplete);
  EXPECT_TRUE(parser.keeps_alive());
  parser.reset();
  const std::string bytes = "GET /b HTTP/1.0\r\n\r\n";
  ASSERT_EQ(parser.advance(bytes), HeadParser::Progress::kComplete);
  EXPECT_FALSE(parser.keeps_alive());
  RequestHead head;
  parser.fill(bytes, head);
  EXPECT_EQ(head.path, "/b");
  EXPECT_TRUE(head.fields.empty());
  EXPECT_EQ(head.host, "");
}

TEST(HeadParser, RefusesRequestLinesThatAreNotExact) {
  for (const char* line : {"GET / HTTP/1.1 ", "GET  / HTTP/1.1", " GET / HTTP/1.1", "GET /", "GET",
                           "GET / http/1.1", "GET / HTTP/1", "GET / HTTP/1.10", "GET / HTTP/1.x",
                           "GET\t/ HTTP/1.1", "GET / a HTTP/1.1", "GET /\x01 HTTP/1.1 x"}) {
    const Read read = read_whole(std::string(line) + "\r\nHost: a\r\n\r\n");
    EXPECT_EQ(read.status, 400) << line;
  }
  expect_refused("G(T / HTTP/1.1\r\n\r\n", 400, "method");
  expect_refused("\r\n\r\nGET / HTTP/1.1\r\n\r\n", 400, "request-line");
}

TEST(HeadParser, LetsOneEmptyLineStandBeforeTheRequest) {
  expect_accepted("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST(HeadParser, RefusesOtherVersions) {
  expect_refused("GET / HTTP/2.0\r\n\r\n", 505, "http-version");
  expect_refused("GET / HTTP/1.2\r\n\r\n", 505, "http-version");
  expect_refused("GET / HTTP/0.9\r\n\r\n", 505, "http-version");
  expect_refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "http-version");
}

TEST(HeadParser, RefusesTraceAndConnect) {
  expect_refused("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method-refused");
  expect_refused("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method-refused");
}

TEST(HeadParser, KeepsMethodsItDoesNotKnow) {
  expect_accepted("BREW / HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST(HeadParser, RefusesTargetsOutsideTheirGrammar) {
  for (const char* target : {"/a#b",
                             "/a b",
                             "/a\\b",
                             "/a%00b",
                             "/a%0",
                             "/a%",
                             "/a%zz",
                             "/\"",
                             "/<",
                             "/{x}",
                             "/a^",
                             "/a|b",
                             "/a[0]",
                             "/\x80",
                             "/a?b#c",
                             "/a?%00",
                             "/a?%g0",
                             "/a?\"",
                             "/a?b\\c",
                             "a/b",
                             "",
                             "*",
                             "ftp://a/",
                             "http:///a",
                             "http://u@a/",
                             "http://a:b/",
                             "http://a:99999/",
                             "http://[::1/",
                             "//a\x7f"}) {
    const Read read = read_whole(with_target(target));
    EXPECT_EQ(read.status, 400) << target;
  }
}

TEST(HeadParser, AcceptsTargetsOfTheGrammar) {
  for (const char* target : {"/", "/a/b;c=1/d:e@f", "/%41%2F", "/a?b=c&d[e]=f|g", "/a?b?c/d",
                             "/a?%5B%5D", "/~a.b-c_d!$&'()*+,="}) {
    expect_accepted(with_target(target));
  }
  expect_accepted("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  expect_accepted("OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n");
  expect_accepted("GET https://[::1]:443/ HTTP/1.1\r\nHost: [::1]\r\n\r\n");
}

TEST(HeadParser, RefusesMissingDoubleAndMalformedHosts) {
  expect_refused("GET / HTTP/1.1\r\n\r\n", 400, "host");
  expect_refused(with_line("Host: a"), 400, "host");
  for (const char* host : {"", "a b", "a:b", "a:", "a:70000", "a@b", "a/b", "[::1", "[x]", "a,b",
                           "\"a\"", "[::1]x", ":80", "a%41"}) {
    expect_refused("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n", 400, "host");
  }
  expect_accepted("GET / HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\n\r\n");
  expect_accepted("GET / HTTP/1.0\r\n\r\n");
}

TEST(HeadParser, RefusesAnAbsoluteTargetThatDiffersFromHost) {
  expect_refused("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", 400, "host");
  expect_refused("GET http://a:81/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "host");
  expect_refused("GET http://a/ HTTP/1.1\r\n\r\n", 400, "host");
}

TEST(HeadParser, RefusesLinesThatOthersMightReadDifferently) {
  expect_refused(with_line("A : b"), 400, "header-name");
  expect_refused(with_line(": b"), 400, "header-name");
  expect_refused(with_line("A b: c"), 400, "header-name");
  expect_refused(with_line("Novalue"), 400, "header-name");
  expect_refused(with_line("A\x80: b"), 400, "header-name");
  expect_refused(with_line(" folded"), 400, "folded-header");
  expect_refused(with_line("\tfolded"), 400, "folded-header");
  expect_refused(with_line("A: b\r\n c"), 400, "folded-header");
  expect_refused("GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "folded-header");
  expect_refused(with_line("A: b\rc"), 400, "header-value");
  expect_refused(with_line("A: b\x01"), 400, "header-value");
  expect_refused(with_line("A: b\x7f"), 400, "header-value");
  expect_refused(with_line(std::string("A: b\0c", 6)), 400, "header-value");
  expect_refused(with_line(std::string("A\0: b", 5)), 400, "header-name");
  expect_refused("GET / HTTP/1.1\r\nHost: a\n\r\n", 400, "bare-line-feed");
  expect_refused("GET / HTTP/1.1\nHost: a\r\n\r\n", 400, "bare-line-feed");
  expect_refused("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bare-line-feed");
  expect_refused("GET / HTTP/1.1\r\nHost: a\r\n\n", 400, "bare-line-feed");
  expect_accepted(with_line("A: \xc3\xa9 \t b"));
}

TEST(HeadParser, RefusesDoubleAndBrokenFraming) {
  expect_refused(with_line("Content-Length: 1\r\nTransfer-Encoding: chunked"), 400,
                 "double-framing");
  expect_refused(with_line("Transfer-Encoding: chunked\r\nContent-Length: 0"), 400,
                 "double-framing");
  for (const char* length : {"", "-1", "+1", "0x1", "1 2", "1,2", "1,", ",1", "1 ,x",
                             "12345678901234567890", "1.0", "1e1"}) {
    expect_refused(with_line("Content-Length: " + std::string(length)), 400, "content-length");
  }
  expect_refused(with_line("Content-Length: 1\r\nContent-Length: 2"), 400, "content-length");
  expect_accepted(with_line("Content-Length: 1\r\ncontent-length: 1"));
  expect_accepted(with_line("Content-Length: 1, 1"));
  expect_accepted(with_line("Content-Length: 9999999999999999999"));
}

TEST(HeadParser, RefusesTransferCodingsOtherThanChunked) {
  for (const char* coding : {"gzip", "gzip, chunked", "identity", "xchunked", "chunked1"}) {
    expect_refused(with_line("Transfer-Encoding: " + std::string(coding)), 501,
                   "transfer-encoding");
  }
  for (const char* coding : {"", "chunked, gzip", "chunked, chunked", "chunked;q=1", "\"chunked\"",
                             "chunked,", ",chunked", "chun ked", "gzip chunked"}) {
    expect_refused(with_line("Transfer-Encoding: " + std::string(coding)), 400,
                   "transfer-encoding");
  }
  expect_refused(with_line("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400,
                 "transfer-encoding");
  expect_refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "transfer-encoding");
  expect_accepted(with_line("Transfer-Encoding: CHUNKED"));
}

TEST(HeadParser, RefusesExpectationsItCannotMeet) {
  expect_refused(with_line("Expect: more"), 417, "expectation");
  expect_refused(with_line("Expect: 100-continue\r\nExpect: 100-continue"), 417, "expectation");
  expect_accepted("GET / HTTP/1.0\r\nExpect: more\r\n\r\n");
  HeadParser parser({});
  ASSERT_EQ(parser.advance(with_line("Content-Length: 1\r\nExpect: 100-Continue")),
            HeadParser::Progress::kComplete);
  EXPECT_TRUE(parser.expects_continue());
}

TEST(HeadParser, ReadsTheConnectionHeader) {
  HeadParser parser({});
  ASSERT_EQ(parser.advance(with_line("Connection: foo , Close")), HeadParser::Progress::kComplete);
  EXPECT_FALSE(parser.keeps_alive());
}

TEST(HeadParser, HoldsTheRequestLineToItsLimit) {
  const HeadLimits limits{.request_line_bytes_max = 100};
  const auto line_of = [](size_t size) {
    return "GET /" + std::string(size - 14, 'a') + " HTTP/1.1";
  };
  ASSERT_EQ(line_of(100).size(), 100u);
  expect_accepted(line_of(100) + "\r\nHost: a\r\n\r\n", limits);
  expect_refused(line_of(101) + "\r\nHost: a\r\n\r\n", 414, "request-line-too-long", limits);
  expect_refused(std::string(500, 'a'), 414, "request-line-too-long", limits);
  expect_refused(std::string(101, 'a') + "\n", 414, "request-line-too-long", limits);
  EXPECT_EQ(read_whole(std::string(101, 'a'), limits).progress, HeadParser::Progress::kMore);
}

TEST(HeadParser, HoldsTheHeadToItsLimit) {
  const HeadLimits limits{.request_line_bytes_max = 100, .head_bytes_max = 200};
  const std::string frame = "GET / HTTP/1.1\r\nHost: a\r\nA: \r\n\r\n";
  const auto head_of = [&](size_t size) {
    return "GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(size - frame.size(), 'x') + "\r\n\r\n";
  };
  expect_accepted(head_of(200), limits);
  expect_refused(head_of(201), 431, "head-too-large", limits);
  expect_refused(head_of(202), 431, "head-too-large", limits);
  expect_refused(head_of(5000), 431, "head-too-large", limits);
}

TEST(HeadParser, HoldsTheNumberOfHeadersToItsLimit) {
  const HeadLimits limits{.header_count_max = 3};
  expect_accepted("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n\r\n", limits);
  expect_refused("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", 431,
                 "too-many-headers", limits);
}

}  // namespace
}  // namespace servanda

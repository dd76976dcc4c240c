// SPDX-License-Identifier: Apache-2.0
#include "http/chunked.h"

#include <gtest/gtest.h>

#include <string>

namespace servanda {
namespace {

struct Decoded {
  std::string content;
  size_t consumed = 0;
  bool complete = false;
  int status = 0;
  bool operator==(const Decoded&) const = default;
};

Decoded decode(std::string_view bytes, size_t split, const ChunkedDecoder::Limits& limits = {}) {
  ChunkedDecoder decoder(limits);
  Decoded decoded;
  for (size_t at = 0; at < bytes.size() && !decoded.complete && decoded.status == 0;) {
    std::string_view part = bytes.substr(at, split);
    const ChunkedDecoder::Step step = decoder.next(part);
    decoded.consumed += step.consumed;
    at += step.consumed;
    decoded.content += step.content;
    decoded.complete = step.kind == ChunkedDecoder::Step::Kind::kComplete;
    if (step.kind == ChunkedDecoder::Step::Kind::kRefused) {
      decoded.status = decoder.refusal().status;
    }
  }
  return decoded;
}

int status_of(std::string_view bytes, const ChunkedDecoder::Limits& limits = {}) {
  const Decoded whole = decode(bytes, 1 << 20, limits);
  EXPECT_EQ(whole, decode(bytes, 1, limits)) << bytes;
  return whole.status;
}

TEST(ChunkedDecoder, JoinsChunksAndStopsAtTheEnd) {
  const std::string body = "5\r\nhello\r\n00a;x=y\r\n world 123\r\n0\r\nA: b\r\n\r\n";
  for (const size_t split : {1u, 2u, 3u, 7u, 1000u}) {
    const Decoded decoded = decode(body + "GET /", split);
    EXPECT_TRUE(decoded.complete);
    EXPECT_EQ(decoded.content, "hello world 123");
    EXPECT_EQ(decoded.consumed, body.size());
  }
}

TEST(ChunkedDecoder, RefusesSizesThatAreNotPlainHexadecimal) {
  for (const char* bytes :
       {"\r\n", "g\r\n", "+5\r\nhello", "-1\r\n", "0x5\r\n", " 5\r\n", "5 \r\nhello", "5\nhello",
        "5\r\rhello", ";x\r\n", "1000000000000000\r\n", "5 ;x\r\n"}) {
    EXPECT_EQ(status_of(bytes), 400) << bytes;
  }
  EXPECT_EQ(status_of("fffffffffffffff\r\nx"), 0);
}

TEST(ChunkedDecoder, RefusesChunksWithoutTheirLineEnd) {
  EXPECT_EQ(status_of("5\r\nhelloX\r\n"), 400);
  EXPECT_EQ(status_of("5\r\nhello\n0\r\n\r\n"), 400);
  EXPECT_EQ(status_of("5\r\nhello\rX"), 400);
  EXPECT_EQ(status_of("0\r\n\rX"), 400);
}

TEST(ChunkedDecoder, HoldsExtensionsToTheirLimitOverTheWholeBody) {
  const ChunkedDecoder::Limits limits{.extension_bytes_max = 10};
  EXPECT_EQ(status_of("1;aaaa\r\nx\r\n1;aaaa\r\nx\r\n0\r\n\r\n", limits), 0);
  EXPECT_EQ(status_of("1;aaaa\r\nx\r\n1;aaaaa\r\nx\r\n0\r\n\r\n", limits), 400);
  EXPECT_EQ(status_of("1;a\x01\r\n", limits), 400);
  EXPECT_EQ(status_of("1;a\n\r\n", limits), 400);
}

TEST(ChunkedDecoder, HoldsTrailersToTheirLimit) {
  const ChunkedDecoder::Limits limits{.trailer_bytes_max = 10};
  EXPECT_EQ(status_of("0\r\nA: 45678\r\n\r\n", limits), 0);
  EXPECT_EQ(status_of("0\r\nA: 456789\r\n\r\n", limits), 431);
}

TEST(ChunkedDecoder, RefusesMalformedTrailers) {
  for (const char* bytes : {"0\r\nA\r\n\r\n", "0\r\n: b\r\n\r\n", "0\r\n A: b\r\n\r\n",
                            "0\r\nA: b\n\r\n", "0\r\nA : b\r\n\r\n", "0\r\nA: \x01\r\n\r\n"}) {
    EXPECT_EQ(status_of(bytes), 400) << bytes;
  }
}

}  // namespace
}  // namespace servanda

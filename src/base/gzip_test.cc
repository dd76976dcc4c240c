// SPDX-License-Identifier: Apache-2.0
#include "base/gzip.h"

#include <gtest/gtest.h>

#include <random>

namespace servanda {
namespace {

constexpr size_t kAmple = size_t{64} << 20;

std::string packed(std::string_view bytes, int level = 1) {
  std::string out;
  gzip_append(out, bytes, level);
  return out;
}

std::string noise(size_t size) {
  std::mt19937 random(5);
  std::string bytes;
  while (bytes.size() < size) bytes += static_cast<char>(random());
  return bytes;
}

TEST(Gzip, ReadsBackWhatItWrote) {
  for (const std::string& content : {std::string(), std::string("a"), std::string(1'000'000, 'z'),
                                     noise(300'000), noise(1000) + std::string(5000, ' ')}) {
    for (const int level : {1, 6, 9}) {
      const Result<std::string> result = gzip_decode(packed(content, level), kAmple);
      if (content.size() == 1'000'000) {
        // A thousandfold ratio is what a bomb looks like.
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, Code::kTooLarge);
      } else {
        ASSERT_TRUE(result) << content.size();
        EXPECT_EQ(*result, content);
      }
    }
  }
}

TEST(Gzip, AppendsToWhatIsThere) {
  std::string out = "before";
  gzip_append(out, "content");
  ASSERT_TRUE(out.starts_with("before\x1f\x8b"));
  EXPECT_EQ(*gzip_decode(std::string_view(out).substr(6), kAmple), "content");
}

TEST(Gzip, StopsAtTheLimitOfBytes) {
  const std::string content = noise(10'000);
  EXPECT_TRUE(gzip_decode(packed(content), 10'000));
  const Result<std::string> result = gzip_decode(packed(content), 9'999);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kTooLarge);
  EXPECT_TRUE(gzip_decode(packed(""), 0));
  EXPECT_FALSE(gzip_decode(packed("a"), 0));
}

TEST(Gzip, StopsAtAHundredTimesTheCompressedSize) {
  // Stored zeros compress about a thousandfold, so the size can be aimed at exactly.
  size_t size = 70'000;
  std::string content(size, '\0');
  std::string compressed = packed(content, 9);
  for (int i = 0; i < 20; ++i) {
    size = compressed.size() * 100 + (size_t{64} << 10);
    content.assign(size, '\0');
    compressed = packed(content, 9);
  }
  const size_t most = compressed.size() * 100 + (size_t{64} << 10);
  ASSERT_EQ(size, most) << "the compressed size did not settle";
  EXPECT_TRUE(gzip_decode(compressed, kAmple));
  const std::string larger = packed(std::string(most + 1, '\0'), 9);
  ASSERT_EQ(larger.size(), compressed.size());
  const Result<std::string> result = gzip_decode(larger, kAmple);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kTooLarge);
}

TEST(Gzip, ReadsSeveralMembers) {
  EXPECT_EQ(*gzip_decode(packed("one, ") + packed("") + packed("two"), kAmple), "one, two");
}

TEST(Gzip, RefusesBrokenContent) {
  const std::string good = packed("some content that is long enough to be cut anywhere");
  for (size_t size = 0; size < good.size(); ++size) {
    const Result<std::string> result = gzip_decode(good.substr(0, size), kAmple);
    ASSERT_FALSE(result) << size;
    EXPECT_EQ(result.error().code, Code::kInvalidArgument);
  }
  std::string wrong_sum = good;
  wrong_sum[wrong_sum.size() - 6] ^= 1;
  EXPECT_FALSE(gzip_decode(wrong_sum, kAmple));
  EXPECT_FALSE(gzip_decode(good + "x", kAmple));
  EXPECT_FALSE(gzip_decode("plain text", kAmple));
}

}  // namespace
}  // namespace servanda

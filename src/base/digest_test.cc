// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace servanda {
namespace {

TEST(Sha256, GivesKnownAnswers) {
  // FIPS 180-4 examples.
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256({})), hex(sha256("")));
}

TEST(HmacSha256, GivesKnownAnswers) {
  // RFC 4231, test cases 1, 2 and 6.
  EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'),
                            "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hmac_sha256({}, {}), hmac_sha256("", ""));
}

TEST(ConstantTime, ComparesContentAndLength) {
  EXPECT_TRUE(equal_in_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_in_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_in_constant_time("secret", "secre"));
  EXPECT_TRUE(equal_in_constant_time("", {}));
}

TEST(SipHash, GivesKnownAnswers) {
  // SipHash-1-3 under the zero key, as CPython 3.11 gives with PYTHONHASHSEED=0.
  EXPECT_EQ(internal::siphash_1_3(0, 0, "abc"), 13851880170939887858U);
  EXPECT_EQ(internal::siphash_1_3(0, 0, "abcdefgh"), 4574395652268504554U);
  EXPECT_EQ(internal::siphash_1_3(0, 0, "hello, wide world"), 1448755375922296164U);
  std::string bytes;
  for (int i = 0; i < 63; ++i) bytes += static_cast<char>(i);
  EXPECT_EQ(internal::siphash_1_3(0, 0, bytes), 4061470857350050649U);
}

TEST(KeyedHash, DependsOnEveryByteAndTheLength) {
  const std::string text(40, 'x');
  for (size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = 'y';
    EXPECT_NE(keyed_hash(text), keyed_hash(other));
    EXPECT_NE(keyed_hash(text), keyed_hash(text.substr(0, i)));
  }
  EXPECT_EQ(keyed_hash(text), keyed_hash(std::string(40, 'x')));
  EXPECT_NE(keyed_hash(std::string_view("\0", 1)), keyed_hash(""));
}

TEST(KeyedHash, HasAKeyOfItsOwn) {
  EXPECT_NE(keyed_hash("abc"), internal::siphash_1_3(0, 0, "abc"));
}

}  // namespace
}  // namespace servanda

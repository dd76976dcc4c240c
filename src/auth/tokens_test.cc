// SPDX-License-Identifier: Apache-2.0
#include "servanda/tokens.h"

#include <gtest/gtest.h>

#include <string>

namespace servanda {
namespace {

constexpr Timestamp kNow{1'700'000'000'000'000};
const std::string kSecret(Tokens::kSecretBytesMin, 's');

TEST(Tokens, KnowTheirSubjectsUntilTheyExpire) {
  const Tokens tokens(kSecret, Duration::seconds(60));
  const std::string token = tokens.issue("anna \"the great\"", kNow);
  EXPECT_EQ(tokens.verify(token, kNow), "anna \"the great\"");
  EXPECT_EQ(tokens.verify(token, {kNow.us + 59'999'999}), "anna \"the great\"");
  EXPECT_EQ(tokens.verify(token, {kNow.us + 60'000'000}), std::nullopt);
}

// Signed by Python's hmac over the same bytes.
TEST(Tokens, AreWhatOtherImplementationsMake) {
  const std::string token =
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhIiwiZXhwIjoxNzAwMDAwMDYwfQ."
      "Toii8yk1MYzg2Mwll7dILm6kAs8IxBIUcnacwAK4uTU";
  const Tokens tokens(kSecret, Duration::seconds(60));
  EXPECT_EQ(tokens.issue("a", kNow), token);
}

TEST(Tokens, RefuseEverythingElse) {
  const Tokens tokens(kSecret);
  const std::string token = tokens.issue("a", kNow);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(tokens.verify(changed, kNow), std::nullopt) << i;
    EXPECT_EQ(tokens.verify(token.substr(0, i), kNow), std::nullopt) << i;
  }
  EXPECT_EQ(tokens.verify(token + "A", kNow), std::nullopt);
  EXPECT_EQ(tokens.verify("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", kNow), std::nullopt);
  EXPECT_EQ(Tokens(std::string(32, 't')).verify(token, kNow), std::nullopt);
  EXPECT_EQ(Tokens().verify(token, kNow), std::nullopt);
}

TEST(Tokens, AreBounded) {
  const Tokens tokens(kSecret);
  std::string subject(2'900, 'x');
  while (tokens.issue(subject, kNow).size() < Tokens::kTokenBytesMax - 1) subject += 'x';
  while (tokens.issue(subject, kNow).size() > Tokens::kTokenBytesMax) subject.pop_back();
  EXPECT_TRUE(tokens.verify(tokens.issue(subject, kNow), kNow));
  subject += "xx";
  ASSERT_GT(tokens.issue(subject, kNow).size(), Tokens::kTokenBytesMax);
  EXPECT_FALSE(tokens.verify(tokens.issue(subject, kNow), kNow));
}

TEST(Tokens, NeedASecretThatCannotBeGuessed) {
  EXPECT_THROW(Tokens(std::string(31, 's')), std::invalid_argument);
  EXPECT_NO_THROW(Tokens(std::string(32, 's')));
}

TEST(Passwords, AreKnownByTheirHashAlone) {
  const std::string hash = hash_password("open sesame");
  EXPECT_NE(hash, hash_password("open sesame")) << "each has its salt";
  EXPECT_EQ(hash.find("sesame"), std::string::npos);
  EXPECT_TRUE(is_password("open sesame", hash));
  EXPECT_FALSE(is_password("open sesam", hash));
  for (const std::string& other : {std::string(), std::string("."), std::string("a.b"),
                                   hash.substr(0, hash.size() - 1), hash + "A"}) {
    EXPECT_FALSE(is_password("open sesame", other)) << other;
  }
}

}  // namespace
}  // namespace servanda

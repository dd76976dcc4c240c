// SPDX-License-Identifier: Apache-2.0
#include "call/peer_claims.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/text.h"

namespace servanda {
namespace {

constexpr std::string_view kSecret = "thirty-two bytes that nobody knows";
constexpr Timestamp kNow{1'767'225'600'000'000};
const PeerTarget kTarget{"POST", "/v1/items/a%20b/take", "dry=1"};

class PeerClaimsTest : public ::testing::Test {
 protected:
  Result<PeerClaims> read(std::string_view field, const PeerTarget& target = kTarget,
                          Timestamp now = kNow, std::string_view secret = kSecret) {
    return read_claims(field, target, secret, now, arena_, parser_);
  }
  std::string reason(const Result<PeerClaims>& claims) {
    return claims ? "none" : claims.error().reason;
  }
  // A field with this content, signed as only the holder of the secret can.
  static std::string sealed(std::string_view json) {
    const std::string content =
        base64url({reinterpret_cast<const uint8_t*>(json.data()), json.size()});
    return content + "." + internal::claims_signature(content, kTarget, kSecret);
  }
  Arena arena_;
  JsonParser parser_;
};

PeerClaims full_claims() {
  static const std::vector<std::string_view> scopes = {"orders:write", "a \"b\""};
  static const std::vector<std::string_view> schemes = {"token"};
  PeerClaims claims;
  claims.kind = PeerClaims::Kind::kCall;
  claims.operation = "takeItem";
  claims.left = Duration::milliseconds(1'500);
  claims.attempt = 2;
  claims.depth = 3;
  claims.calls = {7, 4};
  claims.tenant = "acme";
  claims.principal = "anna \xc3\xa4";
  claims.scopes = scopes;
  claims.schemes = schemes;
  return claims;
}

TEST_F(PeerClaimsTest, AreReadAsTheyWereWritten) {
  const PeerClaims written = full_claims();
  const Result<PeerClaims> claims = read(write_claims(written, kTarget, kSecret, kNow));
  ASSERT_TRUE(claims) << claims.error().message;
  EXPECT_EQ(claims->kind, PeerClaims::Kind::kCall);
  EXPECT_EQ(claims->operation, "takeItem");
  EXPECT_EQ(claims->left, Duration::milliseconds(1'500));
  EXPECT_EQ(claims->attempt, 2U);
  EXPECT_EQ(claims->depth, 3U);
  EXPECT_EQ(claims->calls.all, 7U);
  EXPECT_EQ(claims->calls.between_services, 4U);
  EXPECT_EQ(claims->tenant, "acme");
  EXPECT_EQ(claims->principal, "anna \xc3\xa4");
  ASSERT_EQ(claims->scopes.size(), 2U);
  EXPECT_EQ(claims->scopes[1], "a \"b\"");
  ASSERT_EQ(claims->schemes.size(), 1U);
  EXPECT_EQ(claims->schemes[0], "token");
}

TEST_F(PeerClaimsTest, OfARequestForRowsSayWhoAsks) {
  PeerClaims written = full_claims();
  written.kind = PeerClaims::Kind::kRead;
  const Result<PeerClaims> claims = read(write_claims(written, kTarget, kSecret, kNow));
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->kind, PeerClaims::Kind::kRead);
  EXPECT_EQ(claims->principal, written.principal);
  EXPECT_EQ(claims->depth, written.depth);
  written.depth = 0;
  EXPECT_EQ(reason(read(write_claims(written, kTarget, kSecret, kNow))), "claims-form");
}

TEST_F(PeerClaimsTest, OfAForwardedRequestSayNothingOfACaller) {
  PeerClaims written = full_claims();
  written.kind = PeerClaims::Kind::kForward;
  written.client = "192.0.2.1:5";
  const Result<PeerClaims> claims = read(write_claims(written, kTarget, kSecret, kNow));
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->client, "192.0.2.1:5");
  EXPECT_EQ(claims->depth, 0U);
  EXPECT_TRUE(claims->principal.empty());
  EXPECT_TRUE(claims->schemes.empty());
}

TEST_F(PeerClaimsTest, HoldForOneRequestLineOnly) {
  const std::string field = write_claims(full_claims(), kTarget, kSecret, kNow);
  EXPECT_EQ(reason(read(field, {"PUT", kTarget.path, kTarget.query})), "claims-secret");
  EXPECT_EQ(reason(read(field, {"POST", "/v1/items/b/take", kTarget.query})), "claims-secret");
  EXPECT_EQ(reason(read(field, {"POST", kTarget.path, ""})), "claims-secret");
  // Nor where one part ends may be moved.
  EXPECT_EQ(reason(read(field, {"POST", "/v1/items/a%20b/take\ndry=1", ""})), "claims-secret");
}

TEST_F(PeerClaimsTest, OfAnotherSecretAreNotBelieved) {
  const std::string field = write_claims(full_claims(), kTarget, kSecret, kNow);
  EXPECT_EQ(reason(read(field, kTarget, kNow, "another secret that has 32 bytes.")),
            "claims-secret");
  std::string changed = field;
  changed[3] = changed[3] == 'A' ? 'B' : 'A';
  EXPECT_EQ(reason(read(changed)), "claims-secret");
  EXPECT_EQ(reason(read(field.substr(0, field.size() - 1))), "claims-secret");
  EXPECT_EQ(reason(read(field + ", " + field)), "claims-secret");
  EXPECT_EQ(reason(read("")), "claims-form");
  EXPECT_EQ(reason(read("x")), "claims-form");
}

TEST_F(PeerClaimsTest, AreBelievedForAMinuteEitherWay) {
  const std::string field = write_claims(full_claims(), kTarget, kSecret, kNow);
  constexpr int64_t kMinute = 60'000'000;
  EXPECT_TRUE(read(field, kTarget, {kNow.us + kMinute}));
  EXPECT_TRUE(read(field, kTarget, {kNow.us - kMinute}));
  EXPECT_EQ(reason(read(field, kTarget, {kNow.us + kMinute + 1})), "claims-clock");
  EXPECT_EQ(reason(read(field, kTarget, {kNow.us - kMinute - 1})), "claims-clock");
}

TEST_F(PeerClaimsTest, MustBeWellFormedBelowTheSignature) {
  const std::string at = std::to_string(kNow.us);
  EXPECT_TRUE(read(sealed(R"({"kind":"forward","operation":"x","at":)" + at + "}")));
  EXPECT_TRUE(read(sealed(R"({"kind":"call","operation":"x","depth":1,"at":)" + at + "}")));
  for (const std::string& json : {
           std::string("{"),
           std::string("[]"),
           R"({"kind":"other","operation":"x","at":)" + at + "}",
           R"({"kind":"forward","at":)" + at + "}",
           R"({"kind":"call","operation":"x","at":)" + at + "}",
           R"({"kind":"call","operation":"x","depth":-1,"at":)" + at + "}",
           R"({"kind":"call","operation":"x","depth":4294967296,"at":)" + at + "}",
           R"({"kind":"call","operation":"x","depth":1,"principal":5,"at":)" + at + "}",
           R"({"kind":"call","operation":"x","depth":1,"scopes":"a","at":)" + at + "}",
           R"({"kind":"call","operation":"x","depth":1,"scopes":[1],"at":)" + at + "}",
       }) {
    EXPECT_EQ(reason(read(sealed(json))), "claims-form") << json;
  }
  EXPECT_EQ(reason(read(sealed(R"({"kind":"forward","operation":"x"})"))), "claims-clock");
}

TEST_F(PeerClaimsTest, AreBoundedInSize) {
  const auto with_principal = [](size_t size) {
    const std::string principal(size, 'p');
    PeerClaims claims = full_claims();
    claims.principal = principal;
    return write_claims(claims, kTarget, kSecret, kNow);
  };
  size_t size = 12'000;
  while (with_principal(size).size() < kClaimsBytesMax) ++size;
  ASSERT_EQ(with_principal(size).size(), kClaimsBytesMax);
  EXPECT_TRUE(read(with_principal(size)));
  while (with_principal(size).size() == kClaimsBytesMax) ++size;
  EXPECT_EQ(reason(read(with_principal(size))), "claims-form");
}

TEST(PeerTaken, IsReadAsItWasWritten) {
  const std::string field = write_taken({PeerTaken::Answer::kProblem, {5, 3}});
  EXPECT_EQ(field, "problem 5 3");
  const std::optional<PeerTaken> taken = read_taken(field);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->answer, PeerTaken::Answer::kProblem);
  EXPECT_EQ(taken->calls.all, 5U);
  EXPECT_EQ(taken->calls.between_services, 3U);
  ASSERT_TRUE(read_taken("given 0 0"));
  EXPECT_EQ(read_taken("given 0 0")->answer, PeerTaken::Answer::kGiven);
  for (const char* text : {"", "given", "given 1", "given 1 -1", "given 1 4294967296", "taken 1 1",
                           "given 1 1 1", "given  1 1"}) {
    EXPECT_FALSE(read_taken(text)) << text;
  }
}

}  // namespace
}  // namespace servanda

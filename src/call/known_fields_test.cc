// SPDX-License-Identifier: Apache-2.0
#include "call/known_fields.h"

#include <gtest/gtest.h>

#include <vector>

namespace servanda {
namespace {

TEST(KnownFields, FindsEachNameIgnoringCase) {
  Arena arena;
  const std::vector<HeaderField> fields = {
      {"ACCEPT", "a"},     {"Cookie", "c=1"},        {"origin", "o"},
      {"Prefer", "p"},     {"If-Match", "m"},        {"X-Other", "x"},
      {"user-agent", "u"}, {"Idempotency-Key", "k"}, {"Accept-Encoding", ""}};
  KnownFields known;
  known.read(fields, arena);
  EXPECT_EQ(known[KnownField::kAccept], "a");
  EXPECT_EQ(known[KnownField::kPrefer], "p");
  EXPECT_EQ(known[KnownField::kIdempotencyKey], "k");
  EXPECT_EQ(known[KnownField::kUserAgent], "u");
  EXPECT_TRUE(known.has(KnownField::kAcceptEncoding));
  EXPECT_FALSE(known.has(KnownField::kIfNoneMatch));
  EXPECT_EQ(known[KnownField::kIfNoneMatch].data(), nullptr);
}

TEST(KnownFields, JoinsRepeatedFields) {
  Arena arena;
  const std::vector<HeaderField> fields = {
      {"accept", "a"}, {"cookie", "c=1"}, {"Accept", "b"}, {"Cookie", "d=2"}};
  KnownFields known;
  known.read(fields, arena);
  EXPECT_EQ(known[KnownField::kAccept], "a, b");
  EXPECT_EQ(known[KnownField::kCookie], "c=1; d=2");
  EXPECT_EQ(known.count(KnownField::kAccept), 2);
  known.read({}, arena);
  EXPECT_EQ(known.count(KnownField::kAccept), 0);
}

TEST(KnownFields, TellsWhatOnlyProxiesMaySet) {
  for (const char* name : {"X-Forwarded-For", "x_forwarded_proto", "Forwarded", "X-Real-IP",
                           "X-User", "x_user", "baggage", "Servanda-Claims", "servanda_taken"}) {
    EXPECT_TRUE(is_proxy_field(name)) << name;
  }
  for (const char* name : {"X-Users", "X-Forwarded-", "X-Request-Id", "Accept"}) {
    EXPECT_FALSE(is_proxy_field(name)) << name;
  }
}

TEST(KnownFields, KeepsUnderscoreNamesOnlyWhereDeclared) {
  Arena arena;
  const std::vector<HeaderField> fields = {{"a_b", "1"}, {"c_d", "2"}, {"e-f", "3"}};
  const std::string_view declared[] = {"C_D"};
  const auto kept = without_proxy_fields(fields, declared, arena);
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].name, "c_d");
  EXPECT_EQ(kept[1].name, "e-f");
}

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
// Cookies, entity tags, content codings, structured strings.
#include <gtest/gtest.h>

#include <string>

#include "http/conditions.h"
#include "http/cookies.h"
#include "http/encoding.h"
#include "http/structured_field.h"

namespace servanda {
namespace {

TEST(Cookies, AreReadInOrder) {
  const auto cookies = parse_cookies("a=1; b=\"2\";c=x=y;; =z; bad name=1; d=\"; e=;f=\x01; g=a,b");
  ASSERT_TRUE(cookies);
  std::string text;
  for (const Cookie& cookie : *cookies) {
    text.append(cookie.name).append("=").append(cookie.value).append("|");
  }
  EXPECT_EQ(text, "a=1|b=2|c=x=y|e=|g=a,b|");
}

TEST(Cookies, AreHeldToTheirNumber) {
  std::string header;
  for (int i = 0; i < 200; ++i) header += "a=1;";
  EXPECT_EQ(parse_cookies(header).value().size(), 200u);
  EXPECT_FALSE(parse_cookies(header + "a=1"));
}

TEST(EntityTags, AreReadStrongAndWeak) {
  const auto tag = parse_entity_tag("W/\"a\\b\"");
  ASSERT_TRUE(tag);
  EXPECT_EQ(tag->opaque, "a\\b");
  EXPECT_EQ(tag->strength, EntityTag::Strength::kWeak);
  for (const char* text : {"", "a", "\"a", "w/\"a\"", "W\"a\"", "\"a\" x", "\"a b\"", "\"\x7f\""}) {
    EXPECT_FALSE(parse_entity_tag(text)) << text;
  }
  EXPECT_TRUE(parse_entity_tag("\"\""));
}

TEST(EntityTags, CompareStronglyForIfMatchAndWeaklyForIfNoneMatch) {
  const auto list = parse_entity_tags("\"a\" , W/\"b\",, \"c,d\"");
  ASSERT_TRUE(list);
  ASSERT_EQ(list->tags.size(), 3u);
  const EntityTag strong_a{"a"};
  const EntityTag weak_a{"a", EntityTag::Strength::kWeak};
  const EntityTag strong_b{"b"};
  EXPECT_TRUE(list->matches_strongly(strong_a));
  EXPECT_FALSE(list->matches_strongly(weak_a));
  EXPECT_TRUE(list->matches_weakly(weak_a));
  EXPECT_FALSE(list->matches_strongly(strong_b));
  EXPECT_TRUE(list->matches_weakly(strong_b));
  EXPECT_TRUE(list->matches_weakly({"c,d"}));
  EXPECT_FALSE(list->matches_weakly({"x"}));
  EXPECT_TRUE(parse_entity_tags(" * ").value().matches_strongly(strong_b));
}

TEST(EntityTags, RefuseMalformedAndLongLists) {
  for (const char* text : {"", " ", ",", "*, \"a\"", "\"a\" \"b\"", "a", "\"a\",b"}) {
    EXPECT_FALSE(parse_entity_tags(text)) << text;
  }
  std::string list = "\"a\"";
  for (int i = 1; i < 64; ++i) list += ",\"a\"";
  EXPECT_TRUE(parse_entity_tags(list));
  EXPECT_FALSE(parse_entity_tags(list + ",\"a\""));
}

TEST(ContentCoding, IsGzipOnlyWhereTheClientLikesIt) {
  EXPECT_EQ(negotiate_coding(""), ContentCoding::kIdentity);
  EXPECT_EQ(negotiate_coding("gzip"), ContentCoding::kGzip);
  EXPECT_EQ(negotiate_coding("br, GZIP;q=0.1"), ContentCoding::kGzip);
  EXPECT_EQ(negotiate_coding("deflate, gzip;q=1.0, *;q=0.5"), ContentCoding::kGzip);
  EXPECT_EQ(negotiate_coding("*"), ContentCoding::kGzip);
  EXPECT_EQ(negotiate_coding("br"), ContentCoding::kIdentity);
  EXPECT_EQ(negotiate_coding("gzip;q=0"), ContentCoding::kIdentity);
  EXPECT_EQ(negotiate_coding("gzip;q=0.5, identity"), ContentCoding::kIdentity);
  EXPECT_EQ(negotiate_coding("gzip;level=5"), ContentCoding::kIdentity);
  EXPECT_EQ(negotiate_coding("identity;q=0, gzip;q=0"), std::nullopt);
  EXPECT_EQ(negotiate_coding("*;q=0"), std::nullopt);
  EXPECT_EQ(negotiate_coding("*;q=0, gzip"), ContentCoding::kGzip);
}

TEST(StructuredString, IsUnescaped) {
  EXPECT_EQ(parse_structured_string(" \"a \\\"b\\\\ c\" "), "a \"b\\ c");
  for (const char* text :
       {"", "a", "\"", "\"a", "\"a\"b", "\"a\\", "\"a\\b\"", "\"\x01\"", "\"\x80\"", "\"a\";p=1"}) {
    EXPECT_FALSE(parse_structured_string(text)) << text;
  }
}

TEST(IdempotencyKey, IsTheSameQuotedAndBare) {
  EXPECT_EQ(parse_idempotency_key("\"8e03978e\""), "8e03978e");
  EXPECT_EQ(parse_idempotency_key(" 8e03978e "), "8e03978e");
  for (const char* text : {"", "\"\"", "a b", "\"a b\"", "a\x80", "\"a", "a\x7f"}) {
    EXPECT_FALSE(parse_idempotency_key(text)) << text;
  }
}

TEST(IdempotencyKey, IsHeldToItsLength) {
  EXPECT_TRUE(parse_idempotency_key(std::string(255, 'k')));
  EXPECT_FALSE(parse_idempotency_key(std::string(256, 'k')));
  EXPECT_TRUE(parse_idempotency_key("\"" + std::string(255, 'k') + "\""));
}

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "http/media.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace servanda {
namespace {

MediaFit fit_of(std::string_view range, std::string_view concrete) {
  return fit(parse_media_type(range).value(), parse_media_type(concrete).value());
}

std::string choose(std::string_view accept, const std::vector<std::string>& offers) {
  std::vector<ParsedMediaType> types;
  for (const std::string& offer : offers) types.push_back(parse_media_type(offer).value());
  const std::optional<size_t> chosen = negotiate(accept, types);
  return chosen ? offers[*chosen] : "none";
}

TEST(MediaType, ReadsTypeAndParameters) {
  const auto media = parse_media_type(" Application/JSON ; Charset=\"ut\\f-8\" ;version=2");
  ASSERT_TRUE(media);
  EXPECT_TRUE(media->is("application", "json"));
  ASSERT_EQ(media->parameters().size(), 2u);
  EXPECT_EQ(media->parameter("charset")->text(), "utf-8");
  EXPECT_EQ(media->parameter("version")->text(), "2");
  EXPECT_EQ(media->parameter("q"), nullptr);
}

TEST(MediaType, RefusesMalformedText) {
  for (const char* text :
       {"", "json", "a/", "/b", "a/b;c", "a/b;c=", "a/b;=d", "a/b;c=\"d", "a/b c", "a/b;c=d;c=e",
        "*/json", "a b/c", "a/b,c/d", "a/b;c=\"\x01\""}) {
    EXPECT_FALSE(parse_media_type(text)) << text;
  }
}

TEST(MediaType, TakesUpToEightParameters) {
  std::string text = "a/b";
  for (int i = 0; i < 8; ++i) text += ";p" + std::to_string(i) + "=x";
  EXPECT_TRUE(parse_media_type(text));
  EXPECT_FALSE(parse_media_type(text + ";q9=x"));
}

TEST(MediaType, FitsBySpecificity) {
  EXPECT_EQ(fit_of("*/*", "a/b"), MediaFit::kAny);
  EXPECT_EQ(fit_of("a/*", "A/b"), MediaFit::kType);
  EXPECT_EQ(fit_of("a/*+json", "a/x+JSON"), MediaFit::kSuffix);
  EXPECT_EQ(fit_of("a/*+json", "a/json"), MediaFit::kNone);
  EXPECT_EQ(fit_of("a/*+json", "a/+json"), MediaFit::kNone);
  EXPECT_EQ(fit_of("a/b", "a/b;v=1"), MediaFit::kExact);
  EXPECT_EQ(fit_of("a/b;v=1", "a/b;V=1"), MediaFit::kParameters);
  EXPECT_EQ(fit_of("a/b;v=1", "a/b;v=2"), MediaFit::kNone);
  EXPECT_EQ(fit_of("a/b;charset=UTF-8", "a/b;charset=\"utf-8\""), MediaFit::kParameters);
  EXPECT_EQ(fit_of("a/b;v=1", "a/b"), MediaFit::kNone);
  EXPECT_EQ(fit_of("a/b", "a/c"), MediaFit::kNone);
}

TEST(Negotiate, TakesTheFirstOfferWhenTheClientDoesNotCare) {
  EXPECT_EQ(choose("", {"a/b", "c/d"}), "a/b");
  EXPECT_EQ(choose("*/*", {"a/b", "c/d"}), "a/b");
  EXPECT_EQ(choose("garbage", {"a/b", "c/d"}), "a/b");
  EXPECT_EQ(choose("a/b;q=2, c/d", {"a/b", "c/d"}), "a/b");
  EXPECT_EQ(choose(" , ", {"a/b"}), "a/b");
}

TEST(Negotiate, FollowsWeightsAndSpecificity) {
  EXPECT_EQ(choose("a/b;q=0.5, c/d", {"a/b", "c/d"}), "c/d");
  EXPECT_EQ(choose("*/*, a/b;q=0", {"a/b", "c/d"}), "c/d");
  EXPECT_EQ(choose("a/*;q=0.9, a/b;q=0.1", {"a/b", "a/c"}), "a/c");
  EXPECT_EQ(choose("a/b;v=2, a/b;v=1;q=0.1", {"a/b;v=1", "a/b;v=2"}), "a/b;v=2");
  EXPECT_EQ(choose("application/*+json", {"text/html", "application/problem+json"}),
            "application/problem+json");
  EXPECT_EQ(choose("c/d", {"a/b"}), "none");
  EXPECT_EQ(choose("a/b;q=0", {"a/b"}), "none");
  EXPECT_EQ(choose("a/b;q=0.000", {"a/b"}), "none");
  EXPECT_EQ(choose("a/b;q=0.001", {"a/b"}), "a/b");
  EXPECT_EQ(choose("text/html;level=1;q=0.4;ext=x, a/b;q=0.3", {"a/b", "text/html;level=1"}),
            "text/html;level=1");
}

TEST(Negotiate, HoldsTheNumberOfRangesToItsLimit) {
  std::string accept = "a/b";
  for (int i = 1; i < 64; ++i) accept += ",a/x";
  EXPECT_EQ(parse_accept(accept).value().size(), 64u);
  EXPECT_FALSE(parse_accept(accept + ",a/x"));
}

}  // namespace
}  // namespace servanda

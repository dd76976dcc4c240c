// SPDX-License-Identifier: Apache-2.0
#include "call/media_names.h"

#include <gtest/gtest.h>

#include <vector>

namespace servanda {
namespace {

TEST(MediaNames, RanksTheCloserRangeHigher) {
  const char* const type = "application/problem+json";
  EXPECT_GT(media_fit("application/problem+json", type), media_fit("application/*+json", type));
  EXPECT_GT(media_fit("application/*+json", type), media_fit("application/*", type));
  EXPECT_GT(media_fit("application/*", type), media_fit("*/*", type));
  EXPECT_GT(media_fit("*/*", type), 0);
  EXPECT_EQ(media_fit("text/*", type), 0);
  EXPECT_EQ(media_fit("nonsense", type), 0);
}

TEST(MediaNames, ReadsWhatTheEngineCaresAbout) {
  EXPECT_TRUE(read_content_type("Application/JSON; charset=\"UTF-8\"").json);
  EXPECT_TRUE(read_content_type("application/merge-patch+json").merge_patch);
  EXPECT_FALSE(read_content_type("application/json; charset=utf-16").utf8);
  EXPECT_FALSE(read_content_type("*/*").valid);
  EXPECT_FALSE(read_content_type("application/*+json").valid);
  EXPECT_FALSE(read_content_type("").valid);
}

TEST(MediaNames, KnowsJsonAsWrittenMostOftenLikeAnyOtherSpelling) {
  EXPECT_EQ(media_fit("application/json", "application/json"),
            media_fit("Application/Json", "application/json"));
  const ContentType usual = read_content_type("application/json");
  const ContentType other = read_content_type("application/JSON");
  EXPECT_TRUE(usual.valid && usual.json && usual.utf8 && !usual.merge_patch);
  EXPECT_EQ(usual.valid, other.valid);
  EXPECT_EQ(usual.json, other.json);
  EXPECT_EQ(usual.utf8, other.utf8);
  EXPECT_EQ(usual.merge_patch, other.merge_patch);
}

TEST(MediaNames, ChoosesTheLikedOfferAndTheEarlierOfEquals) {
  const std::string_view offers[] = {"text/csv", "application/json"};
  EXPECT_EQ(negotiate_media("", offers), 0u);
  EXPECT_EQ(negotiate_media("*/*", offers), 0u);
  EXPECT_EQ(negotiate_media("application/json", offers), 1u);
  EXPECT_EQ(negotiate_media("text/*;q=0.2, application/*;q=0.3", offers), 1u);
  EXPECT_EQ(negotiate_media("image/png", offers), std::nullopt);
  EXPECT_EQ(negotiate_media("*/*;q=0", offers), std::nullopt);
}

TEST(MediaNames, LooksAtThirtyTwoOffers) {
  std::vector<std::string_view> offers(32, "text/plain");
  offers.back() = "text/csv";
  EXPECT_EQ(negotiate_media("text/csv", offers), 31u);
  offers.insert(offers.begin(), "text/plain");
  EXPECT_EQ(negotiate_media("text/csv", offers), std::nullopt);
}

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "call/merge_patch.h"

#include <gtest/gtest.h>

namespace servanda {
namespace {

std::string merged(const std::string& target, const std::string& patch) {
  const auto a = JsonDocument::parse(target);
  const auto b = JsonDocument::parse(patch);
  EXPECT_TRUE(a && b);
  JsonBuilder builder;
  merge_patch(a->root(), b->root(), builder);
  return json_text(builder.root());
}

TEST(MergePatch, FollowsTheTableOfRfc7396) {
  EXPECT_EQ(merged(R"({"a":"b"})", R"({"a":"c"})"), R"({"a":"c"})");
  EXPECT_EQ(merged(R"({"a":"b"})", R"({"b":"c"})"), R"({"a":"b","b":"c"})");
  EXPECT_EQ(merged(R"({"a":"b"})", R"({"a":null})"), "{}");
  EXPECT_EQ(merged(R"({"a":"b","b":"c"})", R"({"a":null})"), R"({"b":"c"})");
  EXPECT_EQ(merged(R"({"a":["b"]})", R"({"a":"c"})"), R"({"a":"c"})");
  EXPECT_EQ(merged(R"({"a":"c"})", R"({"a":["b"]})"), R"({"a":["b"]})");
  EXPECT_EQ(merged(R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})"), R"({"a":{"b":"d"}})");
  EXPECT_EQ(merged(R"({"a":[{"b":"c"}]})", R"({"a":[1]})"), R"({"a":[1]})");
  EXPECT_EQ(merged(R"(["a","b"])", R"(["c","d"])"), R"(["c","d"])");
  EXPECT_EQ(merged(R"({"a":"b"})", R"(["c"])"), R"(["c"])");
  EXPECT_EQ(merged(R"({"a":"foo"})", "null"), "null");
  EXPECT_EQ(merged(R"({"a":"foo"})", R"("bar")"), R"("bar")");
  EXPECT_EQ(merged(R"({"e":null})", R"({"a":1})"), R"({"e":null,"a":1})");
  EXPECT_EQ(merged("[1,2]", R"({"a":"b","c":null})"), R"({"a":"b"})");
  EXPECT_EQ(merged("{}", R"({"a":{"bb":{"ccc":null}}})"), R"({"a":{"bb":{}}})");
}

TEST(MergePatch, FindsMembersOfLargeObjectsToo) {
  std::string target = "{";
  std::string patch = "{";
  for (int i = 0; i < 40; ++i) {
    const std::string name = "\"m" + std::to_string(i) + "\":";
    target += (i == 0 ? "" : ",") + name + "1";
    patch += (i == 0 ? "" : ",") + name + (i % 2 == 0 ? "null" : "2");
  }
  const auto document = JsonDocument::parse(merged(target + "}", patch + ",\"new\":3}"));
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->root().size(), 21u);
  EXPECT_FALSE(document->root().find("m38").exists());
  EXPECT_EQ(document->root().find("m39").integer(), 2);
}

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "http/path.h"

#include <gtest/gtest.h>

#include <string>

namespace servanda {
namespace {

std::string normal(std::string_view raw) {
  Arena arena;
  Result<std::string_view> path = normalize_path(raw, arena);
  return path ? std::string(*path) : "refused: " + path.error().message;
}

TEST(NormalizePath, ReturnsNormalPathsAsTheyAre) {
  Arena arena;
  const std::string_view raw = "/v1/orders/42";
  Result<std::string_view> path = normalize_path(raw, arena);
  ASSERT_TRUE(path);
  EXPECT_EQ(path->data(), raw.data());
  EXPECT_EQ(arena.bytes_held(), 0u);
}

TEST(NormalizePath, RemovesDotSegments) {
  EXPECT_EQ(normal("/a/./b"), "/a/b");
  EXPECT_EQ(normal("/a/../b"), "/b");
  EXPECT_EQ(normal("/a/b/.."), "/a/");
  EXPECT_EQ(normal("/a/."), "/a/");
  EXPECT_EQ(normal("/a/b/../../c"), "/c");
  EXPECT_EQ(normal("/a/.."), "/");
  EXPECT_EQ(normal("/.well-known/x"), "/.well-known/x");
  EXPECT_EQ(normal("/a/..b/...c"), "/a/..b/...c");
}

TEST(NormalizePath, BringsTripletsIntoOneForm) {
  EXPECT_EQ(normal("/%41%7e%2d"), "/A~-");
  EXPECT_EQ(normal("/a%2fb"), "/a%2Fb");
  EXPECT_EQ(normal("/a%20b%c3%a9"), "/a%20b%C3%A9");
  EXPECT_EQ(normal("/report%2ejson"), "/report.json");
  EXPECT_EQ(normal("/100%25"), "/100%25");
  EXPECT_EQ(normal("/50%25off"), "/50%25off");
}

TEST(NormalizePath, KeepsWhatMeansSomething) {
  EXPECT_EQ(normal("/"), "/");
  EXPECT_EQ(normal("/a/"), "/a/");
  EXPECT_EQ(normal("/a;b=1/c"), "/a;b=1/c");
}

TEST(NormalizePath, GivesItsOwnResultUnchanged) {
  for (const char* raw : {"/%41%2f%20", "/a/../b%c3%a9", "/50%25off/x;y"}) {
    const std::string once = normal(raw);
    EXPECT_EQ(normal(once), once);
  }
}

TEST(NormalizePath, RefusesWhatCanBeReadTwoWays) {
  for (const char* raw :
       {"",         "a",          "//",         "//a",    "/a//b",      "/a//",
        "/..",      "/../a",      "/a/../../b", "/%2e/a", "/%2e%2E/a",  "/.%2e/a",
        "/a/..;/b", "/a/.;x/b",   "/a/%2e;x",   "/a%5cb", "/a\\b",      "/a%00",
        "/a%0d%0a", "/a%7f",      "/a%",        "/a%4",   "/a%zz",      "/%252e",
        "/%252F",   "/%255c",     "/%2500",     "/%2525", "/%25%32%65", "/%c0%ae",
        "/%ff",     "/%ed%a0%80", "/a?b",       "/a b",   "/..%2fa",    "/a%2f..%2fb",
        "/a%2f.."}) {
    EXPECT_TRUE(normal(raw).starts_with("refused")) << raw << " became " << normal(raw);
  }
}

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
// Values, the builder, documents, equality and hashes. The parser is in json_parser_test.cc.

#include "base/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace servanda {
namespace {

JsonDocument parsed(std::string_view text) {
  Result<JsonDocument> document = JsonDocument::parse(text);
  EXPECT_TRUE(document) << text;
  return std::move(*document);
}

bool equal(std::string_view a, std::string_view b) {
  const JsonDocument left = parsed(a);
  const JsonDocument right = parsed(b);
  const bool result = json_equal(left.root(), right.root());
  EXPECT_EQ(json_equal(right.root(), left.root()), result) << a << " " << b;
  if (result) {
    EXPECT_EQ(json_hash(left.root()), json_hash(right.root())) << a << " " << b;
  }
  return result;
}

TEST(JsonValue, ReadsMembersAndItemsInOrder) {
  const JsonDocument document = parsed(R"({"a":1,"b":[true,null,"x",{"c":2.5}],"d":{}})");
  const JsonValue root = document.root();
  ASSERT_TRUE(root.is_object());
  EXPECT_EQ(root.size(), 3U);
  std::string keys;
  for (const auto [key, value] : root.members()) keys += key;
  EXPECT_EQ(keys, "abd");
  EXPECT_EQ(root.find("a").integer(), 1);
  const JsonValue items = root.find("b");
  ASSERT_TRUE(items.is_array());
  EXPECT_EQ(items.size(), 4U);
  std::vector<JsonKind> kinds;
  for (const JsonValue item : items.items()) kinds.push_back(item.kind());
  EXPECT_EQ(kinds, (std::vector<JsonKind>{JsonKind::kBoolean, JsonKind::kNull, JsonKind::kString,
                                          JsonKind::kObject}));
  EXPECT_EQ(root.find("d").size(), 0U);
  EXPECT_FALSE(root.find("c").exists());
  EXPECT_FALSE(root.find("").exists());
}

TEST(JsonValue, GivesTheNearestDouble) {
  const auto number = [](std::string_view text) { return parsed(text).root().to_double(); };
  EXPECT_EQ(number("3"), 3.0);
  EXPECT_EQ(number("0.1"), 0.1);
  EXPECT_EQ(number("-2.5e3"), -2500.0);
  EXPECT_EQ(number("1e400"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(number("-1e400"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(number("0.00001e500"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(number("1e-400"), 0.0);
  EXPECT_TRUE(std::signbit(number("-1e-400")));
  EXPECT_EQ(number("0." + std::string(400, '0') + "1"), 0.0);
  EXPECT_EQ(number("1" + std::string(400, '0')), std::numeric_limits<double>::infinity());
}

TEST(JsonBuilder, BuildsWhatTheParserReads) {
  JsonBuilder builder;
  builder.begin_object();
  builder.key("list");
  builder.begin_array();
  builder.integer(1);
  builder.number("2");
  builder.number("2.50");
  builder.number("-0");
  builder.number("99999999999999999999");
  builder.begin_object();
  builder.end_object();
  builder.end_array();
  builder.key("yes");
  builder.boolean(true);
  builder.key("none");
  builder.null();
  builder.key("text");
  builder.string("\xC3\xA4");
  builder.end_object();
  const std::string text =
      "{\"list\":[1,2,2.50,0,99999999999999999999,{}],\"yes\":true,\"none\":null,"
      "\"text\":\"\xC3\xA4\"}";
  EXPECT_EQ(json_text(builder.root()), text);
  EXPECT_EQ(builder.root().size(), 4U);
  EXPECT_EQ(builder.root().find("list").size(), 6U);
  EXPECT_EQ(builder.node_count(), 15U);
  builder.clear();
  builder.string("again");
  EXPECT_EQ(builder.root().text(), "again");
}

TEST(JsonBuilder, CopiesValuesOfOtherDocuments) {
  const JsonDocument other = parsed(R"({"x":[1,{"y":2}]})");
  JsonBuilder builder;
  builder.begin_array();
  builder.value(other.root());
  builder.value(other.root().find("x"));
  builder.value(other.root().find("x"));
  builder.end_array();
  EXPECT_EQ(builder.root().size(), 3U);
  EXPECT_EQ(json_text(builder.root()), R"([{"x":[1,{"y":2}]},[1,{"y":2}],[1,{"y":2}]])");
}

TEST(JsonDocument, OwnsWhatItShowsOverMoves) {
  JsonDocument copy = parsed("null");
  {
    const JsonDocument original = parsed(R"({"a":["text",1.50,""],"b":{"c":7}})");
    copy = JsonDocument::copy(original.root());
  }
  const JsonValue view = copy.root();
  const JsonDocument moved = std::move(copy);
  EXPECT_EQ(json_text(view), R"({"a":["text",1.50,""],"b":{"c":7}})");
  EXPECT_EQ(json_text(JsonDocument::copy(moved.root().find("a")).root()), R"(["text",1.50,""])");
}

TEST(JsonEqual, ComparesNumbersByValue) {
  EXPECT_TRUE(equal("1", "1.0"));
  EXPECT_TRUE(equal("1", "1e0"));
  EXPECT_TRUE(equal("100", "1E+2"));
  EXPECT_TRUE(equal("0", "-0.0"));
  EXPECT_TRUE(equal("-0", "0e7"));
  EXPECT_TRUE(equal("0.10", "1e-1"));
  EXPECT_TRUE(equal("9223372036854775807", "9223372036854775807.0"));
  EXPECT_FALSE(equal("9007199254740993", "9007199254740992.0"));
  EXPECT_FALSE(equal("1", "-1"));
  EXPECT_FALSE(equal("1", "1.0000000000000000000001"));
}

TEST(JsonEqual, TellsKindsApart) {
  const std::vector<std::string> different = {"null",  "false", "true", "0",   "1",         "\"\"",
                                              "\"0\"", "[]",    "{}",   "[0]", R"({"a":0})"};
  for (size_t i = 0; i < different.size(); ++i) {
    for (size_t j = 0; j < different.size(); ++j) {
      EXPECT_EQ(equal(different[i], different[j]), i == j) << different[i] << different[j];
    }
  }
}

TEST(JsonEqual, LooksAtItemsInOrderAndMembersInAny) {
  EXPECT_TRUE(equal(R"({"a":1,"b":[1,2]})", R"({"b":[1,2.0],"a":1})"));
  EXPECT_FALSE(equal(R"({"a":1,"b":[1,2]})", R"({"b":[2,1],"a":1})"));
  EXPECT_FALSE(equal(R"({"a":1})", R"({"a":1,"b":1})"));
  EXPECT_FALSE(equal(R"({"a":1,"c":1})", R"({"a":1,"b":1})"));
  EXPECT_FALSE(equal("[1]", "[1,1]"));
  EXPECT_FALSE(equal("[[1],2]", "[1,[2]]"));
}

TEST(JsonEqual, ComparesLargeObjectsInAnyOrder) {
  std::vector<int> order;
  const auto text = [&](int changed) {
    std::string out = "{";
    for (const int i : order) {
      out += (out.size() > 1 ? ",\"k" : "\"k") + std::to_string(i) +
             "\":" + std::to_string(i == changed ? -1 : i);
    }
    return out + "}";
  };
  for (const size_t count : {16U, 17U, 300U}) {
    order.resize(300);
    for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
    order.resize(count);
    const std::string sorted = text(-2);
    std::shuffle(order.begin(), order.end(), std::mt19937(3));
    EXPECT_TRUE(equal(sorted, text(-2)));
    EXPECT_FALSE(equal(sorted, text(7)));
  }
}

TEST(JsonHash, SpreadsSimilarValues) {
  std::vector<uint64_t> hashes;
  for (int i = 0; i < 1000; ++i) {
    hashes.push_back(json_hash(parsed(std::to_string(i)).root()));
    hashes.push_back(json_hash(parsed("\"" + std::to_string(i) + "\"").root()));
    hashes.push_back(json_hash(parsed("[" + std::to_string(i) + "]").root()));
    hashes.push_back(json_hash(parsed("{\"" + std::to_string(i) + "\":0}").root()));
  }
  std::sort(hashes.begin(), hashes.end());
  EXPECT_EQ(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

TEST(JsonNumbers, CompareAcrossKinds) {
  const auto compare = [](std::string_view a, std::string_view b) {
    return json_compare_numbers(parsed(a).root(), parsed(b).root());
  };
  EXPECT_EQ(compare("1", "2"), -1);
  EXPECT_EQ(compare("2", "1"), 1);
  EXPECT_EQ(compare("2", "2.0"), 0);
  EXPECT_EQ(compare("-9223372036854775808", "-9223372036854775809"), 1);
  EXPECT_EQ(compare("9223372036854775807", "9223372036854775808"), -1);
}

TEST(JsonNumbers, KnowIntegers) {
  for (const char* const whole : {"1", "1.0", "1e3", "99999999999999999999"}) {
    EXPECT_TRUE(json_is_integer(parsed(whole).root())) << whole;
  }
  for (const char* const broken : {"1.5", "1e-3"}) {
    EXPECT_FALSE(json_is_integer(parsed(broken).root())) << broken;
  }
}

}  // namespace
}  // namespace servanda

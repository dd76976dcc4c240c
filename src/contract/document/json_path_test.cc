// SPDX-License-Identifier: Apache-2.0
#include "contract/document/json_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/document/test_files.h"

namespace servanda::internal {
namespace {

using testing::HasSubstr;

// The selected values as JSON, one per line, or the error.
std::string select(std::string_view document, std::string_view query, uint64_t steps = 100'000) {
  MemoryFiles files;
  Documents documents(files);
  Diagnostics diagnostics;
  Node* root = documents.load_text("a.yaml", std::string(document), diagnostics);
  EXPECT_NE(root, nullptr) << text_of(diagnostics, documents);
  const Result<JsonPath> path = JsonPath::parse(query);
  if (!path) return path.error().message;
  const auto matches = path->select(*root, steps);
  if (!matches) return "exhausted";
  std::string out;
  for (const PathMatch& match : *matches) {
    if (!out.empty()) out += ' ';
    append_json(out, *match.node);
    if (match.parent != nullptr) {
      EXPECT_EQ(match.parent->entries[match.index].value, match.node);
    }
  }
  return out;
}

constexpr std::string_view kStore =
    "books: [{title: A, price: 8, tags: [x, y]}, {title: B, price: 12.5}, {title: C, isbn: '1'}]\n"
    "'a b': {'c.d': 1, e-f: 2}\n"
    "limit: 10\n";

TEST(JsonPath, SelectsByName) {
  EXPECT_EQ(select(kStore, "$.limit"), "10");
  EXPECT_EQ(select(kStore, "$['a b'][\"c.d\"]"), "1");
  EXPECT_EQ(select(kStore, "$['a b'].e-f"), "2");
  EXPECT_EQ(select(kStore, "$.none.at.all"), "");
  EXPECT_EQ(select(kStore, "$ .books [ 0 ] .title"), "\"A\"");
  EXPECT_EQ(select("{\"'\": 1, '\"': 2, \"\\u00e9\": 3}", "$['\\'','\\u00e9']"), "1 3");
}

TEST(JsonPath, SelectsByIndexAndSlice) {
  EXPECT_EQ(select("[0,1,2,3,4,5]", "$[1]"), "1");
  EXPECT_EQ(select("[0,1,2,3,4,5]", "$[-1]"), "5");
  EXPECT_EQ(select("[0,1,2,3,4,5]", "$[6]"), "");
  EXPECT_EQ(select("[0,1,2,3,4,5]", "$[-7]"), "");
  EXPECT_EQ(select("[0,1,2,3,4,5]", "$[1:3]"), "1 2");
  EXPECT_EQ(select("[0,1,2,3,4,5]", "$[4:]"), "4 5");
  EXPECT_EQ(select("[0,1,2,3,4,5]", "$[:-4]"), "0 1");
  EXPECT_EQ(select("[0,1,2,3,4,5]", "$[::2]"), "0 2 4");
  EXPECT_EQ(select("[0,1,2,3,4,5]", "$[::-2]"), "5 3 1");
  EXPECT_EQ(select("[0,1,2,3,4,5]", "$[4:1:-1]"), "4 3 2");
  EXPECT_EQ(select("[0,1,2,3,4,5]", "$[::0]"), "");
  EXPECT_EQ(select("[0,1,2,3,4,5]", "$[-100:9007199254740991]"), "0 1 2 3 4 5");
  EXPECT_EQ(select("{a: 1}", "$[0]"), "");
}

TEST(JsonPath, SelectsAllAndUnionsAndDescendants) {
  EXPECT_EQ(select(kStore, "$.books[*].title"), "\"A\" \"B\" \"C\"");
  EXPECT_EQ(select(kStore, "$.books.*.price"), "8 12.5");
  EXPECT_EQ(select(kStore, "$.books[2,0,0].title"), "\"C\" \"A\"");
  EXPECT_EQ(select(kStore, "$..title"), "\"A\" \"B\" \"C\"");
  EXPECT_EQ(select("{a: {a: {a: 1}}}", "$..a"), R"({"a":{"a":1}} {"a":1} 1)");
  EXPECT_EQ(select("[[1],[2,[3]]]", "$..[0]"), "[1] 1 2 3");
  EXPECT_EQ(select(kStore, "$"), select(kStore, "$"));
}

TEST(JsonPath, FiltersByComparisonAndExistence) {
  EXPECT_EQ(select(kStore, "$.books[?@.price].title"), "\"A\" \"B\"");
  EXPECT_EQ(select(kStore, "$.books[?(@.price < $.limit)].title"), "\"A\"");
  EXPECT_EQ(select(kStore, "$.books[?@.price >= 12.50].title"), "\"B\"");
  EXPECT_EQ(select(kStore, "$.books[?!@.price].title"), "\"C\"");
  EXPECT_EQ(select(kStore, "$.books[?@.title == 'B' || @.isbn].title"), "\"B\" \"C\"");
  EXPECT_EQ(select(kStore, "$.books[?@.price && @.title != \"A\"].title"), "\"B\"");
  EXPECT_EQ(select(kStore, "$.books[?(@.price > 5 && (@.title == 'A' || @.title == 'C'))].title"),
            "\"A\"");
  EXPECT_EQ(select(kStore, "$.books[?@.tags[?@ == 'y']].title"), "\"A\"");
  EXPECT_EQ(select(kStore, "$.books[?@.none == @.other].title"), "\"A\" \"B\" \"C\"");
  EXPECT_EQ(select(kStore, "$.books[?@.none == null].title"), "");
  EXPECT_EQ(select("[1, 1.0, '1', true, null, [1], {a: 1}]", "$[?@ == 1]"), "1 1.0");
  EXPECT_EQ(select("[[1, {a: 2}], [1, {a: 3}]]", "$[?@ == $[1]]"), R"([1,{"a":3}])");
  EXPECT_EQ(select("[true, false, null]", "$[?@ == true || @ == null]"), "true null");
  EXPECT_EQ(select("[a, b, c]", "$[?@ <= 'b']"), R"("a" "b")");
}

TEST(JsonPath, KnowsTheFunctionsOfLengthCountAndValue) {
  EXPECT_EQ(select(kStore, "$.books[?length(@.tags) == 2].title"), "\"A\"");
  EXPECT_EQ(select("['\xC3\xA9', ab]", "$[?length(@) == 1]"), "\"\xC3\xA9\"");
  EXPECT_EQ(select(kStore, "$.books[?count(@.*) > 2].title"), "\"A\"");
  EXPECT_EQ(select(kStore, "$.books[?value(@..price) == 8].title"), "\"A\"");
}

TEST(JsonPath, RefusesWhatItCannotRead) {
  EXPECT_EQ(select("1", ""), "A query begins with '$' at character 1.");
  EXPECT_EQ(select("1", "$.a b"), "Unexpected text at character 5.");
  EXPECT_EQ(select("1", "$.a["), "Expected a name in quotes, an index, '*' or '?' at character 5.");
  EXPECT_EQ(select("1", "$['a'"), "Expected ',' or ']' at character 6.");
  EXPECT_EQ(select("1", "$['a"), "The quoted name is not closed at character 5.");
  EXPECT_EQ(select("1", "$.1"), "Expected a name or '*' after '.' at character 3.");
  EXPECT_THAT(select("1", "$[01]"), HasSubstr("at character 3."));
  EXPECT_THAT(select("1", "$[-0]"), HasSubstr("at character 3."));
  EXPECT_THAT(select("1", "$[9007199254740992]"), HasSubstr("at character 3."));
  EXPECT_THAT(select("1", "$[?@.a == ]"), HasSubstr("Expected a query, a value or a function"));
  EXPECT_THAT(select("1", "$[?@.* == 1]"), HasSubstr("select at most one node at character 4."));
  EXPECT_THAT(select("1", "$[?1]"), HasSubstr("Only a query can stand alone"));
  EXPECT_THAT(select("1", "$[?match(@.a, 'x')]"), HasSubstr("are not supported at character 4."));
  EXPECT_THAT(select("1", "$[?count(1) == 1]"), HasSubstr("needs a query"));
  EXPECT_THAT(select("1", "$['\\x']"), HasSubstr("Unknown escape"));
  EXPECT_THAT(select("1", "$['\\ud800']"), HasSubstr("surrogate"));
}

TEST(JsonPath, BoundsNestingAndLength) {
  const auto nested = [](int depth) {
    return "$[?" + std::string(depth, '(') + "@.a" + std::string(depth, ')') + "]";
  };
  EXPECT_EQ(select("1", nested(48)), "");
  EXPECT_THAT(select("1", nested(50)), HasSubstr("nested too deeply"));
  EXPECT_THAT(select("1", "$[?" + std::string(5'000, '!') + "@]"), HasSubstr("nested too deeply"));
  EXPECT_EQ(select("1", "$." + std::string(9'998, 'a')), "");
  EXPECT_THAT(select("1", "$." + std::string(9'999, 'a')), HasSubstr("longer than 10000 bytes"));
}

TEST(JsonPath, StopsWhenItsStepsAreUsedUp) {
  // The root, then three items.
  EXPECT_EQ(select("[1, 2, 3]", "$[*]", 4), "1 2 3");
  EXPECT_EQ(select("[1, 2, 3]", "$[*]", 3), "exhausted");
  std::string deep = std::string(150, '[') + std::string(150, ']');
  EXPECT_EQ(select(deep, "$..[*]..[*]..[*]..[*]..[*]", 100'000), "exhausted");
}

}  // namespace
}  // namespace servanda::internal

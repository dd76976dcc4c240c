// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/document/documents.h"
#include "contract/document/test_files.h"

namespace servanda {
namespace {

using testing::HasSubstr;

// The document as compact JSON, or everything that was found.
std::string read(std::string text, DocumentLimits limits = {}) {
  MemoryFiles files;
  Documents documents(files, limits);
  Diagnostics diagnostics;
  const Node* root = documents.load_text("a.yaml", std::move(text), diagnostics);
  if (root == nullptr) {
    EXPECT_TRUE(diagnostics.has_errors());
    return text_of(diagnostics, documents);
  }
  EXPECT_FALSE(diagnostics.has_errors());
  std::string json;
  append_json(json, *root);
  return json;
}

TEST(Yaml, ReadsBlockCollections) {
  EXPECT_EQ(read("a: 1\nb:\n  c: x\n  d:\n    - 1\n    - two\ne: last\n"),
            R"({"a":1,"b":{"c":"x","d":[1,"two"]},"e":"last"})");
  EXPECT_EQ(read("- a\n- - b\n  - c\n- d: 1\n  e: 2\n-\n  - f\n-\n"),
            R"(["a",["b","c"],{"d":1,"e":2},["f"],null])");
}

TEST(Yaml, AllowsSequencesAtTheColumnOfTheirKey) {
  EXPECT_EQ(read("a:\n- 1\n- b: 2\n  c: 3\nd:\n-\n- x\n"),
            R"({"a":[1,{"b":2,"c":3}],"d":[null,"x"]})");
}

TEST(Yaml, ReadsFlowCollections) {
  EXPECT_EQ(read("a: [1, 'two', \"three\", {b: c, d}, x: y, ]\nb: {}\nc: []\n"),
            R"({"a":[1,"two","three",{"b":"c","d":null},{"x":"y"}],"b":{},"c":[]})");
  EXPECT_EQ(read("{\"a\":1, b: [\n  c, # comment\n\n  d e\n  f\n], 'g':{}, ? h : i}"),
            R"({"a":1,"b":["c","d e f"],"g":{},"h":"i"})");
  EXPECT_EQ(read("a: [\n  x\n]\nb: y\n"), R"({"a":["x"],"b":"y"})");
  EXPECT_EQ(read("[a: 1, ? b : 2, http://x:80/?a=1]"), R"([{"a":1},{"b":2},"http://x:80/?a=1"])");
}

TEST(Yaml, KeepsKeysAsTheyAreWritten) {
  EXPECT_EQ(read("200: a\n0x1F: b\ntrue: c\nnull: d\n1.50: e\n'q': f\n~: g\n"),
            R"({"200":"a","0x1F":"b","true":"c","null":"d","1.50":"e","q":"f","~":"g"})");
  EXPECT_EQ(read("? 200\n: a\n? \"b\"\n? - x\n"),
            "a.yaml:4:3 error yaml-key: A collection is used as a key; keys are strings here.\n");
  EXPECT_EQ(read("? 200\n: a\n? |\n  b\n: - c\n? d\n"),
            "{\"200\":\"a\",\"b\\n\":[\"c\"],\"d\":null}");
}

TEST(Yaml, TypesByTheCoreSchemaOnly) {
  EXPECT_EQ(read("[true, True, TRUE, false, False, FALSE, null, Null, NULL, ~]"),
            "[true,true,true,false,false,false,null,null,null,null]");
  EXPECT_EQ(
      read("[yes, no, on, off, y, n, tRUE, nil, 2020-01-01, 12:30:45, 1_000, 0b1]"),
      R"(["yes","no","on","off","y","n","tRUE","nil","2020-01-01","12:30:45","1_000","0b1"])");
  EXPECT_EQ(read("[0, -0, +5, 007, 0o17, 0xfF, 1.50, .5, 5., +.5e3, 1e3, -1.5E-7, 0.]"),
            "[0,-0,5,7,15,255,1.50,0.5,5,0.5e3,1e3,-1.5E-7,0]");
  EXPECT_EQ(read("['1', \"true\", !!str 2, ! 3, 1.2.3, 1e, .e3, 0x, 0xg, +, -x]"),
            R"(["1","true","2","3","1.2.3","1e",".e3","0x","0xg","+","-x"])");
}

TEST(Yaml, KeepsIntegersOf64BitsExactly) {
  EXPECT_EQ(read("[9223372036854775807, -9223372036854775808, 9007199254740993]"),
            "[9223372036854775807,-9223372036854775808,9007199254740993]");
  EXPECT_EQ(read("[18446744073709551616, 0xFFFFFFFFFFFFFFFF]"),
            "[18446744073709551616,18446744073709551615]");
  EXPECT_THAT(read("a: 0x1FFFFFFFFFFFFFFFF"), HasSubstr("a.yaml:1:4 error yaml-number"));
  EXPECT_THAT(read("a: -.inf"), HasSubstr("a.yaml:1:4 error yaml-number"));
  EXPECT_THAT(read("a: .nan"), HasSubstr("a.yaml:1:4 error yaml-number"));
}

TEST(Yaml, ReadsQuotedScalars) {
  EXPECT_EQ(read(R"(["a\tb\x41\u00e9\U0001F600\"\\\/", 'it''s', "\ud83d\ude00"])"),
            "[\"a\\tbA\xC3\xA9\xF0\x9F\x98\x80\\\"\\\\/\",\"it's\",\"\xF0\x9F\x98\x80\"]");
  EXPECT_EQ(read("a: \"one\n  two\n\n  three \\\n  four\\\n  five\"\nb: 'x\n\n  y'\n"),
            "{\"a\":\"one two\\nthree fourfive\",\"b\":\"x\\ny\"}");
  EXPECT_EQ(read("\"a\": \"\"\n'b' : ''\n"), R"({"a":"","b":""})");
}

TEST(Yaml, ReadsPlainScalarsOverSeveralLines) {
  EXPECT_EQ(read("a: one\n  two # comment\nb: x\n\n\n  y\nc: d#e:f\n"),
            "{\"a\":\"one two\",\"b\":\"x\\n\\ny\",\"c\":\"d#e:f\"}");
  EXPECT_EQ(read("text\nmore\n"), R"("text more")");
}

TEST(Yaml, ReadsLiteralAndFoldedText) {
  EXPECT_EQ(read("a: |\n  one\n    two\n\n  three\n\nb: x\n"),
            "{\"a\":\"one\\n  two\\n\\nthree\\n\",\"b\":\"x\"}");
  EXPECT_EQ(read("a: |-\n  one\nb: |+\n  two\n\nc: |2\n   three\n"),
            "{\"a\":\"one\",\"b\":\"two\\n\\n\",\"c\":\" three\\n\"}");
  EXPECT_EQ(read("a: >\n  one\n  two\n\n  three\n   deeper\n  four\n\n\n  five\n"),
            "{\"a\":\"one two\\nthree\\n deeper\\nfour\\n\\nfive\\n\"}");
  EXPECT_EQ(read("- |\n a\n- >-\n\n  b\n- |\n- x"), "[\"a\\n\",\"\\nb\",\"\",\"x\"]");
  EXPECT_EQ(read("a: | # comment\n  # not a comment\n"), "{\"a\":\"# not a comment\\n\"}");
  EXPECT_EQ(read("a: |\n  no end"), "{\"a\":\"no end\"}");
}

TEST(Yaml, ExpandsAnchorsAliasesAndMergeKeys) {
  EXPECT_EQ(read("a: &x {b: 1}\nc: *x\nd: [*x, &y z, *y]\n&k e: f\n*k : g\n"),
            "a.yaml:5:1 error duplicate-key: The key \"e\" is written twice in one object; the "
            "first is at 4:4.\n");
  EXPECT_EQ(read("a: &x\n  b: 1\n  c: 2\nd:\n  <<: *x\n  c: 3\n  e: 4\n"),
            R"({"a":{"b":1,"c":2},"d":{"c":3,"e":4,"b":1}})");
  EXPECT_EQ(read("- &a {x: 1}\n- &b {x: 2, y: 2}\n- {<<: [*a, *b], z: 3}\n- {\"<<\": 1}\n"),
            R"([{"x":1},{"x":2,"y":2},{"z":3,"x":1,"y":2},{"<<":1}])");
  EXPECT_THAT(read("a: {<<: 1}"), HasSubstr("a.yaml:1:5 error yaml-merge"));
  EXPECT_THAT(read("a: &x {}\nb:\n  <<: *x\n  <<: *x\n"),
              HasSubstr("a.yaml:4:3 error yaml-merge: A second merge key stands in one mapping; "
                        "the first is at 3:3."));
}

TEST(Yaml, GivesEveryAliasNodesOfItsOwn) {
  MemoryFiles files;
  Documents documents(files);
  Diagnostics diagnostics;
  Node* root = documents.load_text("a", "a: &x {b: {c: 1}}\nd: *x\n", diagnostics);
  ASSERT_NE(root, nullptr);
  remove_member(documents.arena(), *root->find("d")->find("b"), "c");
  EXPECT_NE(root->find("a")->find("b")->find("c"), nullptr);
}

TEST(Yaml, RefusesUnknownAndCyclicAliases) {
  EXPECT_THAT(read("a: *x\nx: &x 1\n"), HasSubstr("a.yaml:1:4 error yaml-alias: No anchor \"&x\""));
  EXPECT_THAT(read("a: &x\n  b: [*x]\n"), HasSubstr("a.yaml:2:7 error yaml-alias: The alias"));
  EXPECT_THAT(read("&x [ *x ]"), HasSubstr("a.yaml:1:6 error yaml-alias: The alias"));
}

TEST(Yaml, BoundsWhatAliasesExpandTo) {
  // Each level doubles: 2^5 + ... nodes below the last.
  std::string text = "a0: &a0 [x, x]\n";
  for (int i = 1; i <= 40; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text +=
        "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last + ", " + last + "]\n";
  }
  EXPECT_THAT(read(text), HasSubstr("error document-too-large: Aliases expand"));
  const std::string three = "a: &x [1, 2]\nb: *x\n";
  EXPECT_EQ(read(three, {.alias_nodes_max = 3}), R"({"a":[1,2],"b":[1,2]})");
  EXPECT_THAT(read(three, {.alias_nodes_max = 2}),
              HasSubstr("a.yaml:2:4 error document-too-large"));
}

TEST(Yaml, BoundsTheTextThatAliasesShowAgain) {
  const std::string text = "a: &x aaaaaaaaaa\nb: [*x, *x]\n";
  EXPECT_EQ(read(text, {.total_bytes_max = 29}),
            R"({"a":"aaaaaaaaaa","b":["aaaaaaaaaa","aaaaaaaaaa"]})");
  const std::string more = "a: &x " + std::string(100, 'a') + "\nb: [*x, *x]\n";
  EXPECT_THAT(read(more, {.total_bytes_max = 199}), HasSubstr("error document-too-large"));
  EXPECT_THAT(read(more, {.total_bytes_max = 200}), HasSubstr("\"b\":"));
}

TEST(Yaml, BoundsDepthAndNodes) {
  const auto nested = [](int depth) {
    return std::string(depth, '[') + "1" + std::string(depth, ']');
  };
  const auto block = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "- ";
    return text + "1\n";
  };
  EXPECT_EQ(read("a: 1\n" + std::string("b: ") + nested(4) + "\n", {.depth_max = 5}),
            R"({"a":1,"b":[[[[1]]]]})");
  EXPECT_THAT(read("b: " + nested(5) + "\n", {.depth_max = 5}),
              HasSubstr("a.yaml:1:8 error document-too-deep"));
  EXPECT_EQ(read(block(200)).size(), 401u);
  EXPECT_THAT(read(block(201)), HasSubstr("a.yaml:1:401 error document-too-deep"));
  EXPECT_THAT(read(block(100'000)), HasSubstr("error document-too-deep"));
  // The alias stands at depth 3 and brings 2 levels.
  const std::string alias = "a: &x [[1]]\nb: [[*x]]\n";
  EXPECT_EQ(read(alias, {.depth_max = 5}), R"({"a":[[1]],"b":[[[[1]]]]})");
  EXPECT_THAT(read(alias, {.depth_max = 4}), HasSubstr("a.yaml:2:6 error document-too-deep"));
  EXPECT_EQ(read("[1, 2]", {.nodes_max = 3}), "[1,2]");
  EXPECT_THAT(read("[1, 2, 3]", {.nodes_max = 3}),
              HasSubstr("a.yaml:1:8 error document-too-large"));
}

TEST(Yaml, NamesBothPlacesOfADuplicateKey) {
  EXPECT_EQ(read("a: 1\nb: 2\na: 3\n"),
            "a.yaml:3:1 error duplicate-key: The key \"a\" is written twice in one object; the "
            "first is at 1:1.\n");
  std::string large;
  for (int i = 0; i < 50; ++i) large += "k" + std::to_string(i) + ": 1\n";
  EXPECT_THAT(read(large + "k7: 2\n"), HasSubstr("a.yaml:51:1 error duplicate-key"));
  EXPECT_THAT(read("{a: 1, \"a\": 2}"), HasSubstr("a.yaml:1:8 error duplicate-key"));
}

TEST(Yaml, SurvivesAHundredThousandDuplicates) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "a: 1\n";
  MemoryFiles files;
  Documents documents(files);
  Diagnostics diagnostics;
  EXPECT_EQ(documents.load_text("a.yaml", std::move(text), diagnostics), nullptr);
  EXPECT_EQ(diagnostics.errors(), 99'999u);
  EXPECT_EQ(diagnostics.all().size(), Diagnostics::kMax);
  EXPECT_EQ(diagnostics.left_out(), 99'999u - Diagnostics::kMax);
}

TEST(Yaml, RefusesTabsInIndentation) {
  EXPECT_EQ(read("a:\n\tb: 1\n"), "a.yaml:2:1 error yaml-tab: A tab is used for indentation.\n");
  EXPECT_EQ(read("a:\t1\t# fine\n\t\n  \t# fine too\nb: 2\n"), R"({"a":1,"b":2})");
}

TEST(Yaml, RefusesFurtherDocumentsAndUnknownDirectives) {
  EXPECT_EQ(read("%YAML 1.2\n---\na: 1\n...\n"), R"({"a":1})");
  EXPECT_THAT(read("a: 1\n---\nb: 2\n"), HasSubstr("a.yaml:2:1 error yaml-multi-document"));
  EXPECT_THAT(read("a: 1\n...\n---\nb: 2\n"), HasSubstr("a.yaml:3:1 error yaml-multi-document"));
  EXPECT_THAT(read("%TAG ! x\n---\n1"), HasSubstr("a.yaml:1:1 error yaml-directive"));
}

TEST(Yaml, RefusesTagsItDoesNotKnow) {
  EXPECT_THAT(read("a: !!binary AAAA"), HasSubstr("a.yaml:1:13 error yaml-tag"));
  EXPECT_THAT(read("a: !custom {b: 1}"), HasSubstr("error yaml-tag"));
  EXPECT_THAT(read("a: !!int x"), HasSubstr("error yaml-tag: The value does not fit"));
  EXPECT_EQ(read("a: !!int 5\nb: !!map {}\nc: !!seq\n- !!str 1\nd: !<tag:yaml.org,2002:str> 7\n"),
            R"({"a":5,"b":{},"c":["1"],"d":"7"})");
}

TEST(Yaml, RefusesBytesThatAreNoText) {
  EXPECT_THAT(read("a: \xFF"), HasSubstr("a.yaml:1:4 error document-encoding"));
  EXPECT_THAT(read("x: \xC3\xA9\nb: \xC3("), HasSubstr("a.yaml:2:4 error document-encoding"));
  EXPECT_THAT(read("\xFF\xFE"
                   "a"),
              HasSubstr("UTF-16"));
  EXPECT_THAT(read(std::string("a: b\0c", 6)), HasSubstr("a.yaml:1:5 error yaml-character"));
  EXPECT_THAT(read("a: 1\rb: 2\n"), HasSubstr("a.yaml:1:5 error yaml-character"));
  EXPECT_EQ(read("a: 1\r\nb: |\r\n  x\r\n  y\r\n"), "{\"a\":1,\"b\":\"x\\ny\\n\"}");
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a: 1\n"),
            R"({"a":1})");
}

TEST(Yaml, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(read("a: b: c\n"),
              HasSubstr("a.yaml:1:5 error yaml-syntax: A ':' cannot stand here"));
  EXPECT_THAT(read("a: b\n  c: d\n"),
              HasSubstr("a.yaml:2:4 error yaml-syntax: A ':' cannot stand"));
  EXPECT_THAT(read("a: \"b\nc: d\n"),
              HasSubstr("a.yaml:1:4 error yaml-syntax: This quote is never"));
  EXPECT_THAT(read("a: [1, 2\nb: 3\n"),
              HasSubstr("a.yaml:1:4 error yaml-syntax: This '[' is never"));
  EXPECT_THAT(read("a: [1 2}\n"), HasSubstr("a.yaml:1:8 error yaml-syntax: Expected ',' or ']'"));
  EXPECT_THAT(read("a:\n    b: 1\n  c: 2\n"), HasSubstr("a.yaml:3:3 error yaml-syntax"));
  EXPECT_THAT(read("a: 1\nb\nc: 2\n"), HasSubstr("a.yaml:2:1 error yaml-syntax: \"b\" is not"));
  EXPECT_THAT(read("a: @x\n"), HasSubstr("a.yaml:1:4 error yaml-syntax: A value cannot begin"));
  EXPECT_THAT(read("a: 'x' y\n"), HasSubstr("a.yaml:1:8 error yaml-syntax: Unexpected 'y'"));
  EXPECT_THAT(read("a: - b\n"), HasSubstr("a.yaml:1:4 error yaml-syntax: A sequence item"));
  EXPECT_THAT(read("a: \"\\q\"\n"), HasSubstr("a.yaml:1:5 error yaml-syntax: A backslash"));
  EXPECT_THAT(read("a: \"\\ud800\"\n"), HasSubstr("a.yaml:1:5 error yaml-syntax: A surrogate"));
  EXPECT_THAT(read("a: {b: 1, , c: 2}\n"), HasSubstr("a.yaml:1:11 error yaml-syntax"));
  EXPECT_THAT(read("a:\n  - b\n  c: d\n"), HasSubstr("a.yaml:3:3 error yaml-syntax"));
  EXPECT_THAT(read("a: |x\n  b\n"), HasSubstr("a.yaml:1:5 error yaml-syntax"));
  EXPECT_THAT(read(": x\n"), HasSubstr("a.yaml:1:1 error yaml-key"));
  EXPECT_THAT(read("[a]: x\n"), HasSubstr("a.yaml:1:1 error yaml-key"));
}

TEST(Yaml, ReportsSeveralMistakesAtOnce) {
  EXPECT_EQ(read("a: \"x\nb: [1\n  2}\nc:\n  d: *none\n  e: ok\n  f: @\ng: 1\ng: 2\n"),
            "a.yaml:1:4 error yaml-syntax: This quote is never closed.\n"
            "a.yaml:3:4 error yaml-syntax: Expected ',' or ']' of the sequence begun at 2:4, found "
            "'}'.\n"
            "a.yaml:5:6 error yaml-alias: No anchor \"&none\" stands before this alias.\n"
            "a.yaml:7:6 error yaml-syntax: A value cannot begin with '@'.\n"
            "a.yaml:9:1 error duplicate-key: The key \"g\" is written twice in one object; the "
            "first is at 8:1.\n");
}

TEST(Yaml, StopsAfterTwentyMistakes) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "k" + std::to_string(i) + ": @\n";
  MemoryFiles files;
  Documents documents(files);
  Diagnostics diagnostics;
  EXPECT_EQ(documents.load_text("a.yaml", std::move(text), diagnostics), nullptr);
  EXPECT_EQ(diagnostics.errors(), 20u);
}

TEST(Yaml, KnowsThePlaceOfEveryKeyAndValue) {
  MemoryFiles files;
  Documents documents(files);
  Diagnostics diagnostics;
  Node* root = documents.load_text(
      "a.yaml",
      "\xC3\xA9t\xC3\xA9: {x: [10, \xE2\x82\xAC, y]}\nb:\n  - c: |\n      t\n    d: 'e'\n",
      diagnostics);
  ASSERT_NE(root, nullptr);
  const auto at = [&](Place place) { return documents.place_text(place); };
  EXPECT_EQ(at(root->place), "a.yaml:1:1");
  const Node& list = *root->entries[0].value->find("x");
  EXPECT_EQ(at(list.place), "a.yaml:1:10");
  EXPECT_EQ(at(list.entries[1].value->place), "a.yaml:1:15");
  EXPECT_EQ(at(list.entries[2].value->place), "a.yaml:1:18");
  const Node& item = *root->find("b")->entries[0].value;
  EXPECT_EQ(at(root->find("b")->place), "a.yaml:3:3");
  EXPECT_EQ(at(item.place), "a.yaml:3:5");
  EXPECT_EQ(at(item.find_entry("c")->key_place), "a.yaml:3:5");
  EXPECT_EQ(at(item.find("c")->place), "a.yaml:3:8");
  EXPECT_EQ(at(item.find_entry("d")->key_place), "a.yaml:5:5");
  EXPECT_EQ(at(item.find("d")->place), "a.yaml:5:8");
  EXPECT_EQ(documents.line_text(item.find("d")->place), "    d: 'e'");
}

TEST(Yaml, ReadsAnEmptyDocumentAsNull) {
  EXPECT_EQ(read(""), "null");
  EXPECT_EQ(read("# only a comment\n---\n"), "null");
}

}  // namespace
}  // namespace servanda

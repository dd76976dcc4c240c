// SPDX-License-Identifier: Apache-2.0
#include "contract/document/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "contract/document/reader.h"
#include "contract/document/test_files.h"

namespace servanda {
namespace {

using testing::HasSubstr;

// Loads "a/main.yaml" of some files and resolves one reference that stands at its first line.
struct Loaded {
  using Content = std::initializer_list<std::pair<const std::string, std::string>>;
  explicit Loaded(Content content, DocumentLimits limits = {}) : documents(files, limits) {
    for (const auto& [path, text] : content) files.put(path, text);
    root = documents.load("a/main.yaml", diagnostics);
  }
  // The named value as JSON, or what is wrong.
  std::string resolve(std::string_view ref) {
    Diagnostics found;
    const Node* node = documents.resolve(ref, root->place, found);
    if (node == nullptr) return text_of(found, documents) + fixes(found);
    std::string json;
    append_json(json, *node);
    return json;
  }
  static std::string fixes(const Diagnostics& found) {
    std::string text;
    for (const Diagnostic& one : found.all()) text += one.fix + "\n";
    return text;
  }

  MemoryFiles files;
  Documents documents;
  Diagnostics diagnostics;
  Node* root = nullptr;
};

TEST(Documents, ResolvesPointersInTheSameDocument) {
  Loaded loaded({{"a/main.yaml", "a: {b: [x, {c: 1}]}\n'': e\n'x/y~z %': 2\n"}});
  EXPECT_EQ(loaded.resolve("#/a/b/1/c"), "1");
  EXPECT_EQ(loaded.resolve("#/"), "\"e\"");
  EXPECT_EQ(loaded.resolve("#/x~1y~0z%20%25"), "2");
  EXPECT_THAT(loaded.resolve("#"), HasSubstr("{\"a\":"));
  EXPECT_THAT(loaded.resolve(""), HasSubstr("{\"a\":"));
}

TEST(Documents, RefusesPointersThatNameNothing) {
  Loaded loaded({{"a/main.yaml", "schemas: {Product: {}, Order: {}}\nlist: [1]\n"}});
  EXPECT_EQ(loaded.resolve("#/schemas/Prodct"),
            "a/main.yaml:1:1 error ref-unresolved: \"#/schemas/Prodct\" names nothing: there is no "
            "\"Prodct\" at that point.\nDid you mean \"Product\"?\n");
  EXPECT_THAT(loaded.resolve("#/list/1"), HasSubstr("ref-unresolved"));
  EXPECT_THAT(loaded.resolve("#/list/00"), HasSubstr("ref-unresolved"));
  EXPECT_THAT(loaded.resolve("#/list/-"), HasSubstr("ref-unresolved"));
  EXPECT_THAT(loaded.resolve("#/list/0/x"), HasSubstr("ref-unresolved"));
  EXPECT_THAT(loaded.resolve("#/a~2"), HasSubstr("ref-pointer"));
  EXPECT_THAT(loaded.resolve("#/a%2"), HasSubstr("ref-pointer"));
  EXPECT_THAT(loaded.resolve("#nothing"), HasSubstr("ref-unresolved"));
}

TEST(Documents, ResolvesOtherFilesAgainstTheReferringFile) {
  Loaded loaded({{"a/main.yaml", "{}"},
                 {"a/b/c.yaml", "x: {$ref: '../d.yml#/y'}\n"},
                 {"a/d.yml", "y: 5\n"},
                 {"e f.json", "{\"z\": [true]}"}});
  EXPECT_EQ(loaded.resolve("./b/c.yaml#/x/$ref"), "\"../d.yml#/y\"");
  Diagnostics found;
  const Node* reference = loaded.documents.resolve("b/c.yaml#/x/$ref", loaded.root->place, found);
  const Node* target = loaded.documents.resolve(reference->text, reference->place, found);
  ASSERT_NE(target, nullptr);
  EXPECT_EQ(loaded.documents.place_text(target->place), "a/d.yml:1:4");
  EXPECT_EQ(loaded.resolve("../e%20f.json#/z/0"), "true");
  EXPECT_EQ(loaded.resolve("b/../b/./c.yaml"), "{\"x\":{\"$ref\":\"../d.yml#/y\"}}");
  EXPECT_EQ(loaded.files.reads(), 4);
}

TEST(Documents, RefusesWhatLiesOutsideTheRoot) {
  Loaded loaded({{"a/main.yaml", "{}"}, {"x.yaml", "1"}});
  EXPECT_EQ(loaded.resolve("../x.yaml"), "1");
  for (const char* ref : {"../../x.yaml", "/etc/passwd", "b/../../../x.yaml", "%2e%2e/../x.yaml",
                          "..%2F..%2Fx.yaml", "..", "./", "//"}) {
    EXPECT_THAT(loaded.resolve(ref),
                testing::AnyOf(HasSubstr("ref-outside-root"), HasSubstr("ref-network")))
        << ref;
  }
  EXPECT_THAT(loaded.resolve("..\\x.yaml"), HasSubstr("ref-pointer"));
  EXPECT_THAT(loaded.resolve("x.yaml?v=1"), HasSubstr("ref-pointer"));
  EXPECT_THAT(loaded.resolve("x%00.yaml"), HasSubstr("ref-pointer"));
  EXPECT_EQ(loaded.files.reads(), 2);
}

TEST(Documents, NeverFetchesFromTheNetwork) {
  Loaded loaded({{"a/main.yaml", "{}"}});
  for (const char* ref :
       {"https://example.com/a.yaml", "http://x/#/a", "//host/a", "file:///a", "urn:x:y"}) {
    EXPECT_THAT(loaded.resolve(ref), HasSubstr("error ref-network")) << ref;
  }
  EXPECT_EQ(loaded.files.reads(), 1);
}

TEST(Documents, SaysWhichFileIsMissingAtEveryReference) {
  Loaded loaded({{"a/main.yaml", "{}"}});
  const std::string missing =
      "a/main.yaml:1:1 error file-unreadable: There is no file \"a/no.yaml\".\n"
      "Correct the path, or add the file.\n";
  EXPECT_EQ(loaded.resolve("no.yaml"), missing);
  EXPECT_EQ(loaded.resolve("no.yaml"), missing);
  EXPECT_EQ(loaded.resolve("no.yaml#/a"), missing);
  EXPECT_EQ(loaded.files.reads(), 2);
}

TEST(Documents, ReportsAFileThatCannotBeParsedOnce) {
  Loaded loaded({{"a/main.yaml", "{}"}, {"a/bad.yaml", "a: b: c"}});
  EXPECT_THAT(loaded.resolve("bad.yaml"), HasSubstr("a/bad.yaml:1:5 error yaml-syntax"));
  EXPECT_EQ(loaded.resolve("bad.yaml#/a"), "");
}

TEST(Documents, FollowsReferencesInsideThePathOfAReference) {
  Loaded loaded({{"a/main.yaml", "a: {$ref: 'b.yaml#/x'}\nb: {$ref: '#/b/c'}\n"},
                 {"a/b.yaml", "x: {y: 3}\n"}});
  EXPECT_EQ(loaded.resolve("#/a/y"), "3");
  EXPECT_THAT(loaded.resolve("#/a/z"), HasSubstr("ref-unresolved"));
  EXPECT_THAT(loaded.resolve("#/b/c"), HasSubstr("ref-cycle"));
}

TEST(Documents, FollowsChainsToTheEndAndRefusesCycles) {
  Loaded loaded({{"a/main.yaml",
                  "a: {$ref: '#/b'}\nb: {$ref: 'o.yaml'}\nc: {v: 1}\n"
                  "d: {$ref: '#/e'}\ne: {$ref: '#/f'}\nf: {$ref: '#/e'}\ng: {$ref: '#/no'}\n"},
                 {"a/o.yaml", "$ref: main.yaml#/c\n"}});
  Diagnostics found;
  const Node* end = loaded.documents.follow(loaded.root->find("a"), found);
  ASSERT_NE(end, nullptr);
  EXPECT_EQ(loaded.documents.place_text(end->place), "a/main.yaml:3:4");
  EXPECT_EQ(loaded.documents.follow(loaded.root->find("c"), found), loaded.root->find("c"));
  EXPECT_FALSE(found.has_errors());
  EXPECT_EQ(loaded.documents.follow(loaded.root->find("d"), found), nullptr);
  EXPECT_THAT(text_of(found, loaded.documents), HasSubstr("a/main.yaml:4:11 error ref-cycle"));
  EXPECT_EQ(loaded.documents.follow(loaded.root->find("g"), found), nullptr);
  EXPECT_EQ(found.errors(), 2u);
}

TEST(Documents, ResolvesAnchorsAndIdsInsideSchemas) {
  Loaded loaded({{"a/main.yaml",
                  "top: {$anchor: here, v: 1}\n"
                  "one:\n"
                  "  $id: https://example.com/s/one.json\n"
                  "  $defs: {p: {$anchor: here, v: 2}}\n"
                  "  a: {$ref: '#here'}\n"
                  "  b: {$ref: '#/$defs/p'}\n"
                  "  c: {$ref: two.json}\n"
                  "  d: {$ref: other.json}\n"
                  "two: {$id: 'https://example.com/s/two.json', v: 3}\n"
                  "three: {$id: sub/three.yaml, v: 4}\n"},
                 {"a/other.json", "{\"v\": 5}"}});
  EXPECT_EQ(loaded.resolve("#here"), R"({"$anchor":"here","v":1})");
  EXPECT_EQ(loaded.resolve("https://example.com/s/one.json#here"), R"({"$anchor":"here","v":2})");
  EXPECT_EQ(loaded.resolve("sub/three.yaml#/v"), "4");
  const auto inside = [&](const char* key) {
    Diagnostics found;
    const Node* reference = loaded.root->find("one")->find(key)->find("$ref");
    const Node* node = loaded.documents.resolve(reference->text, reference->place, found);
    return node == nullptr ? text_of(found, loaded.documents) : std::string(node->find("v")->text);
  };
  EXPECT_EQ(inside("a"), "2");
  EXPECT_EQ(inside("b"), "2");
  EXPECT_EQ(inside("c"), "3");
  EXPECT_EQ(inside("d"), "5");
}

TEST(Documents, KeepsToItsLimits) {
  const auto refuses = [](DocumentLimits limits) {
    Loaded loaded({{"a/main.yaml", "x: 12345"}, {"a/b.yaml", "12"}}, limits);
    if (loaded.root == nullptr) return text_of(loaded.diagnostics, loaded.documents);
    return loaded.resolve("b.yaml");
  };
  EXPECT_EQ(refuses({.file_bytes_max = 8}), "12");
  EXPECT_THAT(refuses({.file_bytes_max = 7}),
              HasSubstr("a/main.yaml:1:1 error document-too-large"));
  EXPECT_EQ(refuses({.total_bytes_max = 10}), "12");
  EXPECT_THAT(refuses({.total_bytes_max = 9}),
              HasSubstr("a/main.yaml:1:1 error document-too-large"));
  EXPECT_EQ(refuses({.files_max = 2}), "12");
  EXPECT_THAT(refuses({.files_max = 1}), HasSubstr("error document-too-large"));
  EXPECT_EQ(refuses({.nodes_max = 3}), "12");
  EXPECT_THAT(refuses({.nodes_max = 2}), HasSubstr("a/b.yaml:1:1 error document-too-large"));
}

TEST(Documents, ShowsTheLineOfAPlace) {
  std::string text;
  for (int i = 1; i <= 200; ++i) text += "k" + std::to_string(i) + ": v\r\n";
  Loaded loaded({{"a/main.yaml", text}});
  for (uint32_t line : {1u, 63u, 64u, 65u, 128u, 129u, 200u}) {
    EXPECT_EQ(loaded.documents.line_text({0, line, 1}), "k" + std::to_string(line) + ": v");
  }
  EXPECT_EQ(loaded.documents.line_text({0, 201, 1}), "");
  EXPECT_EQ(loaded.documents.line_text({0, 999, 1}), "");
  EXPECT_EQ(loaded.documents.line_text({}), "");
}

TEST(Documents, RefusesAnEntryThatIsNotThere) {
  MemoryFiles files;
  Documents documents(files);
  Diagnostics diagnostics;
  EXPECT_EQ(documents.load("no.yaml", diagnostics), nullptr);
  EXPECT_EQ(text_of(diagnostics, documents),
            "no.yaml:1:1 error file-unreadable: There is no file \"no.yaml\".\n");
  EXPECT_EQ(documents.load("../x.yaml", diagnostics), nullptr);
  EXPECT_EQ(diagnostics.all().back().rule, "ref-outside-root");
}

TEST(Diagnostics, KeepsErrorsWhenItIsFull) {
  Diagnostics diagnostics;
  for (size_t i = 0; i < Diagnostics::kMax; ++i) diagnostics.notice("n", {}, "note");
  EXPECT_EQ(diagnostics.left_out(), 0u);
  diagnostics.error("e", {}, "first", "");
  diagnostics.warning("w", {}, "late", "");
  diagnostics.error("e", {}, "second", "");
  EXPECT_EQ(diagnostics.all().size(), Diagnostics::kMax);
  EXPECT_EQ(diagnostics.errors(), 2u);
  EXPECT_EQ(diagnostics.left_out(), 3u);
  EXPECT_EQ(diagnostics.all()[Diagnostics::kMax - 1].message, "first");
  EXPECT_EQ(diagnostics.all()[Diagnostics::kMax - 2].message, "second");
}

TEST(Diagnostics, SortsByFileLineAndColumn) {
  Diagnostics diagnostics;
  for (const Place place : {Place{1, 1, 1}, Place{0, 2, 1}, Place{0, 1, 9}, Place{0, 1, 2}}) {
    diagnostics.notice("n", place, "x");
  }
  diagnostics.sort();
  EXPECT_EQ(diagnostics.all()[0].place.column, 2u);
  EXPECT_EQ(diagnostics.all()[1].place.column, 9u);
  EXPECT_EQ(diagnostics.all()[2].place.line, 2u);
  EXPECT_EQ(diagnostics.all()[3].place.file, 1u);
}

// JSON documents.

std::string read_json_text(std::string text, DocumentLimits limits = {}) {
  MemoryFiles files;
  Documents documents(files, limits);
  Diagnostics diagnostics;
  const Node* root = documents.load_text("a.json", std::move(text), diagnostics);
  if (root == nullptr) return text_of(diagnostics, documents);
  std::string json;
  append_json(json, *root);
  return json;
}

TEST(Documents, WarnOfAByteOrderMarkInYaml) {
  Loaded loaded({{"a/main.yaml",
                  "\xEF\xBB\xBF"
                  "a: 1\n"}});
  ASSERT_NE(loaded.root, nullptr);
  EXPECT_EQ(loaded.root->find("a")->text, "1");
  EXPECT_THAT(text_of(loaded.diagnostics, loaded.documents),
              HasSubstr("a/main.yaml:1:1 warning document-bom"));
}

TEST(JsonDocuments, KeepPlacesAndExactNumbers) {
  MemoryFiles files;
  Documents documents(files);
  Diagnostics diagnostics;
  const Node* root = documents.load_text(
      "a.json", "{\n  \"\xC3\xA9\": [1, \"\xE2\x82\xAC\\u20ac\", 2.50],\n\t\"b\": {}\n}",
      diagnostics);
  ASSERT_NE(root, nullptr);
  const Node& list = *root->entries[0].value;
  EXPECT_EQ(documents.place_text(list.place), "a.json:2:8");
  EXPECT_EQ(documents.place_text(list.entries[2].value->place), "a.json:2:23");
  EXPECT_EQ(list.entries[1].value->text, "\xE2\x82\xAC\xE2\x82\xAC");
  EXPECT_EQ(list.entries[2].value->text, "2.50");
  EXPECT_EQ(documents.place_text(root->find_entry("b")->key_place), "a.json:3:2");
  EXPECT_EQ(read_json_text("[9223372036854775807, 1e400, -0]"), "[9223372036854775807,1e400,-0]");
}

TEST(JsonDocuments, AreAsStrictAsRequestBodies) {
  EXPECT_EQ(read_json_text("{\"a\": 1, \"b\": 2, \"a\": 3}"),
            "a.json:1:18 error duplicate-key: The key \"a\" is written twice in one object; the "
            "first is at 1:2.\n");
  EXPECT_THAT(read_json_text("{\"a\": 1,}"), HasSubstr("a.json:1:9 error json-syntax"));
  EXPECT_THAT(read_json_text("{\"a\": 01}"), HasSubstr("\"01\" is not a JSON number."));
  EXPECT_THAT(read_json_text("[\"\\ud800\"]"), HasSubstr("A surrogate stands alone"));
  EXPECT_THAT(read_json_text("[1] x"), HasSubstr("a.json:1:5 error json-syntax"));
  EXPECT_THAT(read_json_text("[\"a\nb\"]"), HasSubstr("a.json:1:4 error json-syntax"));
  EXPECT_THAT(read_json_text("[\"abc"), HasSubstr("a.json:1:2 error json-syntax: This string"));
  EXPECT_THAT(read_json_text("{\n\"a\": [1, 2}\n"),
              HasSubstr("a.json:2:11 error json-syntax: Expected ',' or ']' of the array begun at "
                        "2:6, found '}'."));
  EXPECT_THAT(read_json_text("\xEF\xBB\xBF{}"), HasSubstr("a.json:1:1 error document-bom"));
}

TEST(JsonDocuments, AreBoundedInDepthAndNodes) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(read_json_text(nested(200)), nested(200));
  EXPECT_THAT(read_json_text(nested(201)), HasSubstr("a.json:1:201 error document-too-deep"));
  EXPECT_THAT(read_json_text(std::string(1'000'000, '[')), HasSubstr("document-too-deep"));
  EXPECT_EQ(read_json_text("{\"a\":[1]}", {.nodes_max = 3}), "{\"a\":[1]}");
  EXPECT_THAT(read_json_text("{\"a\":[1]}", {.nodes_max = 2}),
              HasSubstr("a.json:1:7 error document-too-large"));
}

TEST(JsonDocuments, MayBeYamlInFlowStyleWhenTheNameAllows) {
  MemoryFiles files;
  Documents documents(files);
  Diagnostics diagnostics;
  const Node* root = documents.load_text("a.yaml", "{a: [b, 'c'], # text\n \"d\": e}", diagnostics);
  ASSERT_NE(root, nullptr);
  std::string json;
  append_json(json, *root);
  EXPECT_EQ(json, R"({"a":["b","c"],"d":"e"})");
  EXPECT_EQ(diagnostics.all().size(), 0u);
}

TEST(JsonDocuments, PassTheParsingSuite) {
  const std::filesystem::path folder = SERVANDA_SOURCE_DIR "/../shared/suites/json-parsing";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "The JSON parsing suite is not here.";
  int accepted = 0;
  int refused = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".json") || name[1] != '_') continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(stream)), {});
    Arena arena;
    Diagnostics diagnostics;
    internal::ReadBudget budget{.nodes = 1'000'000};
    internal::ReadFacts facts;
    const bool read = internal::find_invalid_utf8(text) == std::string::npos &&
                      internal::read_json({.text = text,
                                           .file = 0,
                                           .depth_max = 1'000,
                                           .arena = &arena,
                                           .diagnostics = &diagnostics,
                                           .budget = &budget,
                                           .facts = &facts})
                              .root != nullptr;
    // Two must-accept files hold duplicate names, which contracts may not.
    const bool duplicate = name.starts_with("y_object_duplicated_key");
    if (name[0] == 'y') {
      EXPECT_EQ(read, !duplicate) << name;
      ++accepted;
    } else if (name[0] == 'n') {
      EXPECT_FALSE(read) << name;
      ++refused;
    }
  }
  EXPECT_EQ(accepted, 95);
  EXPECT_EQ(refused, 188);
}

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/document/contract_document.h"
#include "contract/document/test_files.h"
#include "contract/document/yaml_writer.h"

namespace servanda {
namespace {

using testing::HasSubstr;
using testing::Not;

using Content = std::initializer_list<std::pair<const std::string, std::string>>;

// Publishes the first of some files; checks that the result loads cleanly and that both forms
// agree.
std::string published(Content content, std::vector<std::string> overlays = {}) {
  MemoryFiles files;
  for (const auto& [path, text] : content) files.put(path, text);
  Diagnostics diagnostics;
  ContractDocument contract = load_contract(files, content.begin()->first, overlays, diagnostics);
  EXPECT_NE(contract.root, nullptr) << text_of(diagnostics, *contract.documents);
  const PublishedContract result = publish(contract, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << text_of(diagnostics, *contract.documents);
  MemoryFiles again;
  again.put("p.json", result.json);
  again.put("p.yaml", result.yaml);
  std::string texts[2];
  for (int i = 0; i < 2; ++i) {
    Diagnostics found;
    const ContractDocument loaded = load_contract(again, i == 0 ? "p.json" : "p.yaml", {}, found);
    EXPECT_NE(loaded.root, nullptr) << text_of(found, *loaded.documents) << result.yaml;
    if (loaded.root != nullptr) append_json(texts[i], *loaded.root);
  }
  EXPECT_EQ(texts[0], result.json);
  EXPECT_EQ(texts[1], result.json);
  return result.json;
}

std::string head() {
  return "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n";
}
std::string after_head(const std::string& json) {
  const std::string begin = R"({"openapi":"3.1.0","info":{"title":"T","version":"1"},)";
  EXPECT_EQ(json.substr(0, begin.size()), begin);
  return json.substr(begin.size());
}

TEST(Publish, RemovesTheEnginesOwnKeyEverywhere) {
  const std::string json = published(
      {{"a.yaml", head() + "x-servanda: {services: {}}\nx-other: {x-servanda: 1, b: 2}\n"
                           "paths: {/a: {x-servanda: {}, get: {x-servanda: {}, responses: {}, "
                           "parameters: [{name: a, in: query, x-servanda: {}, schema: {x-servanda: "
                           "{}, properties: {p: {x-servanda: {}, default: {x-servanda: 1}}}}}]}}}\n"
                           "components: {schemas: {x-servanda: {}}}\n"}});
  EXPECT_THAT(json, Not(HasSubstr("x-servanda")));
  EXPECT_THAT(json, HasSubstr(R"("x-other":{"b":2})"));
}

TEST(Publish, LeavesTheTreeOfTheEngineUnchanged) {
  MemoryFiles files;
  files.put("a.yaml", head() + "x-servanda: {a: 1}\npaths: {}\n");
  Diagnostics diagnostics;
  ContractDocument contract = load_contract(files, "a.yaml", {}, diagnostics);
  ASSERT_NE(contract.root, nullptr);
  (void)publish(contract, diagnostics);
  EXPECT_NE(contract.root->find("x-servanda"), nullptr);
}

TEST(Publish, BundlesOtherFilesUnderComponents) {
  const std::string json = published(
      {{"api/a.yaml", head() + "paths: {/a: {get: {parameters: [{$ref: 'p.yaml'}], responses: "
                               "{'200': {$ref: 'r/ok.yaml#/ok', description: d}}}}}\n"
                               "components: {schemas: {Pet: {type: string}}}\n"},
       {"api/p.yaml", "{name: a, in: query, schema: {$ref: 'r/s.yaml#/defs/Pet'}}\n"},
       {"api/r/ok.yaml", "ok: {description: x, content: {a/b: {schema: {$ref: 's.yaml'}}}}\n"},
       {"api/r/s.yaml",
        "defs: {Pet: {type: integer}, Own: {$ref: '../a.yaml#/components/schemas/Pet'}}\n"
        "properties: {self: {$ref: '#'}, pet: {$ref: '#/defs/Pet'}, own: {$ref: "
        "'#/defs/Own'}}\n"}});
  EXPECT_EQ(
      after_head(json),
      R"("paths":{"/a":{"get":{"parameters":[{"$ref":"#/components/parameters/p"}],)"
      R"("responses":{"200":{"$ref":"#/components/responses/ok","description":"d"}}}}},)"
      R"("components":{"schemas":{"Pet":{"type":"string"},"Pet_2":{"type":"integer"},)"
      R"("s":{"defs":{"Pet":{"type":"integer"},"Own":{"$ref":"../a.yaml#/components/schemas/Pet"}},)"
      R"("properties":{"self":{"$ref":"#/components/schemas/s"},)"
      R"("pet":{"$ref":"#/components/schemas/Pet_2"},"own":{"$ref":"#/components/schemas/Own"}}},)"
      R"("Own":{"$ref":"#/components/schemas/Pet"}},)"
      R"("parameters":{"p":{"name":"a","in":"query","schema":{"$ref":"#/components/schemas/Pet_2"}}},)"
      R"("responses":{"ok":{"description":"x","content":{"a/b":{"schema":{"$ref":"#/components/schemas/s"}}}}}}})");
}

TEST(Publish, PutsPathItemsAndOperationsInPlace) {
  const std::string json = published(
      {{"a.yaml", head() + "paths:\n  /a: {$ref: 'i.yaml'}\n  /b: {get: {$ref: 'i.yaml#/get'}}\n"
                           "  /c: {$ref: '#/components/pathItems/c'}\n"
                           "components: {pathItems: {c: {get: {responses: {}}}}}\n"},
       {"i.yaml", "get: {responses: {default: {$ref: 'r.yaml'}}}\n"},
       {"r.yaml", "description: r\n"}});
  EXPECT_EQ(
      after_head(json),
      R"("paths":{"/a":{"get":{"responses":{"default":{"$ref":"#/components/responses/r"}}}},)"
      R"("/b":{"get":{"responses":{"default":{"$ref":"#/components/responses/r"}}}},)"
      R"("/c":{"$ref":"#/components/pathItems/c"}},)"
      R"("components":{"pathItems":{"c":{"get":{"responses":{}}}},)"
      R"("responses":{"r":{"description":"r"}}}})");
}

TEST(Publish, RewritesMappingsOfDiscriminators) {
  const std::string json = published(
      {{"a.yaml", head() + "components: {schemas: {P: {oneOf: [{$ref: 'c.yaml'}, {$ref: "
                           "'#/components/schemas/D'}], discriminator: {propertyName: k, mapping: "
                           "{c: './c.yaml', d: D, e: '#/components/schemas/D'}}}, D: {}}}\n"},
       {"c.yaml", "{type: object}\n"}});
  EXPECT_THAT(json, HasSubstr(R"("mapping":{"c":"#/components/schemas/c","d":"D",)"
                              R"("e":"#/components/schemas/D"})"));
}

TEST(Publish, PutsFilesInPlaceInsideExtensions) {
  const std::string json =
      published({{"a.yaml", head() + "paths: {}\nx-code: [{$ref: 'c.yaml'}, {$ref: 'no.yaml'}]\n"},
                 {"c.yaml", "{lang: sh, x-servanda: 1}\n"}});
  EXPECT_THAT(json, HasSubstr(R"("x-code":[{"lang":"sh"},{"$ref":"no.yaml"}])"));
}

TEST(Publish, DropsIdsThatReferencesNoLongerLeanOn) {
  const std::string json = published(
      {{"a.yaml", head() + "components: {schemas: {A: {$ref: 'b.yaml'}}}\n"},
       {"b.yaml",
        "{$id: 'https://example.com/b', $anchor: top, properties: {b: {$ref: '#top'}, c: {$ref: "
        "'#/properties/b'}}}\n"}});
  EXPECT_EQ(
      after_head(json),
      R"("components":{"schemas":{"A":{"$ref":"#/components/schemas/b"},)"
      R"("b":{"properties":{"b":{"$ref":"#/components/schemas/b"},)"
      R"("c":{"$ref":"#/components/schemas/b_2"}}},"b_2":{"$ref":"#/components/schemas/b"}}}})");
}

TEST(Publish, IncludesWhatOverlaysAdd) {
  const std::string json =
      published({{"a.yaml", head() + "paths: {}\ncomponents: {schemas: {A: {}}}\n"},
                 {"o.yaml",
                  "overlay: 1.0.0\ninfo: {title: o, version: '1'}\nactions: [{target: "
                  "$.components.schemas, update: {B: {$ref: '#/components/schemas/A', "
                  "x-servanda: {}}}}]\n"}},
                {"o.yaml"});
  EXPECT_THAT(json, HasSubstr(R"("B":{"$ref":"#/components/schemas/A"})"));
}

TEST(Publish, RefusesPathItemsThatContainThemselves) {
  MemoryFiles files;
  files.put("a.yaml", head() + "paths: {/a: {$ref: 'i.yaml'}}\n");
  files.put("i.yaml", "post: {responses: {}, callbacks: {c: {'{$url}': {$ref: 'i.yaml'}}}}\n");
  Diagnostics diagnostics;
  ContractDocument contract = load_contract(files, "a.yaml", {}, diagnostics);
  ASSERT_NE(contract.root, nullptr);
  const PublishedContract result = publish(contract, diagnostics);
  EXPECT_EQ(result.json, "");
  EXPECT_EQ(diagnostics.errors(), 1u);
  EXPECT_EQ(diagnostics.all().back().rule, "publish-cycle");
}

TEST(Publish, BoundsWhatReferencesMultiply) {
  // Twelve levels of path items with two callbacks each: 2^12 copies of the last.
  MemoryFiles files;
  files.put("a.yaml", head() + "paths: {/a: {$ref: 'i0.yaml'}}\n");
  for (int i = 0; i < 12; ++i) {
    const std::string next = "{$ref: 'i" + std::to_string(i + 1) + ".yaml'}";
    files.put("i" + std::to_string(i) + ".yaml",
              "post: {responses: {}, callbacks: {c: {a: " + next + ", b: " + next + "}}}\n");
  }
  files.put("i12.yaml", "post: {responses: {}}\n");
  for (const uint32_t nodes : {2'000u, 200'000u}) {
    Diagnostics diagnostics;
    ContractDocument contract =
        load_contract(files, "a.yaml", {}, diagnostics, {.nodes_max = nodes});
    ASSERT_NE(contract.root, nullptr);
    const PublishedContract result = publish(contract, diagnostics);
    EXPECT_EQ(result.json.empty(), nodes == 2'000u);
    EXPECT_EQ(diagnostics.errors(), nodes == 2'000u ? 1u : 0u);
  }
}

// YAML that reads back as the same.

std::string rewritten(const std::string& json) {
  MemoryFiles files;
  Documents documents(files);
  Diagnostics diagnostics;
  const Node* root = documents.load_text("a.json", json, diagnostics);
  EXPECT_NE(root, nullptr) << text_of(diagnostics, documents);
  std::string yaml;
  EXPECT_TRUE(internal::write_yaml(yaml, *root, 1 << 20));
  const Node* again = documents.load_text("a.yaml", yaml, diagnostics);
  EXPECT_NE(again, nullptr) << yaml << text_of(diagnostics, documents);
  std::string text;
  if (again != nullptr) append_json(text, *again);
  EXPECT_EQ(text, json) << yaml;
  return yaml;
}

TEST(YamlWriter, WritesBlocksAsPeopleDo) {
  EXPECT_EQ(rewritten(R"({"a":1,"b":{"c":[1,{"d":"e","f":[]},[2,[3]]],"g":{}},"h":null})"),
            "a: 1\nb:\n  c:\n    - 1\n    - d: e\n      f: []\n    - - 2\n      - - 3\n  g: {}\n"
            "h: null\n");
  EXPECT_EQ(rewritten(R"("x")"), "x\n");
  EXPECT_EQ(rewritten("[]"), "[]\n");
}

TEST(YamlWriter, QuotesWhatReadersWouldRetype) {
  for (const char* text :
       {"true", "null", "~",    "200",        "1e3",   "0x1F",    ".5",  "yes", "no",
        "on",   "Off",  "y",    "2020-01-01", "12:30", "1_000",   "",    " a",  "a ",
        "- a",  "#a",   "a: b", "a #b",       "a:",    "@a",      "`a",  "%a",  "&a",
        "*a",   "!a",   "|",    ">",          "[a",    "{a",      "'a",  "?",   "<<",
        "=",    "---",  "+1",   "-1",         "a\\tb", "\\u0001", "\x7f"}) {
    const std::string yaml =
        rewritten("[\"" + std::string(text) + "\",{\"" + std::string(text) + "\":1}]");
    EXPECT_TRUE(yaml.starts_with("- '") || yaml.starts_with("- \"")) << yaml;
  }
  EXPECT_EQ(rewritten(R"(["it's","application/json","/a/{b}","a#b","http://x:80/?a=1"])"),
            "- it's\n- application/json\n- /a/{b}\n- a#b\n- http://x:80/?a=1\n");
}

TEST(YamlWriter, WritesLongTextsAsLiteralBlocks) {
  EXPECT_EQ(
      rewritten(R"({"a":"one\ntwo\n","b":"one\n\n  two","c":"x\n\n\n","d":["e\nf"]})"),
      "a: |\n  one\n  two\nb: |-\n  one\n\n    two\nc: |+\n  x\n\n\nd:\n  - |-\n    e\n    f\n");
  rewritten(R"(["\n","\n\n"," a\nb","a\n ","a \nb\n","\ta\nb","a\n\tb","a\r\nb","a\nb\u0001"])");
  rewritten(R"("a\nb")");
  rewritten(
      "[\"a\xC2\x85"
      "b\\nc\",\"\xE2\x80\xA8\",\"\xEF\xBB\xBF"
      "a\",\"\xF0\x9F\x98\x80\"]");
}

TEST(YamlWriter, StopsAtItsLimit) {
  MemoryFiles files;
  Documents documents(files);
  Diagnostics diagnostics;
  const Node* root = documents.load_text("a.json", "[1,2]", diagnostics);
  std::string yaml;
  EXPECT_TRUE(internal::write_yaml(yaml, *root, 8));
  EXPECT_EQ(yaml, "- 1\n- 2\n");
  yaml.clear();
  EXPECT_FALSE(internal::write_yaml(yaml, *root, 7));
}

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "contract/document/overlay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/document/contract_document.h"
#include "contract/document/test_files.h"

namespace servanda {
namespace {

using testing::HasSubstr;

constexpr std::string_view kContract =
    "openapi: 3.1.0\n"
    "info: {title: T, version: '1'}\n"
    "tags: [{name: a}]\n"
    "paths:\n"
    "  /a: {get: {operationId: one}, put: {operationId: two, deprecated: true}}\n"
    "  /b: {get: {operationId: three}}\n"
    "components: {schemas: {S: {type: object}}}\n";

struct Overlaid {
  explicit Overlaid(std::string_view actions, DocumentLimits limits = {})
      : Overlaid(
            std::string(kContract),
            "overlay: 1.0.0\ninfo: {title: O, version: '1'}\nactions:\n" + std::string(actions),
            limits) {}
  Overlaid(std::string contract_text, std::string overlay, DocumentLimits limits) {
    files.put("api/a.yaml", std::move(contract_text));
    files.put("o/overlay.yaml", std::move(overlay));
    const std::vector<std::string> overlays{"o/overlay.yaml"};
    contract = load_contract(files, "api/a.yaml", overlays, diagnostics, limits);
    diagnostics.sort();
    found = text_of(diagnostics, *contract.documents);
  }
  std::string at(std::string_view pointer) {
    Diagnostics unused;
    const Node* node =
        contract.documents->resolve(pointer, contract.documents->root_of(0)->place, unused);
    std::string json;
    if (node != nullptr) append_json(json, *node);
    return json;
  }

  MemoryFiles files;
  Diagnostics diagnostics;
  ContractDocument contract;
  std::string found;
};

TEST(Overlay, MergesObjectsRecursively) {
  Overlaid overlaid(
      "- target: $\n  update:\n    info: {title: New, x-a: {b: 1}}\n"
      "    paths: {/a: {get: {summary: s}}}\n");
  EXPECT_EQ(overlaid.found, "");
  EXPECT_EQ(overlaid.at("#/info"), R"({"title":"New","version":"1","x-a":{"b":1}})");
  EXPECT_EQ(overlaid.at("#/paths/~1a/get"), R"({"operationId":"one","summary":"s"})");
}

TEST(Overlay, AddsToLists) {
  Overlaid overlaid(
      "- {target: $.tags, update: {name: b}}\n"
      "- {target: $, update: {tags: [{name: c}, {name: d}]}}\n");
  EXPECT_EQ(overlaid.found, "");
  EXPECT_EQ(overlaid.at("#/tags"), R"([{"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"}])");
}

TEST(Overlay, UpdatesEverythingThatATargetSelects) {
  Overlaid overlaid(
      "- {target: \"$.paths.*[?@.operationId]\", update: {x-o: {k: [1]}}}\n"
      "- {target: \"$.paths['/a'].get.x-o\", update: {k: [2]}}\n");
  EXPECT_EQ(overlaid.found, "");
  EXPECT_EQ(overlaid.at("#/paths/~1a/get/x-o"), R"({"k":[1,2]})");
  EXPECT_EQ(overlaid.at("#/paths/~1a/put/x-o"), R"({"k":[1]})");
  EXPECT_EQ(overlaid.at("#/paths/~1b/get/x-o"), R"({"k":[1]})");
}

TEST(Overlay, RemovesMembersAndItems) {
  Overlaid overlaid(
      "- {target: \"$.paths.*[?@.deprecated == true]\", remove: true}\n"
      "- {target: \"$.tags[0]\", remove: true}\n"
      "- {target: \"$.components\", update: {x: 1}, remove: true}\n");
  EXPECT_EQ(overlaid.found, "");
  EXPECT_EQ(overlaid.at("#/paths/~1a"), R"({"get":{"operationId":"one"}})");
  EXPECT_EQ(overlaid.at("#/tags"), "[]");
  EXPECT_EQ(overlaid.at("#/components"), "");
}

TEST(Overlay, AddsReferencesThatCountAsTheContracts) {
  Overlaid overlaid(
      "- target: $.components.schemas.S\n"
      "  update: {properties: {s: {$ref: '#/components/schemas/S'}, "
      "t: {$ref: 'other.yaml'}}}\n");
  EXPECT_EQ(overlaid.found,
            "o/overlay.yaml:5:72 error file-unreadable: There is no file \"api/other.yaml\".\n");
}

TEST(Overlay, WarnsOfTargetsThatSelectNothing) {
  Overlaid overlaid("- {target: $.nothing, update: {}}\n");
  EXPECT_EQ(overlaid.found,
            "o/overlay.yaml:4:12 warning overlay-unmatched: The target $.nothing selects nothing; "
            "the action changes nothing.\n");
  EXPECT_NE(overlaid.contract.root, nullptr);
}

TEST(Overlay, RefusesWhatDoesNotFit) {
  EXPECT_THAT(Overlaid("- {target: $.info.title, update: x}\n").found,
              HasSubstr("o/overlay.yaml:4:12 error overlay-target: The target selects the value at "
                        "api/a.yaml:2:15"));
  EXPECT_THAT(Overlaid("- {target: $.info, update: [1]}\n").found,
              HasSubstr("error overlay-target: The update of the object"));
  EXPECT_THAT(Overlaid("- {target: $, remove: true}\n").found,
              HasSubstr("error overlay-target: The whole document"));
  EXPECT_THAT(Overlaid("- {target: info, update: {}}\n").found,
              HasSubstr("The target is not a JSONPath: A query begins with '$' at character 1."));
  EXPECT_THAT(Overlaid("- {update: {}}\n").found,
              HasSubstr("o/overlay.yaml:4:3 error overlay-form"));
  EXPECT_THAT(Overlaid("- {target: $}\n").found, HasSubstr("neither updates nor removes"));
  EXPECT_THAT(Overlaid("- {target: $, remove: 'yes'}\n").found, HasSubstr("must be true or false"));
  EXPECT_THAT(Overlaid("- {target: $.info, udpate: {}, update: {}}\n").found,
              HasSubstr("warning overlay-unknown-field: An action has no field \"udpate\""));
}

TEST(Overlay, RefusesDocumentsThatAreNone) {
  const auto with = [](std::string overlay) {
    return Overlaid(std::string(kContract), std::move(overlay), {}).found;
  };
  EXPECT_THAT(with("openapi: 3.1.0\n"), HasSubstr("o/overlay.yaml:1:1 error overlay-form"));
  EXPECT_THAT(with("overlay: 2.0.0\n"), HasSubstr("Overlay \"2.0.0\" is not supported."));
  EXPECT_THAT(with("overlay: 1.0.0\ninfo: {title: a, version: b}\nactions: []\n"),
              HasSubstr("o/overlay.yaml:3:10 error overlay-form"));
  EXPECT_THAT(with("overlay: 1.0.0\nactions: [{target: $, update: {}}]\n"),
              HasSubstr("warning overlay-form: The overlay lacks \"info\""));
  EXPECT_THAT(with("overlay: 1.0.0\ninfo: {title: a, version: b}\nextends: other.yaml\n"
                   "actions: [{target: $, update: {}}]\n"),
              HasSubstr("o/overlay.yaml:3:10 warning overlay-extends"));
  EXPECT_EQ(with("overlay: 1.0.0\ninfo: {title: a, version: b}\nextends: ../api/a.yaml\n"
                 "actions: [{target: $, update: {}}]\n"),
            "");
}

TEST(Overlay, AppliesSeveralInOrder) {
  MemoryFiles files;
  files.put("a.yaml", std::string(kContract));
  const std::string begin = "overlay: 1.0.0\ninfo: {title: O, version: '1'}\nactions:\n";
  files.put("1.yaml", begin + "- {target: $.info, update: {x-n: {a: 1}}}\n");
  files.put("2.yaml", begin + "- {target: $.info.x-n, update: {a: 2}}\n");
  Diagnostics diagnostics;
  const ContractDocument contract =
      load_contract(files, "a.yaml", std::vector<std::string>{"1.yaml", "2.yaml"}, diagnostics);
  ASSERT_NE(contract.root, nullptr);
  EXPECT_EQ(contract.root->find("info")->find("x-n")->find("a")->text, "2");
}

TEST(Overlay, BoundsDepthAndGrowth) {
  // The object "b" stands at level 5 of the contract.
  const std::string below = "- {target: $.info, update: {x-d: {a: {b: {}}}}}\n";
  const DocumentLimits limits{.depth_max = 7};
  EXPECT_EQ(Overlaid(below + "- {target: $.info.x-d.a.b, update: {c: {d: {}}}}\n", limits).found,
            "");
  EXPECT_THAT(
      Overlaid(below + "- {target: $.info.x-d.a.b, update: {c: {d: {e: {}}}}}\n", limits).found,
      HasSubstr("o/overlay.yaml:5:12 error overlay-too-large"));
  std::string doubling = "- {target: $.info, update: {x-l: [[1, 2, 3, 4, 5, 6, 7, 8]]}}\n";
  for (int i = 0; i < 40; ++i) {
    doubling += "- {target: '$.info.x-l..[?length(@) > 0]', update: [1, 2, 3, 4, 5, 6, 7, 8]}\n";
  }
  EXPECT_THAT(Overlaid(doubling, {.nodes_max = 10'000}).found,
              HasSubstr("error overlay-too-large"));
}

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
// Soft delete as it comes out of contracts: where the time of deletion lives, which indexes there
// are, how restores are bound.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "contract/plan/index_use.h"
#include "contract/plan/test_plan.h"
#include "contract/plan/vocabulary.h"

namespace servanda {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Things with a list, a read and a restore.
struct Sketch {
  std::string soft_delete = "{restore: 2d}";
  std::string properties;       // Lines below Thing's properties.
  std::string list_parameters;  // Items.
  std::string unique = "[]";
  std::string restore_path = "/things/{id}:undelete";
  std::string restore = "";  // More keys of its path item's x-servanda.

  [[nodiscard]] std::string text() const {
    const std::string item = "{$ref: '#/components/schemas/Thing'}";
    const auto answer = [](const std::string& schema) {
      return "responses: {'200': {description: Yes., content: {application/json: {schema: " +
             schema + "}}}}";
    };
    return "openapi: 3.1.0\ninfo: {title: T, version: 1.0.0}\npaths:\n  /things:\n"
           "    x-servanda: {resource: Thing}\n    get:\n      operationId: list\n"
           "      parameters:\n        - {name: cursor, in: query, schema: {type: string}}\n" +
           list_parameters + "      " +
           answer("{type: object, properties: {items: {type: array, items: " + item +
                  "}, next: {type: string}}}") +
           "\n  /things/{id}:\n    x-servanda: {resource: Thing}\n"
           "    parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n"
           "    get: {operationId: read, " +
           answer(item) + "}\n  " + restore_path + ":\n    x-servanda: {resource: Thing" + restore +
           "}\n    parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n"
           "    post: {operationId: restore, " +
           answer(item) +
           "}\ncomponents:\n  schemas:\n    Thing:\n      type: object\n      required: [id]\n"
           "      x-servanda: {resource: {unique: " +
           unique + ", softDelete: " + soft_delete +
           "}}\n      properties:\n        id: {type: string, format: uuid, readOnly: true}\n"
           "        sku: {type: string}\n        rank: {type: integer}\n" +
           properties;
  }
};

constexpr const char* kIncludeDeleted =
    "        - {name: include_deleted, in: query, schema: {type: boolean}}\n";

std::vector<std::string> index_names(const Plan& plan) {
  std::vector<std::string> names;
  for (const Index& index : plan.resources[0].indexes) names.push_back(index.name);
  return names;
}

const Operation& operation_of(const Plan& plan, std::string_view id) {
  for (const Operation& operation : plan.operations) {
    if (operation.id == id) return operation;
  }
  ADD_FAILURE() << id;
  return plan.operations[0];
}

TEST(SoftDelete, KeepsTheTimeOfDeletionInAHiddenColumnOfItsOwn) {
  const PlanText text(Sketch().text());
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  const Resource& thing = text.plan()->resources[0];
  ASSERT_TRUE(thing.soft_delete);
  EXPECT_EQ(thing.soft_delete->restore, Duration::seconds(2 * 86'400));
  EXPECT_EQ(thing.soft_delete->purged, std::nullopt);
  const Property& deleted = thing.properties[thing.soft_delete->deleted];
  EXPECT_EQ(&deleted, &thing.properties.back());
  EXPECT_TRUE(deleted.hidden);
  EXPECT_EQ(deleted.column, "servanda_deleted_at");
  EXPECT_EQ(deleted.type, ColumnType::kTimestamp);
  EXPECT_EQ(thing.shown().size(), 3u);
  EXPECT_EQ(thing.property_index(deleted.name), std::nullopt);
}

TEST(SoftDelete, OrInThePropertyThatShowsIt) {
  Sketch sketch;
  sketch.soft_delete = "{}";
  sketch.properties =
      "        gone: {type: string, format: date-time, readOnly: true, x-servanda: {generated: "
      "deleted, column: {name: servanda_deleted_at}}}\n"
      "        purge: {type: string, format: date-time, readOnly: true, x-servanda: {generated: "
      "purged}}\n";
  const PlanText text(sketch.text());
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  const Resource& thing = text.plan()->resources[0];
  EXPECT_EQ(thing.soft_delete->restore, kRestoreDefault);
  EXPECT_EQ(thing.soft_delete->deleted, thing.property_index("gone"));
  EXPECT_EQ(thing.soft_delete->purged, thing.property_index("purge"));
  EXPECT_EQ(thing.shown().size(), thing.properties.size());
  EXPECT_EQ(text.findings(), "") << "both are filled by the engine";
}

TEST(SoftDelete, DerivesIndexesOfLiveRows) {
  Sketch sketch;
  sketch.unique = "[[sku]]";
  sketch.list_parameters =
      "        - {name: sku, in: query, schema: {type: string}}\n"
      "        - {name: rank, in: query, schema: {type: integer}}\n"
      "        - {name: sort, in: query, schema: {enum: [-rank]}}\n";
  const PlanText text(sketch.text());
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  EXPECT_THAT(index_names(*text.plan()),
              ElementsAre("things_sku_live_key", "things_servanda_deleted_at_gone_idx",
                          "things_id_live_idx", "things_rank_id_live_idx"));
  sketch.list_parameters += kIncludeDeleted;
  const PlanText both(sketch.text());
  ASSERT_NE(both.plan(), nullptr) << both.findings();
  EXPECT_THAT(index_names(*both.plan()),
              ElementsAre("things_sku_live_key", "things_servanda_deleted_at_gone_idx",
                          "things_id_live_idx", "things_rank_id_live_idx", "things_sku_id_idx",
                          "things_rank_id_idx", "things_sku_rank_id_idx"));
  EXPECT_TRUE(operation_of(*both.plan(), "list").resource->include_deleted_parameter);
}

TEST(SoftDelete, LeavesTheIndexesOfOtherResourcesAsTheyAre) {
  Sketch sketch;
  sketch.restore_path = "/other/{id}";
  sketch.restore = ", handler: mock";
  sketch.list_parameters = "        - {name: rank, in: query, schema: {type: integer}}\n";
  std::string text = sketch.text();
  const std::string soft = ", softDelete: {restore: 2d}";
  text.erase(text.find(soft), soft.size());
  const PlanText plain(text);
  ASSERT_NE(plain.plan(), nullptr) << plain.findings();
  EXPECT_THAT(index_names(*plain.plan()), ElementsAre("things_rank_id_idx"));
}

TEST(SoftDelete, BindsRestoresByTheirPathOrTheirAction) {
  const PlanText derived(Sketch().text());
  ASSERT_NE(derived.plan(), nullptr) << derived.findings();
  const Operation& undelete = operation_of(*derived.plan(), "restore");
  EXPECT_EQ(undelete.resource->action, Action::kRestore);
  EXPECT_EQ(undelete.resource->status, 200);
  EXPECT_EQ(undelete.precondition, PreconditionMode::kChecked);
  EXPECT_EQ(undelete.idempotency, IdempotencyMode::kOptional);

  Sketch named;
  named.restore_path = "/things/{id}/back";
  named.restore = ", action: restore, precondition: required";
  const PlanText text(named.text());
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  const Operation& back = operation_of(*text.plan(), "restore");
  EXPECT_EQ(back.resource->action, Action::kRestore);
  EXPECT_EQ(back.resource->key_parameter, 0);
  EXPECT_EQ(back.precondition, PreconditionMode::kRequired);
}

// Which index serves which rows.
class SoftIndexUse : public ::testing::Test {
 protected:
  SoftIndexUse() {
    resource.properties.resize(3);
    resource.soft_delete = {2, {}, Duration::seconds(1)};
    resource.indexes = {{"live", {{1, false}, {0, false}}, false, RowScope::kLive},
                        {"key", {{0, false}}, false, RowScope::kLive},
                        {"unique", {{1, false}}, true, RowScope::kLive},
                        {"gone", {{2, false}}, false, RowScope::kDeleted}};
  }
  std::string find(std::vector<AskedTest> tests, RowScope rows, uint16_t first = 0) {
    const std::vector<IndexKey> order = first == 0
                                            ? std::vector<IndexKey>{{0, false}}
                                            : std::vector<IndexKey>{{first, false}, {0, false}};
    const auto use = find_index(resource, tests, order, rows);
    if (!use) return "none";
    return use->index == nullptr ? "table" : use->index->name;
  }
  Resource resource;
};

TEST_F(SoftIndexUse, WalksOnlyOverRowsThatAreSeen) {
  EXPECT_EQ(find({}, RowScope::kLive), "key");
  EXPECT_EQ(find({}, RowScope::kAll), "table");
  EXPECT_EQ(find({}, RowScope::kLive, 1), "live");
  EXPECT_EQ(find({}, RowScope::kAll, 1), "none");
  EXPECT_EQ(find({{1, FilterTest::kEqual}}, RowScope::kLive), "unique");
  EXPECT_EQ(find({{1, FilterTest::kEqual}}, RowScope::kAll), "none");
  EXPECT_EQ(find({{1, FilterTest::kNull}}, RowScope::kLive), "live");
  EXPECT_EQ(find({}, RowScope::kLive, 2), "none") << "the index of deleted rows serves no list";
  resource.indexes.push_back({"all", {{1, false}, {0, false}}, false, RowScope::kAll});
  EXPECT_EQ(find({}, RowScope::kAll, 1), "all");
  resource.indexes.erase(resource.indexes.begin());
  EXPECT_EQ(find({}, RowScope::kLive, 1), "none") << "any number of deleted rows may lie there";
}

TEST_F(SoftIndexUse, FindsSingleRowsByTheirKey) {
  EXPECT_EQ(find({{0, FilterTest::kEqual}}, RowScope::kLive), "table");
  EXPECT_EQ(find({{0, FilterTest::kIn}}, RowScope::kLive), "table");
  EXPECT_EQ(find({{0, FilterTest::kGreater}}, RowScope::kLive), "key");
  EXPECT_EQ(find({{0, FilterTest::kGreater}}, RowScope::kAll), "table");
}

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "call/row_deletion.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "call/resource_rows.h"

namespace servanda {
namespace {

Resource notes() {
  Resource resource;
  for (const auto& [name, generated] : {std::pair{"id", Generated::kNone},
                                        {"at", Generated::kUpdated},
                                        {"v", Generated::kCounter},
                                        {"made", Generated::kCreated},
                                        {"purged", Generated::kPurged},
                                        {"gone", Generated::kDeleted}}) {
    Property& property = resource.properties.emplace_back();
    property.name = name;
    property.member = "\"" + property.name + "\":";
    property.generated = generated;
    property.type = ColumnType::kTimestamp;
  }
  resource.properties[0].type = ColumnType::kText;
  resource.properties[5].hidden = true;
  resource.soft_delete = {5, 4, Duration::seconds(1)};
  return resource;
}

std::string json(const Resource& resource, const Row& row, RowReader reader = RowReader::kClient) {
  std::string out;
  append_row(out, resource, row, reader, {});
  return out;
}

TEST(RowDeletion, MarksTheRowAndMovesItsVersion) {
  const Resource resource = notes();
  const Value values[] = {Value::of_text("a"),  Value::of_integer(0), Value::of_integer(6),
                          Value::of_integer(0), Value::null(),        Value::null()};
  Arena arena;
  const Row stored{values, 6};
  const Row deleted = deleted_row(resource, stored, {5'000'000}, arena);
  EXPECT_EQ(deleted.version, 7);
  EXPECT_EQ(deleted.values[2].integer, 7);
  EXPECT_EQ(deleted.values[5].integer, 5'000'000);
  EXPECT_EQ(json(resource, deleted),
            R"({"id":"a","at":"1970-01-01T00:00:05Z","v":7,"made":"1970-01-01T00:00:00Z",)"
            R"("purged":"1970-01-01T00:00:06Z"})");
  EXPECT_EQ(json(resource, deleted, RowReader::kEngine).find("gone"), std::string::npos);

  const Row restored = restored_row(resource, deleted, {5'500'000}, arena);
  EXPECT_EQ(restored.version, 8);
  EXPECT_TRUE(restored.values[5].is_null());
  EXPECT_EQ(json(resource, restored),
            R"({"id":"a","at":"1970-01-01T00:00:05.500Z","v":8,"made":"1970-01-01T00:00:00Z"})");
  EXPECT_TRUE(stored.values[5].is_null()) << "what was read stays as it is";
}

TEST(RowDeletion, NoBodyNamesTheHiddenColumn) {
  const Resource resource = notes();
  EXPECT_EQ(resource.property_index("gone"), std::nullopt);
  EXPECT_EQ(resource.shown().size(), 5u);
  const auto body = JsonDocument::parse(R"({"id":"a","gone":null})");
  Arena arena;
  Issues issues(8);
  RowInput input;
  input.resource = &resource;
  input.given = input.document = body->root();
  check_row_members(input, arena, issues);
  ASSERT_EQ(issues.fields().size(), 1u);
  EXPECT_EQ(issues.fields()[0].code, "unknown");
  EXPECT_EQ(issues.fields()[0].detail, "There is no such property.");
}

}  // namespace
}  // namespace servanda

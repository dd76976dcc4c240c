// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/schema_shape.h"

#include <gtest/gtest.h>

#include "contract/document/test_files.h"

namespace servanda {
namespace {

// One document of named schemas.
class SchemaShape : public testing::Test {
 protected:
  Node* schema(const std::string& yaml, std::string_view name = "it") {
    root_ = documents_.load_text("x.yaml", yaml, diagnostics_);
    EXPECT_NE(root_, nullptr) << text_of(diagnostics_, documents_);
    return root_ == nullptr ? nullptr : root_->find(name);
  }
  ColumnType column(const std::string& yaml) {
    return SchemaReader(documents_).value(schema("it: " + yaml)).column_type();
  }

  MemoryFiles files_;
  Documents documents_{files_};
  Diagnostics diagnostics_;
  Node* root_ = nullptr;
};

TEST_F(SchemaShape, MapsTypesToColumnsAsTheLanguageSays) {
  EXPECT_EQ(column("{type: string}"), ColumnType::kText);
  EXPECT_EQ(column("{type: string, format: email}"), ColumnType::kText);
  EXPECT_EQ(column("{type: string, format: uuid}"), ColumnType::kUuid);
  EXPECT_EQ(column("{type: string, format: date-time}"), ColumnType::kTimestamp);
  EXPECT_EQ(column("{type: string, format: date}"), ColumnType::kDate);
  EXPECT_EQ(column("{type: string, format: decimal}"), ColumnType::kDecimal);
  EXPECT_EQ(column("{type: integer}"), ColumnType::kInteger);
  EXPECT_EQ(column("{type: number}"), ColumnType::kNumber);
  EXPECT_EQ(column("{type: [integer, number]}"), ColumnType::kNumber);
  EXPECT_EQ(column("{type: boolean}"), ColumnType::kBoolean);
  EXPECT_EQ(column("{type: object}"), ColumnType::kJson);
  EXPECT_EQ(column("{type: array}"), ColumnType::kJson);
  EXPECT_EQ(column("{type: [string, integer]}"), ColumnType::kJson);
  EXPECT_EQ(column("{}"), ColumnType::kJson);
  EXPECT_EQ(column("{enum: [a, b]}"), ColumnType::kText);
  EXPECT_EQ(column("{enum: [1, 2]}"), ColumnType::kInteger);
  EXPECT_EQ(column("{const: true}"), ColumnType::kBoolean);
}

TEST_F(SchemaShape, SeesNullInEverySpelling) {
  const auto nullable = [&](const std::string& yaml) {
    return SchemaReader(documents_).value(schema("it: " + yaml)).nullable();
  };
  EXPECT_TRUE(nullable("{type: [string, 'null']}"));
  EXPECT_TRUE(nullable("{anyOf: [{type: string}, {type: 'null'}]}"));
  EXPECT_TRUE(nullable("{enum: [a, null]}"));
  EXPECT_FALSE(nullable("{type: string}"));
  EXPECT_FALSE(nullable("{type: [string, 'null'], enum: [a]}"));
  EXPECT_EQ(column("{anyOf: [{type: string, format: uuid}, {type: 'null'}]}"), ColumnType::kUuid);
}

TEST_F(SchemaShape, ReadsThroughReferencesAndAllOf) {
  Node* it = schema(R"(
base: {type: object, required: [id], properties: {id: {type: string}, at: {type: string}}}
it:
  allOf:
    - {$ref: '#/base'}
    - {properties: {name: {type: string}, at: {format: date-time}}, required: [name]}
  additionalProperties: false
)");
  SchemaReader reader(documents_);
  const ObjectShape shape = reader.object(it);
  ASSERT_EQ(shape.members.size(), 3u);
  EXPECT_EQ(shape.members[0].name, "id");
  EXPECT_EQ(shape.members[1].name, "at");
  EXPECT_EQ(shape.members[2].name, "name");
  EXPECT_EQ(reader.value(shape.members[1].schemas).column_type(), ColumnType::kTimestamp);
  EXPECT_TRUE(shape.requires_member("id"));
  EXPECT_TRUE(shape.requires_member("name"));
  EXPECT_FALSE(shape.requires_member("at"));
  EXPECT_EQ(shape.open, nullptr);
  EXPECT_EQ(shape.foreign, nullptr);
}

TEST_F(SchemaShape, TellsOpenAndVaryingObjects) {
  SchemaReader reader(documents_);
  EXPECT_NE(reader.object(schema("it: {additionalProperties: true}")).open, nullptr);
  EXPECT_NE(reader.object(schema("it: {additionalProperties: {type: string}}")).open, nullptr);
  EXPECT_NE(reader.object(schema("it: {patternProperties: {a: {}}}")).foreign, nullptr);
  EXPECT_NE(reader.object(schema("it: {oneOf: [{properties: {a: {}}}]}")).foreign, nullptr);
  EXPECT_EQ(reader.object(schema("it: {anyOf: [{required: [a]}, {required: [b]}]}")).foreign,
            nullptr);
}

TEST_F(SchemaShape, KnowsASchemaByAnyOfItsNames) {
  Node* it = schema(R"(
thing: {type: object}
alias: {$ref: '#/thing', description: The same.}
it: {allOf: [{$ref: '#/alias'}], title: Still the same.}
other: {$ref: '#/thing', required: [a]}
loop: {$ref: '#/loop'}
)");
  SchemaReader reader(documents_);
  EXPECT_EQ(reader.identity(it), root_->find("thing"));
  EXPECT_EQ(reader.identity(root_->find("alias")), root_->find("thing"));
  EXPECT_EQ(reader.identity(root_->find("other")), root_->find("other"));
  EXPECT_NE(reader.identity(root_->find("loop")), nullptr);
}

TEST_F(SchemaShape, EndsOnCyclesAndOnDoublingReferences) {
  std::string yaml = "it: {allOf: [{$ref: '#/s0'}, {$ref: '#/it'}]}\n";
  for (int i = 0; i < 31; ++i) {
    const std::string next = "{$ref: '#/s" + std::to_string(i + 1) + "'}";
    yaml += "s" + std::to_string(i) + ": {allOf: [" + next + ", " + next + "]}\n";
  }
  yaml += "s31: {type: object, properties: {a: {}}}\n";
  SchemaReader reader(documents_);
  Node* it = schema(yaml);
  EXPECT_TRUE(reader.object(it).too_large);
  EXPECT_TRUE(reader.value(it).types.has(TypeMask::kObject));
}

TEST_F(SchemaShape, ReadsNestingUpToItsDepth) {
  const auto nested = [&](int depth) {
    std::string yaml = "it: ";
    for (int i = 0; i < depth; ++i) yaml += "{allOf: [";
    yaml += "{properties: {a: {}}}";
    for (int i = 0; i < depth; ++i) yaml += "]}";
    SchemaReader reader(documents_);
    return reader.object(schema(yaml + "\n"));
  };
  EXPECT_EQ(nested(32).members.size(), 1u);
  EXPECT_FALSE(nested(32).too_large);
  EXPECT_EQ(nested(33).members.size(), 0u);
  EXPECT_TRUE(nested(33).too_large);
}

TEST_F(SchemaShape, TakesFlagsDefaultsAndItemsFromWhereTheyStand) {
  Node* it = schema(R"(
flag: {readOnly: true, default: 3}
it: {allOf: [{$ref: '#/flag'}], writeOnly: true, items: {type: string}, enum: [1, 2]}
)");
  const ValueShape value = SchemaReader(documents_).value(it);
  EXPECT_TRUE(value.read_only);
  EXPECT_TRUE(value.write_only);
  ASSERT_NE(value.default_value, nullptr);
  EXPECT_EQ(value.default_value->text, "3");
  EXPECT_NE(value.items, nullptr);
  ASSERT_NE(value.values, nullptr);
  EXPECT_EQ(value.values->size, 2u);
}

}  // namespace
}  // namespace servanda

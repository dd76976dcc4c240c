// SPDX-License-Identifier: Apache-2.0
#include "contract/schema/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "contract/schema/test_schemas.h"
#include "contract/schema/validate.h"

namespace servanda {
namespace {

using schema_test::Fixture;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(Schema, AMissingSchemaAcceptsEverything) {
  Fixture f;
  EXPECT_FALSE(Schema().exists());
  EXPECT_TRUE(f.accepts(Schema(), "[1]"));
}

TEST(Schema, ReportsEveryFailingFieldWithPointerAndCode) {
  Fixture f;
  const Schema schema = f.compile(R"({
    "type": "object", "required": ["id", "name"], "additionalProperties": false,
    "properties": {
      "id": {"type": "string", "format": "uuid"}, "name": {"type": "string", "minLength": 2},
      "kind": {"enum": ["a", "b", 3]}, "size": {"type": "integer", "minimum": 1, "maximum": 9},
      "tags": {"type": "array", "maxItems": 2, "uniqueItems": true, "items": {"type": "string"}},
      "a/b~c": {"pattern": "^x$"}}})");
  EXPECT_THAT(f.rules(), IsEmpty());
  EXPECT_THAT(f.issues(schema, R"({"id": "x", "kind": "c", "size": 10, "tags": ["q", 1, "q"],
                                   "a/b~c": "y", "extra": 1})"),
              UnorderedElementsAre("/id format", "/kind enum", "/size maximum", "/tags maxItems",
                                   "/tags/1 type", "/tags uniqueItems", "/a~1b~0c pattern",
                                   "/extra unknown", "/name required"));
  EXPECT_THAT(f.issues(schema, "[]"), ElementsAre(" type"));
  EXPECT_TRUE(f.accepts(schema, R"({"id": "0190a7c8-7b3f-7c2e-9a51-5f0f3f1c2d4e", "name": "ab"})"));
}

TEST(Schema, SentencesSayWhatIsWanted) {
  Fixture f;
  const auto sentence = [&](std::string_view schema, std::string_view value) {
    return f.sentence(f.compile(schema), value);
  };
  EXPECT_EQ(sentence(R"({"type": ["string", "null"]})", "1"), "Must be a string or null.");
  EXPECT_EQ(sentence(R"({"type": "integer"})", "1.5"), "Must be an integer.");
  EXPECT_EQ(sentence(R"({"minLength": 1})", R"("")"), "Must be at least 1 character.");
  EXPECT_EQ(sentence(R"({"maxLength": 2})", R"("abc")"), "Must be at most 2 characters.");
  EXPECT_EQ(sentence(R"({"exclusiveMaximum": 2.5})", "2.5"), "Must be less than 2.5.");
  EXPECT_EQ(sentence(R"({"multipleOf": 0.01})", "0.005"), "Must be a multiple of 0.01.");
  EXPECT_EQ(sentence(R"({"enum": ["a", 1]})", "2"), "Must be one of \"a\", 1.");
  EXPECT_EQ(sentence(R"({"const": {"a": 1}})", "2"), "Must be {\"a\":1}.");
  EXPECT_EQ(sentence(R"({"properties": {"colour": {}}, "additionalProperties": false})",
                     R"({"color": 1})"),
            "This property is not declared. Did you mean \"colour\"?");
  EXPECT_EQ(sentence(R"({"contains": {"type": "null"}, "minContains": 2})", "[null]"),
            "Must hold at least 2 items that \"contains\" describes.");
  EXPECT_THAT(sentence(R"({"format": "date"})", R"("x")"), HasSubstr("2026-05-01"));
  EXPECT_EQ(sentence("false", "1"), "No value is allowed here.");
  std::string many = R"({"enum": ["v0")";
  for (int i = 1; i < 30; ++i) many += ", \"v" + std::to_string(i) + "\"";
  EXPECT_THAT(sentence(many + "]}", "1"), HasSubstr("and 18 more."));
}

TEST(Schema, StopsAtTheGivenNumberOfIssues) {
  Fixture f;
  const Schema schema = f.compile(R"({"items": {"type": "string"}})");
  std::string list = "[0";
  for (int i = 1; i < 30; ++i) list += "," + std::to_string(i);
  list += "]";
  EXPECT_EQ(f.issues(schema, list).size(), 20u);
  EXPECT_EQ(f.issues(schema, list, Direction::kNeutral, 3).size(), 3u);
}

TEST(Schema, RequestsNeedNoReadOnlyAndResponsesNoWriteOnlyProperties) {
  Fixture f;
  const Schema schema = f.compile(R"({
    "required": ["id", "secret", "name"],
    "properties": {"id": {"readOnly": true}, "secret": {"$ref": "#/$defs/secret"}, "name": {}},
    "$defs": {"secret": {"type": "string", "writeOnly": true}}})");
  EXPECT_THAT(f.issues(schema, "{}"),
              ElementsAre("/id required", "/secret required", "/name required"));
  EXPECT_THAT(f.issues(schema, "{}", Direction::kRequest),
              ElementsAre("/secret required", "/name required"));
  EXPECT_THAT(f.issues(schema, "{}", Direction::kResponse),
              ElementsAre("/id required", "/name required"));
}

TEST(Schema, DirectionCountsWhereTheRequiredListIsInAnotherSchema) {
  Fixture f;
  const Schema schema = f.compile(R"({
    "allOf": [{"$ref": "#/$defs/base"}, {"required": ["id", "name"]}],
    "$defs": {"base": {"properties": {"id": {"readOnly": true}, "name": {}}}}})");
  EXPECT_THAT(f.issues(schema, "{}", Direction::kRequest), ElementsAre("/name required"));
  EXPECT_THAT(f.issues(schema, "{}", Direction::kResponse),
              ElementsAre("/id required", "/name required"));
}

TEST(Schema, RequiredWorksForAnyNumberOfNames) {
  for (int count : {63, 64, 65, 128, 129, 300}) {
    Fixture f;
    std::string names = "\"n0\"";
    std::string object = "\"n0\": 1";
    for (int i = 1; i < count; ++i) {
      names += ", \"n" + std::to_string(i) + "\"";
      if (i != count - 1) object += ", \"n" + std::to_string(i) + "\": 1";
    }
    const Schema schema = f.compile("{\"required\": [" + names + "]}");
    const std::string last = "n" + std::to_string(count - 1);
    EXPECT_THAT(f.issues(schema, "{" + object + "}"), ElementsAre("/" + last + " required"));
    EXPECT_TRUE(f.accepts(schema, "{" + object + ", \"" + last + "\": 1}"));
  }
}

TEST(Schema, FindsPropertiesInTablesOfAnySizeAndOrder) {
  for (int count : {1, 6, 7, 100}) {
    Fixture f;
    std::string properties;
    for (int i = 0; i < count; ++i) {
      if (i > 0) properties += ", ";
      properties += "\"p" + std::to_string(i) + "\": {\"const\": " + std::to_string(i) + "}";
    }
    const Schema schema =
        f.compile("{\"properties\": {" + properties + "}, \"additionalProperties\": false}");
    std::string forwards;
    std::string backwards;
    for (int i = 0; i < count; ++i) {
      const std::string member = "\"p" + std::to_string(i) + "\": " + std::to_string(i);
      forwards += (i > 0 ? ", " : "") + member;
      backwards = member + (i > 0 ? ", " : "") + backwards;
    }
    EXPECT_TRUE(f.accepts(schema, "{" + forwards + "}"));
    EXPECT_TRUE(f.accepts(schema, "{" + backwards + "}"));
    EXPECT_FALSE(f.accepts(schema, "{\"p" + std::to_string(count) + "\": 0}"));
    EXPECT_FALSE(f.accepts(schema, "{\"\": 0}"));
  }
}

TEST(Schema, IntegerBoundsAreExactAtTheEndsOfTheirRange) {
  Fixture f;
  const Schema top = f.compile(R"({"exclusiveMinimum": 9223372036854775807})");
  EXPECT_FALSE(f.accepts(top, "9223372036854775807"));
  EXPECT_TRUE(f.accepts(top, "9223372036854775808"));
  const Schema bottom = f.compile(R"({"exclusiveMaximum": -9223372036854775808})");
  EXPECT_FALSE(f.accepts(bottom, "-9223372036854775808"));
  EXPECT_TRUE(f.accepts(bottom, "-9223372036854775809"));
  const Schema near = f.compile(R"({"maximum": 9007199254740993})");
  EXPECT_TRUE(f.accepts(near, "9007199254740993"));
  EXPECT_FALSE(f.accepts(near, "9007199254740994"));
  const Schema range = f.compile(R"({"exclusiveMinimum": 1, "exclusiveMaximum": 3})");
  EXPECT_TRUE(f.accepts(range, "2"));
  EXPECT_FALSE(f.accepts(range, "1"));
  EXPECT_FALSE(f.accepts(range, "3"));
  EXPECT_TRUE(f.accepts(range, "1.0000000000000000000001"));
}

TEST(Schema, LengthsCountCodePoints) {
  Fixture f;
  const Schema schema = f.compile(R"({"minLength": 2, "maxLength": 3})");
  EXPECT_FALSE(f.accepts(schema, "\"\xF0\x9F\x90\xB2\""));
  EXPECT_TRUE(f.accepts(schema, "\"\xF0\x9F\x90\xB2\xF0\x9F\x90\xB2\xF0\x9F\x90\xB2\""));
  EXPECT_FALSE(f.accepts(schema, "\"abcd\""));
}

TEST(Schema, DiscriminatorExplainsByTheBranchThatWasMeant) {
  Fixture f;
  const Schema schema = f.compile(R"({
    "oneOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}],
    "discriminator": {"propertyName": "kind", "mapping": {"hound": "#/$defs/Dog"}},
    "$defs": {
      "Cat": {"required": ["kind", "lives"], "properties": {"lives": {"type": "integer"}}},
      "Dog": {"required": ["kind", "bark"], "properties": {"bark": {"type": "string"}}}}})");
  EXPECT_THAT(f.issues(schema, R"({"kind": "Cat", "lives": "nine"})"), ElementsAre("/lives type"));
  EXPECT_THAT(f.issues(schema, R"({"kind": "hound", "bark": 1})"), ElementsAre("/bark type"));
  EXPECT_THAT(f.issues(schema, R"({"kind": "Fish"})"), ElementsAre(" oneOf"));
  EXPECT_TRUE(f.accepts(schema, R"({"kind": "Cat", "lives": 9})"));
  // It never changes the result: this fits Dog and only Dog.
  EXPECT_TRUE(f.accepts(schema, R"({"kind": "Cat", "bark": "woof"})"));
  // And this fits both.
  EXPECT_THAT(f.issues(schema, R"({"kind": "Cat", "lives": 9, "bark": "woof"})"),
              ElementsAre(" oneOf"));
}

TEST(Schema, TheOnlyBranchOfTheValuesTypeExplainsTheFailure) {
  Fixture f;
  const Schema schema =
      f.compile(R"({"anyOf": [{"type": "null"}, {"type": "object", "required": ["a"]}]})");
  EXPECT_THAT(f.issues(schema, "{}"), ElementsAre("/a required"));
  EXPECT_THAT(f.issues(schema, "1"), ElementsAre(" anyOf"));
}

TEST(Schema, NullableIsAnAliasWithOneNoticePerFile) {
  Fixture f;
  const Schema schema = f.compile(R"({
    "properties": {"a": {"type": "string", "nullable": true},
                   "b": {"type": "integer", "nullable": true}, "c": {"nullable": true}}})");
  EXPECT_THAT(f.rules(), ElementsAre("nullable-alias"));
  EXPECT_TRUE(f.accepts(schema, R"({"a": null, "b": null, "c": 1})"));
  EXPECT_FALSE(f.accepts(schema, R"({"a": 1})"));
}

TEST(Schema, CyclesBecomeAGraph) {
  Fixture f;
  const Schema schema = f.compile(R"({"$ref": "#/$defs/node", "$defs": {"node": {
    "type": "object", "required": ["value"], "additionalProperties": false,
    "properties": {"value": {"type": "integer"}, "next": {"$ref": "#/$defs/node"}}}}})");
  EXPECT_TRUE(f.accepts(schema, R"({"value": 1, "next": {"value": 2, "next": {"value": 3}}})"));
  EXPECT_THAT(f.issues(schema, R"({"value": 1, "next": {"value": 2, "next": {"value": "x"}}})"),
              ElementsAre("/next/next/value type"));
}

TEST(Schema, EndlessSchemasAreRefused) {
  for (std::string_view text :
       {R"({"$ref": "#"})", R"({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"},
         "b": {"$ref": "#/$defs/a"}}})",
        R"({"allOf": [{"type": "object"}, {"$ref": "#"}]})", R"({"not": {"$ref": "#"}})",
        R"({"anyOf": [{"oneOf": [{"$ref": "#"}]}]})",
        R"({"dependentSchemas": {"a": {"$ref": "#"}}})",
        R"({"if": true, "then": {"$ref": "#"}, "type": "object"})"}) {
    Fixture f;
    const Schema schema = f.compile(text);
    EXPECT_THAT(f.rules(), Contains("schema-endless")) << text;
    EXPECT_FALSE(f.accepts(schema, "{\"a\": 1}")) << text;
  }
}

TEST(Schema, TheDepthOfAValueHasABound) {
  Fixture f;
  const Schema schema = f.compile(R"({"items": {"$ref": "#"}})");
  // Deeper than the parser lets anything through: built by hand.
  const auto accepts = [&](size_t depth) {
    JsonBuilder value;
    for (size_t i = 0; i < depth; ++i) value.begin_array();
    for (size_t i = 0; i < depth; ++i) value.end_array();
    Issues issues;
    const bool valid = schema.validate(value.root(), Direction::kNeutral, f.context, issues);
    EXPECT_EQ(valid ? "depth" : issues.fields().front().code, "depth");
    return valid;
  };
  EXPECT_TRUE(accepts(ValidationContext::State::kDepthMax));
  EXPECT_FALSE(accepts(ValidationContext::State::kDepthMax + 1));
}

TEST(Schema, BranchesThatDoublePerLevelEndInARefusalAndNotInTime) {
  Fixture f;
  const Schema schema = f.compile(R"({
    "properties": {"a": {"anyOf": [{"$ref": "#"}, {"$ref": "#/$defs/same"}]}},
    "additionalProperties": false, "$defs": {"same": {"$ref": "#", "minProperties": 0}}})");
  std::string value = "{\"b\": 1}";
  for (int i = 0; i < 60; ++i) value = "{\"a\": " + value + "}";
  EXPECT_THAT(f.issues(schema, value), ElementsAre(" depth"));
  // "not" does not turn the refusal into acceptance.
  const Schema inverse = f.compile(R"({"not": {"$ref": "#/$defs/deep"}, "$defs": {"deep": {
    "properties": {"a": {"anyOf": [{"$ref": "#/$defs/deep"}, {"$ref": "#/$defs/same"}]}},
    "additionalProperties": false}, "same": {"$ref": "#/$defs/deep", "minProperties": 0}}})");
  EXPECT_THAT(f.issues(inverse, value), ElementsAre(" depth"));
}

TEST(Schema, UniqueItemsIsFastAndExactForLongLists) {
  Fixture f;
  const Schema schema = f.compile(R"({"uniqueItems": true})");
  std::string list = "[0";
  for (int i = 1; i < 5000; ++i) list += "," + std::to_string(i);
  EXPECT_TRUE(f.accepts(schema, list + "]"));
  EXPECT_FALSE(f.accepts(schema, list + ",4999.0]"));
  EXPECT_FALSE(f.accepts(schema, list + R"(,{"a":1,"b":2},{"b":2.0,"a":1}])"));
  EXPECT_TRUE(f.accepts(schema, list + R"(,true,"1",[1],{"1":1}])"));
}

TEST(Schema, UnevaluatedSeesThroughApplicatorsAndForgetsFailingBranches) {
  Fixture f;
  const Schema schema = f.compile(R"({
    "anyOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]},
              {"properties": {"b": {"type": "integer"}}, "required": ["b"]}],
    "not": {"required": ["never"]}, "unevaluatedProperties": false})");
  EXPECT_TRUE(f.accepts(schema, R"({"a": 1, "b": 2})"));
  EXPECT_THAT(f.issues(schema, R"({"a": 1, "b": "x"})"), ElementsAre("/b unknown"));
  EXPECT_THAT(f.issues(schema, R"({"a": 1, "c": 2})"), ElementsAre("/c unknown"));
  // Beside nothing that evaluates, it is additionalProperties.
  const Schema plain = f.compile(
      R"({"not": {"required": ["x"]}, "properties": {"a": {}}, "unevaluatedProperties": false})");
  EXPECT_THAT(f.issues(plain, R"({"a": 1, "c": 2})"), ElementsAre("/c unknown"));
}

TEST(SchemaErrors, NameTheRuleAndThePlace) {
  struct Case {
    std::string_view schema;
    std::string_view rule;
  };
  for (const Case& one : std::initializer_list<Case>{
           {R"("text")", "schema-form"},
           {R"({"items": 1})", "schema-form"},
           {R"({"type": "file"})", "schema-keyword"},
           {R"({"type": ["string", 1]})", "schema-keyword"},
           {R"({"enum": "a"})", "schema-keyword"},
           {R"({"minLength": -1})", "schema-keyword"},
           {R"({"maxItems": 1.5})", "schema-keyword"},
           {R"({"minimum": "1"})", "schema-keyword"},
           {R"({"exclusiveMinimum": true})", "schema-keyword"},
           {R"({"multipleOf": 0})", "schema-keyword"},
           {R"({"multipleOf": -0.5})", "schema-keyword"},
           {R"({"required": true})", "schema-keyword"},
           {R"({"required": [1]})", "schema-keyword"},
           {R"({"properties": []})", "schema-keyword"},
           {R"({"patternProperties": 1})", "schema-keyword"},
           {R"({"allOf": []})", "schema-keyword"},
           {R"({"oneOf": {}})", "schema-keyword"},
           {R"({"items": [{}]})", "schema-keyword"},
           {R"({"uniqueItems": 1})", "schema-keyword"},
           {R"({"format": 1})", "schema-keyword"},
           {R"({"pattern": 1})", "schema-keyword"},
           {R"({"dependentRequired": {"a": {}}})", "schema-keyword"},
           {R"({"dependentSchemas": []})", "schema-keyword"},
           {R"({"oneOf": [true], "discriminator": {}})", "schema-keyword"},
           {R"({"pattern": "("})", "pattern-invalid"},
           {R"({"pattern": "(a)\\1"})", "pattern-not-linear"},
           {R"({"patternProperties": {"(?<=a)b": {}}})", "pattern-not-linear"},
           {R"({"items": {"$ref": "#/nothing"}})", "ref-unresolved"}}) {
    Fixture f;
    static_cast<void>(f.compile(one.schema));
    ASSERT_THAT(f.rules(), ElementsAre(one.rule)) << one.schema;
    const Diagnostic& found = f.diagnostics.all().front();
    EXPECT_EQ(found.severity, Severity::kError) << one.schema;
    EXPECT_EQ(found.place.line, 1u) << one.schema;
    EXPECT_FALSE(found.fix.empty()) << one.schema;
  }
}

TEST(SchemaErrors, AFaultySchemaAcceptsNothing) {
  Fixture f;
  EXPECT_FALSE(f.accepts(f.compile(R"({"minLength": -1})"), "1"));
  EXPECT_FALSE(f.accepts(f.compile(R"({"pattern": "("})"), "\"a\""));
  EXPECT_FALSE(f.accepts(f.compile(R"({"$ref": "#/nothing"})"), "1"));
}

TEST(SchemaErrors, ASlipInAKeywordIsAWarning) {
  Fixture f;
  static_cast<void>(f.compile(R"({"type": "string", "minLenght": 1, "x-own": 1, "whatever": 2})"));
  EXPECT_THAT(f.rules(), ElementsAre("schema-unknown-keyword"));
  EXPECT_THAT(f.diagnostics.all().front().fix, HasSubstr("minLength"));
}

TEST(SchemaErrors, OldAndUnknownDialectsAreNamed) {
  Fixture old;
  static_cast<void>(old.compile(R"({"$schema": "http://json-schema.org/draft-07/schema#"})"));
  EXPECT_THAT(old.rules(), ElementsAre("schema-dialect"));
  Fixture unknown;
  static_cast<void>(unknown.compile(R"({"$schema": "https://example.com/own"})"));
  EXPECT_THAT(unknown.rules(), ElementsAre("schema-dialect"));
  EXPECT_EQ(unknown.diagnostics.all().front().severity, Severity::kWarning);
}

TEST(SchemaErrors, ARequiredVocabularyThatIsNotKnownIsRefused) {
  Fixture f;
  const Node* meta = f.load(R"({"$vocabulary": {"https://example.com/vocab": true}})");
  f.set.add_document("https://example.com/dialect", *meta);
  static_cast<void>(f.compile(R"({"$schema": "https://example.com/dialect"})"));
  EXPECT_THAT(f.rules(), ElementsAre("schema-vocabulary"));
}

TEST(SchemaSet, CountsAndBoundsSchemas) {
  Fixture fits(FormatMode::kAssert, {.schemas_max = 3});
  static_cast<void>(
      fits.compile(R"({"properties": {"a": {"type": "null"}, "b": {"minLength": 1}}})"));
  EXPECT_THAT(fits.rules(), IsEmpty());
  EXPECT_EQ(fits.set.schema_count(), 3u);
  Fixture over(FormatMode::kAssert, {.schemas_max = 2});
  const Schema schema =
      over.compile(R"({"properties": {"a": {"type": "null"}, "b": {"minLength": 1}}})");
  EXPECT_THAT(over.rules(), ElementsAre("schema-count"));
  EXPECT_FALSE(over.accepts(schema, R"({"b": "long"})"));
}

TEST(SchemaSet, BoundsPatterns) {
  constexpr std::string_view kTwo = R"({"allOf": [{"pattern": "a"}, {"pattern": "b"},
                                                  {"pattern": "a"}]})";
  Fixture fits(FormatMode::kAssert, {.patterns_max = 2});
  static_cast<void>(fits.compile(kTwo));
  EXPECT_THAT(fits.rules(), IsEmpty());
  Fixture over(FormatMode::kAssert, {.patterns_max = 1});
  EXPECT_FALSE(over.accepts(over.compile(kTwo), "\"ab\""));
  EXPECT_THAT(over.rules(), ElementsAre("pattern-count"));
}

TEST(SchemaSet, CompilesEachNodeOnce) {
  Fixture f;
  const Node* root = f.load(R"({"$defs": {"a": {"type": "object"}}, "items": {"$ref": "#/$defs/a"},
                                "contains": {"$ref": "#/$defs/a"}})");
  static_cast<void>(f.set.compile(*root, f.diagnostics));
  static_cast<void>(f.set.compile(*root, f.diagnostics));
  static_cast<void>(f.set.compile(*root->find("items"), f.diagnostics));
  EXPECT_EQ(f.set.schema_count(), 2u);
}

TEST(SchemaSet, ValidatesAfterFinish) {
  Fixture f;
  const Schema schema = f.compile(R"({"enum": ["a", {"b": [1, "text"]}], "minProperties": 1})");
  f.set.finish();
  SchemaSet moved = std::move(f.set);
  EXPECT_TRUE(f.accepts(schema, R"({"b": [1.0, "text"]})"));
  EXPECT_TRUE(f.accepts(schema, "\"a\""));
  EXPECT_FALSE(f.accepts(schema, "{}"));
}

TEST(SchemaSet, ResolvesReferencesBetweenFiles) {
  Fixture f;
  f.source.files["schemas/order.json"] =
      R"({"type": "object", "properties": {"lines": {"items": {"$ref": "line.json#/$defs/Line"}},
          "next": {"$ref": "#"}}})";
  f.source.files["schemas/line.json"] =
      R"({"$defs": {"Line": {"type": "object", "required": ["sku"],
          "properties": {"sku": {"$ref": "#sku"}, "order": {"$ref": "order.json"}}},
          "Sku": {"$anchor": "sku", "type": "string"}}})";
  const Node* root = f.documents.load("schemas/order.json", f.diagnostics);
  ASSERT_NE(root, nullptr);
  const Schema schema = f.set.compile(*root, f.diagnostics);
  EXPECT_THAT(f.rules(), IsEmpty());
  EXPECT_TRUE(f.accepts(schema, R"({"lines": [{"sku": "a", "order": {"lines": []}}]})"));
  EXPECT_THAT(
      f.issues(schema, R"({"next": {"lines": [{"sku": 1, "order": {"lines": [{}]}}]}})"),
      UnorderedElementsAre("/next/lines/0/sku type", "/next/lines/0/order/lines/0/sku required"));
}

TEST(SchemaSet, FormatsMayBeAnnotationsOnly) {
  Fixture f(FormatMode::kAnnotate);
  EXPECT_TRUE(f.accepts(f.compile(R"({"format": "date"})"), "\"x\""));
  EXPECT_TRUE(f.accepts(f.compile(R"({"format": "int32"})"), "1.5"));
}

TEST(Issues, KeepsNoMoreThanItsLimit) {
  Issues issues(2);
  for (int i = 0; i < 3; ++i) issues.add({"body", "", "type", ""});
  EXPECT_EQ(issues.fields().size(), 2u);
  EXPECT_TRUE(issues.full());
  issues.clear();
  EXPECT_TRUE(issues.empty());
}

TEST(Issues, NameWhereTheValueWas) {
  Fixture f;
  const Schema schema = f.compile(R"({"type": "integer"})");
  const Result<JsonDocument> value = JsonDocument::parse("\"x\"");
  Issues issues;
  EXPECT_FALSE(schema.validate(value->root(), Direction::kRequest, f.context, issues, "query"));
  EXPECT_EQ(issues.fields().front().in, "query");
}

}  // namespace
}  // namespace servanda

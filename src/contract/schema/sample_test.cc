// SPDX-License-Identifier: Apache-2.0
#include "contract/schema/sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/seeded_rng.h"
#include "contract/schema/test_schemas.h"

namespace servanda {
namespace {

using schema_test::Fixture;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string sample_of(std::string_view text, Direction direction = Direction::kNeutral) {
  Fixture f;
  const Node* node = f.load(text);
  const std::optional<std::string> made =
      static_sample(*node, f.set, f.documents, direction, f.diagnostics);
  EXPECT_THAT(f.rules(), IsEmpty()) << text;
  if (!made) return "nothing";
  const Schema schema = f.set.compile(*node, f.diagnostics);
  EXPECT_TRUE(f.accepts(schema, *made, direction)) << text << " gave " << *made;
  return *made;
}

TEST(StaticSample, TakesExampleThenDefaultThenTheFirstOfExamples) {
  EXPECT_EQ(sample_of(R"({"type": "string", "example": "e", "default": "d", "examples": ["x"]})"),
            R"("e")");
  EXPECT_EQ(sample_of(R"({"type": "string", "default": "d", "examples": ["x"]})"), R"("d")");
  EXPECT_EQ(sample_of(R"({"type": "string", "examples": ["x", "y"]})"), R"("x")");
  EXPECT_EQ(sample_of(R"({"type": "string"})"), R"("string")");
}

TEST(StaticSample, LeavesOutExamplesThatDoNotConform) {
  EXPECT_EQ(sample_of(R"({"type": "integer", "example": "five", "default": 5})"), "5");
  EXPECT_EQ(sample_of(R"({"type": "integer", "example": "five"})"), "0");
}

TEST(StaticSample, FollowsTheKeywordsOfScalars) {
  EXPECT_EQ(sample_of(R"({"type": "integer", "minimum": 3})"), "3");
  EXPECT_EQ(sample_of(R"({"type": "integer", "exclusiveMinimum": 3, "multipleOf": 5})"), "5");
  EXPECT_EQ(sample_of(R"({"type": "number", "exclusiveMinimum": 0, "maximum": 0.5})"), "0.5");
  EXPECT_EQ(sample_of(R"({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1})"),
            "0.5");
  EXPECT_EQ(sample_of(R"({"type": "integer", "maximum": -7})"), "-7");
  EXPECT_EQ(sample_of(R"({"minimum": 18446744073709551615, "maximum": 18446744073709551615})"),
            "18446744073709551615");
  EXPECT_EQ(sample_of(R"({"type": "string", "minLength": 8})"), R"("stringstring")");
  EXPECT_EQ(sample_of(R"({"type": "string", "maxLength": 3})"), R"("str")");
  EXPECT_EQ(sample_of(R"({"type": "string", "maxLength": 0})"), R"("")");
  EXPECT_EQ(sample_of(R"({"enum": ["b", "a"]})"), R"("b")");
  EXPECT_EQ(sample_of(R"({"const": {"a": [1]}})"), R"({"a":[1]})");
  EXPECT_EQ(sample_of(R"({"type": ["null", "boolean"]})"), "true");
  EXPECT_EQ(sample_of(R"({"type": "null"})"), "null");
}

TEST(StaticSample, HasEveryFormat) {
  for (std::string_view format : {"date-time",
                                  "date",
                                  "time",
                                  "duration",
                                  "email",
                                  "idn-email",
                                  "hostname",
                                  "ipv4",
                                  "ipv6",
                                  "uri",
                                  "uri-reference",
                                  "iri",
                                  "iri-reference",
                                  "uri-template",
                                  "uuid",
                                  "json-pointer",
                                  "relative-json-pointer",
                                  "regex",
                                  "byte",
                                  "decimal"}) {
    const std::string schema =
        "{\"type\": \"string\", \"format\": \"" + std::string(format) + "\"}";
    EXPECT_NE(sample_of(schema), "nothing") << format;
    const std::string list = "{\"items\": " + schema + ", \"minItems\": 3, \"uniqueItems\": true}";
    if (format == "byte") continue;  // Its samples are two.
    EXPECT_NE(sample_of(list), "nothing") << format;
  }
  for (std::string_view format : {"int32", "int64", "float", "double", "unix-time"}) {
    const std::string schema =
        "{\"type\": \"number\", \"format\": \"" + std::string(format) + "\"}";
    EXPECT_EQ(sample_of(schema), "0") << format;
  }
}

TEST(StaticSample, MakesTextForPatterns) {
  for (std::string_view pattern :
       {"^AC[0-9a-fA-F]{32}$", "^(SM|MM)[0-9a-fA-F]{32}$", "^[a-z][a-z0-9-]{0,30}[a-z0-9]$",
        "\\\\{user_question\\\\}", "\\\\S+", "^https://", "^.+/.+$", "^[1-9]\\\\d*$",
        "^((25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)\\\\.){3}(25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)$",
        "^\\\\p{Lu}\\\\p{Script=Greek}[^\\\\s]+\\\\bx$",
        "^(?=.*[A-Z])(?=.*\\\\d)[A-Za-z\\\\d]{8,}$", "^(?!string$)[a-z]+$", "^[^a-zA-Z0-9]$",
        "^\\\\u{1F432}?\\\\x41$"}) {
    const std::string schema =
        "{\"type\": \"string\", \"pattern\": \"" + std::string(pattern) + "\"}";
    EXPECT_NE(sample_of(schema), "nothing") << pattern;
  }
  const std::string longer = sample_of(R"({"pattern": "^[a-z]+(-[a-z]+)*$", "minLength": 40,
                                           "type": "string"})");
  EXPECT_GE(longer.size(), 42u);
}

TEST(StaticSample, BuildsObjectsWithEverythingThatTravels) {
  constexpr std::string_view kSchema = R"({"type": "object", "required": ["id", "name"],
    "properties": {"id": {"type": "integer", "readOnly": true}, "name": {"type": "string"},
      "secret": {"type": "string", "writeOnly": true}, "note": {"type": "null"}}})";
  EXPECT_EQ(sample_of(kSchema), R"({"id":0,"name":"string","secret":"string","note":null})");
  EXPECT_EQ(sample_of(kSchema, Direction::kResponse), R"({"id":0,"name":"string","note":null})");
  EXPECT_EQ(sample_of(kSchema, Direction::kRequest),
            R"({"name":"string","secret":"string","note":null})");
  EXPECT_EQ(sample_of(R"({"properties": {"s": {"writeOnly": true}, "a": {}},
                          "example": {"s": 1, "a": 2}})",
                      Direction::kResponse),
            R"({"a":2})");
}

TEST(StaticSample, MergesAllOfAndChoosesBranches) {
  EXPECT_EQ(sample_of(R"({"allOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]},
                                    {"properties": {"a": {"minimum": 4}, "b": {"const": 1}}}]})"),
            R"({"a":4,"b":1})");
  EXPECT_EQ(sample_of(R"({"anyOf": [{"type": "null"}, {"const": 7}]})"), "7");
  EXPECT_EQ(sample_of(R"({"oneOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}],
                          "discriminator": {"propertyName": "kind",
                                            "mapping": {"feline": "#/$defs/Cat"}},
                          "$defs": {"Cat": {"required": ["kind", "lives"],
                                            "properties": {"kind": {"type": "string"}}},
                                    "Dog": {"required": ["kind", "bark"]}}})"),
            R"({"kind":"feline","lives":"string"})");
  // The first branch overlaps with the second: only the third fits alone.
  EXPECT_EQ(sample_of(R"({"oneOf": [{"const": 1}, {"enum": [1]}, {"const": 3}]})"), "3");
  EXPECT_EQ(sample_of(R"({"if": {"properties": {"a": {"const": 1}}}, "then": {"required": ["b"]},
                          "required": ["a"], "properties": {"b": {"const": 2}}})"),
            R"({"b":2,"a":1})");
  EXPECT_EQ(sample_of(R"({"type": "integer", "not": {"const": 0}, "minimum": 0})"), "1");
}

TEST(StaticSample, EndsCyclesAtTheFirstOptionalPlace) {
  EXPECT_EQ(sample_of(R"({"type": "object", "required": ["v"],
                          "properties": {"v": {"const": 1}, "next": {"$ref": "#"}}})"),
            R"({"v":1})");
  EXPECT_EQ(sample_of(R"({"type": "object", "required": ["c"],
                          "properties": {"c": {"type": "array", "items": {"$ref": "#"}}}})"),
            R"({"c":[]})");
  EXPECT_EQ(sample_of(R"({"type": "object", "required": ["n"],
                          "properties": {"n": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}})"),
            R"({"n":null})");
  EXPECT_EQ(
      sample_of(R"({"type": "object", "required": ["n"], "properties": {"n": {"$ref": "#"}}})"),
      "nothing");
}

TEST(StaticSample, MakesMapsArraysAndDependents) {
  EXPECT_EQ(sample_of(R"({"type": "object", "additionalProperties": {"type": "integer"}})"),
            R"({"property1":0})");
  EXPECT_EQ(sample_of(R"({"type": "object", "minProperties": 2, "propertyNames":
                          {"pattern": "^k[0-9]$"}, "additionalProperties": {"const": 1}})"),
            R"({"k0":1,"k1":1})");
  EXPECT_EQ(sample_of(R"({"type": "object", "patternProperties": {"^x-": {"const": 1}},
                          "additionalProperties": false, "minProperties": 1})"),
            R"({"x-":1})");
  EXPECT_EQ(sample_of(R"({"type": "array", "items": {"type": "integer"}, "minItems": 3,
                          "uniqueItems": true})"),
            "[0,1,2]");
  EXPECT_EQ(sample_of(R"({"type": "array", "prefixItems": [{"const": 1}, {"const": 2}]})"),
            "[1,2]");
  EXPECT_EQ(sample_of(R"({"type": "array", "contains": {"const": 5}, "minContains": 2})"), "[5,5]");
  EXPECT_EQ(sample_of(R"({"type": "object", "properties": {"a": {"const": 1}},
                          "dependentRequired": {"a": ["z"]}})"),
            R"({"a":1,"z":"string"})");
  EXPECT_EQ(sample_of(R"({"properties": {"a": {}, "b": {}}, "maxProperties": 1,
                          "type": "object"})"),
            R"({"a":"string"})");
}

TEST(StaticSample, GivesNothingWhereNothingConforms) {
  EXPECT_EQ(sample_of("false"), "nothing");
  EXPECT_EQ(sample_of(R"({"type": "integer", "minimum": 2, "maximum": 1})"), "nothing");
  EXPECT_EQ(sample_of(R"({"type": "string", "not": {}})"), "nothing");
  EXPECT_EQ(sample_of(R"({"enum": []})"), "nothing");
}

TEST(StaticSample, EndsWithinItsBudget) {
  // Forty alternatives of two, none of which can ever fit.
  std::string schema = "{\"allOf\": [{\"not\": {}}";
  for (int i = 0; i < 40; ++i) {
    schema += ", {\"anyOf\": [{\"minLength\": " + std::to_string(i) + "}, {\"maxLength\": 9}]}";
  }
  EXPECT_EQ(sample_of(schema + "]}"), "nothing");
}

TEST(DynamicSample, IsTheSameForTheSameSeedAndVariesOtherwise) {
  Fixture f;
  const Schema schema =
      f.compile(R"({"type": "object", "required": ["id", "kind", "n", "tags", "at"],
    "properties": {"id": {"type": "string", "format": "uuid"}, "kind": {"enum": ["a", "b", "c"]},
      "n": {"type": "integer", "minimum": 10, "maximum": 20},
      "at": {"type": "string", "format": "date"},
      "tags": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]{2,5}$"}},
      "more": {"$ref": "#"}}})");
  f.set.finish();
  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SeededRng rng(seed);
    SeededRng again(seed);
    const std::optional<std::string> made = dynamic_sample(schema, Direction::kNeutral, rng);
    ASSERT_TRUE(made.has_value());
    EXPECT_TRUE(f.accepts(schema, *made)) << *made;
    EXPECT_EQ(made, dynamic_sample(schema, Direction::kNeutral, again));
    seen.insert(*made);
  }
  EXPECT_GT(seen.size(), 45u);
}

TEST(DynamicSample, FallsBackToThePlainChoice) {
  Fixture f;
  const Schema schema = f.compile(R"({"type": "number", "enum": [1, 2], "multipleOf": 2})");
  SeededRng rng(1);
  EXPECT_EQ(dynamic_sample(schema, Direction::kNeutral, rng), "2");
  EXPECT_EQ(dynamic_sample(Schema(), Direction::kNeutral, rng), "null");
  EXPECT_EQ(dynamic_sample(f.compile("false"), Direction::kNeutral, rng), std::nullopt);
}

}  // namespace
}  // namespace servanda

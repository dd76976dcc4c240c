// SPDX-License-Identifier: Apache-2.0
// Scalars: coercion, decoding, duplicates, defaults, unknown names, bounds.

#include <gtest/gtest.h>

#include <string>

#include "contract/plan/test_input.h"

namespace servanda {
namespace {

TEST(ScalarParameters, AreReadByType) {
  ParameterFixture fixture(
      "[{name: i, in: query, schema: {type: integer}}, {name: n, in: query, schema: {type: "
      "number}},"
      " {name: b, in: query, schema: {type: boolean}}, {name: s, in: query, schema: {type: "
      "string}},"
      " {name: a, in: query, schema: {}}]");
  EXPECT_EQ(fixture.query("i=42&n=-1.5e3&b=true&s=42&a=42"),
            R"(i=42 n=-1.5e3 b=true s="42" a="42")");
  EXPECT_EQ(fixture.query("b=false&i=-7&n=3"), "i=-7 n=3 b=false");
}

TEST(ScalarParameters, RefuseLooseIntegers) {
  ParameterFixture fixture("[{name: i, in: query, schema: {type: integer}}]");
  for (std::string_view bad : {"1.0", "1e3", "%2B1", "01", "+1", "-0", "", "a", "1a", "0x10", "--1",
                               "%201", "1%20", "-", "1_000", "NaN"}) {
    EXPECT_EQ(fixture.query("i=" + std::string(bad)), "! query i type") << bad;
  }
  EXPECT_EQ(fixture.detail(), "Must be an integer.");
  EXPECT_EQ(fixture.query("i=0"), "i=0");
}

TEST(ScalarParameters, KeepIntegersOfAnyLengthExact) {
  ParameterFixture fixture(
      "[{name: i, in: query, schema: {type: integer}},"
      " {name: big, in: query, schema: {type: integer, format: int64}}]");
  EXPECT_EQ(fixture.query("i=9223372036854775807"), "i=9223372036854775807");
  EXPECT_EQ(fixture.query("i=9223372036854775808"), "i=9223372036854775808");
  EXPECT_EQ(fixture.query("i=-123456789012345678901234567890"),
            "i=-123456789012345678901234567890");
  EXPECT_EQ(fixture.query("big=9223372036854775808"), "! query big format");
}

TEST(ScalarParameters, RefuseLooseNumbersAndBooleans) {
  ParameterFixture fixture(
      "[{name: n, in: query, schema: {type: number}},"
      " {name: b, in: query, schema: {type: boolean}}]");
  for (std::string_view bad : {"1.", ".5", "1e", "Infinity", "NaN", "01.5", "1,5", ""}) {
    EXPECT_EQ(fixture.query("n=" + std::string(bad)), "! query n type") << bad;
  }
  for (std::string_view bad : {"TRUE", "1", "0", "yes", "on", ""}) {
    EXPECT_EQ(fixture.query("b=" + std::string(bad)), "! query b type") << bad;
  }
}

TEST(ScalarParameters, ReadNullOnlyWhereNoStringIsAdmitted) {
  ParameterFixture fixture(
      "[{name: i, in: query, schema: {type: [integer, 'null']}},"
      " {name: s, in: query, schema: {type: [string, 'null']}}]");
  EXPECT_EQ(fixture.query("i=null"), "i=null");
  EXPECT_EQ(fixture.query("i="), "i=null");
  EXPECT_EQ(fixture.query("i=5"), "i=5");
  EXPECT_EQ(fixture.query("s=null"), "s=\"null\"");
  EXPECT_EQ(fixture.query("s="), "s=\"\"");
}

TEST(ScalarParameters, TryTheOtherTypesOfAUnion) {
  ParameterFixture fixture(
      "[{name: u, in: query, schema: {oneOf: [{type: integer, maximum: 5},"
      " {type: string, pattern: '^[0-9a-z]+$'}]}}]");
  EXPECT_EQ(fixture.query("u=3"), "u=3");
  EXPECT_EQ(fixture.query("u=7"), "u=\"7\"");
  EXPECT_EQ(fixture.query("u=abc"), "u=\"abc\"");
  EXPECT_EQ(fixture.query("u=%21"), "! query u pattern");
}

TEST(ScalarParameters, FollowReferencesAndAllOfToTheirType) {
  PlanText text(
      "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    get:\n"
      "      operationId: op\n      parameters:\n"
      "        - {name: a, in: query, schema: {$ref: '#/components/schemas/A'}}\n"
      "        - {name: c, in: query, schema: {$ref: '#/components/schemas/Cycle'}}\n"
      "        - {name: e, in: query, schema: {enum: [1, 2]}}\n"
      "      responses: {'200': {description: ok}}\n"
      "components:\n  schemas:\n"
      "    A: {allOf: [{$ref: '#/components/schemas/B'}, {maximum: 9}]}\n"
      "    B: {type: integer}\n"
      "    Cycle: {type: array, items: {$ref: '#/components/schemas/Cycle'}}\n");
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  const Operation& operation = text.plan()->operations[0];
  EXPECT_EQ(operation.parameters[0].shape.types.bits, TypeMask::kInteger);
  EXPECT_EQ(operation.parameters[1].shape.types.bits, TypeMask::kArray);
  EXPECT_EQ(operation.parameters[2].shape.types.bits, TypeMask::kInteger);
}

TEST(ScalarParameters, AreDecodedExactlyOnce) {
  ParameterFixture query("[{name: s, in: query, schema: {type: string}}]");
  EXPECT_EQ(query.query("s=a%2Bb+c%20d"), "s=\"a+b c d\"");
  EXPECT_EQ(query.query("s=%2541"), "s=\"%41\"");
  EXPECT_EQ(query.query("s=%C3%A9%c3%a9"), "s=\"\u00e9\u00e9\"");
  EXPECT_EQ(query.query("%73=1"), "s=\"1\"");
  EXPECT_EQ(query.query("s=a=b"), "s=\"a=b\"");
  ParameterFixture path("[{name: s, in: path, required: true, schema: {type: string}}]", "/x/{s}");
  EXPECT_EQ(path.path("/x/a+b%2Fc%2541"), "s=\"a+b/c%41\"");
  ParameterFixture header("[{name: s, in: header, schema: {type: string}}]");
  EXPECT_EQ(header.header("S", "a%41+b"), "s=\"a%41+b\"");
  ParameterFixture cookie("[{name: s, in: cookie, schema: {type: string}}]");
  EXPECT_EQ(cookie.cookie("t=1; s=a+b%20c"), "s=\"a+b c\"");
}

TEST(ScalarParameters, RefuseBrokenEncodings) {
  ParameterFixture query("[{name: s, in: query, schema: {type: string}}]");
  for (std::string_view bad : {"%", "%4", "%zz", "%ff", "%C3", "%00", "%ed%a0%80", "%c0%80"}) {
    EXPECT_EQ(query.query("s=" + std::string(bad)), "! query s encoding") << bad;
  }
  EXPECT_EQ(query.query("%zz=1"), "! query %zz encoding");
  ParameterFixture header("[{name: s, in: header, schema: {type: string}}]");
  EXPECT_EQ(header.header("s", "\xff"), "! header s encoding");
  ParameterFixture path("[{name: s, in: path, required: true, schema: {type: string}}]", "/x/{s}");
  EXPECT_EQ(path.path("/x/%e9"), "! path s encoding");
}

TEST(ScalarParameters, RefuseASecondOccurrence) {
  ParameterFixture fixture(
      "[{name: a, in: query, schema: {type: string}},"
      " {name: h, in: header, schema: {type: string}},"
      " {name: c, in: cookie, schema: {type: string}}]");
  EXPECT_EQ(fixture.query("a=1&a=1"), "! query a duplicate");
  EXPECT_EQ(fixture.query("a=1&%61=2"), "! query a duplicate");
  EXPECT_EQ(fixture.read({.fields = {{"H", "1"}, {"h", "2"}}}), "! header h duplicate");
  EXPECT_EQ(fixture.cookie("c=1; c=2"), "! cookie c duplicate");
}

TEST(ScalarParameters, AreRequiredOrFilledByDefault) {
  ParameterFixture fixture(
      "[{name: r, in: query, required: true, schema: {type: string}},"
      " {name: d, in: query, schema: {type: integer, default: 50}},"
      " {name: h, in: header, required: true, schema: {type: string}},"
      " {name: o, in: query, schema: {type: string}}]");
  EXPECT_EQ(fixture.query(""), "d:=50 ! query r required ! header h required");
  EXPECT_EQ(fixture.read({.query = "r=1&d=2", .fields = {{"h", "x"}}}), R"(r="1" d=2 h="x")");
}

TEST(ScalarParameters, AreValidatedAgainstTheirSchema) {
  ParameterFixture fixture(
      "[{name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100}},"
      " {name: id, in: query, schema: {type: string, format: uuid}},"
      " {name: e, in: query, schema: {enum: [a, b]}}]");
  EXPECT_EQ(fixture.query("limit=0&id=x&e=c"),
            "! query limit minimum ! query id format ! query e enum");
  EXPECT_EQ(fixture.query("limit=100&e=b"), "limit=100 e=\"b\"");
}

TEST(ScalarParameters, NameTheNearestForAnUnknownOne) {
  ParameterFixture fixture(
      "[{name: limit, in: query, schema: {type: integer}},"
      " {name: lines, in: header, schema: {type: integer}}]");
  EXPECT_EQ(fixture.query("limti=3"), "! query limti unknown");
  EXPECT_EQ(fixture.detail(), "There is no such query parameter; did you mean `limit`?");
  EXPECT_EQ(fixture.query("zzz=3"), "! query zzz unknown");
  EXPECT_EQ(fixture.detail(), "There is no such query parameter.");
  EXPECT_EQ(fixture.query("Limit=3"), "! query Limit unknown");
}

TEST(ScalarParameters, CutLongUnknownNamesAtACharacter) {
  ParameterFixture fixture("[]");
  std::string name;
  for (int i = 0; i < 99; ++i) name += 'a';
  fixture.query(name + "%C3%A9bcd=1");
  EXPECT_EQ(fixture.query(name + "%C3%A9bcd=1"), "! query " + name + "... unknown");
}

TEST(ScalarParameters, IgnoreUnknownNamesWhereTheOperationSaysSo) {
  Operation operation;
  operation.unknown_query = Operation::UnknownQuery::kIgnore;
  Arena arena;
  ValidationContext context;
  ParameterValues values;
  Issues issues;
  RawInput raw;
  raw.query = "utm_source=mail";
  read_parameters(operation, raw, arena, context, values, issues);
  EXPECT_TRUE(issues.empty());
}

TEST(ScalarParameters, SkipEmptyPiecesOfAQuery) {
  ParameterFixture fixture("[{name: a, in: query, schema: {type: string}}]");
  EXPECT_EQ(fixture.query("&&a=1&"), "a=\"1\"");
  EXPECT_EQ(fixture.query("a"), "a=\"\"");
  EXPECT_EQ(fixture.query("=1"), "! query  unknown");
}

TEST(ScalarParameters, MayBeEmptyWhereAllowed) {
  ParameterFixture fixture(
      "[{name: i, in: query, allowEmptyValue: true, schema: {type: integer, default: 3}},"
      " {name: s, in: query, allowEmptyValue: true, schema: {type: string}}]");
  EXPECT_EQ(fixture.query("i=&s"), "i:=3 s=\"\"");
}

TEST(ScalarParameters, KnowCredentialsOfTheQuery) {
  PlanText text(
      "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nsecurity: [{k: []}]\npaths:\n  /x:\n"
      "    get:\n      operationId: op\n      responses: {'200': {description: ok}}\n"
      "components: {securitySchemes: {k: {type: apiKey, in: query, name: api_key}}}\n");
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  Arena arena;
  ValidationContext context;
  ParameterValues values;
  Issues issues;
  RawInput raw;
  raw.query = "api_key=secret&other=1";
  read_parameters(text.plan()->operations[0], raw, arena, context, values, issues);
  ASSERT_EQ(issues.fields().size(), 1u);
  EXPECT_EQ(issues.fields()[0].pointer, "other");
}

TEST(ScalarParameters, BoundTheNumberOfPairs) {
  ParameterFixture fixture("[{name: a, in: query, schema: {type: array, items: {type: integer}}}]");
  std::string query;
  for (size_t i = 0; i < InputLimits::kPairsMax; ++i) query += "a=1&";
  EXPECT_EQ(fixture.query(query).find('!'), std::string::npos);
  EXPECT_NE(fixture.query(query + "a=1").find("! query  limit"), std::string::npos);
  ParameterFixture cookies("[{name: a, in: cookie, schema: {type: string}}]");
  std::string cookie = "a=1";
  for (size_t i = 1; i < InputLimits::kPairsMax; ++i) cookie += "; b=1";
  EXPECT_EQ(cookies.cookie(cookie), "a=\"1\"");
  EXPECT_EQ(cookies.cookie(cookie + "; b=1"), "a=\"1\" ! cookie  limit");
}

TEST(ScalarParameters, StopAtTheNumberOfIssuesThatIsKept) {
  ParameterFixture fixture("[]");
  std::string query;
  for (int i = 0; i < 30; ++i) query += "u" + std::to_string(i) + "=1&";
  std::string out = fixture.query(query);
  EXPECT_EQ(std::count(out.begin(), out.end(), '!'), 20);
}

TEST(ScalarParameters, AreReadFromJsonContent) {
  ParameterFixture fixture(
      "[{name: f, in: query, content: {application/json: {schema: {type: object,"
      " properties: {a: {type: integer}}, additionalProperties: false}}}},"
      " {name: t, in: query, content: {text/plain: {schema: {type: string}}}}]");
  EXPECT_EQ(fixture.query("f=%7B%22a%22%3A1%7D&t=x"), R"(f={"a":1} t="x")");
  EXPECT_EQ(fixture.query("f={\"a\":"), "! query f json");
  EXPECT_EQ(fixture.query("f={\"b\":1}"), "! query f unknown");
  EXPECT_EQ(fixture.query("f={}&f={}"), "! query f duplicate");
}

}  // namespace
}  // namespace servanda

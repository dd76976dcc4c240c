// SPDX-License-Identifier: Apache-2.0
// Styles: every one with and without explode, for arrays and objects.

#include <gtest/gtest.h>

#include <string>

#include "contract/plan/test_input.h"

namespace servanda {
namespace {

constexpr std::string_view kIntegers = "schema: {type: array, items: {type: integer}}";
constexpr std::string_view kPoint =
    "schema: {type: object, properties: {x: {type: integer}, y: {type: string}}}";

std::string parameter(std::string_view in, std::string_view style, std::string_view explode,
                      std::string_view schema) {
  return "[{name: p, in: " + std::string(in) + ", required: " + (in == "path" ? "true" : "false") +
         ", style: " + std::string(style) + ", explode: " + std::string(explode) + ", " +
         std::string(schema) + "}]";
}

TEST(SimpleStyle, ReadsPathArraysAndObjects) {
  ParameterFixture flat(parameter("path", "simple", "false", kIntegers), "/x/{p}");
  EXPECT_EQ(flat.path("/x/1,2,3"), "p=[1,2,3]");
  EXPECT_EQ(flat.path("/x/1"), "p=[1]");
  EXPECT_EQ(flat.path("/x/1,a"), "! path p type");
  ParameterFixture object(parameter("path", "simple", "false", kPoint), "/x/{p}");
  EXPECT_EQ(object.path("/x/x,1,y,b"), R"(p={"x":1,"y":"b"})");
  EXPECT_EQ(object.path("/x/x,1,y"), "! path p style");
  EXPECT_EQ(object.path("/x/x,1,x,2"), "! path p duplicate");
  ParameterFixture exploded(parameter("path", "simple", "true", kPoint), "/x/{p}");
  EXPECT_EQ(exploded.path("/x/x=1,y=b%2Cc"), R"(p={"x":1,"y":"b,c"})");
  EXPECT_EQ(exploded.path("/x/x"), "! path p style");
  EXPECT_EQ(exploded.path("/x/x=1,%78=2"), "! path p duplicate");
}

TEST(SimpleStyle, ReadsHeadersAsLists) {
  ParameterFixture array(parameter("header", "simple", "false", kIntegers));
  EXPECT_EQ(array.header("P", "1, 2 ,3"), "p=[1,2,3]");
  EXPECT_EQ(array.read({.fields = {{"p", "1"}, {"P", "2,3"}}}), "p=[1,2,3]");
  ParameterFixture object(parameter("header", "simple", "true", kPoint));
  EXPECT_EQ(object.header("p", "x=1, y=%41"), R"(p={"x":1,"y":"%41"})");
}

TEST(LabelStyle, ReadsAllForms) {
  ParameterFixture scalar(parameter("path", "label", "false", "schema: {type: integer}"), "/x/{p}");
  EXPECT_EQ(scalar.path("/x/.5"), "p=5");
  EXPECT_EQ(scalar.path("/x/5"), "! path p style");
  ParameterFixture array(parameter("path", "label", "false", kIntegers), "/x/{p}");
  EXPECT_EQ(array.path("/x/.1,2"), "p=[1,2]");
  ParameterFixture exploded(parameter("path", "label", "true", kIntegers), "/x/{p}");
  EXPECT_EQ(exploded.path("/x/.1.2"), "p=[1,2]");
  ParameterFixture object(parameter("path", "label", "false", kPoint), "/x/{p}");
  EXPECT_EQ(object.path("/x/.x,1,y,b"), R"(p={"x":1,"y":"b"})");
  ParameterFixture pairs(parameter("path", "label", "true", kPoint), "/x/{p}");
  EXPECT_EQ(pairs.path("/x/.x=1.y=b"), R"(p={"x":1,"y":"b"})");
}

TEST(MatrixStyle, ReadsAllForms) {
  ParameterFixture scalar(parameter("path", "matrix", "false", "schema: {type: integer}"),
                          "/x/{p}");
  EXPECT_EQ(scalar.path("/x/;p=5"), "p=5");
  EXPECT_EQ(scalar.path("/x/p=5"), "! path p style");
  EXPECT_EQ(scalar.path("/x/;q=5"), "! path p style");
  EXPECT_EQ(scalar.path("/x/;p=5;p=6"), "! path p duplicate");
  ParameterFixture text(parameter("path", "matrix", "false", "schema: {type: string}"), "/x/{p}");
  EXPECT_EQ(text.path("/x/;p"), "p=\"\"");
  ParameterFixture array(parameter("path", "matrix", "false", kIntegers), "/x/{p}");
  EXPECT_EQ(array.path("/x/;p=1,2"), "p=[1,2]");
  ParameterFixture exploded(parameter("path", "matrix", "true", kIntegers), "/x/{p}");
  EXPECT_EQ(exploded.path("/x/;p=1;p=2"), "p=[1,2]");
  EXPECT_EQ(exploded.path("/x/;p=1"), "p=[1]");
  EXPECT_EQ(exploded.path("/x/;p=1;p=b"), "! path p type");
  ParameterFixture object(parameter("path", "matrix", "false", kPoint), "/x/{p}");
  EXPECT_EQ(object.path("/x/;p=x,1,y,b"), R"(p={"x":1,"y":"b"})");
  ParameterFixture pairs(parameter("path", "matrix", "true", kPoint), "/x/{p}");
  EXPECT_EQ(pairs.path("/x/;x=1;y=b"), R"(p={"x":1,"y":"b"})");
}

TEST(FormStyle, ReadsArrays) {
  ParameterFixture exploded(parameter("query", "form", "true", kIntegers));
  EXPECT_EQ(exploded.query("p=1&p=2&p=3"), "p=[1,2,3]");
  EXPECT_EQ(exploded.query("p=1"), "p=[1]");
  EXPECT_EQ(exploded.query("p="), "p=[]");
  EXPECT_EQ(exploded.query("p=1,2"), "! query p type");
  ParameterFixture flat(parameter("query", "form", "false", kIntegers));
  EXPECT_EQ(flat.query("p=1,2,3"), "p=[1,2,3]");
  EXPECT_EQ(flat.query("p="), "p=[]");
  EXPECT_EQ(flat.query("p=1&p=2"), "! query p duplicate");
  ParameterFixture texts(
      parameter("query", "form", "false", "schema: {type: array, items: {type: string}}"));
  EXPECT_EQ(texts.query("p=a%2Cb,c+d"), R"(p=["a,b","c d"])");
}

TEST(FormStyle, ReadsASingleValueOrAList) {
  constexpr std::string_view kEither =
      "schema: {oneOf: [{type: integer}, {type: array, items: {type: integer}}]}";
  ParameterFixture exploded(parameter("query", "form", "true", kEither));
  EXPECT_EQ(exploded.query("p=1"), "p=1");
  EXPECT_EQ(exploded.query("p=1&p=2"), "p=[1,2]");
  ParameterFixture flat(parameter("query", "form", "false", kEither));
  EXPECT_EQ(flat.query("p=1"), "p=1");
  EXPECT_EQ(flat.query("p=1,2"), "p=[1,2]");
}

TEST(FormStyle, ReadsObjects) {
  ParameterFixture flat(parameter("query", "form", "false", kPoint));
  EXPECT_EQ(flat.query("p=x,1,y,b"), R"(p={"x":1,"y":"b"})");
  ParameterFixture spread(parameter("query", "form", "true", kPoint));
  EXPECT_EQ(spread.query("x=1&y=b"), R"(p={"x":1,"y":"b"})");
  EXPECT_EQ(spread.query("y=b"), R"(p={"y":"b"})");
  EXPECT_EQ(spread.query(""), "");
  EXPECT_EQ(spread.query("x=1&x=2"), "! query p duplicate");
  EXPECT_EQ(spread.query("z=1"), "! query z unknown");
  EXPECT_EQ(spread.query("p=1"), "! query p unknown");
}

TEST(FormStyle, LetsOpenObjectsTakeNamesThatNoOtherDeclares) {
  ParameterFixture fixture(
      "[{name: rest, in: query, schema: {type: object, additionalProperties: {type: integer}}},"
      " {name: limit, in: query, schema: {type: integer}}]");
  EXPECT_EQ(fixture.query("limit=1&a=2&b=3"), R"(rest={"a":2,"b":3} limit=1)");
  EXPECT_EQ(fixture.query("a=x"), "! query rest type");
  EXPECT_EQ(fixture.detail(), "In `a`: Must be an integer.");
}

TEST(FormStyle, ReadsCookies) {
  ParameterFixture array(parameter("cookie", "form", "false", kIntegers));
  EXPECT_EQ(array.cookie("a=b; p=1,2"), "p=[1,2]");
  ParameterFixture object(parameter("cookie", "form", "true", kPoint));
  EXPECT_EQ(object.cookie("x=1; y=b; z=c"), R"(p={"x":1,"y":"b"})");
}

TEST(DelimitedStyles, SplitAtRawAndEncodedDelimiters) {
  ParameterFixture spaces(parameter("query", "spaceDelimited", "false", kIntegers));
  EXPECT_EQ(spaces.query("p=1%202+3"), "p=[1,2,3]");
  ParameterFixture pipes(parameter("query", "pipeDelimited", "false", kIntegers));
  EXPECT_EQ(pipes.query("p=1|2%7C3%7c4"), "p=[1,2,3,4]");
  ParameterFixture object(parameter("query", "pipeDelimited", "false", kPoint));
  EXPECT_EQ(object.query("p=x|1|y|b"), R"(p={"x":1,"y":"b"})");
  ParameterFixture exploded(parameter("query", "pipeDelimited", "true", kIntegers));
  EXPECT_EQ(exploded.query("p=1&p=2"), "p=[1,2]");
}

TEST(DeepObject, ReadsMembers) {
  ParameterFixture fixture(
      "[{name: price, in: query, style: deepObject, schema: {type: object, properties:"
      " {gte: {type: number}, in: {type: array, items: {type: integer}}, s: {type: string}},"
      " additionalProperties: false}}, {name: q, in: query, schema: {type: string}}]");
  EXPECT_EQ(fixture.query("price[gte]=10&q=a"), R"(price={"gte":10} q="a")");
  EXPECT_EQ(fixture.query("price%5Bgte%5D=1.5&price[s]=a+b"), R"(price={"gte":1.5,"s":"a b"})");
  EXPECT_EQ(fixture.query("price[gte]=x"), "! query price type");
  EXPECT_EQ(fixture.detail(), "In `gte`: Must be a number.");
  EXPECT_EQ(fixture.query("price[gte]=1&price[gte]=2"), "! query price duplicate");
  EXPECT_EQ(fixture.query("price[zz]=1"), "! query price unknown");
  EXPECT_EQ(fixture.query("price=1"), "! query price type");
  EXPECT_EQ(fixture.query("pricey[gte]=1"), "! query pricey[gte] unknown");
  EXPECT_EQ(fixture.query(""), "");
}

TEST(DeepObject, ReadsArraysInEverySpelling) {
  ParameterFixture fixture(
      "[{name: f, in: query, style: deepObject, schema: {type: object, properties:"
      " {t: {type: array, items: {type: integer}}}}}]");
  EXPECT_EQ(fixture.query("f[t]=1&f[t]=2"), R"(f={"t":[1,2]})");
  EXPECT_EQ(fixture.query("f[t]=1"), R"(f={"t":[1]})");
  EXPECT_EQ(fixture.query("f[t][]=1&f[t][]=2"), R"(f={"t":[1,2]})");
  EXPECT_EQ(fixture.query("f[t][1]=2&f[t][0]=1"), R"(f={"t":[1,2]})");
  EXPECT_EQ(fixture.query("f[t][1]=2"), "! query f style");
  EXPECT_EQ(fixture.query("f[t][0]=2&f[t][x]=2"), "! query f style");
  EXPECT_EQ(fixture.query("f[t]=1&f[t][0]=2"), "! query f style");
}

TEST(DeepObject, NestsToItsBound) {
  ParameterFixture fixture(
      "[{name: f, in: query, style: deepObject, schema: {type: object,"
      " properties: {a: {type: object, properties: {b: {type: object, properties:"
      " {c: {type: object, properties: {d: {type: integer}}}}}}}}}}]");
  EXPECT_EQ(fixture.query("f[a][b][c][d]=1"), R"(f={"a":{"b":{"c":{"d":1}}}})");
  EXPECT_EQ(fixture.query("f[a][b][c][d][e]=1"), "! query f limit");
  EXPECT_EQ(fixture.query("f[a]=1"), "! query f type");
  EXPECT_EQ(fixture.query("f[a]=x"), "! query f json");
}

TEST(DeepObject, RefusesBadBrackets) {
  ParameterFixture fixture("[{name: f, in: query, style: deepObject, schema: {type: object}}]");
  for (std::string_view bad : {"f[a", "f[a]b", "f[[a]]", "f[a[b]]", "f[a][", "f[][a]", "f[a]]"}) {
    EXPECT_EQ(fixture.query(std::string(bad) + "=1"), "! query f style") << bad;
  }
  EXPECT_EQ(fixture.query("f[a]=1&f[a][b]=2"), "! query f style");
  EXPECT_EQ(fixture.query("f[]=1"), "! query f type");
}

TEST(DeepObject, BoundsNamesAndMembers) {
  ParameterFixture fixture("[{name: f, in: query, style: deepObject, schema: {type: object}}]");
  std::string at_limit(InputLimits::kNameBytesMax - 2, 'k');
  EXPECT_EQ(fixture.query("f[" + at_limit + "]=1").find('!'), std::string::npos);
  EXPECT_EQ(fixture.query("f[" + at_limit + "k]=1"), "! query f limit");
}

TEST(DeepObject, LetsAUnionHaveAPlainValue) {
  ParameterFixture fixture(
      "[{name: c, in: query, style: deepObject, schema: {anyOf: [{type: integer},"
      " {type: object, properties: {gt: {type: integer}}}]}}]");
  EXPECT_EQ(fixture.query("c=5"), "c=5");
  EXPECT_EQ(fixture.query("c[gt]=5"), R"(c={"gt":5})");
}

TEST(NestedItems, AreReadAsJson) {
  ParameterFixture fixture(
      "[{name: m, in: query, schema: {type: array, items: {type: object, properties:"
      " {a: {type: integer}}}}}]");
  EXPECT_EQ(fixture.query("m=[{\"a\":1},{\"a\":2}]"), R"(m=[{"a":1},{"a":2}])");
  EXPECT_EQ(fixture.query("m={\"a\":1}&m={\"a\":2}"), R"(m=[{"a":1},{"a":2}])");
  EXPECT_EQ(fixture.query("m=%5B%7B%22a%22:%22x%22%7D%5D"), "! query m type");
  EXPECT_EQ(fixture.query("m=[{"), "! query m json");
}

TEST(ItemCount, IsBounded) {
  ParameterFixture fixture(parameter("query", "form", "false", kIntegers));
  std::string items = "p=1";
  for (size_t i = 1; i < InputLimits::kItemsMax; ++i) items += ",1";
  EXPECT_EQ(fixture.query(items).find('!'), std::string::npos);
  EXPECT_EQ(fixture.query(items + ",1"), "! query p limit");
}

}  // namespace
}  // namespace servanda

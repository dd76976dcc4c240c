// SPDX-License-Identifier: Apache-2.0
// Form-urlencoded and multipart bodies as JSON.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "contract/plan/input.h"
#include "contract/plan/test_plan.h"

namespace servanda {
namespace {

class FormFixture {
 public:
  // `media` is the Media Type Object in YAML flow form.
  FormFixture(std::string_view type, std::string_view media)
      : text_(
            "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    post:\n"
            "      operationId: op\n      requestBody: {content: {" +
            std::string(type) + ": " + std::string(media) +
            "}}\n      responses: {'200': {description: ok}}\n") {
    EXPECT_NE(text_.plan(), nullptr) << text_.findings();
  }

  std::string form(std::string_view body) {
    start();
    read_form(media(), body, arena_, builder_, issues_);
    return outcome();
  }
  std::string multipart(const std::vector<BodyPart>& parts) {
    start();
    read_multipart(media(), parts, arena_, parser_, builder_, issues_);
    return outcome();
  }
  const MediaType& media() const { return text_.plan()->operations[0].body->content[0]; }

 private:
  void start() {
    arena_.reset();
    builder_.clear();
    issues_.clear();
  }
  std::string outcome() {
    std::string out = json_text(builder_.root());
    for (const FieldError& error : issues_.fields()) {
      out += " ! " + error.in + " " + error.pointer + " " + error.code;
    }
    return out;
  }

  PlanText text_;
  Arena arena_;
  JsonBuilder builder_;
  JsonParser parser_;
  Issues issues_;
};

constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::string_view kMultipart = "multipart/form-data";

TEST(FormBody, ReadsScalarsByShape) {
  FormFixture fixture(kForm,
                      "{schema: {type: object, properties: {a: {type: integer}, b: {type: boolean},"
                      " c: {type: string}}}}");
  EXPECT_EQ(fixture.form("a=1&b=true&c=x+y%2Bz"), R"({"a":1,"b":true,"c":"x y+z"})");
  EXPECT_EQ(fixture.form(""), "{}");
  EXPECT_EQ(fixture.form("d=1"), R"({"d":"1"})");
  EXPECT_EQ(fixture.form("a=x"), "{} ! body /a type");
  EXPECT_EQ(fixture.form("a=1&a=2"), "{} ! body /a duplicate");
  EXPECT_EQ(fixture.form("c=%zz"), "{} ! body /c encoding");
  EXPECT_EQ(fixture.form("=1"), "{} ! body / style");
}

TEST(FormBody, ReadsArraysByRepetition) {
  FormFixture fixture(kForm,
                      "{schema: {type: object, properties: {t: {type: array, items:"
                      " {type: string}}}}}");
  EXPECT_EQ(fixture.form("t=a&t=b"), R"({"t":["a","b"]})");
  EXPECT_EQ(fixture.form("t=a"), R"({"t":["a"]})");
  EXPECT_EQ(fixture.form("t[]=a&t[]=b"), R"({"t":["a","b"]})");
}

TEST(FormBody, FollowsEncodings) {
  FormFixture fixture(
      kForm,
      "{schema: {type: object, properties: {p: {type: array, items: {type: integer}},"
      " s: {type: array, items: {type: integer}}, c: {type: array, items: {type: integer}},"
      " j: {type: object}, d: {type: object, properties: {k: {type: integer}}}}},"
      " encoding: {p: {style: pipeDelimited}, s: {style: spaceDelimited},"
      " c: {style: form, explode: false}, j: {contentType: application/json},"
      " d: {style: deepObject, explode: true}}}");
  EXPECT_EQ(fixture.form("p=1|2&s=1+2&c=1,2"), R"({"p":[1,2],"s":[1,2],"c":[1,2]})");
  EXPECT_EQ(fixture.form("j=%7B%22a%22:1%7D&d[k]=5"), R"({"j":{"a":1},"d":{"k":5}})");
  EXPECT_EQ(fixture.form("j=%7B"), "{} ! body /j json");
  EXPECT_EQ(fixture.form("d[k]=x"), "{} ! body /d type");
  EXPECT_EQ(fixture.form("p=1&p=2"), "{} ! body /p duplicate");
}

TEST(FormBody, ReadsNestedObjectsFromJsonOrBrackets) {
  FormFixture fixture(kForm,
                      "{schema: {type: object, properties: {m: {type: object, properties:"
                      " {k: {type: integer}}}}}}");
  EXPECT_EQ(fixture.form("m={\"k\":1}"), R"({"m":{"k":1}})");
  EXPECT_EQ(fixture.form("m[k]=1"), R"({"m":{"k":1}})");
  EXPECT_EQ(fixture.form("n[k]=1"), R"({"n[k]":"1"})");
}

TEST(FormBody, BoundsItsFields) {
  FormFixture fixture(kForm, "{schema: {type: object}}");
  std::string body;
  for (size_t i = 0; i < InputLimits::kPairsMax; ++i) body += "f" + std::to_string(i) + "=1&";
  EXPECT_EQ(fixture.form(body).find('!'), std::string::npos);
  EXPECT_EQ(fixture.form(body + "g=1"), "{} ! body  limit");
}

TEST(MultipartBody, ReadsPartsByShapeAndType) {
  FormFixture fixture(kMultipart,
                      "{schema: {type: object, properties: {n: {type: integer}, s: {type: string},"
                      " o: {type: object}, f: {}, t: {type: array, items: {type: integer}}}}}");
  EXPECT_EQ(fixture.multipart({{"n", "", "", "5"},
                               {"s", "text/plain", "", "a+b%41"},
                               {"o", "application/json", "", "{\"a\":[1]}"},
                               {"t", "", "", "1"},
                               {"t", "", "", "2"}}),
            R"({"n":5,"s":"a+b%41","o":{"a":[1]},"t":[1,2]})");
  EXPECT_EQ(fixture.multipart({{"o", "", "", "{\"a\":1}"}}), R"({"o":{"a":1}})");
  EXPECT_EQ(fixture.multipart({{"n", "", "", "x"}}), "{} ! body /n type");
  EXPECT_EQ(fixture.multipart({{"s", "", "", "x"}, {"s", "", "", "y"}}), "{} ! body /s duplicate");
  EXPECT_EQ(fixture.multipart({{"o", "application/json", "", "{"}}), "{} ! body /o json");
  EXPECT_EQ(fixture.multipart({{"s", "", "", "\xff"}}), "{} ! body /s encoding");
  EXPECT_EQ(fixture.multipart({{"\xff", "", "", "x"}}), "{} ! body / encoding");
  EXPECT_EQ(fixture.multipart({{"x", "", "", "undeclared"}}), R"({"x":"undeclared"})");
  EXPECT_EQ(fixture.multipart({}), "{}");
}

TEST(MultipartBody, KeepsFilesAsTheirBytes) {
  FormFixture fixture(kMultipart, "{schema: {type: object, properties: {f: {}}}}");
  Arena arena;
  JsonParser parser;
  JsonBuilder builder;
  Issues issues;
  std::vector<BodyPart> parts = {{"f", "image/png", "a.png", std::string_view("\x89PNG\0\xff", 6)}};
  read_multipart(fixture.media(), parts, arena, parser, builder, issues);
  EXPECT_TRUE(issues.empty());
  EXPECT_EQ(builder.root().find("f").text(), std::string_view("\x89PNG\0\xff", 6));
}

TEST(MultipartBody, ChecksContentTypesOfTheEncoding) {
  FormFixture fixture(kMultipart,
                      "{schema: {type: object, properties: {f: {}, j: {}}}, encoding:"
                      " {f: {contentType: 'image/*, text/plain'}, j: {contentType:"
                      " application/json}}}");
  EXPECT_EQ(fixture.multipart({{"f", "image/png", "", "x"}}), R"({"f":"x"})");
  EXPECT_EQ(fixture.multipart({{"f", "Text/Plain; charset=utf-8", "", "x"}}), R"({"f":"x"})");
  EXPECT_EQ(fixture.multipart({{"f", "video/mp4", "", "x"}}), "{} ! body /f contentType");
  EXPECT_EQ(fixture.multipart({{"j", "", "", "[1]"}}), R"({"j":[1]})");
}

TEST(MultipartBody, BoundsItsParts) {
  FormFixture fixture(kMultipart,
                      "{schema: {type: object, properties: {t: {type: array, items: {}}}}}");
  std::vector<BodyPart> parts(InputLimits::kPairsMax, BodyPart{"t", "", "", "x"});
  EXPECT_EQ(fixture.multipart(parts).find('!'), std::string::npos);
  parts.push_back(parts[0]);
  EXPECT_EQ(fixture.multipart(parts), "{} ! body  limit");
}

}  // namespace
}  // namespace servanda

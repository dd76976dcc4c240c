// SPDX-License-Identifier: Apache-2.0
// Writing JSON: the writer, strings, canonical text.

#include <gtest/gtest.h>

#include <limits>

#include "base/json.h"

namespace servanda {
namespace {

std::string written_string(std::string_view text) {
  std::string out;
  json_append_string(out, text);
  return out;
}

std::string canonical(std::string_view text) {
  JsonParser parser;
  const Result<JsonValue> value = parser.parse(text);
  return value ? json_canonical(*value) : value.error().message;
}

TEST(JsonWriter, PlacesCommas) {
  std::string out = "prefix ";
  JsonWriter writer(out);
  writer.begin_object();
  writer.key("a");
  writer.begin_array();
  writer.integer(-1);
  writer.unsigned_integer(UINT64_MAX);
  writer.number(0.1);
  writer.begin_array();
  writer.end_array();
  writer.begin_object();
  writer.end_object();
  writer.null();
  writer.end_array();
  writer.key("b");
  writer.boolean(true);
  writer.key("c");
  writer.raw("[1, 2]");
  writer.key("d");
  writer.string("x");
  writer.end_object();
  EXPECT_EQ(out,
            "prefix {\"a\":[-1,18446744073709551615,0.1,[],{},null],\"b\":true,\"c\":[1, 2],"
            "\"d\":\"x\"}");
}

TEST(JsonWriter, WritesDoublesThatReadBackTheSame) {
  for (const double value : {0.0, 1.0, -1.5, 0.1, 1e21, 1e-7, 5e-324,
                             std::numeric_limits<double>::max(), 123456789.123456789}) {
    std::string out;
    JsonWriter(out).number(value);
    JsonParser parser;
    EXPECT_EQ(parser.parse(out)->to_double(), value) << out;
  }
}

TEST(JsonWriter, EscapesWhatMustBe) {
  EXPECT_EQ(written_string(""), "\"\"");
  EXPECT_EQ(written_string("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(written_string("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(written_string(std::string_view("\0\x1F\x7F", 3)), "\"\\u0000\\u001f\x7F\"");
  EXPECT_EQ(written_string("\xC3\xA4\xF0\x9F\x98\x80"), "\"\xC3\xA4\xF0\x9F\x98\x80\"");
}

TEST(JsonWriter, EscapesAtEveryPlaceOfTextsOfEveryLength) {
  for (size_t size = 0; size < 40; ++size) {
    EXPECT_EQ(written_string(std::string(size, 'x')), "\"" + std::string(size, 'x') + "\"");
    for (size_t at = 0; at <= size; ++at) {
      const std::string before(at, 'x');
      const std::string behind(size - at, 'y');
      EXPECT_EQ(written_string(before + "\"" + behind), "\"" + before + "\\\"" + behind + "\"");
      EXPECT_EQ(written_string(before + "\x1f" + behind),
                "\"" + before + "\\u001f" + behind + "\"");
      EXPECT_EQ(written_string(before + "\xFF" + behind),
                "\"" + before + "\xEF\xBF\xBD" + behind + "\"");
    }
  }
}

TEST(JsonWriter, ReplacesInvalidUtf8) {
  EXPECT_EQ(written_string("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(written_string("\xE2\x82"), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(written_string("\xE2\x82\n"), "\"\xEF\xBF\xBD\\n\"");
  EXPECT_EQ(written_string("\xC3\xC3\xA4"), "\"\xEF\xBF\xBD\xC3\xA4\"");
}

TEST(JsonText, KeepsNumbersAsTheyWereWritten) {
  JsonParser parser;
  const std::string text = R"({"b":[39.90,1E+2,123456789012345678901],"a":{"x":[[],{}],"y":""}})";
  EXPECT_EQ(json_text(*parser.parse(text)), text);
}

TEST(JsonCanonical, SortsMembersByUtf16) {
  EXPECT_EQ(canonical(R"({"b":1,"a":{"d":1,"c":2},"":0})"), R"({"":0,"a":{"c":2,"d":1},"b":1})");
  // U+1F600 is D83D DE00 in UTF-16, so it comes before U+FB33 and U+E000, behind U+20AC.
  EXPECT_EQ(canonical(R"({"\ufb33":1,"\ud83d\ude00":2,"\u20ac":3,"\ue000":4})"),
            "{\"\xE2\x82\xAC\":3,\"\xF0\x9F\x98\x80\":2,\"\xEE\x80\x80\":4,\"\xEF\xAC\xB3\":1}");
  EXPECT_EQ(canonical(R"({"aa":1,"a":2,"ab":3})"), R"({"a":2,"aa":1,"ab":3})");
}

TEST(JsonCanonical, WritesNumbersAsEcmaScriptDoes) {
  const auto check = [](std::string_view text, std::string_view expected) {
    EXPECT_EQ(canonical(text), expected) << text;
  };
  check("0", "0");
  check("-0", "0");
  check("-0.0", "0");
  check("1.0", "1");
  check("1e0", "1");
  check("333333333.33333329", "333333333.3333333");
  check("1E30", "1e+30");
  check("4.50", "4.5");
  check("2e-3", "0.002");
  check("0.000000000000000000000000001", "1e-27");
  check("1e-6", "0.000001");
  check("1e-7", "1e-7");
  check("1.5e-10", "1.5e-10");
  check("1e20", "100000000000000000000");
  check("1e21", "1e+21");
  check("-1.5e300", "-1.5e+300");
  check("1e-400", "0");
  check("123456.789e3", "123456789");
}

TEST(JsonCanonical, KeepsTheDigitsOfNumbersThatADoubleWouldRound) {
  EXPECT_EQ(canonical("9007199254740993"), "9007199254740993");
  EXPECT_EQ(canonical("9007199254740993.0"), "9007199254740993");
  EXPECT_EQ(canonical("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(canonical("123456789012345678901"), "123456789012345678901");
  EXPECT_EQ(canonical("1234567890123456789012"), "1.234567890123456789012e+21");
  EXPECT_EQ(canonical("1e400"), "1e+400");
}

TEST(JsonCanonical, IsTheSameForEqualValues) {
  EXPECT_EQ(canonical(R"({ "a" : [1.0, 1e2, "\u0041"], "b" : null })"),
            canonical(R"({"b":null,"a":[1,100,"A"]})"));
  EXPECT_EQ(canonical("[]"), "[]");
  EXPECT_EQ(canonical("{}"), "{}");
  EXPECT_EQ(canonical("[true,[false]]"), "[true,[false]]");
}

}  // namespace
}  // namespace servanda

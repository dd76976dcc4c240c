// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/json.h"

namespace servanda {
namespace {

using std::string_view_literals::operator""sv;

constexpr const char* kSuite = SERVANDA_SOURCE_DIR "/../shared/suites/json-parsing/test_parsing";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream content;
  content << in.rdbuf();
  return content.str();
}

std::string round_trip(std::string_view text, const JsonLimits& limits = {}) {
  JsonParser parser;
  const Result<JsonValue> value = parser.parse(text, limits);
  return value ? json_text(*value) : "refused: " + value.error().message;
}

// The message without its common front.
std::string refusal(std::string_view text, const JsonLimits& limits = {}) {
  JsonParser parser;
  const Result<JsonValue> value = parser.parse(text, limits);
  if (value) return "accepted: " + json_text(*value);
  EXPECT_EQ(value.error().code, Code::kInvalidArgument);
  EXPECT_EQ(value.error().reason, "json");
  constexpr std::string_view kFront = "The JSON text is broken at ";
  EXPECT_TRUE(value.error().message.starts_with(kFront)) << value.error().message;
  return value.error().message.substr(kFront.size());
}

TEST(JsonParser, ReadsEveryKindOfValue) {
  for (const char* const text :
       {"null", "true", "false", "0", "-1", "12345678901234567890", "1.5e-7", "\"\"", "\"a\"", "[]",
        "{}", "[1,[2,[3]],{}]", R"({"a":{"b":[{"c":null}]},"d":"e"})"}) {
    EXPECT_EQ(round_trip(text), text);
  }
  EXPECT_EQ(round_trip(" \t\r\n[ 1 ,\n\n                              2 ] \n"), "[1,2]");
  EXPECT_EQ(round_trip("{ \"a\" : 1 , \"b\" : { } }"), R"({"a":1,"b":{}})");
}

TEST(JsonParser, KeepsIntegersThatFitAndTheTextOfOtherNumbers) {
  JsonParser parser;
  const auto kind = [&](std::string_view text) { return parser.parse(text)->kind(); };
  EXPECT_EQ(kind("9223372036854775807"), JsonKind::kInteger);
  EXPECT_EQ(parser.parse("9223372036854775807")->integer(), INT64_MAX);
  EXPECT_EQ(kind("9223372036854775808"), JsonKind::kNumber);
  EXPECT_EQ(parser.parse("-9223372036854775808")->integer(), INT64_MIN);
  EXPECT_EQ(kind("-9223372036854775809"), JsonKind::kNumber);
  EXPECT_EQ(parser.parse("999999999999999999")->integer(), 999999999999999999);
  EXPECT_EQ(parser.parse("-1000000000000000000")->integer(), -1000000000000000000);
  EXPECT_EQ(parser.parse("-0")->integer(), 0);
  EXPECT_EQ(kind("1.0"), JsonKind::kNumber);
  EXPECT_EQ(kind("1e2"), JsonKind::kNumber);
  EXPECT_EQ(parser.parse("39.90")->text(), "39.90");
  const std::string digits(5000, '9');
  EXPECT_EQ(parser.parse(digits)->text(), digits);
}

TEST(JsonParser, UnescapesStrings) {
  JsonParser parser;
  const auto content = [&](std::string_view text) {
    const Result<JsonValue> value = parser.parse(text);
    return value ? std::string(value->text()) : value.error().message;
  };
  EXPECT_EQ(content(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(content(R"("a\u0041\u00e4\u20AC\ud83d\uDE00z")"),
            "aA\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80z");
  EXPECT_EQ(content(R"("\u0000")"), "\0"sv);
  EXPECT_EQ(content("\"\x7F\xC3\xA4\""), "\x7F\xC3\xA4");
  EXPECT_EQ(content(R"("\uFFFF\uD7FF\uE000")"), "\xEF\xBF\xBF\xED\x9F\xBF\xEE\x80\x80");
  // Every length around the width of the scan, with the escape at every place.
  for (size_t size = 0; size < 40; ++size) {
    for (size_t at = 0; at <= size; ++at) {
      const std::string text =
          "\"" + std::string(at, 'x') + "\\n" + std::string(size - at, 'y') + "\"";
      EXPECT_EQ(content(text), std::string(at, 'x') + "\n" + std::string(size - at, 'y'));
    }
  }
}

TEST(JsonParser, NamesLineColumnAndReason) {
  EXPECT_EQ(refusal(""), "line 1, column 1: a value is expected here, but the text ends.");
  EXPECT_EQ(refusal("{\n  \"a\": 1,\n  b: 2}"),
            "line 3, column 3: a member name in double quotes is expected here.");
  EXPECT_EQ(refusal("[1,]"), "line 1, column 4: a value is expected here.");
  EXPECT_EQ(refusal("{\"a\":1,}"),
            "line 1, column 8: a member name in double quotes is expected here.");
  EXPECT_EQ(refusal("{\"a\" 1}"), "line 1, column 6: a colon is expected behind the member name.");
  EXPECT_EQ(refusal("[1 2]"), "line 1, column 4: a comma or a closing bracket is expected here.");
  EXPECT_EQ(refusal("{\"a\":1"),
            "line 1, column 7: a comma or a closing brace is expected here, but the text ends.");
  EXPECT_EQ(refusal("[\"\xC3\xA4\xE2\x82\xAC\", x]"),
            "line 1, column 8: this is not a JSON value; bare words are only true, false and "
            "null.");
  EXPECT_EQ(refusal("1 2"), "line 1, column 3: nothing may follow the value.");
  EXPECT_EQ(refusal("01"), "line 1, column 1: a number has no leading zeros.");
  EXPECT_EQ(refusal("-"), "line 1, column 2: a digit is expected here, but the text ends.");
  EXPECT_EQ(refusal("1.x"), "line 1, column 3: a digit is expected here.");
  EXPECT_EQ(refusal("1e+"), "line 1, column 4: a digit is expected here, but the text ends.");
  EXPECT_EQ(refusal("\"abc"), "line 1, column 5: this string has no closing quote.");
  EXPECT_EQ(refusal("\"a\\"), "line 1, column 3: this string has no closing quote.");
  EXPECT_EQ(refusal("\"a\nb\""),
            "line 1, column 3: a control character in a string must be written as an escape.");
  EXPECT_EQ(refusal("\"a\0b\""sv),
            "line 1, column 3: a control character in a string must be written as an escape.");
  EXPECT_EQ(refusal("\"a\\x\"").substr(0, 41), "line 1, column 3: this escape is not one ");
  EXPECT_EQ(refusal("\"\\u12G4\"").substr(0, 41), "line 1, column 2: this escape is not one ");
  EXPECT_EQ(refusal("\xEF\xBB\xBF{}"), "line 1, column 1: a byte order mark is not allowed.");
  EXPECT_EQ(refusal("NaN").substr(0, 41), "line 1, column 1: this is not a JSON valu");
}

TEST(JsonParser, RefusesLoneSurrogates) {
  for (const char* const text : {R"("\uD800")", R"("\uDC00")", R"("\uD800\uD800")", R"("\uD800x")",
                                 R"("\uD800\n")", R"("\uDC00\uD800")", R"("\uDBFF\uE000")"}) {
    EXPECT_EQ(refusal(text),
              "line 1, column 2: this surrogate has no partner, so it is no character.")
        << text;
  }
}

TEST(JsonParser, RefusesInvalidUtf8WhereItStands) {
  EXPECT_EQ(refusal("[\"abc\xFFz\"]"), "line 1, column 6: the text is not valid UTF-8.");
  EXPECT_EQ(refusal("\"\xC3\xA4\xED\xA0\x80\""), "line 1, column 3: the text is not valid UTF-8.");
  EXPECT_EQ(refusal("\"\\n\xC3\""), "line 1, column 4: the text is not valid UTF-8.");
  EXPECT_EQ(refusal("\"\xC3\\n\xA4\""), "line 1, column 2: the text is not valid UTF-8.");
  EXPECT_EQ(refusal("\"" + std::string(50, 'x') + "\xC0\x80\""),
            "line 1, column 52: the text is not valid UTF-8.");
  EXPECT_EQ(refusal("\xC3\xA4"), "line 1, column 1: a value is expected here.");
}

TEST(JsonParser, RefusesDuplicateNamesAtTheSecond) {
  EXPECT_EQ(refusal("{\"a\":1,\n \"b\":2, \"a\":3}"),
            "line 2, column 9: this member name occurs twice in one object.");
  EXPECT_EQ(refusal(R"({"a":1,"\u0061":2})"),
            "line 1, column 8: this member name occurs twice in one object.");
  EXPECT_EQ(refusal(R"({"":1,"":2})"),
            "line 1, column 7: this member name occurs twice in one object.");
  EXPECT_EQ(refusal(R"([{"x":{"y":1,"z":[{}],"y":{}}}])"),
            "line 1, column 23: this member name occurs twice in one object.");
  EXPECT_EQ(round_trip(R"({"a":{"a":{"a":1}},"b":{"a":1}})"), R"({"a":{"a":{"a":1}},"b":{"a":1}})");
}

TEST(JsonParser, FindsDuplicateNamesInObjectsOfEverySize) {
  for (const int count : {2, 7, 8, 9, 16, 17, 64, 65, 300, 5000}) {
    std::string members;
    for (int i = 0; i + 1 < count; ++i) members += "\"prefix" + std::to_string(i) + "\":[{}],";
    EXPECT_EQ(round_trip("{" + members + "\"last\":0}"), "{" + members + "\"last\":0}");
    EXPECT_NE(refusal("{" + members + "\"prefix0\":0}").find("occurs twice"), std::string::npos);
    const std::string near = "\"prefix" + std::to_string(count - 2) + "\":0}";
    EXPECT_NE(refusal("{" + members + near).find("occurs twice"), std::string::npos) << count;
  }
}

std::string nested(size_t depth, char open, char close) {
  std::string text;
  for (size_t i = 0; i < depth; ++i) text += open == '{' ? "{\"a\":" : "[";
  text += "1";
  return text + std::string(depth, close);
}

TEST(JsonParser, AllowsNestingUpToItsLimit) {
  EXPECT_EQ(round_trip(nested(64, '[', ']')), nested(64, '[', ']'));
  EXPECT_EQ(refusal(nested(65, '[', ']')),
            "line 1, column 65: arrays and objects are nested too deeply.");
  EXPECT_EQ(round_trip(nested(64, '{', '}')), nested(64, '{', '}'));
  EXPECT_NE(refusal(nested(65, '{', '}')).find("too deeply"), std::string::npos);
  EXPECT_EQ(round_trip("[]", {.depth_max = 1}), "[]");
  EXPECT_NE(refusal("[]", {.depth_max = 0}).find("too deeply"), std::string::npos);
  EXPECT_EQ(round_trip("7", {.depth_max = 0}), "7");
}

TEST(JsonParser, NeverNestsDeeperThanAThousand) {
  const JsonLimits limits{.depth_max = 1'000'000};
  EXPECT_EQ(round_trip(nested(1000, '[', ']'), limits), nested(1000, '[', ']'));
  EXPECT_NE(refusal(nested(1001, '[', ']'), limits).find("too deeply"), std::string::npos);
  EXPECT_NE(refusal(std::string(1'000'000, '['), limits).find("too deeply"), std::string::npos);
}

TEST(JsonParser, AllowsNodesUpToItsLimit) {
  const std::string four = R"([{"a":1}])";  // Array, object, name, number.
  EXPECT_EQ(round_trip(four, {.nodes_max = 4}), four);
  EXPECT_EQ(refusal(four, {.nodes_max = 3}), "line 1, column 7: the document has too many values.");
  std::string large = "[";
  for (int i = 0; i < 999; ++i) large += "1,";
  EXPECT_EQ(round_trip(large + "1]", {.nodes_max = 1001}), large + "1]");
  EXPECT_NE(refusal(large + "1]", {.nodes_max = 1000}).find("too many"), std::string::npos);
  EXPECT_NE(refusal("1", {.nodes_max = 0}).find("too many"), std::string::npos);
}

TEST(JsonParser, AllowsBytesUpToItsLimit) {
  EXPECT_EQ(round_trip("[1,2]", {.bytes_max = 5}), "[1,2]");
  EXPECT_EQ(refusal("[1,2]", {.bytes_max = 4}),
            "line 1, column 1: it has 5 bytes, more than the 4 bytes allowed.");
}

TEST(JsonParser, ReadsOneDocumentAfterAnother) {
  JsonParser parser;
  std::string large = "[";
  for (int i = 0; i < 200'000; ++i) large += "{\"key\":\"some longer value\"},";
  large += "0]";
  EXPECT_EQ(parser.parse(large)->size(), 200'001U);
  EXPECT_EQ(json_text(*parser.parse("[1]")), "[1]");
  EXPECT_FALSE(parser.parse("[1"));
  EXPECT_EQ(json_text(*parser.parse(R"({"a":[2]})")), R"({"a":[2]})");
  JsonParser moved = std::move(parser);
  EXPECT_EQ(json_text(*moved.parse("[3]")), "[3]");
}

TEST(JsonParser, RefusesEveryTruncationOfADocument) {
  const std::string text = R"({"a":[1.5e3,"x\u00e4\ud83d\ude00",true,null,{"b":{}}],"c":-12})";
  EXPECT_EQ(refusal(text).substr(0, 8), "accepted");
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_NE(refusal(text.substr(0, size)).substr(0, 8), "accepted") << text.substr(0, size);
  }
}

// `docs/json.md` states an outcome for every case that the standard leaves free.
std::map<std::string, bool> documented_outcomes() {
  std::map<std::string, bool> outcomes;
  std::ifstream in(SERVANDA_SOURCE_DIR "/docs/json.md");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("| `i_")) continue;
    const size_t name_end = line.find('`', 3);
    const std::string name = line.substr(3, name_end - 3);
    const bool accepted = line.find("| accepted |") != std::string::npos;
    EXPECT_NE(accepted, line.find("| refused |") != std::string::npos) << line;
    outcomes[name] = accepted;
  }
  return outcomes;
}

TEST(JsonParsingSuite, IsAcceptedRefusedAndDocumented) {
  if (!std::filesystem::exists(kSuite)) GTEST_SKIP() << "no suite at " << kSuite;
  std::map<std::string, bool> documented = documented_outcomes();
  std::map<char, int> counts;
  JsonParser parser;
  for (const auto& entry : std::filesystem::directory_iterator(kSuite)) {
    const std::string name = entry.path().filename().string();
    const std::string text = read_file(entry.path());
    const Result<JsonValue> value = parser.parse(text);
    ++counts[name.front()];
    // Two files of the suite have a duplicate name, which RFC 8259 leaves to the reader.
    if (name.starts_with("y_object_duplicated_key")) {
      ASSERT_FALSE(value) << name;
      EXPECT_NE(value.error().message.find("occurs twice"), std::string::npos) << name;
    } else if (name.front() == 'i') {
      ASSERT_TRUE(documented.contains(name)) << name << " is missing in docs/json.md";
      EXPECT_EQ(value.has_value(), documented[name]) << name;
      documented.erase(name);
    } else {
      EXPECT_EQ(value.has_value(), name.front() == 'y')
          << name << (value ? "" : ": " + value.error().message);
    }
    if (value) {
      JsonParser again;
      const std::string written = json_text(*value);
      const Result<JsonValue> copy = again.parse(written);
      ASSERT_TRUE(copy) << name;
      EXPECT_TRUE(json_equal(*copy, *value)) << name;
    }
  }
  EXPECT_EQ(counts, (std::map<char, int>{{'y', 95}, {'n', 188}, {'i', 35}}));
  EXPECT_TRUE(documented.empty()) << documented.begin()->first << " is no file of the suite";
}

}  // namespace
}  // namespace servanda

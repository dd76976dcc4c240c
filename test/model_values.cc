// SPDX-License-Identifier: Apache-2.0
#include "model_values.h"

#include <algorithm>
#include <map>
#include <string>

namespace servanda::model {
namespace {

const std::vector<std::string>& good_texts(Kind kind) {
  static const std::map<Kind, std::vector<std::string>> texts = {
      {Kind::kText,
       {"a",
        "b",
        "ab",
        "abc",
        "aB",
        "A",
        "a%",
        "a_",
        "a%b",
        "",
        "a b",
        "\xc3\xa9",
        "\xc3\xa9t",
        "\xe6\x97\xa5\xe6\x9c\xac",
        "\xf0\x9d\x84\x9e",
        "\xef\xbf\xbd",
        "\xf4\x8f\xbf\xbf",
        "\xf4\x8f\xbf\xbfz",
        "null",
        "0",
        "1",
        "a\"b",
        "a\\b",
        "a'b",
        "a\nb",
        "?&=#",
        "usual",
        "x+y"}},
      {Kind::kEnum, enum_words()},
      {Kind::kUuid,
       {"00000000-0000-0000-0000-000000000000", "0197a000-0000-7000-8000-00000000000f",
        "0197A000-0000-7000-8000-00000000000F", "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "7fffffff-0000-4000-8000-000000000001", "80000000-0000-4000-8000-000000000001"}},
      {Kind::kDecimal,
       {"0",
        "-0",
        "0.0",
        "1",
        "1.0",
        "1.50",
        "1.5",
        "9",
        "9.5",
        "10",
        "10.01",
        "99.99",
        "100",
        "-1",
        "-1.5",
        "-1.05",
        "-10",
        "-9.99",
        "0.001",
        "-0.001",
        "123456789012345678901234567890",
        "123456789012345678901234567890.1",
        "-123456789012345678901234567890"}},
      {Kind::kDate,
       {"1970-01-01", "1969-12-31", "2024-02-29", "1600-02-29", "0001-01-01", "9999-12-31",
        "2026-01-01", "2024-03-01"}},
      {Kind::kDateTime,
       {"1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "2024-02-29T12:00:00Z",
        "2024-02-29T14:00:00+02:00", "2024-02-29T12:00:00.5Z", "2024-02-29T12:00:00.000001Z",
        "2024-03-01T00:30:00+01:00", "2026-01-01T00:00:00Z", "1900-01-01T00:00:00-12:00"}}};
  return texts.at(kind);
}

const std::vector<std::string>& number_tokens(Kind kind) {
  static const std::vector<std::string> integers = {"0",
                                                    "1",
                                                    "2",
                                                    "3",
                                                    "-1",
                                                    "7",
                                                    "10",
                                                    "42",
                                                    "9007199254740993",
                                                    "9007199254740992",
                                                    "-9007199254740993",
                                                    "9223372036854775807",
                                                    "-9223372036854775808",
                                                    "100"};
  static const std::vector<std::string> numbers = {
      "0", "1", "1.5", "-2.25", "0.1", "0.30000000000000004", "1e21", "-1e-7", "3", "100", "1e300"};
  return kind == Kind::kInteger ? integers : numbers;
}

Json random_object(Dice& dice) {
  static const char* const texts[] = {"{}",
                                      R"({"a":1})",
                                      R"({"a":{"b":2,"c":[1,null]}})",
                                      R"({"a":{"c":"x"},"d":true})",
                                      R"({"b":[],"a":"text"})",
                                      R"({"a":null})",
                                      R"({"a":{"b":{"c":{"d":1.5}}}})"};
  return *parse_json(dice.one_of(texts));
}

}  // namespace

Json random_value(Dice& dice, Kind kind) {
  switch (kind) {
    case Kind::kInteger:
    case Kind::kNumber:
      return Json::number(dice.one_of(number_tokens(kind)));
    case Kind::kBoolean:
      return Json::truth(dice.percent(50));
    case Kind::kObject:
      return random_object(dice);
    default:
      return Json::string(dice.one_of(good_texts(kind)));
  }
}

std::vector<Json> bad_values(Kind kind) {
  switch (kind) {
    case Kind::kText:
      return {Json::number("1"), Json::string(std::string(41, 'x')), Json::object()};
    case Kind::kEnum:
      return {Json::string("purple"), Json::number("0")};
    case Kind::kUuid:
      return {Json::string("0197a000"), Json::string("0197a000-0000-7000-8000-00000000000g")};
    case Kind::kDecimal:
      return {Json::string("1.2.3"), Json::number("1.5"), Json::string("")};
    case Kind::kInteger:
      return {Json::number("9223372036854775808"), Json::number("1.5"), Json::string("1")};
    case Kind::kNumber:
      return {Json::string("1.5"), Json::truth(true)};
    case Kind::kBoolean:
      return {Json::string("true"), Json::number("1")};
    case Kind::kDate:
      return {Json::string("2023-02-29"), Json::string("2024-1-1"), Json::number("5")};
    case Kind::kDateTime:
      return {Json::string("2024-01-01"), Json::string("2024-01-01T25:00:00Z")};
    case Kind::kObject:
      return {Json::string("{}"), Json::truth(false)};
  }
  return {};
}

bool fits(const Property& property, const Json& value) {
  if (value.is_null()) return property.nullable;
  const std::vector<Json> bad = bad_values(property.kind);
  return std::ranges::none_of(
      bad, [&](const Json& one) { return one.kind == value.kind && one.text == value.text; });
}

}  // namespace servanda::model

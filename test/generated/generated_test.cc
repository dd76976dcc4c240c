// SPDX-License-Identifier: Apache-2.0
// Types, readers and writers made from types.yaml.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "gen/types/schemas.h"
#include "servanda/json.h"

namespace gen::types {
namespace {

using servanda::from_json_text;
using servanda::to_json_text;

// What a reader says about `text`: "" when it reads, otherwise "pointer: detail".
template <typename T>
std::string problem(const std::string& text) {
  const auto value = from_json_text<T>(text);
  if (value) return "";
  if (value.error().fields.empty()) return value.error().message;
  return value.error().fields[0].pointer + ": " + value.error().fields[0].detail;
}

// The text after reading and writing, and that reading that gives an equal value.
template <typename T>
std::string again(const std::string& text) {
  const auto value = from_json_text<T>(text);
  if (!value) return value.error().message;
  const std::string written = to_json_text(*value);
  const auto second = from_json_text<T>(written);
  EXPECT_TRUE(second.has_value() && *second == *value) << written;
  return written;
}

const std::string kScalars =
    R"({"id":"0190a5b0-7c1d-7000-8000-000000000001","at":"2026-05-01T12:00:00.250Z",)"
    R"("day":"2026-05-01","price":"39.9","amount":0.1,"count":9007199254740993,"small":-5,)"
    R"("ratio":0.5,"flag":true,"text":"ä\"\n","level":"high","maybe":null)";

TEST(GeneratedStruct, HoldsEveryScalarExactly) {
  const auto value = from_json_text<Scalars>(kScalars + "}");
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(value->count, 9007199254740993);
  EXPECT_EQ(value->price, servanda::Decimal::parse("39.90"));
  EXPECT_EQ(value->amount.value.text(), "0.1");
  EXPECT_EQ(value->level, Level::kHigh);
  EXPECT_TRUE(value->maybe.is_null());
  EXPECT_FALSE(value->gone.has_value());
  EXPECT_EQ(to_json_text(*value), kScalars + "}");
}

TEST(GeneratedStruct, HasTheTypesOfTheTable) {
  static_assert(std::is_same_v<decltype(Scalars::small), std::int32_t>);
  static_assert(std::is_same_v<decltype(Scalars::at), servanda::Timestamp>);
  static_assert(std::is_same_v<decltype(Scalars::day), servanda::Date>);
  static_assert(std::is_same_v<decltype(Scalars::maybe), servanda::Nullable<std::string>>);
  static_assert(
      std::is_same_v<decltype(Scalars::gone), std::optional<servanda::Nullable<std::int64_t>>>);
  static_assert(std::is_same_v<decltype(Scalars::raw), std::optional<servanda::Json>>);
  static_assert(std::is_same_v<decltype(Scalars::from_overlay), std::optional<std::string>>);
  static_assert(std::is_same_v<Names, std::vector<std::string>>);
  static_assert(std::is_same_v<Blurred, servanda::Json>);
  static_assert(std::is_same_v<Renamed, Merged>);
  static_assert(std::is_same_v<decltype(Merged::extra), servanda::Open<Level>>);
}

TEST(GeneratedStruct, TellsAbsentNullAndAValueApart) {
  EXPECT_EQ(again<Scalars>(kScalars + R"(,"gone":null})"), kScalars + R"(,"gone":null})");
  EXPECT_EQ(again<Scalars>(kScalars + R"(,"gone":3})"), kScalars + R"(,"gone":3})");
  EXPECT_EQ(again<Scalars>(kScalars + "}"), kScalars + "}");
  EXPECT_EQ(problem<Scalars>(kScalars + R"(,"note":null})"),
            "/note: must be a string, but is null");
}

TEST(GeneratedStruct, HoldsListsMapsAndJson) {
  const std::string text =
      kScalars + R"(,"raw":{"a":[1,null,1e400]},"list":[true,false],"levels":["low","new"],)" +
      R"("prices":{"a":"1","b":"2.5"}})";
  EXPECT_EQ(again<Scalars>(text), text);
}

TEST(GeneratedStruct, NamesWhatIsMissing) {
  EXPECT_EQ(problem<Scalars>("{}"), "/id: is missing");
  EXPECT_EQ(problem<Scalars>("[]"), ": must be an object, but is an array");
  std::string wide = "{";
  for (int i = 0; i < 65; ++i) {
    if (i == 64) {
      EXPECT_EQ(problem<Wide>(wide + "}"), "/f64: is missing");
    }
    const std::string number = (i < 10 ? "0" : "") + std::to_string(i);
    wide += std::string(i > 0 ? "," : "") + "\"f" + number + "\":" + std::to_string(i);
  }
  EXPECT_EQ(problem<Wide>(wide + "}"), "");
}

TEST(GeneratedStruct, PointsAtWhatItCannotHold) {
  EXPECT_EQ(problem<Account>(R"({"name":"a","address":{"city":"b","zip/code~":1}})"),
            "/address/zip~1code~0: must be a string, but is a number");
  EXPECT_EQ(problem<Tree>(R"({"value":1,"children":[{"value":1},{"value":1.5}]})"),
            "/children/1/value: must be an integer");
  EXPECT_EQ(problem<Scalars>(kScalars + R"(,"prices":{"a":"x"}})"),
            "/prices/a: must be a decimal numeral in a string");
}

TEST(GeneratedStruct, ReadsWholeNumbersHoweverTheyAreWritten) {
  EXPECT_EQ(again<Small>(R"({"id":1.0})"), R"({"id":1})");
  EXPECT_EQ(again<Small>(R"({"id":12e2})"), R"({"id":1200})");
  EXPECT_EQ(again<Small>(R"({"id":-9223372036854775808})"), R"({"id":-9223372036854775808})");
  EXPECT_EQ(again<Small>(R"({"id":9223372036854775807.0})"), R"({"id":9223372036854775807})");
  EXPECT_EQ(problem<Small>(R"({"id":9223372036854775808})"), "/id: must fit an integer of 64 bits");
  EXPECT_EQ(problem<Small>(R"({"id":1e999999999})"), "/id: must fit an integer of 64 bits");
  servanda::ReadError error;
  std::int32_t out = 0;
  for (const auto& [text, reads] : {std::pair("2147483647", true),
                                    {"2147483648", false},
                                    {"-2147483648", true},
                                    {"-2147483649", false}}) {
    const auto document = servanda::JsonDocument::parse(text);
    EXPECT_EQ(servanda::read(document->root(), out, error), reads) << text;
  }
}

TEST(GeneratedStruct, KeepsDecimalsOutOfBinaryFloatingPoint) {
  const auto amount = [](const std::string& token) {
    const auto document = servanda::JsonDocument::parse(token);
    servanda::DecimalNumber out;
    servanda::ReadError error;
    return servanda::read(document->root(), out, error) ? out.value.text() : "refused";
  };
  EXPECT_EQ(amount("0.10"), "0.1");
  EXPECT_EQ(amount("12345678901234567890.123456789"), "12345678901234567890.123456789");
  EXPECT_EQ(amount("-1.5e-3"), "-0.0015");
  EXPECT_EQ(amount("12e3"), "12000");
  EXPECT_EQ(amount("1e999").size(), 1000u);
  EXPECT_EQ(amount("1e1000"), "refused");
  EXPECT_EQ(amount("-0.0"), "0");
  EXPECT_LT(*servanda::Decimal::parse("9"), *servanda::Decimal::parse("10"));
}

TEST(GeneratedStruct, LeavesOutWhatOneDirectionDoesNotHold) {
  EXPECT_EQ(again<Account>(R"({"name":"a"})"), R"({"name":"a"})");
  EXPECT_EQ(problem<Account>("{}"), "/name: is missing");
  EXPECT_EQ(again<Account>(R"({"name":"a","level":null})"), R"({"name":"a","level":null})");
}

TEST(GeneratedStruct, KeepsUndeclaredMembersOnlyWhereInvited) {
  EXPECT_EQ(again<Open>(R"({"a":1,"b":2})"), R"({"a":1,"b":2})");
  EXPECT_EQ(problem<Open>(R"({"a":1,"b":"x"})"), "/b: must be an integer, but is a string");
  EXPECT_EQ(again<Free>(R"({"b":{"c":[]}})"), R"({"b":{"c":[]}})");
  EXPECT_EQ(again<Small>(R"({"id":1,"b":2})"), R"({"id":1})");
  EXPECT_EQ(again<Closed>("{}"), "{}");
}

TEST(GeneratedEnum, KeepsTextsThatItDoesNotKnow) {
  const auto value = from_json_text<servanda::Open<Level>>("\"huge\"");
  ASSERT_TRUE(value);
  EXPECT_FALSE(value->is_recognized());
  EXPECT_EQ(value->value(), Level::kUnrecognized);
  EXPECT_EQ(value->text(), "huge");
  EXPECT_EQ(again<servanda::Open<Level>>("\"huge\""), "\"huge\"");
  EXPECT_EQ(again<servanda::Open<Level>>("\"\""), "\"\"");
  EXPECT_EQ(servanda::Open<Level>().text(), "low");
  EXPECT_NE(servanda::Open<Level>::of("huge"), servanda::Open<Level>::of("tall"));
  EXPECT_EQ(again<NullableLevel>("null"), "null");
}

TEST(GeneratedRecursion, ReadsWritesCopiesAndCompares) {
  const std::string text =
      R"({"value":1,"children":[{"value":2}],"named":{"a":{"value":3}},"left":{"value":4},)"
      R"("right":null,"partner":{"tree":{"value":5,"right":{"value":6}},"mates":[{}]}})";
  EXPECT_EQ(again<Tree>(text), text);
  auto tree = from_json_text<Tree>(text);
  Tree copy = *tree;
  copy.left->emplace().value = 40;
  EXPECT_EQ((**tree->left).value, 4);
  EXPECT_NE(copy, *tree);
  EXPECT_EQ(again<Nest>("[[],[[]]]"), "[[],[[]]]");
}

TEST(GeneratedRecursion, WritesAnEmptyBoxAsNull) {
  Tree tree;
  tree.left.emplace();
  EXPECT_EQ(to_json_text(tree), R"({"value":0,"left":null})");
}

TEST(GeneratedUnion, FollowsItsDiscriminator) {
  const auto value = from_json_text<Shape>(R"({"kind":"disc","radius":2})");
  ASSERT_TRUE(value);
  EXPECT_EQ(std::get<Circle>(value->value).radius, 2);
  EXPECT_EQ(again<Shape>(R"({"kind":"Square","side":2})"), R"({"kind":"Square","side":2})");
  EXPECT_EQ(problem<Shape>(R"({"kind":"disc"})"), "/radius: is missing");
  // What the tag does not name is kept as it is.
  for (const std::string text : {R"({"kind":"oval","x":1})", R"({"radius":2})", R"({"kind":7})"}) {
    EXPECT_TRUE(std::holds_alternative<servanda::Json>(from_json_text<Shape>(text)->value));
    EXPECT_EQ(again<Shape>(text), text);
  }
  EXPECT_EQ(problem<Shape>("1"), ": must be an object, but is a number");
}

TEST(GeneratedUnion, TakesTheFirstThatFits) {
  EXPECT_TRUE(
      std::holds_alternative<Square>(from_json_text<AnyShape>(R"({"kind":"x","side":1})")->value));
  EXPECT_EQ(problem<AnyShape>(R"({"kind":"x"})"), ": has none of the forms of AnyShape");
  // What has more required members is asked first.
  EXPECT_EQ(again<Sized>(R"({"id":1,"more":"x"})"), R"({"id":1,"more":"x"})");
  EXPECT_EQ(again<Sized>(R"({"id":1})"), R"({"id":1})");
}

TEST(GeneratedUnion, LooksAtEnumsThatMayBeAbsentAndLosesNothing) {
  EXPECT_TRUE(
      std::holds_alternative<Bank>(from_json_text<Method>(R"({"type":"bank","iban":"x"})")->value));
  EXPECT_TRUE(std::holds_alternative<Card>(from_json_text<Method>(R"({"type":"debit"})")->value));
  EXPECT_EQ(again<Method>(R"({"iban":"x"})"), R"({"iban":"x"})");
  EXPECT_TRUE(
      std::holds_alternative<servanda::Json>(from_json_text<Method>(R"({"iban":"x"})")->value));
}

TEST(GeneratedUnion, HoldsValuesOfEveryKind) {
  for (const std::string text :
       {"null", "true", "1", "1.5", "\"x\"", "\"auto\"", "[]", R"([{"kind":"a","radius":1}])",
        R"({"id":1})", R"("0190a5b0-7c1d-7000-8000-000000000001")"}) {
    EXPECT_EQ(again<Mixed>(text), text);
  }
  EXPECT_EQ(again<Words>("7"), "7");
  EXPECT_EQ(again<Words>("\"7\""), "\"7\"");
  EXPECT_EQ(problem<Words>("[]"), ": has none of the forms of Words");
  EXPECT_EQ(problem<Mixed>(R"([{"kind":"a"}])"), ": has none of the forms of MixedValue");
}

TEST(GeneratedUnion, BecomesOneStructWhenItStandsBesideProperties) {
  EXPECT_EQ(again<Several>(R"({"base":"a","how":"two","x":1,"y":["b"]})"),
            R"({"base":"a","how":"two","x":1,"y":["b"]})");
  static_assert(std::is_same_v<decltype(Several::how), std::optional<std::string>>);
  EXPECT_EQ(again<EitherNeeded>(R"({"q":"a"})"), R"({"q":"a"})");
}

TEST(GeneratedStruct, TakesDesignatedInitialisers) {
  const Small small{.id = 3};
  const Account account{.name = "a"};
  EXPECT_EQ(to_json_text(small) + to_json_text(account), R"({"id":3}{"name":"a"})");
}

TEST(Writing, HasNoNumbersThatJsonLacks) {
  EXPECT_EQ(to_json_text(std::vector<double>{1.5, std::numeric_limits<double>::infinity()}),
            "[1.5,null]");
}

TEST(Reading, RefusesNumbersBeyondADouble) {
  EXPECT_EQ(problem<double>("1e999"), ": must fit a double");
  EXPECT_EQ(problem<bool>("{"), servanda::JsonDocument::parse("{").error().message);
}

}  // namespace
}  // namespace gen::types

// SPDX-License-Identifier: Apache-2.0
// What expressions come to: exact numbers, null, and what cannot be worked out.
#include "contract/expression/evaluate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/calendar.h"
#include "base/ids.h"
#include "contract/expression/decimal_math.h"
#include "contract/expression/test_product.h"

namespace servanda {
namespace {

constexpr std::string_view kLamp =
    R"({"id":"0197a000-0000-7000-8000-000000000001","name":"Lamp","price":"39.90","sold":3,
        "weight":2.5,"active":true,"due":"1970-01-01T00:00:02Z","published":"1970-01-03",
        "tags":["a","b"],"counts":[1,2.0,3e0],"meta":{"n":5,"d":1.25,"t":"x","o":{"p":null},
        "big":1e1000,"date":"1970-01-03"},"box":{"width":7,"made":"1970-01-02"}})";

std::string shown(const ExpressionValue& value) {
  switch (value.kind) {
    case ExpressionKind::kNull:
      return "null";
    case ExpressionKind::kError:
      return "error: " + std::string(value.text);
    case ExpressionKind::kBoolean:
      return value.is_true() ? "true" : "false";
    case ExpressionKind::kInteger:
      return std::to_string(value.integer);
    case ExpressionKind::kNumber: {
      std::string text;
      JsonWriter(text).number(value.number);
      return text + "d";
    }
    case ExpressionKind::kDecimal:
      return std::string(value.text) + "m";
    case ExpressionKind::kTimestamp:
      return timestamp_text(Timestamp{value.integer});
    case ExpressionKind::kDate:
      return date_text(static_cast<int32_t>(value.integer));
    case ExpressionKind::kText:
      return "'" + std::string(value.text) + "'";
    default:
      return std::string(kind_with_article(value.kind));
  }
}

std::string value_of(std::string_view text, std::string_view json = kLamp) {
  const auto made = compile_expression(text, product_scope(), ExpressionKind::kAny);
  if (!made) return "none: " + made.error().message;
  Arena arena;
  return shown(evaluate(*made, TestProduct(json), arena));
}

TEST(Evaluate, IntegersAreExactAndNeverWrapAround) {
  EXPECT_EQ(value_of("7 / 2"), "3");
  EXPECT_EQ(value_of("-7 / 2"), "-3");
  EXPECT_EQ(value_of("-7 % 3"), "-1");
  EXPECT_EQ(value_of("2 + 3 * 4 - 10 % 4"), "12");
  EXPECT_EQ(value_of("9007199254740993 + 0"), "9007199254740993");
  EXPECT_EQ(value_of("9223372036854775807 + 0"), "9223372036854775807");
  const std::string overflow = "error: the result is beyond 64 bits";
  EXPECT_EQ(value_of("9223372036854775807 + 1"), overflow);
  EXPECT_EQ(value_of("-9223372036854775808 - 1"), overflow);
  EXPECT_EQ(value_of("3037000500 * 3037000500"), overflow);
  EXPECT_EQ(value_of("-9223372036854775808 / -1"), overflow);
  EXPECT_EQ(value_of("-(-9223372036854775807 - 1)"), overflow);
  EXPECT_EQ(value_of("-9223372036854775808 % -1"), "0");
  EXPECT_EQ(value_of("1 / 0"), "error: division by zero");
  EXPECT_EQ(value_of("1 % 0"), "error: division by zero");
}

TEST(Evaluate, DecimalsAreExact) {
  EXPECT_EQ(value_of("0.1 + 0.2"), "0.3m");
  EXPECT_EQ(value_of("self.price * self.sold"), "119.7m");
  EXPECT_EQ(value_of("self.price - 40"), "-0.1m");
  EXPECT_EQ(value_of("-self.price"), "-39.9m");
  EXPECT_EQ(value_of("0.5 - 0.5"), "0m");
  EXPECT_EQ(value_of("-0.5 * 0"), "0m");
  EXPECT_EQ(value_of("99999999999999999999.9 + 0.1"), "100000000000000000000m");
  EXPECT_EQ(value_of("1000000000.000000001 * 1000000000.000000001"),
            "1000000000000000002.000000000000000001m");
  EXPECT_EQ(value_of("0.1 + 0.2 == 0.3"), "true");
  EXPECT_EQ(value_of("9007199254740993 > 9007199254740992.5"), "true");
  EXPECT_EQ(value_of("3 == 3.0"), "true");
}

TEST(Evaluate, DecimalsHaveAtMost1000Digits) {
  Arena arena;
  const std::string nines(1000, '9');
  EXPECT_EQ(compute_decimal(DecimalOp::kAdd, nines, "0", arena), nines);
  EXPECT_EQ(compute_decimal(DecimalOp::kAdd, nines, "1", arena), std::nullopt);
  EXPECT_EQ(compute_decimal(DecimalOp::kSubtract, nines, nines, arena), "0");
  const std::string half(500, '9');
  const auto product = compute_decimal(DecimalOp::kMultiply, half, half, arena);
  EXPECT_EQ(product, std::string(499, '9') + "8" + std::string(499, '0') + "1");
  EXPECT_EQ(compute_decimal(DecimalOp::kMultiply, half, "1" + half, arena), std::nullopt);
  EXPECT_EQ(compute_decimal(DecimalOp::kMultiply, "0." + std::string(998, '0') + "5", "200", arena),
            "0." + std::string(995, '0') + "1");
}

TEST(Evaluate, DecimalArithmeticAgreesWithIntegers) {
  Arena arena;
  uint64_t state = 42;
  const auto next = [&] {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<int64_t>(state >> 33) % 2'000'000'000 - 1'000'000'000;
  };
  for (int i = 0; i < 2000; ++i) {
    const int64_t a = next();
    const int64_t b = next();
    const auto text = [&](int64_t value) { return decimal_of_integer(value, arena); };
    EXPECT_EQ(compute_decimal(DecimalOp::kAdd, text(a), text(b), arena), text(a + b));
    EXPECT_EQ(compute_decimal(DecimalOp::kSubtract, text(a), text(b), arena), text(a - b));
    EXPECT_EQ(compute_decimal(DecimalOp::kMultiply, text(a), text(b), arena), text(a * b));
    arena.reset();
  }
}

TEST(Evaluate, NumberTokensBecomeDecimals) {
  Arena arena;
  EXPECT_EQ(decimal_of_token("0.00", arena), "0");
  EXPECT_EQ(decimal_of_token("1.50", arena), "1.5");
  EXPECT_EQ(decimal_of_token("-12.5e-3", arena), "-0.0125");
  EXPECT_EQ(decimal_of_token("1e3", arena), "1000");
  EXPECT_EQ(decimal_of_token("12.34e1", arena), "123.4");
  EXPECT_EQ(decimal_of_token("0.1", arena), "0.1");
  EXPECT_EQ(decimal_of_token("1e999", arena), "1" + std::string(999, '0'));
  EXPECT_EQ(decimal_of_token("1e1000", arena), std::nullopt);
  EXPECT_EQ(decimal_of_token("1e-999", arena), "0." + std::string(998, '0') + "1");
  EXPECT_EQ(decimal_of_token("1e-1000", arena), std::nullopt);
  EXPECT_EQ(decimal_of_token("1e999999999999", arena), std::nullopt);
}

TEST(Evaluate, DoublesStayFinite) {
  EXPECT_EQ(value_of("self.weight * 2"), "5d");
  EXPECT_EQ(value_of("-self.weight"), "-2.5d");
  EXPECT_EQ(value_of("1e300 * 1e300"), "error: the result is beyond the range of a double");
  EXPECT_EQ(value_of("self.weight / 0"), "error: division by zero");
  // An integer is compared as what it is, not as the double nearest to it.
  EXPECT_EQ(value_of("self.sold == self.weight", R"({"sold":9007199254740993,
            "weight":9007199254740992})"),
            "false");
  EXPECT_EQ(value_of("self.sold > self.weight", R"({"sold":9007199254740993,
            "weight":9007199254740992})"),
            "true");
  EXPECT_EQ(value_of("self.sold < self.weight", R"({"sold":9223372036854775807,
            "weight":9223372036854775808.0})"),
            "true");
  EXPECT_EQ(value_of("self.weight > self.sold", R"({"sold":2,"weight":2.5})"), "true");
  EXPECT_EQ(value_of("self.weight < self.sold", R"({"sold":-2,"weight":-2.5})"), "true");
}

TEST(Evaluate, NullIsEqualToNullAndOtherwiseUnknown) {
  EXPECT_EQ(value_of("self.stock == null"), "true");
  EXPECT_EQ(value_of("self.stock != 5"), "true");
  EXPECT_EQ(value_of("self.stock == self.sku"), "none: an integer and text are compared");
  EXPECT_EQ(value_of("self.stock + 1"), "null");
  EXPECT_EQ(value_of("self.stock < 1"), "null");
  EXPECT_EQ(value_of("-self.stock"), "null");
  EXPECT_EQ(value_of("self.sku + 'x'"), "null");
  EXPECT_EQ(value_of("self.sku.size()"), "null");
  EXPECT_EQ(value_of("self.sku.startsWith('a')"), "null");
  EXPECT_EQ(value_of("!(self.stock < 1)"), "null");
  EXPECT_EQ(value_of("self.stock < 1 && false"), "false");
  EXPECT_EQ(value_of("false && self.stock < 1"), "false");
  EXPECT_EQ(value_of("self.stock < 1 && true"), "null");
  EXPECT_EQ(value_of("true && self.stock < 1"), "null");
  EXPECT_EQ(value_of("self.stock < 1 || true"), "true");
  EXPECT_EQ(value_of("self.stock < 1 || false"), "null");
  EXPECT_EQ(value_of("self.stock < 1 ? 1 : 2"), "null");
  EXPECT_EQ(value_of("self.stock in [1, null]"), "true");
  EXPECT_EQ(value_of("self.stock in [1, 2]"), "false");
  EXPECT_EQ(value_of("'a' in self.tags", "{}"), "null");
  EXPECT_EQ(value_of("has(self.stock)"), "false");
  EXPECT_EQ(value_of("has(self.name)"), "true");
  EXPECT_EQ(value_of("self.box.width", "{}"), "null");
  EXPECT_EQ(value_of("self.meta.o.p.q"), "null");
}

TEST(Evaluate, ErrorsStayErrorsUnlessTheyDoNotMatter) {
  EXPECT_EQ(value_of("1 / 0 == null"), "error: division by zero");
  EXPECT_EQ(value_of("1 / 0 == 1 && false"), "false");
  EXPECT_EQ(value_of("false && 1 / 0 == 1"), "false");
  EXPECT_EQ(value_of("1 / 0 == 1 || true"), "true");
  EXPECT_EQ(value_of("true && 1 / 0 == 1"), "error: division by zero");
  EXPECT_EQ(value_of("self.stock < 1 && 1 / 0 == 1"), "error: division by zero");
  EXPECT_EQ(value_of("true ? 1 : 1 / 0"), "1");
  EXPECT_EQ(value_of("1 / 0 > 0 ? 1 : 2"), "error: division by zero");
  EXPECT_EQ(value_of("2 in [1 / 0, 2]"), "true");
  EXPECT_EQ(value_of("3 in [1 / 0, 2]"), "error: division by zero");
}

TEST(Evaluate, Text) {
  EXPECT_EQ(value_of("self.name + ' (' + 'x' + \")\""), "'Lamp (x)'");
  EXPECT_EQ(value_of("'\\u00e4\\n\\'\\U0001F600'"), "'ä\n'😀'");
  EXPECT_EQ(value_of("'ä😀'.size()"), "2");
  EXPECT_EQ(value_of("size('')"), "0");
  EXPECT_EQ(value_of("self.name.startsWith('La')"), "true");
  EXPECT_EQ(value_of("self.name.endsWith('mp')"), "true");
  EXPECT_EQ(value_of("self.name.contains('am')"), "true");
  EXPECT_EQ(value_of("self.name.contains('x')"), "false");
  EXPECT_EQ(value_of("'B' < 'a'"), "true");
  EXPECT_EQ(value_of("self['first-name']", R"({"first-name":"Ada"})"), "'Ada'");
}

TEST(Evaluate, TextThatIsMadeHasAtMost65536Bytes) {
  const auto sum = [](size_t size) {
    return value_of("self.name + 'x'", R"({"name":")" + std::string(size, 'a') + R"("})");
  };
  EXPECT_EQ(sum(65'535).size(), 65'538u);  // With the quotes that shown() adds.
  EXPECT_EQ(sum(65'536), "error: the text has more than 65536 bytes");
}

TEST(Evaluate, TimesListsAndObjects) {
  EXPECT_EQ(value_of("self.due > now"), "true");
  EXPECT_EQ(value_of("self.due == '1970-01-01T01:00:02+01:00'"), "true");
  EXPECT_EQ(value_of("self.published < '1970-01-04'"), "true");
  EXPECT_EQ(value_of("self.box.made"), "1970-01-02");
  EXPECT_EQ(value_of("self.id == '0197A000-0000-7000-8000-000000000001'"), "true");
  EXPECT_EQ(value_of("self.id == self.name"), "false");
  EXPECT_EQ(value_of("'b' in self.tags"), "true");
  EXPECT_EQ(value_of("'c' in self.tags"), "false");
  EXPECT_EQ(value_of("3 in self.counts"), "true");
  EXPECT_EQ(value_of("self.tags.size()"), "2");
  EXPECT_EQ(value_of("[1, 2, 3].size()"), "3");
  EXPECT_EQ(value_of("self.price in [1, 39.90]"), "true");
  EXPECT_EQ(value_of("'n' in self.meta"), "true");
  EXPECT_EQ(value_of("'z' in self.meta"), "false");
  EXPECT_EQ(value_of("size(self.box)"), "2");
}

TEST(Evaluate, FreeFormObjectsAreJudgedByWhatIsInThem) {
  EXPECT_EQ(value_of("self.meta.n + 1"), "6");
  EXPECT_EQ(value_of("self.meta.d * 2"), "2.5m");
  EXPECT_EQ(value_of("self.meta.t + 'y'"), "'xy'");
  EXPECT_EQ(value_of("self.meta.t + 1"), "error: the values cannot be combined");
  EXPECT_EQ(value_of("self.meta.t == 5"), "false");
  EXPECT_EQ(value_of("self.meta.t < 5"), "error: the values have no common order");
  EXPECT_EQ(value_of("self.meta.date == self.published"), "true");
  EXPECT_EQ(value_of("self.meta.big"), "error: the number has more than 1000 digits");
  EXPECT_EQ(value_of("self.meta.t ? 1 : 2"), "error: this is neither true nor false");
  EXPECT_EQ(value_of("self.meta.t && true"), "error: this is neither true nor false");
  EXPECT_EQ(value_of("self.meta.o == 1"), "error: lists and objects are not compared");
  EXPECT_EQ(value_of("self.meta.t.u"), "error: only objects have members");
  EXPECT_EQ(value_of("self.meta.d < self.weight"), "error: the values have no common order");
  EXPECT_EQ(value_of("1 in self.meta.t"), "error: \"in\" needs a list");
}

TEST(Evaluate, ValuesThatAreNotWhatTheirSchemaSaysAreErrors) {
  EXPECT_EQ(value_of("self.box.width", R"({"box":{"width":"x"}})"),
            "error: the value is not what its schema says");
  EXPECT_EQ(value_of("self.box.width", R"({"box":{"width":7.0}})"), "7");
  EXPECT_EQ(value_of("self.box.width", R"({"box":{"width":7.5}})"),
            "error: the value is not what its schema says");
  EXPECT_EQ(value_of("self.box.made", R"({"box":{"made":"soon"}})"),
            "error: the value is not what its schema says");
  EXPECT_EQ(value_of("has(self.box.made)", R"({"box":{"made":"soon"}})"), "true");
}

}  // namespace
}  // namespace servanda

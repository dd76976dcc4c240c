// SPDX-License-Identifier: Apache-2.0
#include "base/decimal.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace servanda {
namespace {

std::string digits(size_t count) {
  return std::string(count, '7');
}

TEST(CanonicalDecimal, CutsZeros) {
  EXPECT_EQ(canonical_decimal("39.90"), "39.9");
  EXPECT_EQ(canonical_decimal("007.50"), "7.5");
  EXPECT_EQ(canonical_decimal("100"), "100");
  EXPECT_EQ(canonical_decimal("1.000"), "1");
  EXPECT_EQ(canonical_decimal("0.05"), "0.05");
  EXPECT_EQ(canonical_decimal("-0"), "0");
  EXPECT_EQ(canonical_decimal("-0.00"), "0");
  EXPECT_EQ(canonical_decimal("-0.10"), "-0.1");
}

TEST(CanonicalDecimal, RefusesWhatIsNoNumeral) {
  for (const char* const bad :
       {"", "-", "+1", "1.", ".5", "1e3", "1,5", " 1", "1 ", "--1", "1.2.3", "0x1", "NaN"}) {
    EXPECT_FALSE(canonical_decimal(bad)) << bad;
  }
}

TEST(CanonicalDecimal, TakesUpToAThousandDigits) {
  EXPECT_EQ(canonical_decimal(digits(1000)), digits(1000));
  EXPECT_FALSE(canonical_decimal(digits(1001)));
  EXPECT_TRUE(canonical_decimal("-" + digits(500) + "." + digits(500)));
  EXPECT_FALSE(canonical_decimal("-" + digits(501) + "." + digits(500)));
}

TEST(DecimalSortKey, OrdersAsTheNumbersDo) {
  const std::vector<std::string> ascending = {"-" + digits(1000),
                                              "-100.5",
                                              "-100",
                                              "-99.99",
                                              "-10",
                                              "-9",
                                              "-1.51",
                                              "-1.5",
                                              "-1.05",
                                              "-1",
                                              "-0.11",
                                              "-0.1",
                                              "-0.011",
                                              "-0.01",
                                              "-0.0000001",
                                              "0",
                                              "0.0000001",
                                              "0.01",
                                              "0.011",
                                              "0.1",
                                              "0.11",
                                              "0.9",
                                              "1",
                                              "1.05",
                                              "1.5",
                                              "1.51",
                                              "9",
                                              "10",
                                              "11",
                                              "99.99",
                                              "100",
                                              "100.5",
                                              "101",
                                              "1000",
                                              digits(999),
                                              digits(1000)};
  for (size_t i = 0; i + 1 < ascending.size(); ++i) {
    EXPECT_LT(decimal_sort_key(ascending[i]), decimal_sort_key(ascending[i + 1]))
        << ascending[i] << " and " << ascending[i + 1];
  }
}

TEST(DecimalSortKey, AgreesWithComparisonOnRandomNumbers) {
  std::mt19937 random(7);
  std::vector<std::string> numbers;
  for (int i = 0; i < 300; ++i) {
    std::string text = random() % 2 == 0 ? "-" : "";
    for (size_t n = random() % 4 + 1; n > 0; --n) text += static_cast<char>('0' + random() % 3);
    text += '.';
    for (size_t n = random() % 4 + 1; n > 0; --n) text += static_cast<char>('0' + random() % 3);
    numbers.push_back(*canonical_decimal(text));
  }
  for (const std::string& a : numbers) {
    for (const std::string& b : numbers) {
      const int keys = decimal_sort_key(a).compare(decimal_sort_key(b));
      EXPECT_EQ((keys > 0) - (keys < 0), compare_number_tokens(a, b)) << a << " " << b;
    }
  }
}

TEST(NumberTokens, CompareExactly) {
  const auto compare = [](std::string_view a, std::string_view b, int expected) {
    EXPECT_EQ(compare_number_tokens(a, b), expected) << a << " " << b;
    EXPECT_EQ(compare_number_tokens(b, a), -expected) << b << " " << a;
  };
  compare("1", "1.0", 0);
  compare("1", "1e0", 0);
  compare("10", "1e1", 0);
  compare("0.1", "1E-1", 0);
  compare("100e-2", "1", 0);
  compare("0", "-0.0e5", 0);
  compare("-1", "1", -1);
  compare("-2", "-1", -1);
  compare("0", "1e-400", -1);
  compare("-1e-400", "0", -1);
  compare("9007199254740993", "9007199254740992.0", 1);
  compare("0.1", "0.1000000000000000055511151231257827", -1);
  compare("1e400", "1e401", -1);
  compare("-1e400", "-1e401", 1);
  compare("123", "124", -1);
  compare("12", "123", -1);
  compare("1.2", "1.23", -1);
}

TEST(NumberTokens, TreatHugeExponentsAsABillion) {
  EXPECT_EQ(compare_number_tokens("1e1000000000", "1e1000000001"), 0);
  EXPECT_EQ(compare_number_tokens("1e999999999", "1e1000000000"), -1);
  EXPECT_EQ(compare_number_tokens("1e-1000000000", "1e-99999999999999999999"), 0);
  EXPECT_EQ(compare_number_tokens("1e99999999999999999999999", "5"), 1);
  EXPECT_EQ(compare_number_tokens("10e1000000000", "1e1000000000"), 0);
  EXPECT_EQ(compare_number_tokens("10e999999999", "1e1000000000"), 0);
  EXPECT_EQ(compare_number_tokens("0.1e1000000001", "1e1000000000"), 0);
  EXPECT_EQ(compare_number_tokens("0e99999999999999999999999", "0"), 0);
}

TEST(NumberTokens, KnowIntegers) {
  for (const char* const whole : {"0", "-0", "0.0", "1", "1.0", "1e3", "1.5e1", "100e-2", "0e-5",
                                  "-12.000", "123456789012345678901234567890"}) {
    EXPECT_TRUE(is_integral_token(whole)) << whole;
  }
  for (const char* const broken : {"0.5", "1e-1", "1.55e1", "10e-2", "-12.001"}) {
    EXPECT_FALSE(is_integral_token(broken)) << broken;
  }
}

TEST(MultipleOf, IsExact) {
  const auto yes = [](std::string_view a, std::string_view b) {
    EXPECT_TRUE(is_multiple_of(a, b)) << a << " " << b;
  };
  const auto no = [](std::string_view a, std::string_view b) {
    EXPECT_FALSE(is_multiple_of(a, b)) << a << " " << b;
  };
  yes("0", "3");
  yes("9", "3");
  yes("-9", "3");
  no("10", "3");
  yes("0.3", "0.1");
  yes("19.99", "0.01");
  no("19.995", "0.01");
  yes("4.5", "1.5");
  no("35", "1.5");
  yes("0.0075", "0.0001");
  no("0.00751", "0.0001");
  no("1e308", "0.123456789e-9");
  yes("123456789e300", "0.123456789e-9");
  yes("12391239123", "1e-8");
  yes("1e1000000000", "0.5");
  no("1e1000000000", "0.3");
  no("1e30", "7");
  yes("7e30", "7");
  no("1e9", "1024");
  yes("1e10", "1024");
  yes("123456789012345678", "123456789012345678");
  no("123456789012345679", "123456789012345678");
}

TEST(MultipleOf, DividesByNumbersOfAnyWidth) {
  EXPECT_TRUE(is_multiple_of("246913578024691357802", "123456789012345678901"));
  EXPECT_FALSE(is_multiple_of("246913578024691357803", "123456789012345678901"));
  EXPECT_TRUE(is_multiple_of("1", "0.0000000000000000000000000001"));
  // 2^70: 70 zeros bring enough twos, 69 do not.
  EXPECT_TRUE(is_multiple_of("1e70", "1180591620717411303424"));
  EXPECT_FALSE(is_multiple_of("1e69", "1180591620717411303424"));
  EXPECT_TRUE(is_multiple_of("1e1000000000", "1180591620717411303424"));
}

TEST(MultipleOf, BoundsItsSteps) {
  const std::string divisor = "12345678901234567891";  // 20 digits.
  std::string number;
  for (int i = 0; i < 25'000; ++i) number += divisor;
  EXPECT_TRUE(is_multiple_of(number, divisor));
  number += divisor;
  EXPECT_FALSE(is_multiple_of(number, divisor));
}

}  // namespace
}  // namespace servanda

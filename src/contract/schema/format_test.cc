// SPDX-License-Identifier: Apache-2.0
#include "contract/schema/format.h"

#include <gtest/gtest.h>

#include <string>

#include "contract/schema/uri.h"

namespace servanda::internal {
namespace {

bool number_fits(std::string_view format, std::string_view number) {
  const Result<JsonDocument> value = JsonDocument::parse(number);
  EXPECT_TRUE(value.has_value()) << number;
  return number_has_format(format_named(format), value->root());
}

bool text_fits(std::string_view format, std::string_view text) {
  return text_has_format(format_named(format), text);
}

TEST(Format, IntegersKeepTheirRanges) {
  EXPECT_TRUE(number_fits("int32", "2147483647"));
  EXPECT_FALSE(number_fits("int32", "2147483648"));
  EXPECT_TRUE(number_fits("int32", "-2147483648"));
  EXPECT_FALSE(number_fits("int32", "-2147483649"));
  EXPECT_TRUE(number_fits("int32", "1e3"));
  EXPECT_FALSE(number_fits("int32", "1.5"));
  EXPECT_FALSE(number_fits("int32", "2147483648.0"));
  EXPECT_TRUE(number_fits("int32", "-2147483648.0"));
  EXPECT_TRUE(number_fits("int64", "9223372036854775807"));
  EXPECT_FALSE(number_fits("int64", "9223372036854775808"));
  EXPECT_TRUE(number_fits("int64", "-9223372036854775808"));
  EXPECT_FALSE(number_fits("int64", "-9223372036854775809"));
  EXPECT_TRUE(number_fits("int64", "9223372036854775807.0"));
  EXPECT_FALSE(number_fits("int64", "0.5"));
}

TEST(Format, FloatingPointKeepsItsRange) {
  EXPECT_TRUE(number_fits("float", "3.4e38"));
  EXPECT_FALSE(number_fits("float", "3.5e38"));
  EXPECT_TRUE(number_fits("double", "1.7e308"));
  EXPECT_FALSE(number_fits("double", "1e400"));
  EXPECT_TRUE(number_fits("unix-time", "1767225600"));
  EXPECT_FALSE(number_fits("unix-time", "1767225600.5"));
}

TEST(Format, ByteIsPaddedBase64) {
  for (std::string_view text : {"", "YQ==", "YWI=", "YWJj", "+/+/"}) {
    EXPECT_TRUE(text_fits("byte", text)) << text;
  }
  for (std::string_view text : {"YQ", "YQ=", "Y===", "YW-j", "YW j", "Y=Qj"}) {
    EXPECT_FALSE(text_fits("byte", text)) << text;
  }
}

TEST(Format, DecimalIsPlainDigitsUpToAThousand) {
  for (std::string_view text : {"0", "-1", "39.90", "007.5", "-0.0"}) {
    EXPECT_TRUE(text_fits("decimal", text)) << text;
  }
  for (std::string_view text : {"", "-", "1.", ".5", "1e3", "+1", "1.2.3", " 1", "1,5"}) {
    EXPECT_FALSE(text_fits("decimal", text)) << text;
  }
  EXPECT_TRUE(text_fits("decimal", std::string(1000, '1')));
  EXPECT_FALSE(text_fits("decimal", std::string(1001, '1')));
}

TEST(Format, UnknownNamesAndOpenOnesPass) {
  for (std::string_view format : {"password", "binary", "phone-number", "idn-hostname"}) {
    EXPECT_TRUE(text_fits(format, "\t anything")) << format;
  }
}

TEST(Format, EveryFormatHasANameAndADescription) {
  for (int i = 1; i <= static_cast<int>(Format::kUnixTime); ++i) {
    const auto format = static_cast<Format>(i);
    EXPECT_EQ(format_named(format_name(format)), format) << i;
    EXPECT_FALSE(format_description(format).empty()) << i;
  }
}

TEST(Format, HostnamesEndAt253Characters) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'a');
  EXPECT_EQ(longest.size(), 253u);
  EXPECT_TRUE(is_hostname(longest));
  EXPECT_FALSE(is_hostname(longest + "a"));
}

TEST(Format, LocalPartsEndAt64Characters) {
  EXPECT_TRUE(is_email(std::string(64, 'a') + "@example.com"));
  EXPECT_FALSE(is_email(std::string(65, 'a') + "@example.com"));
}

TEST(Format, ALabelsSurviveHostileText) {
  EXPECT_FALSE(is_a_label_tail(""));
  EXPECT_FALSE(is_a_label_tail("-"));
  EXPECT_FALSE(is_a_label_tail("99999999999999999999"));
  EXPECT_FALSE(is_a_label_tail(std::string(63, 'z')));
  EXPECT_FALSE(is_a_label_tail(std::string(64, 'a')));
}

TEST(Uri, PartsAreSplitAsWritten) {
  const UriParts parts = split_uri("https://u@h:1/p/q?x=1#f");
  EXPECT_EQ(parts.scheme, "https");
  EXPECT_EQ(parts.authority, "u@h:1");
  EXPECT_EQ(parts.path, "/p/q");
  EXPECT_EQ(parts.query, "x=1");
  EXPECT_EQ(parts.fragment, "f");
  EXPECT_FALSE(split_uri("a/b:c").has_scheme);
  EXPECT_TRUE(split_uri("x?").has_query);
}

}  // namespace
}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

#include <array>

namespace servanda {
namespace {

using std::string_view_literals::operator""sv;

TEST(Text, ComparesAsciiWithoutCase) {
  EXPECT_TRUE(equals_ignoring_case("Content-TYPE", "content-type"));
  EXPECT_FALSE(equals_ignoring_case("content-type", "content-typ"));
  EXPECT_FALSE(equals_ignoring_case("[", "{"));
  EXPECT_FALSE(equals_ignoring_case("\xC3\x84", "\xC3\xA4"));
  EXPECT_EQ(to_lower("AbZ[\xC3\x84"), "abz[\xC3\x84");
}

TEST(Text, TrimsSpacesAndTabs) {
  EXPECT_EQ(trim(" \t a b\t "), "a b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim("\n"), "\n");
}

TEST(Text, SplitsKeepingEmptyParts) {
  EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(Text, KnowsPlainAsciiAtEveryPlace) {
  for (const size_t size : {0, 1, 7, 8, 9, 15, 16, 31}) {
    std::string text(size, 'x');
    EXPECT_TRUE(is_plain_ascii(text));
    for (size_t at = 0; at < size; ++at) {
      for (int c = 0; c < 256; ++c) {
        text[at] = static_cast<char>(c);
        const bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
        ASSERT_EQ(is_plain_ascii(text), plain) << c << " at " << at << " of " << size;
      }
      text[at] = 'x';
    }
  }
}

TEST(Utf8, AcceptsTheBordersOfEveryLength) {
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8("\x7F"));
  EXPECT_TRUE(is_valid_utf8("\xC2\x80\xDF\xBF"));
  EXPECT_TRUE(is_valid_utf8("\xE0\xA0\x80\xEF\xBF\xBF"));
  EXPECT_TRUE(is_valid_utf8("\xED\x9F\xBF\xEE\x80\x80"));
  EXPECT_TRUE(is_valid_utf8("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"));
}

TEST(Utf8, RefusesWhatLiesBeyondTheBorders) {
  for (const std::string_view bad :
       {"\x80"sv, "\xBF"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xE0\x9F\xBF"sv, "\xED\xA0\x80"sv,
        "\xED\xBF\xBF"sv, "\xF0\x8F\xBF\xBF"sv, "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv,
        "\xFF"sv, "\xC2"sv, "\xE1\x80"sv, "\xF1\x80\x80"sv, "\xC2\x41"sv, "\xE1\x80\x41"sv,
        "\xF1\x80\x80\x41"sv}) {
    for (const size_t before : {0, 1, 7, 8, 9, 40}) {
      const std::string text = std::string(before, 'a') + std::string(bad) + "tail of ASCII text";
      EXPECT_EQ(valid_utf8_prefix(text), before) << testing::PrintToString(bad);
      EXPECT_EQ(valid_utf8_prefix(std::string(before, 'a') + std::string(bad)), before);
    }
  }
}

TEST(Utf8, CountsCodePoints) {
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"), 4U);
}

TEST(Utf8, EncodesCodePoints) {
  std::string out;
  for (const char32_t c : {U'a', U'\u00E4', U'\u20AC', U'\U0001F600', U'\U0010FFFF'}) {
    append_utf8(out, c);
  }
  EXPECT_EQ(out, "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF");
}

TEST(PercentCoding, DecodesOnce) {
  EXPECT_EQ(percent_decode("a%2Fb%2fc", PlusSign::kKept), "a/b/c");
  EXPECT_EQ(percent_decode("%2541", PlusSign::kKept), "%41");
  EXPECT_EQ(percent_decode("a+b%2B", PlusSign::kKept), "a+b+");
  EXPECT_EQ(percent_decode("a+b%2B", PlusSign::kSpace), "a b+");
  EXPECT_EQ(percent_decode("%E2%82%AC", PlusSign::kKept), "\xE2\x82\xAC");
}

TEST(PercentCoding, RefusesBrokenTripletsNulAndBadUtf8) {
  for (const char* const bad : {"%", "%2", "a%", "%G0", "%0G", "%00", "%FF", "%C3", "%ED%A0%80"}) {
    EXPECT_FALSE(percent_decode(bad, PlusSign::kKept)) << bad;
  }
  EXPECT_FALSE(percent_decode("a\0b"sv, PlusSign::kKept));
}

TEST(PercentCoding, EncodesAllButTheUnreserved) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a/b c\xC3\xA4%"), "a%2Fb%20c%C3%A4%25");
}

TEST(Base64, EncodesWithoutPadding) {
  const auto encoded = [](std::string_view text) {
    return base64url({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  };
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg");
  EXPECT_EQ(encoded("fo"), "Zm8");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encoded("\xFB\xFF\xFE"), "-__-");
}

TEST(Base64, ReadsBackWhatItWrote) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i * 7);
    const std::string text =
        base64url({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
    EXPECT_EQ(base64url_decode(text), bytes);
  }
}

TEST(Base64, RefusesPaddingInUrlFormAndItsAbsenceElsewhere) {
  EXPECT_EQ(base64_decode("Zg=="), "f");
  EXPECT_EQ(base64_decode("Zm8="), "fo");
  EXPECT_EQ(base64_decode("Zm9v"), "foo");
  EXPECT_EQ(base64_decode("+/+/"), "\xFB\xFF\xBF");
  for (const char* const bad : {"Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zm9v====", "Z=g=",
                                "Zm-_", "Zm 9", "Zh==", "Zm9="}) {
    EXPECT_FALSE(base64_decode(bad)) << bad;
  }
  EXPECT_EQ(base64url_decode("Zg"), "f");
  for (const char* const bad : {"Zg==", "Z", "Zm9vZ", "Zm+/", "Zh", "Zm9"}) {
    EXPECT_FALSE(base64url_decode(bad)) << bad;
  }
}

TEST(Hex, IsLowerCase) {
  constexpr std::array<uint8_t, 3> kBytes = {0x00, 0xAB, 0xFF};
  EXPECT_EQ(hex(kBytes), "00abff");
}

TEST(ParseInteger, ReadsTheWholeRange) {
  EXPECT_EQ(parse_integer("0"), 0);
  EXPECT_EQ(parse_integer("-7"), -7);
  EXPECT_EQ(parse_integer("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(parse_integer("-9223372036854775808"), INT64_MIN);
}

TEST(ParseInteger, RefusesEverythingElse) {
  for (const char* const bad : {"", "-", "+1", " 1", "1 ", "01", "-01", "-0", "1.0", "1e3", "a",
                                "9223372036854775808", "-9223372036854775809", "--1"}) {
    EXPECT_FALSE(parse_integer(bad)) << bad;
  }
}

TEST(JsonNumber, IsRecognised) {
  for (const char* const good :
       {"0", "-0", "10", "0.5", "-1.25e10", "1E+5", "1e-5", "123456789012345678901234567890"}) {
    EXPECT_TRUE(is_json_number(good)) << good;
  }
  for (const char* const bad : {"", "-", "+1", "01", "-01", ".5", "5.", "1e", "1e+", "1.e5", "0x1",
                                "1 ", " 1", "1a", "NaN", "1.5.2", "1e5.5"}) {
    EXPECT_FALSE(is_json_number(bad)) << bad;
  }
}

TEST(Nearest, FindsTypingSlips) {
  constexpr std::array<std::string_view, 4> kWords = {"required", "readOnly", "properties", "type"};
  EXPECT_EQ(nearest("requird", kWords), "required");
  EXPECT_EQ(nearest("reqiured", kWords), "required");
  EXPECT_EQ(nearest("readonly", kWords), "readOnly");
  EXPECT_EQ(nearest("propertys", kWords), "properties");
  EXPECT_EQ(nearest("typ", kWords), "type");
}

TEST(Nearest, StaysSilentWhenNothingIsNear) {
  constexpr std::array<std::string_view, 3> kWords = {"required", "type", "x"};
  EXPECT_FALSE(nearest("format", kWords));
  EXPECT_FALSE(nearest("", kWords));
  EXPECT_FALSE(nearest("y", kWords));
  EXPECT_FALSE(nearest("anything", {}));
}

TEST(Nearest, TakesOneEditPerThreeLetters) {
  constexpr std::array<std::string_view, 1> kWords = {"abcdef"};
  EXPECT_TRUE(nearest("abcdxy", kWords));
  EXPECT_FALSE(nearest("abcxyz", kWords));
}

TEST(Nearest, LooksAtWordsOfUpTo64Bytes) {
  const std::string longest(64, 'a');
  const std::string longer(65, 'a');
  const std::array<std::string_view, 1> words = {longest};
  EXPECT_TRUE(nearest(std::string(63, 'a'), words));
  EXPECT_FALSE(nearest(longer, words));
  const std::array<std::string_view, 1> too_long = {longer};
  EXPECT_FALSE(nearest(longest, too_long));
}

TEST(SnakeCase, SplitsWords) {
  EXPECT_EQ(snake_case("createdAt"), "created_at");
  EXPECT_EQ(snake_case("OrderLine"), "order_line");
  EXPECT_EQ(snake_case("HTTPServer"), "http_server");
  EXPECT_EQ(snake_case("userID"), "user_id");
  EXPECT_EQ(snake_case("line2Item"), "line2_item");
  EXPECT_EQ(snake_case("already_snake"), "already_snake");
  EXPECT_EQ(snake_case("kebab-case.and space"), "kebab_case_and_space");
  EXPECT_EQ(snake_case("Order_Line"), "order_line");
  EXPECT_EQ(snake_case("__x__"), "x");
  EXPECT_EQ(snake_case(""), "");
}

TEST(Plural, FollowsTheEnding) {
  EXPECT_EQ(plural("product"), "products");
  EXPECT_EQ(plural("category"), "categories");
  EXPECT_EQ(plural("day"), "days");
  EXPECT_EQ(plural("box"), "boxes");
  EXPECT_EQ(plural("address"), "addresses");
  EXPECT_EQ(plural("branch"), "branches");
  EXPECT_EQ(plural("wish"), "wishes");
  EXPECT_EQ(plural("quiz"), "quizes");
  EXPECT_EQ(plural("order_line"), "order_lines");
  EXPECT_EQ(plural("y"), "ys");
  EXPECT_EQ(plural(""), "");
}

TEST(BytesText, PicksTheUnit) {
  EXPECT_EQ(bytes_text(0), "0 bytes");
  EXPECT_EQ(bytes_text(1), "1 byte");
  EXPECT_EQ(bytes_text(1023), "1023 bytes");
  EXPECT_EQ(bytes_text(1024), "1 KiB");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(10 << 20), "10 MiB");
  EXPECT_EQ(bytes_text((1 << 20) - 1), "1 MiB");
  EXPECT_EQ(bytes_text(UINT64_MAX), "16 EiB");
}

TEST(Text, QuotesWhatMessagesName) {
  EXPECT_EQ(in_quotes("a b"), "\"a b\"");
  EXPECT_EQ(in_quotes(""), "\"\"");
}

}  // namespace
}  // namespace servanda

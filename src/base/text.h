// SPDX-License-Identifier: Apache-2.0
#pragma once
// Text: ASCII case, UTF-8, percent-encoding, base64url, numbers, nearest names.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace servanda {

[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);  // ASCII only.
[[nodiscard]] std::string to_lower(std::string_view text);                        // ASCII only.
[[nodiscard]] std::string_view trim(std::string_view text);  // Spaces and tabs at both ends.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

// Whether the text is printable ASCII without '"' and '\\': it stands in JSON, a log line or a
// header field as it is. Eight bytes at a time, because every request asks it of a dozen texts.
[[nodiscard]] bool is_plain_ascii(std::string_view text);

[[nodiscard]] bool is_valid_utf8(std::string_view text);
// Where the first byte sequence that is not UTF-8 begins; text.size() when all is well. Overlong
// forms, surrogates and code points above U+10FFFF are not UTF-8.
[[nodiscard]] size_t valid_utf8_prefix(std::string_view text);
// Code points of valid UTF-8.
[[nodiscard]] size_t count_code_points(std::string_view text);
// Requires: a code point that is no surrogate and at most U+10FFFF.
void append_utf8(std::string& out, char32_t code_point);

enum class PlusSign { kKept, kSpace };
// Decodes %XX once. Nothing when a triplet is broken or the result is not valid UTF-8 or holds NUL.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, PlusSign plus);
// Encodes everything outside RFC 3986's unreserved set.
[[nodiscard]] std::string percent_encode(std::string_view text);

[[nodiscard]] std::string base64url(std::span<const uint8_t> bytes);  // Without padding.
[[nodiscard]] std::optional<std::string> base64url_decode(
    std::string_view text);                                                     // Padding refused.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);  // Padding required.
[[nodiscard]] std::string hex(std::span<const uint8_t> bytes);                  // Lower case.

// Whole text as a number: no sign +, no spaces, no leading zeros beyond "0", no "-0".
[[nodiscard]] std::optional<int64_t> parse_integer(std::string_view text);
// Whether the text is one JSON number token.
[[nodiscard]] bool is_json_number(std::string_view text);

// The candidate nearest to `word` by edit distance (two neighbours swapped count as one edit, case
// counts half), if near enough to be a likely typing slip: at most one edit per three letters. The
// first of equals wins. Words over 64 bytes have no near candidate.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> candidates);
// "createdAt" -> "created_at"; "OrderLine" -> "order_line".
[[nodiscard]] std::string snake_case(std::string_view name);
// English plural of a snake_case noun: product -> products, category -> categories, box -> boxes.
[[nodiscard]] std::string plural(std::string_view noun);
// The text between double quotes, for messages: it is not escaped.
[[nodiscard]] std::string in_quotes(std::string_view text);
// "10 KiB" style for messages.
[[nodiscard]] std::string bytes_text(uint64_t bytes);

}  // namespace servanda

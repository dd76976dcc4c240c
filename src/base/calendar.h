// SPDX-License-Identifier: Apache-2.0
#pragma once
// Timestamps, dates and HTTP dates as text (RFC 3339, RFC 9110).

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace servanda {

// RFC 3339 date-time with any offset, to microseconds (further digits are cut); a leap second (:60
// at 23:59 UTC) becomes the last microsecond before the next minute. Years 0000 to 9999.
[[nodiscard]] std::optional<Timestamp> parse_timestamp(std::string_view text);
// "2026-05-01T12:00:00Z", with as many fraction digits (3 or 6) as are not zero. Times outside
// years 0000 to 9999 are written as the nearest one inside; so it is for the other texts below.
[[nodiscard]] std::string timestamp_text(Timestamp time);
void append_timestamp(std::string& out, Timestamp time);
// The same where no memory is to be taken; a view of `text`.
using TimestampText = std::array<char, 27>;
std::string_view timestamp_text(Timestamp time, TimestampText& text);

// Days since 1970-01-01 of "YYYY-MM-DD".
[[nodiscard]] std::optional<int32_t> parse_date(std::string_view text);
[[nodiscard]] std::string date_text(int32_t days);

// "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string http_date(Timestamp time);
// The three forms RFC 9110 asks receivers to accept. Two-digit years lie in 1970 to 2069; the name
// of the weekday must be one, but need not be that of the date.
[[nodiscard]] std::optional<Timestamp> parse_http_date(std::string_view text);

}  // namespace servanda

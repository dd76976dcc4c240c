// SPDX-License-Identifier: Apache-2.0
#include "base/calendar.h"

#include <gtest/gtest.h>

namespace servanda {
namespace {

std::string again(std::string_view text) {
  const std::optional<Timestamp> time = parse_timestamp(text);
  return time ? timestamp_text(*time) : "refused";
}

TEST(Timestamps, AreReadWithAnyOffset) {
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00Z"), Timestamp{0});
  EXPECT_EQ(parse_timestamp("2026-05-01T12:00:00Z"), Timestamp{1'777'636'800'000'000});
  EXPECT_EQ(again("2026-05-01T12:00:00+02:00"), "2026-05-01T10:00:00Z");
  EXPECT_EQ(again("2026-05-01T12:00:00-00:30"), "2026-05-01T12:30:00Z");
  EXPECT_EQ(again("2026-05-01t12:00:00z"), "2026-05-01T12:00:00Z");
  EXPECT_EQ(again("2000-02-29T23:59:59-23:59"), "2000-03-01T23:58:59Z");
  EXPECT_EQ(again("1969-12-31T23:59:59.999999Z"), "1969-12-31T23:59:59.999999Z");
}

TEST(Timestamps, HaveNoThreeOrSixFractionDigits) {
  EXPECT_EQ(again("2026-05-01T12:00:00.0Z"), "2026-05-01T12:00:00Z");
  EXPECT_EQ(again("2026-05-01T12:00:00.5Z"), "2026-05-01T12:00:00.500Z");
  EXPECT_EQ(again("2026-05-01T12:00:00.0005Z"), "2026-05-01T12:00:00.000500Z");
  EXPECT_EQ(again("2026-05-01T12:00:00.123456789Z"), "2026-05-01T12:00:00.123456Z");
}

TEST(Timestamps, TurnLeapSecondsIntoTheLastMicrosecond) {
  EXPECT_EQ(again("2016-12-31T23:59:60Z"), "2016-12-31T23:59:59.999999Z");
  EXPECT_EQ(again("2016-12-31T15:59:60.25-08:00"), "2016-12-31T23:59:59.999999Z");
  EXPECT_EQ(again("2016-12-31T22:59:60Z"), "refused");
  EXPECT_EQ(again("2016-12-31T23:59:60-08:00"), "refused");
  EXPECT_EQ(again("2016-12-31T23:59:61Z"), "refused");
}

TEST(Timestamps, SpanYears0To9999) {
  EXPECT_EQ(again("0000-01-01T00:00:00Z"), "0000-01-01T00:00:00Z");
  EXPECT_EQ(again("0000-01-01T00:00:00+00:01"), "refused");
  EXPECT_EQ(again("9999-12-31T23:59:59.999999Z"), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(again("9999-12-31T23:59:59-00:01"), "refused");
  EXPECT_EQ(timestamp_text(Timestamp{INT64_MAX}), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(timestamp_text(Timestamp{INT64_MIN}), "0000-01-01T00:00:00Z");
}

TEST(Timestamps, RefuseEverythingElse) {
  for (const char* const bad : {"",
                                "2026-05-01",
                                "2026-05-01T12:00:00",
                                "2026-05-01 12:00:00Z",
                                "2026-13-01T12:00:00Z",
                                "2026-00-01T12:00:00Z",
                                "2026-02-29T12:00:00Z",
                                "2026-04-31T12:00:00Z",
                                "2026-05-00T12:00:00Z",
                                "2026-05-01T24:00:00Z",
                                "2026-05-01T12:60:00Z",
                                "2026-05-01T12:00:00.Z",
                                "2026-05-01T12:00:00+24:00",
                                "2026-05-01T12:00:00+02:60",
                                "2026-05-01T12:00:00+0200",
                                "2026-05-01T12:00:00Z ",
                                "26-05-01T12:00:00Z",
                                "2026-5-1T12:00:00Z",
                                "2026-05-01T12:00Z",
                                "+2026-05-01T12:00:00Z",
                                "1900-02-29T00:00:00Z",
                                "2026-05-01T1\xD9\xA1:00:00Z"}) {
    EXPECT_FALSE(parse_timestamp(bad)) << bad;
  }
}

TEST(Dates, CountDays) {
  EXPECT_EQ(parse_date("1970-01-01"), 0);
  EXPECT_EQ(parse_date("1969-12-31"), -1);
  EXPECT_EQ(parse_date("2000-02-29"), 11016);
  EXPECT_EQ(parse_date("0000-01-01"), -719528);
  EXPECT_EQ(parse_date("9999-12-31"), 2932896);
  for (const char* const bad : {"", "2001-02-29", "2000-2-29", "2000-02-29Z", "20000229"}) {
    EXPECT_FALSE(parse_date(bad)) << bad;
  }
}

TEST(Dates, ReadBackAsTheyAreWritten) {
  for (int32_t days = -719528; days <= 2932896; days += 997) {
    EXPECT_EQ(parse_date(date_text(days)), days);
  }
  EXPECT_EQ(date_text(2932896), "9999-12-31");
  EXPECT_EQ(date_text(2932897), "9999-12-31");
  EXPECT_EQ(date_text(-719529), "0000-01-01");
}

TEST(HttpDates, AreWrittenInTheFixedForm) {
  EXPECT_EQ(http_date(Timestamp{784'111'777'000'000}), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(Timestamp{784'111'777'999'999}), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(Timestamp{0}), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date(Timestamp{-1}), "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST(HttpDates, AreReadInThreeForms) {
  const Timestamp expected{784'111'777'000'000};
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), expected);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), expected);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), expected);
  EXPECT_EQ(parse_http_date("Wed Nov 16 08:49:37 1994"),
            parse_http_date("Wed, 16 Nov 1994 08:49:37 GMT"));
  EXPECT_EQ(parse_http_date("Thursday, 01-Jan-70 00:00:00 GMT"), Timestamp{0});
  EXPECT_EQ(parse_http_date("Tuesday, 31-Dec-69 00:00:00 GMT"),
            parse_http_date("Tue, 31 Dec 2069 00:00:00 GMT"));
}

TEST(HttpDates, RefuseEverythingElse) {
  for (const char* const bad : {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
                                "sun, 06 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
                                "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
                                "Sun, 06 Nov 1994 24:49:37 GMT", "Xyz, 06 Nov 1994 08:49:37 GMT",
                                "Sun, 06-Nov-94 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
                                "784111777", "Sun, 06 Nov 1994 08:49:37 GMT GMT"}) {
    EXPECT_FALSE(parse_http_date(bad)) << bad;
  }
}

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "base/calendar.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace servanda {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kSecondsPerDay = 86'400;
constexpr int64_t kMicrosPerDay = kSecondsPerDay * kMicrosPerSecond;
// The first and the last microsecond of years 0000 to 9999.
constexpr int64_t kFirst = -719'528 * kMicrosPerDay;
constexpr int64_t kLast = 2'932'897 * kMicrosPerDay - 1;

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};

struct Clock24 {
  int hour = 0;
  int minute = 0;
  int second = 0;
};

// Takes pieces from the front of a text; after the first failure everything fails.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  // Exactly `count` digits.
  int number(size_t count) {
    int value = 0;
    for (size_t i = 0; i < count; ++i) {
      const char c = take();
      if (c < '0' || c > '9') return stop();
      value = value * 10 + (c - '0');
    }
    return value;
  }

  char take() {
    if (rest_.empty()) {
      failed_ = true;
      return '\0';
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  void expect(std::string_view text) {
    if (!try_take(text)) stop();
  }

  bool try_take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool finished() const { return !failed_ && rest_.empty(); }
  int stop() {
    failed_ = true;
    return 0;
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

std::optional<int32_t> days_of(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

Clock24 take_clock(Cursor& cursor) {
  Clock24 clock;
  clock.hour = cursor.number(2);
  cursor.expect(":");
  clock.minute = cursor.number(2);
  cursor.expect(":");
  clock.second = cursor.number(2);
  if (clock.hour > 23 || clock.minute > 59 || clock.second > 60) cursor.stop();
  return clock;
}

// The moment of a date and a time of day in seconds east of UTC by `offset`. A second 60 stands for
// the last microsecond of its minute, and is one only where UTC has 23:59.
std::optional<Timestamp> moment(int32_t days, Clock24 clock, int64_t micros, int64_t offset) {
  const bool leap = clock.second == 60;
  const int64_t second = leap ? 59 : clock.second;
  const int64_t seconds =
      days * kSecondsPerDay + clock.hour * 3600 + clock.minute * 60 + second - offset;
  constexpr int64_t kLastSecond = kSecondsPerDay - 1;
  if (leap && (seconds % kSecondsPerDay + kSecondsPerDay) % kSecondsPerDay != kLastSecond) {
    return std::nullopt;
  }
  const Timestamp time{seconds * kMicrosPerSecond + (leap ? kMicrosPerSecond - 1 : micros)};
  if (time.us < kFirst || time.us > kLast) return std::nullopt;
  return time;
}

int64_t take_fraction(Cursor& cursor) {
  if (!cursor.try_take(".")) return 0;
  int64_t micros = 0;
  int64_t unit = kMicrosPerSecond;
  int digits = 0;
  while (cursor.peek() >= '0' && cursor.peek() <= '9') {
    unit /= 10;
    micros += (cursor.take() - '0') * unit;
    ++digits;
  }
  if (digits == 0) cursor.stop();
  return micros;
}

int64_t take_offset(Cursor& cursor) {
  const char sign = cursor.take();
  if (sign == 'Z' || sign == 'z') return 0;
  if (sign != '+' && sign != '-') return cursor.stop();
  const int hour = cursor.number(2);
  cursor.expect(":");
  const int minute = cursor.number(2);
  if (hour > 23 || minute > 59) return cursor.stop();
  const int64_t offset = hour * 3600 + minute * 60;
  return sign == '-' ? -offset : offset;
}

// Month 1 to 12.
int take_month(Cursor& cursor) {
  for (size_t i = 0; i < kMonths.size(); ++i) {
    if (cursor.try_take(kMonths[i])) return static_cast<int>(i) + 1;
  }
  return cursor.stop();
}

enum class DayForm { kShort, kLong };

void take_day_name(Cursor& cursor, DayForm form) {
  for (const std::string_view name : kDays) {
    if (cursor.try_take(form == DayForm::kLong ? name : name.substr(0, 3))) return;
  }
  cursor.stop();
}

std::optional<Timestamp> finish(const Cursor& cursor, int year, int month, int day, Clock24 clock) {
  if (!cursor.finished()) return std::nullopt;
  const std::optional<int32_t> days = days_of(year, month, day);
  if (!days) return std::nullopt;
  return moment(*days, clock, 0, 0);
}

// Sun, 06 Nov 1994 08:49:37 GMT
std::optional<Timestamp> parse_fixed(std::string_view text) {
  Cursor cursor(text);
  take_day_name(cursor, DayForm::kShort);
  cursor.expect(", ");
  const int day = cursor.number(2);
  cursor.expect(" ");
  const int month = take_month(cursor);
  cursor.expect(" ");
  const int year = cursor.number(4);
  cursor.expect(" ");
  const Clock24 clock = take_clock(cursor);
  cursor.expect(" GMT");
  return finish(cursor, year, month, day, clock);
}

// Sunday, 06-Nov-94 08:49:37 GMT. Two-digit years lie in 1970 to 2069.
std::optional<Timestamp> parse_rfc850(std::string_view text) {
  Cursor cursor(text);
  take_day_name(cursor, DayForm::kLong);
  cursor.expect(", ");
  const int day = cursor.number(2);
  cursor.expect("-");
  const int month = take_month(cursor);
  cursor.expect("-");
  const int year = cursor.number(2);
  cursor.expect(" ");
  const Clock24 clock = take_clock(cursor);
  cursor.expect(" GMT");
  return finish(cursor, year < 70 ? 2000 + year : 1900 + year, month, day, clock);
}

// Sun Nov  6 08:49:37 1994
std::optional<Timestamp> parse_asctime(std::string_view text) {
  Cursor cursor(text);
  take_day_name(cursor, DayForm::kShort);
  cursor.expect(" ");
  const int month = take_month(cursor);
  cursor.expect(" ");
  const int day = cursor.try_take(" ") ? cursor.number(1) : cursor.number(2);
  cursor.expect(" ");
  const Clock24 clock = take_clock(cursor);
  cursor.expect(" ");
  const int year = cursor.number(4);
  return finish(cursor, year, month, day, clock);
}

// Exactly `width` digits, at most 6. Requires: they hold the value, which is not negative.
void append_number(std::string& out, int64_t value, int width) {
  char digits[6];
  for (int i = width - 1; i >= 0; --i, value /= 10) {
    digits[i] = static_cast<char>('0' + value % 10);
  }
  out.append(digits, static_cast<size_t>(width));
}

struct Broken {
  int32_t days = 0;
  std::chrono::year_month_day date;
  int64_t second_of_day = 0;
  int64_t micros = 0;
};

Broken break_down(Timestamp time) {
  const int64_t us = std::clamp(time.us, kFirst, kLast);
  Broken result;
  result.days = static_cast<int32_t>((us - (us < 0 ? kMicrosPerDay - 1 : 0)) / kMicrosPerDay);
  result.date = std::chrono::sys_days(std::chrono::days(result.days));
  const int64_t in_day = us - result.days * kMicrosPerDay;
  result.second_of_day = in_day / kMicrosPerSecond;
  result.micros = in_day % kMicrosPerSecond;
  return result;
}

void append_date(std::string& out, std::chrono::year_month_day date) {
  append_number(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_number(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_number(out, static_cast<unsigned>(date.day()), 2);
}

void append_clock(std::string& out, int64_t second_of_day) {
  append_number(out, second_of_day / 3600, 2);
  out += ':';
  append_number(out, second_of_day / 60 % 60, 2);
  out += ':';
  append_number(out, second_of_day % 60, 2);
}

}  // namespace

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  Cursor cursor(text);
  const int year = cursor.number(4);
  cursor.expect("-");
  const int month = cursor.number(2);
  cursor.expect("-");
  const int day = cursor.number(2);
  const char between = cursor.take();
  if (between != 'T' && between != 't') return std::nullopt;
  const Clock24 clock = take_clock(cursor);
  const int64_t micros = take_fraction(cursor);
  const int64_t offset = take_offset(cursor);
  if (!cursor.finished()) return std::nullopt;
  const std::optional<int32_t> days = days_of(year, month, day);
  if (!days) return std::nullopt;
  return moment(*days, clock, micros, offset);
}

std::string_view timestamp_text(Timestamp time, TimestampText& text) {
  const Broken broken = break_down(time);
  char* at = text.data();
  const auto number = [&at](int64_t value, int width) {
    for (int i = width - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
    at += width;
  };
  number(static_cast<int>(broken.date.year()), 4);
  *at++ = '-';
  number(static_cast<unsigned>(broken.date.month()), 2);
  *at++ = '-';
  number(static_cast<unsigned>(broken.date.day()), 2);
  *at++ = 'T';
  number(broken.second_of_day / 3600, 2);
  *at++ = ':';
  number(broken.second_of_day / 60 % 60, 2);
  *at++ = ':';
  number(broken.second_of_day % 60, 2);
  if (broken.micros != 0) {
    *at++ = '.';
    const bool whole_millis = broken.micros % 1000 == 0;
    number(whole_millis ? broken.micros / 1000 : broken.micros, whole_millis ? 3 : 6);
  }
  *at++ = 'Z';
  return {text.data(), static_cast<size_t>(at - text.data())};
}

void append_timestamp(std::string& out, Timestamp time) {
  TimestampText text;
  out += timestamp_text(time, text);
}

std::string timestamp_text(Timestamp time) {
  TimestampText text;
  return std::string(timestamp_text(time, text));
}

std::optional<int32_t> parse_date(std::string_view text) {
  Cursor cursor(text);
  const int year = cursor.number(4);
  cursor.expect("-");
  const int month = cursor.number(2);
  cursor.expect("-");
  const int day = cursor.number(2);
  if (!cursor.finished()) return std::nullopt;
  return days_of(year, month, day);
}

std::string date_text(int32_t days) {
  std::string out;
  append_date(out, break_down({days * kMicrosPerDay}).date);
  return out;
}

std::string http_date(Timestamp time) {
  const Broken broken = break_down(time);
  const std::chrono::weekday day{std::chrono::sys_days(broken.date)};
  std::string out(kDays[day.c_encoding()].substr(0, 3));
  out += ", ";
  append_number(out, static_cast<unsigned>(broken.date.day()), 2);
  out += ' ';
  out += kMonths[static_cast<unsigned>(broken.date.month()) - 1];
  out += ' ';
  append_number(out, static_cast<int>(broken.date.year()), 4);
  out += ' ';
  append_clock(out, broken.second_of_day);
  out += " GMT";
  return out;
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
  if (text.ends_with(" GMT")) {
    return text.substr(0, 4).ends_with(',') ? parse_fixed(text) : parse_rfc850(text);
  }
  return parse_asctime(text);
}

}  // namespace servanda

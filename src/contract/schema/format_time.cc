// SPDX-License-Identifier: Apache-2.0
// RFC 3339 dates, times and durations.
#include "contract/schema/format.h"

namespace servanda::internal {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The number that `count` digits at `at` make; -1 when they are not digits.
int digits(std::string_view text, size_t at, size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (!is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// Minutes east of UTC. False when `text` is no offset.
bool parse_offset(std::string_view text, int& minutes) {
  minutes = 0;
  if (text == "Z" || text == "z") return true;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  const int hour = digits(text, 1, 2);
  const int minute = digits(text, 4, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return false;
  minutes = (hour * 60 + minute) * (text[0] == '-' ? -1 : 1);
  return true;
}

// Takes digits and a unit out of `units` from the front of `text`; the position of the unit in
// `units`, or npos.
size_t take_component(std::string_view& text, std::string_view units) {
  size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  if (count == 0 || count == text.size()) return std::string_view::npos;
  const size_t unit = units.find(text[count]);
  if (unit != std::string_view::npos) text.remove_prefix(count + 1);
  return unit;
}

// One or more components whose units follow each other without a gap.
bool take_row(std::string_view& text, std::string_view units) {
  size_t unit = take_component(text, units);
  if (unit == std::string_view::npos) return false;
  while (!text.empty() && text[0] != 'T') {
    const size_t next = take_component(text, units);
    if (next != unit + 1) return false;
    unit = next;
  }
  return true;
}

}  // namespace

bool is_date(std::string_view text) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1) return false;
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool is_time(std::string_view text) {
  if (text.size() < 9 || text[2] != ':' || text[5] != ':') return false;
  const int hour = digits(text, 0, 2);
  const int minute = digits(text, 3, 2);
  const int second = digits(text, 6, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
  size_t at = 8;
  if (text[at] == '.') {
    const size_t start = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == start) return false;
  }
  int offset = 0;
  if (!parse_offset(text.substr(at), offset)) return false;
  if (second < 60) return true;
  // Leap seconds end the UTC day.
  return ((hour * 60 + minute - offset) % 1440 + 1440) % 1440 == 1439;
}

bool is_date_time(std::string_view text) {
  return text.size() > 11 && (text[10] | 0x20) == 't' && is_date(text.substr(0, 10)) &&
         is_time(text.substr(11));
}

// RFC 3339, appendix A.
bool is_duration(std::string_view text) {
  if (!text.starts_with('P')) return false;
  text.remove_prefix(1);
  if (text.ends_with('W')) return take_component(text, "W") == 0 && text.empty();
  if (text.empty()) return false;
  if (text[0] != 'T' && !take_row(text, "YMD")) return false;
  if (text.empty()) return true;
  text.remove_prefix(1);
  return take_row(text, "HMS") && text.empty();
}

}  // namespace servanda::internal

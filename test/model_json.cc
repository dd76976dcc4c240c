// SPDX-License-Identifier: Apache-2.0
#include "model_json.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/json.h"

namespace servanda::model {
namespace {

Json copy_of(JsonValue value) {
  Json copy;
  switch (value.kind()) {
    case JsonKind::kNull:
      return copy;
    case JsonKind::kBoolean:
      return Json::truth(value.boolean());
    case JsonKind::kInteger:
      return Json::number(std::to_string(value.integer()));
    case JsonKind::kNumber:
      return Json::number(std::string(value.text()));
    case JsonKind::kString:
      return Json::string(std::string(value.text()));
    case JsonKind::kArray:
      copy.kind = Json::Kind::kArray;
      for (const JsonValue item : value.items()) copy.items.push_back(copy_of(item));
      return copy;
    case JsonKind::kObject:
      copy.kind = Json::Kind::kObject;
      for (const auto [name, member] : value.members()) {
        copy.members.emplace_back(std::string(name), copy_of(member));
      }
      return copy;
  }
  return copy;
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
      out += escaped;
    } else {
      out += c;
    }
  }
  out += '"';
}

std::optional<int64_t> as_integer(const std::string& token) {
  int64_t value = 0;
  const auto read = std::from_chars(token.data(), token.data() + token.size(), value);
  if (read.ec != std::errc() || read.ptr != token.data() + token.size()) return std::nullopt;
  return value;
}

template <typename T>
int order_of(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

int compare_numbers(const std::string& a, const std::string& b) {
  const auto left = as_integer(a);
  const auto right = as_integer(b);
  if (left && right) return order_of(*left, *right);
  return order_of(std::strtod(a.c_str(), nullptr), std::strtod(b.c_str(), nullptr));
}

std::string plain_decimal(std::string text) {
  const bool negative = text.starts_with('-');
  if (negative) text.erase(0, 1);
  if (text.find('.') != std::string::npos) {
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
  }
  while (text.size() > 1 && text[0] == '0' && text[1] != '.') text.erase(0, 1);
  return negative && text != "0" ? "-" + text : text;
}

int compare_decimals(const std::string& a, const std::string& b) {
  const bool a_negative = a.starts_with('-');
  const bool b_negative = b.starts_with('-');
  if (a_negative != b_negative) return a_negative ? -1 : 1;
  if (a_negative) return compare_decimals(b.substr(1), a.substr(1));
  const size_t a_point = std::min(a.find('.'), a.size());
  const size_t b_point = std::min(b.find('.'), b.size());
  if (a_point != b_point) return a_point < b_point ? -1 : 1;
  return order_of(a, b);  // The digits behind the point have no idle zeros.
}

std::string utc_text(std::chrono::sys_seconds moment, const std::string& fraction) {
  namespace chrono = std::chrono;
  const chrono::sys_days whole = chrono::floor<chrono::days>(moment);
  const chrono::year_month_day parts(whole);
  const chrono::hh_mm_ss time(moment - whole);
  char out[64];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d.%sZ",
                static_cast<int>(parts.year()), static_cast<unsigned>(parts.month()),
                static_cast<unsigned>(parts.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                fraction.c_str());
  return out;
}

// Nothing when the text is no time; else in UTC with six digits of the second.
std::optional<std::string> utc_form(const std::string& text) {
  int year = 0, hour = 0, minute = 0, second = 0, used = 0;
  unsigned month = 0, day = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute,
                  &second, &used) != 6) {
    return std::nullopt;
  }
  std::string fraction;
  size_t at = static_cast<size_t>(used);
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) fraction += text[at];
  }
  fraction.resize(6, '0');
  int offset = 0;
  if (at >= text.size()) return std::nullopt;
  if (text[at] != 'Z') {
    int hours = 0, minutes = 0;
    if (std::sscanf(text.c_str() + at + 1, "%2d:%2d", &hours, &minutes) != 2) return std::nullopt;
    offset = (hours * 60 + minutes) * (text[at] == '-' ? -1 : 1);
  }
  namespace chrono = std::chrono;
  const chrono::sys_days date =
      chrono::year_month_day{chrono::year(year), chrono::month(month), chrono::day(day)};
  const chrono::sys_seconds moment =
      date + chrono::hours(hour) + chrono::minutes(minute - offset) + chrono::seconds(second);
  return utc_text(moment, fraction);
}

}  // namespace

Json Json::string(std::string text) {
  Json value;
  value.kind = Kind::kString;
  value.text = std::move(text);
  return value;
}
Json Json::number(std::string token) {
  Json value;
  value.kind = Kind::kNumber;
  value.text = std::move(token);
  return value;
}
Json Json::truth(bool truth) {
  Json value;
  value.kind = Kind::kBoolean;
  value.boolean = truth;
  return value;
}
Json Json::object() {
  Json value;
  value.kind = Kind::kObject;
  return value;
}
Json Json::any() {
  Json value;
  value.kind = Kind::kAny;
  return value;
}
Json Json::key_of(int row) {
  Json value;
  value.kind = Kind::kKeyOf;
  value.row = row;
  return value;
}

const Json* Json::find(std::string_view name) const {
  const auto found = std::ranges::find(members, name, &std::pair<std::string, Json>::first);
  return found == members.end() ? nullptr : &found->second;
}
Json* Json::find(std::string_view name) {
  return const_cast<Json*>(std::as_const(*this).find(name));
}
void Json::set(std::string_view name, Json value) {
  if (Json* const there = find(name)) {
    *there = std::move(value);
  } else {
    members.emplace_back(std::string(name), std::move(value));
  }
}
void Json::remove(std::string_view name) {
  std::erase_if(members, [&](const auto& member) { return member.first == name; });
}

std::optional<Json> parse_json(std::string_view text) {
  JsonParser parser;
  const Result<JsonValue> value = parser.parse(text);
  if (!value) return std::nullopt;
  return copy_of(*value);
}

std::string json_text(const Json& value) {
  std::string out;
  switch (value.kind) {
    case Json::Kind::kNull:
      return "null";
    case Json::Kind::kBoolean:
      return value.boolean ? "true" : "false";
    case Json::Kind::kNumber:
      return value.text;
    case Json::Kind::kAny:
    case Json::Kind::kKeyOf:
      return "\"*\"";
    case Json::Kind::kString:
      append_string(out, value.text);
      return out;
    case Json::Kind::kArray:
      for (const Json& item : value.items) out += (out.empty() ? "" : ",") + json_text(item);
      return "[" + out + "]";
    case Json::Kind::kObject:
      for (const auto& [name, member] : value.members) {
        if (!out.empty()) out += ',';
        append_string(out, name);
        out += ':' + json_text(member);
      }
      return "{" + out + "}";
  }
  return out;
}

bool same_json(const Json& expected, const Json& actual) {
  if (expected.kind == Json::Kind::kAny) return !actual.is_null();
  if (expected.kind != actual.kind) return false;
  switch (expected.kind) {
    case Json::Kind::kBoolean:
      return expected.boolean == actual.boolean;
    case Json::Kind::kNumber:
      return compare_numbers(expected.text, actual.text) == 0;
    case Json::Kind::kString:
      return expected.text == actual.text;
    case Json::Kind::kArray:
      return std::ranges::equal(expected.items, actual.items, same_json);
    case Json::Kind::kObject:
      return expected.members.size() == actual.members.size() &&
             std::ranges::all_of(expected.members, [&](const auto& member) {
               const Json* const other = actual.find(member.first);
               return other != nullptr && same_json(member.second, *other);
             });
    default:
      return true;
  }
}

void merge_patch(Json& target, const Json& patch) {
  if (patch.kind != Json::Kind::kObject) {
    target = patch;
    return;
  }
  if (target.kind != Json::Kind::kObject) target = Json::object();
  for (const auto& [name, member] : patch.members) {
    if (member.is_null()) {
      target.remove(name);
      continue;
    }
    if (target.find(name) == nullptr) target.set(name, Json());
    merge_patch(*target.find(name), member);
  }
}

Json stored_form(Kind kind, const Json& value) {
  if (value.kind != Json::Kind::kString) return value;
  Json stored = value;
  if (kind == Kind::kDecimal) stored.text = plain_decimal(value.text);
  if (kind == Kind::kDateTime) stored.text = utc_form(value.text).value_or(value.text);
  if (kind == Kind::kUuid) {
    for (char& c : stored.text) c = static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c);
  }
  return stored;
}

std::string time_text(int64_t us_since_1970) {
  const std::chrono::sys_time<std::chrono::microseconds> moment{
      std::chrono::microseconds(us_since_1970)};
  const auto whole = std::chrono::floor<std::chrono::seconds>(moment);
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, "%06d", static_cast<int>((moment - whole).count()));
  return utc_text(whole, fraction);
}

int compare_values(Kind kind, const Json& a, const Json& b) {
  if (a.is_null() || b.is_null()) return order_of(!a.is_null(), !b.is_null());
  if (kind == Kind::kBoolean) return order_of(a.boolean, b.boolean);
  if (kind == Kind::kDecimal) return compare_decimals(a.text, b.text);
  if (a.kind == Json::Kind::kNumber) return compare_numbers(a.text, b.text);
  return std::clamp(a.text.compare(b.text), -1, 1);
}

std::string url_text(const Json& value) {
  const std::string text = value.kind == Json::Kind::kString ? value.text : json_text(value);
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    char escaped[4];
    std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned char>(c));
    out += escaped;
  }
  return out;
}

std::string url_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    if (text[i] == '%' && i + 2 < text.size() + 0 &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ec == std::errc()) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace servanda::model

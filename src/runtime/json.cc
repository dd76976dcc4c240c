// SPDX-License-Identifier: Apache-2.0
#include "servanda/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/calendar.h"
#include "base/decimal.h"
#include "base/text.h"

namespace servanda {
namespace {

std::string_view kind_text(JsonValue value) {
  switch (value.kind()) {
    case JsonKind::kNull:
      return "null";
    case JsonKind::kBoolean:
      return "a boolean";
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      return "a number";
    case JsonKind::kString:
      return "a string";
    case JsonKind::kArray:
      return "an array";
    case JsonKind::kObject:
      return "an object";
  }
  return "something else";
}

// The digits of a whole number without an exponent; nothing when it is not whole or longer than
// `digits_max`.
std::optional<std::string> whole_digits(std::string_view token, int64_t digits_max) {
  const internal::NumberParts parts = internal::split_number(token);
  if (parts.is_zero()) return "0";
  const auto count = static_cast<int64_t>(parts.digit_count());
  if (parts.magnitude < count || parts.magnitude > digits_max) return std::nullopt;
  std::string out(parts.negative ? "-" : "");
  for (int64_t i = 0; i < parts.magnitude; ++i) {
    out += i < count ? parts.digit(static_cast<size_t>(i)) : '0';
  }
  return out;
}

// A JSON number token as a numeral without an exponent.
std::optional<Decimal> decimal_of_token(std::string_view token) {
  constexpr int64_t kDigitsMax = 1000;
  const internal::NumberParts parts = internal::split_number(token);
  const auto count = static_cast<int64_t>(parts.digit_count());
  if (parts.is_zero()) return Decimal();
  if (count > kDigitsMax || parts.magnitude > kDigitsMax || parts.magnitude < -kDigitsMax) {
    return std::nullopt;
  }
  std::string out(parts.negative ? "-" : "");
  if (parts.magnitude <= 0) {
    out += "0.";
    out.append(static_cast<size_t>(-parts.magnitude), '0');
  }
  for (int64_t i = 0; i < std::max(count, parts.magnitude); ++i) {
    if (i == parts.magnitude && i > 0) out += '.';
    out += i < count ? parts.digit(static_cast<size_t>(i)) : '0';
  }
  return Decimal::parse(out);
}

// The value of a number token that equals an integer of 64 bits.
std::optional<int64_t> whole_of_token(std::string_view token) {
  const std::optional<std::string> digits = whole_digits(token, 19);
  return digits ? parse_integer(*digits) : std::nullopt;
}

bool read_whole(JsonValue value, int64_t& out, ReadError& error) {
  if (value.kind() == JsonKind::kInteger) {
    out = value.integer();
    return true;
  }
  if (value.kind() != JsonKind::kNumber) return error.wrong_type("an integer", value);
  if (const std::optional<int64_t> whole = whole_of_token(value.text())) {
    out = *whole;
    return true;
  }
  if (!json_is_integer(value)) return error.fail("type", "must be an integer");
  return error.fail("range", "must fit an integer of 64 bits");
}

template <typename T, typename Parse>
bool read_text(JsonValue value, T& out, ReadError& error, std::string_view what, Parse parse) {
  if (!value.is_string()) return error.wrong_type(what, value);
  std::optional<T> parsed = parse(value.text());
  if (!parsed) return error.fail("format", "must be " + std::string(what));
  out = std::move(*parsed);
  return true;
}

void append_pointer_token(std::string& out, std::string_view token) {
  out += '/';
  for (const char c : token) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
}

}  // namespace

bool ReadError::fail(std::string_view code, std::string detail) {
  field_.code = code;
  field_.detail = std::move(detail);
  return false;
}

bool ReadError::wrong_type(std::string_view what, JsonValue found) {
  return fail("type", "must be " + std::string(what) + ", but is " + std::string(kind_text(found)));
}

bool ReadError::missing(std::string_view member) {
  field_.pointer.clear();
  append_pointer_token(field_.pointer, member);
  return fail("required", "is missing");
}

bool ReadError::missing(std::span<const std::string_view> names, std::span<const uint64_t> seen) {
  for (size_t i = 0; i < names.size(); ++i) {
    if ((seen[i / 64] >> (i % 64) & 1) == 0) return missing(names[i]);
  }
  return fail("required", "lacks a member");
}

bool ReadError::in_member(std::string_view key) {
  std::string pointer;
  append_pointer_token(pointer, key);
  field_.pointer.insert(0, pointer);
  return false;
}

bool ReadError::in_item(size_t index) {
  field_.pointer.insert(0, "/" + std::to_string(index));
  return false;
}

bool ReadError::in_parameter(const ParameterName& parameter) {
  if (!field_.pointer.empty()) field_.detail = "at " + field_.pointer + ": " + field_.detail;
  field_.in = parameter.in;
  field_.pointer = parameter.name;
  return false;
}

Error ReadError::to_error() const {
  std::string place = field_.in == "body" ? "The value" : "The " + field_.in + " parameter";
  if (!field_.pointer.empty()) place += (field_.in == "body" ? " at " : " ") + field_.pointer;
  Error error{Code::kUnprocessable, place + " " + field_.detail + ".", field_.code, {}};
  error.fields.push_back(field_);
  return error;
}

bool read(JsonValue value, bool& out, ReadError& error) {
  if (value.kind() != JsonKind::kBoolean) return error.wrong_type("a boolean", value);
  out = value.boolean();
  return true;
}

bool read(JsonValue value, int64_t& out, ReadError& error) {
  return read_whole(value, out, error);
}

bool read(JsonValue value, int32_t& out, ReadError& error) {
  int64_t wide = 0;
  if (!read_whole(value, wide, error)) return false;
  if (wide < std::numeric_limits<int32_t>::min() || wide > std::numeric_limits<int32_t>::max()) {
    return error.fail("range", "must fit an integer of 32 bits");
  }
  out = static_cast<int32_t>(wide);
  return true;
}

bool read(JsonValue value, double& out, ReadError& error) {
  if (!value.is_number()) return error.wrong_type("a number", value);
  out = value.to_double();
  return std::isfinite(out) || error.fail("range", "must fit a double");
}

bool read(JsonValue value, std::string& out, ReadError& error) {
  if (!value.is_string()) return error.wrong_type("a string", value);
  out.assign(value.text());
  return true;
}

bool read(JsonValue value, Uuid& out, ReadError& error) {
  return read_text(value, out, error, "a UUID", Uuid::parse);
}

bool read(JsonValue value, Timestamp& out, ReadError& error) {
  return read_text(value, out, error, "a date-time", parse_timestamp);
}

bool read(JsonValue value, Date& out, ReadError& error) {
  return read_text(value, out, error, "a date", Date::parse);
}

bool read(JsonValue value, Decimal& out, ReadError& error) {
  return read_text(value, out, error, "a decimal numeral in a string", Decimal::parse);
}

bool read(JsonValue value, DecimalNumber& out, ReadError& error) {
  if (!value.is_number()) return error.wrong_type("a number", value);
  if (value.kind() == JsonKind::kInteger) {
    out.value = Decimal::of(value.integer());
    return true;
  }
  std::optional<Decimal> decimal = decimal_of_token(value.text());
  if (!decimal) return error.fail("range", "must be a number of at most 1000 digits");
  out.value = std::move(*decimal);
  return true;
}

bool read(JsonValue value, Json& out, ReadError&) {
  out = Json::copy(value);
  return true;
}

void write(int32_t value, JsonWriter& writer) {
  writer.integer(value);
}

void write(int64_t value, JsonWriter& writer) {
  writer.integer(value);
}

void write(double value, JsonWriter& writer) {
  if (!std::isfinite(value)) return writer.null();
  writer.number(value);
}

void write(const std::string& value, JsonWriter& writer) {
  writer.string(value);
}

void write(const Uuid& value, JsonWriter& writer) {
  constexpr char kHex[] = "0123456789abcdef";
  char text[38];
  size_t at = 0;
  text[at++] = '"';
  for (size_t i = 0; i < value.bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text[at++] = '-';
    text[at++] = kHex[value.bytes[i] >> 4];
    text[at++] = kHex[value.bytes[i] & 15];
  }
  text[at++] = '"';
  writer.raw({text, at});
}

void write(Timestamp value, JsonWriter& writer) {
  TimestampText text;
  writer.string(timestamp_text(value, text));
}

void write(Date value, JsonWriter& writer) {
  writer.string(value.text());
}

void write(const Decimal& value, JsonWriter& writer) {
  writer.string(value.text());
}

void write(const DecimalNumber& value, JsonWriter& writer) {
  writer.raw(value.value.text());
}

void write(const Json& value, JsonWriter& writer) {
  writer.value(value.view());
}

std::string header_text(bool value) {
  return value ? "true" : "false";
}

std::string header_text(int32_t value) {
  return std::to_string(value);
}

std::string header_text(int64_t value) {
  return std::to_string(value);
}

std::string header_text(double value) {
  std::string out;
  JsonWriter writer(out);
  write(value, writer);
  return out;
}

std::string header_text(const std::string& value) {
  return value;
}

std::string header_text(const Uuid& value) {
  return value.text();
}

std::string header_text(Timestamp value) {
  return timestamp_text(value);
}

std::string header_text(Date value) {
  return value.text();
}

std::string header_text(const Decimal& value) {
  return value.text();
}

std::string header_text(const DecimalNumber& value) {
  return value.value.text();
}

bool member_is(JsonValue object, std::string_view name, uint32_t kinds) {
  if (!object.is_object()) return false;
  const JsonValue member = object.find(name);
  return member.exists() && (kind_bit(member) & kinds) != 0;
}

bool member_in(JsonValue object, std::string_view name,
               std::initializer_list<std::string_view> texts) {
  if (!object.is_object()) return false;
  const JsonValue member = object.find(name);
  return member.exists() && member.is_string() &&
         std::ranges::find(texts, member.text()) != texts.end();
}

bool is_whole(JsonValue value) {
  return value.is_number() && json_is_integer(value);
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "call/resource_rows.h"

#include <charconv>
#include <cmath>

#include "base/calendar.h"
#include "base/decimal.h"
#include "base/ids.h"
#include "base/text.h"
#include "call/computed_values.h"
#include "store/row_state.h"

namespace servanda {
namespace {

// An integral JSON number as int64, or nothing beyond its range. "1e3" and "7.0" are integral.
std::optional<int64_t> exact_integer(JsonValue value) {
  if (value.kind() == JsonKind::kInteger) return value.integer();
  if (value.kind() != JsonKind::kNumber || !json_is_integer(value)) return std::nullopt;
  const internal::NumberParts parts = internal::split_number(value.text());
  if (parts.is_zero()) return 0;
  if (parts.magnitude > 19) return std::nullopt;  // 2^63 has 19 digits.
  char digits[24];
  size_t size = 0;
  if (parts.negative) digits[size++] = '-';
  for (int64_t i = 0; i < parts.magnitude; ++i) {
    const size_t at = static_cast<size_t>(i);
    digits[size++] = at < parts.digit_count() ? parts.digit(at) : '0';
  }
  int64_t result = 0;
  const auto [end, failure] = std::from_chars(digits, digits + size, result);
  if (failure != std::errc() || end != digits + size) return std::nullopt;
  return result;
}

std::optional<Value> decimal_value(std::string_view text, Arena& arena) {
  const std::optional<std::string> canonical = canonical_decimal(text);
  if (!canonical) return std::nullopt;
  return Value::of_text(arena.copy(*canonical));
}

std::optional<Value> uuid_value(std::string_view text, Arena& arena) {
  const std::optional<Uuid> uuid = Uuid::parse(text);
  if (!uuid) return std::nullopt;
  return Value::of_bytes(
      arena.copy({reinterpret_cast<const char*>(uuid->bytes.data()), uuid->bytes.size()}));
}

std::optional<Value> time_value(std::string_view text) {
  const std::optional<Timestamp> time = parse_timestamp(text);
  if (!time) return std::nullopt;
  return Value::of_integer(time->us);
}

std::optional<Value> date_value(std::string_view text) {
  const std::optional<int32_t> days = parse_date(text);
  if (!days) return std::nullopt;
  return Value::of_integer(*days);
}

std::optional<Value> number_value(JsonValue value) {
  if (!value.is_number()) return std::nullopt;
  const double number = value.to_double();
  if (!std::isfinite(number)) return std::nullopt;
  return Value::of_number(number);
}

void append_uuid(std::string& out, std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  char text[36];
  size_t at = 0;
  for (size_t i = 0; i < bytes.size() && i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text[at++] = '-';
    const auto byte = static_cast<uint8_t>(bytes[i]);
    text[at++] = kDigits[byte >> 4];
    text[at++] = kDigits[byte & 15];
  }
  out.append(text, at);
}

void append_integer(std::string& out, int64_t value) {
  char text[24];
  const auto [end, failure] = std::to_chars(text, text + sizeof text, value);
  out.append(text, end);
}

void append_quoted(std::string& out, std::string_view plain) {
  out += '"';
  out += plain;
  out += '"';
}

// When the row goes for good; null while it is not deleted.
Value purge_time(const Resource& resource, const Row& row) {
  if (!is_deleted(resource, row)) return Value::null();
  const Timestamp deleted{row.values[resource.soft_delete->deleted].integer};
  return Value::of_integer(gone_at(*resource.soft_delete, deleted).us);
}

}  // namespace

std::optional<Value> value_from_json(ColumnType type, JsonValue value, Arena& arena) {
  if (value.is_null()) return Value::null();
  switch (type) {
    case ColumnType::kText:
      if (!value.is_string()) return std::nullopt;
      return Value::of_text(value.text());
    case ColumnType::kUuid:
      return value.is_string() ? uuid_value(value.text(), arena) : std::nullopt;
    case ColumnType::kTimestamp:
      return value.is_string() ? time_value(value.text()) : std::nullopt;
    case ColumnType::kDate:
      return value.is_string() ? date_value(value.text()) : std::nullopt;
    case ColumnType::kDecimal:
      return value.is_string() ? decimal_value(value.text(), arena) : std::nullopt;
    case ColumnType::kInteger: {
      const std::optional<int64_t> integer = exact_integer(value);
      return integer ? std::optional(Value::of_integer(*integer)) : std::nullopt;
    }
    case ColumnType::kNumber:
      return number_value(value);
    case ColumnType::kBoolean:
      if (value.kind() != JsonKind::kBoolean) return std::nullopt;
      return Value::of_integer(value.boolean() ? 1 : 0);
    case ColumnType::kJson:
      return Value::of_text(arena.copy(json_text(value)));
  }
  return std::nullopt;
}

std::optional<Value> value_from_text(ColumnType type, std::string_view text, Arena& arena) {
  switch (type) {
    case ColumnType::kText:
      return Value::of_text(text);
    case ColumnType::kUuid:
      return uuid_value(text, arena);
    case ColumnType::kTimestamp:
      return time_value(text);
    case ColumnType::kDate:
      return date_value(text);
    case ColumnType::kDecimal:
      return decimal_value(text, arena);
    case ColumnType::kInteger: {
      const std::optional<int64_t> integer = parse_integer(text);
      return integer ? std::optional(Value::of_integer(*integer)) : std::nullopt;
    }
    case ColumnType::kBoolean:
      if (text != "true" && text != "false") return std::nullopt;
      return Value::of_integer(text == "true" ? 1 : 0);
    case ColumnType::kNumber:
    case ColumnType::kJson:
      return std::nullopt;  // Neither names a row nor compares for equality.
  }
  return std::nullopt;
}

void append_value(std::string& out, ColumnType type, const Value& value) {
  if (value.is_null()) {
    out += "null";
    return;
  }
  switch (type) {
    case ColumnType::kText:
      json_append_string(out, value.text);
      return;
    case ColumnType::kUuid:
      out += '"';
      append_uuid(out, value.text);
      out += '"';
      return;
    case ColumnType::kTimestamp:
      out += '"';
      append_timestamp(out, Timestamp{value.integer});
      out += '"';
      return;
    case ColumnType::kDate:
      return append_quoted(out, date_text(static_cast<int32_t>(value.integer)));
    case ColumnType::kDecimal:
      return append_quoted(out, value.text);
    case ColumnType::kInteger:
      return append_integer(out, value.integer);
    case ColumnType::kNumber:
      JsonWriter(out).number(value.number);
      return;
    case ColumnType::kBoolean:
      out += value.integer != 0 ? "true" : "false";
      return;
    case ColumnType::kJson:
      out += value.text;
      return;
  }
}

namespace {

bool append_stored(std::string& out, const Resource& resource, const Row& row, size_t index) {
  const Property& property = resource.properties[index];
  const bool counts = property.generated == Generated::kCounter;
  const Value value =
      property.generated == Generated::kPurged ? purge_time(resource, row) : row.values[index];
  if (!counts && value.is_null() && !property.nullable) return false;
  out += property.member;
  if (counts) {
    append_integer(out, row.version);
  } else {
    append_value(out, property.type, value);
  }
  return true;
}

// As append_row() for clients, with the computed properties in their places.
void append_computing(std::string& out, const Resource& resource, const Row& row, Timestamp now) {
  out += '{';
  bool first = true;
  for_each_member(resource, [&](size_t member) {
    const bool stored = member < resource.properties.size();
    if (stored && resource.properties[member].write_only) return;
    if (!first) out += ',';
    if (append_member(out, resource, row, member, now)) {
      first = false;
    } else if (!first) {
      out.pop_back();
    }
  });
  out += '}';
}

}  // namespace

bool append_member(std::string& out, const Resource& resource, const Row& row, size_t member,
                   Timestamp now) {
  const size_t stored = resource.properties.size();
  if (member < stored) return append_stored(out, resource, row, member);
  return append_computed(out, resource, row, member - stored, now);
}

void append_row(std::string& out, const Resource& resource, const Row& row, RowReader reader,
                Timestamp now) {
  if (reader == RowReader::kClient && !resource.computed.empty()) {
    return append_computing(out, resource, row, now);
  }
  out += '{';
  bool first = true;
  const size_t count = resource.shown().size();
  for (size_t i = 0; i < count; ++i) {
    if (resource.properties[i].write_only && reader == RowReader::kClient) continue;
    if (!first) out += ',';
    if (append_stored(out, resource, row, i)) {
      first = false;
    } else if (!first) {
      out.pop_back();
    }
  }
  out += '}';
}

void append_key_text(std::string& out, ColumnType type, const Value& value) {
  switch (value.kind) {
    case Value::Kind::kBytes:
      return append_uuid(out, value.text);
    case Value::Kind::kText:
      out += value.text;
      return;
    case Value::Kind::kInteger:
      if (type == ColumnType::kTimestamp) {
        append_timestamp(out, Timestamp{value.integer});
      } else if (type == ColumnType::kDate) {
        out += date_text(static_cast<int32_t>(value.integer));
      } else if (type == ColumnType::kBoolean) {
        out += value.integer != 0 ? "true" : "false";
      } else {
        append_integer(out, value.integer);
      }
      return;
    case Value::Kind::kNumber:
    case Value::Kind::kNull:
      return;  // Never a key.
  }
}

}  // namespace servanda

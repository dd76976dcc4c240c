// SPDX-License-Identifier: Apache-2.0
#include "call/row_source.h"

#include <utility>

#include "call/row_nodes.h"

namespace servanda::internal {
namespace {

RowValue::Kind kind_of(ColumnType type) {
  switch (type) {
    case ColumnType::kText:
      return RowValue::Kind::kText;
    case ColumnType::kUuid:
      return RowValue::Kind::kUuid;
    case ColumnType::kTimestamp:
      return RowValue::Kind::kTimestamp;
    case ColumnType::kDate:
      return RowValue::Kind::kDate;
    case ColumnType::kDecimal:
      return RowValue::Kind::kDecimal;
    case ColumnType::kInteger:
      return RowValue::Kind::kInteger;
    case ColumnType::kNumber:
      return RowValue::Kind::kNumber;
    case ColumnType::kBoolean:
      return RowValue::Kind::kBoolean;
    case ColumnType::kJson:
      break;
  }
  return RowValue::Kind::kJson;
}

ColumnType type_of(RowValue::Kind kind) {
  switch (kind) {
    case RowValue::Kind::kUuid:
      return ColumnType::kUuid;
    case RowValue::Kind::kTimestamp:
      return ColumnType::kTimestamp;
    case RowValue::Kind::kDate:
      return ColumnType::kDate;
    case RowValue::Kind::kDecimal:
      return ColumnType::kDecimal;
    case RowValue::Kind::kInteger:
      return ColumnType::kInteger;
    case RowValue::Kind::kNumber:
      return ColumnType::kNumber;
    case RowValue::Kind::kBoolean:
      return ColumnType::kBoolean;
    case RowValue::Kind::kJson:
      return ColumnType::kJson;
    case RowValue::Kind::kAbsent:
    case RowValue::Kind::kNull:
    case RowValue::Kind::kText:
      break;
  }
  return ColumnType::kText;
}

// The value as the store gave it.
Value stored_value(const RowValue& value) {
  switch (value.kind) {
    case RowValue::Kind::kAbsent:
    case RowValue::Kind::kNull:
      return Value::null();
    case RowValue::Kind::kNumber:
      return Value::of_number(value.number);
    case RowValue::Kind::kUuid:
      return Value::of_bytes(value.text);
    case RowValue::Kind::kText:
    case RowValue::Kind::kDecimal:
    case RowValue::Kind::kJson:
      return Value::of_text(value.text);
    case RowValue::Kind::kTimestamp:
    case RowValue::Kind::kDate:
    case RowValue::Kind::kInteger:
    case RowValue::Kind::kBoolean:
      break;
  }
  return Value::of_integer(value.integer);
}

}  // namespace

std::span<const uint16_t> MemberPlaces::of(const Resource& resource,
                                           std::span<const std::string_view> names) {
  if (by_resource_.size() <= resource.index) by_resource_.resize(resource.index + 1);
  std::vector<Known>& known = by_resource_[resource.index];
  for (const Known& one : known) {
    if (one.names == names.data()) return one.places;
  }
  Known made{names.data(), {}};
  for (const std::string_view name : names) {
    uint16_t place = kNone;
    if (const auto stored = resource.property_index(name)) {
      place = *stored;
    } else if (const auto computed = resource.computed_index(name)) {
      place = static_cast<uint16_t>(resource.properties.size() + *computed);
    }
    made.places.push_back(place);
  }
  return known.emplace_back(std::move(made)).places;
}

RowValue StoredRow::value(size_t index) const {
  RowValue out;
  const uint16_t place = places_[index];
  if (place == MemberPlaces::kNone) return out;
  const MemberValue shown = member_value(resource_, *row_, place, now_, *memory_.arena);
  if (shown.value.is_null()) {
    if (shown.nullable) out.kind = RowValue::Kind::kNull;
    return out;
  }
  out.kind = kind_of(shown.type);
  if (shown.value.kind == Value::Kind::kNumber) {
    out.number = shown.value.number;
  } else {
    out.integer = shown.value.integer;
  }
  out.text = shown.value.text;
  return out;
}

JsonValue StoredRow::json(const RowValue& value) {
  if (value.kind == RowValue::Kind::kJson) {
    const Result<JsonValue> parsed = memory_.parser->parse(value.text, {kJsonDepthMax});
    return parsed ? *parsed : JsonValue();
  }
  memory_.builder.clear();
  build_value(memory_.builder, type_of(value.kind), stored_value(value), *memory_.arena);
  return memory_.builder.root();
}

Result<JsonValue> StoredRow::object() {
  memory_.builder.clear();
  memory_.documents.clear();
  Result<void> built =
      build_row(memory_.builder, resource_, *row_, now_, *memory_.arena, memory_.documents);
  if (!built) return pass(built);
  return memory_.builder.root();
}

}  // namespace servanda::internal

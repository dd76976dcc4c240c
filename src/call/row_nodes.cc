// SPDX-License-Identifier: Apache-2.0
#include "call/row_nodes.h"

#include <string>
#include <utility>

#include "call/computed_values.h"
#include "call/resource_rows.h"

namespace servanda {
namespace {

// The text of a value that JSON has as a string or as a number.
std::string_view text_in(Arena& arena, ColumnType type, const Value& value) {
  std::string text;
  if (type == ColumnType::kNumber) {
    append_value(text, type, value);
  } else {
    append_key_text(text, type, value);
  }
  return arena.copy(text);
}

}  // namespace

namespace internal {

void build_value(JsonBuilder& builder, ColumnType type, const Value& value, Arena& arena) {
  if (value.is_null()) return builder.null();
  switch (type) {
    case ColumnType::kText:
    case ColumnType::kDecimal:
    case ColumnType::kJson:
      return builder.string(value.text);
    case ColumnType::kUuid:
    case ColumnType::kTimestamp:
    case ColumnType::kDate:
      return builder.string(text_in(arena, type, value));
    case ColumnType::kInteger:
      return builder.integer(value.integer);
    case ColumnType::kNumber:
      return builder.number(text_in(arena, type, value));
    case ColumnType::kBoolean:
      return builder.boolean(value.integer != 0);
  }
}

MemberValue member_value(const Resource& resource, const Row& row, size_t member, Timestamp now,
                         Arena& arena) {
  const size_t stored = resource.properties.size();
  if (member >= stored) {
    const ComputedProperty& property = resource.computed[member - stored];
    // What C++ makes is made only of rows that are shown.
    if (property.by_code) return {property.name, property.type, false, Value::null()};
    return {property.name, property.type, property.nullable,
            computed_value(resource, member - stored, row, now, arena)};
  }
  const Property& property = resource.properties[member];
  if (property.generated == Generated::kCounter) {
    return {property.name, property.type, false, Value::of_integer(row.version)};
  }
  return {property.name, property.type, property.nullable, row.values[member]};
}

}  // namespace internal

Result<void> build_row(JsonBuilder& builder, const Resource& resource, const Row& row,
                       Timestamp now, Arena& arena, std::vector<JsonDocument>& documents) {
  Result<void> built;
  builder.begin_object();
  for_each_member(resource, [&](size_t member) {
    if (!built) return;
    const internal::MemberValue shown = internal::member_value(resource, row, member, now, arena);
    if (shown.value.is_null() && !shown.nullable) return;
    builder.key(shown.name);
    if (shown.type != ColumnType::kJson || shown.value.is_null()) {
      return internal::build_value(builder, shown.type, shown.value, arena);
    }
    Result<JsonDocument> document = JsonDocument::parse(shown.value.text, {kJsonDepthMax});
    if (!document) {
      built = fail(Code::kInternal, "A stored row cannot be read.");
      return builder.null();
    }
    documents.push_back(std::move(*document));
    builder.value(documents.back().root());
  });
  builder.end_object();
  return built;
}

}  // namespace servanda

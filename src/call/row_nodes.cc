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

Result<void> build_value(JsonBuilder& builder, ColumnType type, const Value& value, Arena& arena,
                         std::vector<JsonDocument>& documents) {
  if (value.is_null()) {
    builder.null();
    return {};
  }
  switch (type) {
    case ColumnType::kText:
    case ColumnType::kDecimal:
      builder.string(value.text);
      return {};
    case ColumnType::kUuid:
    case ColumnType::kTimestamp:
    case ColumnType::kDate:
      builder.string(text_in(arena, type, value));
      return {};
    case ColumnType::kInteger:
      builder.integer(value.integer);
      return {};
    case ColumnType::kNumber:
      builder.number(text_in(arena, type, value));
      return {};
    case ColumnType::kBoolean:
      builder.boolean(value.integer != 0);
      return {};
    case ColumnType::kJson:
      break;
  }
  Result<JsonDocument> document = JsonDocument::parse(value.text, {kJsonDepthMax});
  if (!document) return fail(Code::kInternal, "A stored row cannot be read.");
  documents.push_back(std::move(*document));
  builder.value(documents.back().root());
  return {};
}

// One member as it is shown.
struct MemberValue {
  std::string_view name;
  ColumnType type = ColumnType::kText;
  bool nullable = false;
  Value value;
};

MemberValue member_value(const Resource& resource, const Row& row, size_t member, Timestamp now,
                         Arena& arena) {
  const size_t stored = resource.properties.size();
  if (member >= stored) {
    const ComputedProperty& property = resource.computed[member - stored];
    return {property.name, property.type, property.nullable,
            computed_value(resource, member - stored, row, now, arena)};
  }
  const Property& property = resource.properties[member];
  if (property.generated == Generated::kCounter) {
    return {property.name, property.type, false, Value::of_integer(row.version)};
  }
  return {property.name, property.type, property.nullable, row.values[member]};
}

}  // namespace

Result<void> build_row(JsonBuilder& builder, const Resource& resource, const Row& row,
                       Timestamp now, Arena& arena, std::vector<JsonDocument>& documents) {
  Result<void> built;
  builder.begin_object();
  for_each_member(resource, [&](size_t member) {
    if (!built) return;
    const MemberValue shown = member_value(resource, row, member, now, arena);
    if (shown.value.is_null() && !shown.nullable) return;
    builder.key(shown.name);
    built = build_value(builder, shown.type, shown.value, arena, documents);
  });
  builder.end_object();
  return built;
}

}  // namespace servanda

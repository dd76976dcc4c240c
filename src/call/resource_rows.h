// SPDX-License-Identifier: Apache-2.0
#pragma once
// Between JSON and stored rows: exact in both directions.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"
#include "base/time.h"
#include "contract/plan/resource.h"
#include "contract/schema/schema.h"
#include "store/value.h"

namespace servanda {

// The stored form of a JSON value, or nothing when the column's type cannot hold it exactly.
// Text is not copied: it lives as long as `value`; everything else lives in `arena`.
[[nodiscard]] std::optional<Value> value_from_json(ColumnType type, JsonValue value, Arena& arena);

// The stored form of text that stands for one value: a path variable or a filter, already decoded.
[[nodiscard]] std::optional<Value> value_from_text(ColumnType type, std::string_view text,
                                                   Arena& arena);

// Appends the JSON form of a stored value.
void append_value(std::string& out, ColumnType type, const Value& value);

// For whom a row is written as JSON.
enum class RowReader : uint8_t {
  kClient,  // writeOnly properties are left out.
  kEngine,  // Everything: for merging and validating.
};
// Appends the row as a JSON object, in the order in which the schema declares its properties. One
// without a value is null where the schema admits that and left out where it does not. Clients see
// computed properties too, as of `now`.
void append_row(std::string& out, const Resource& resource, const Row& row, RowReader reader,
                Timestamp now);

// A member of a row as it is shown: a property by its index or, from Resource::properties.size()
// on, a computed one. Appends `"name":value`. False, and nothing is appended, where append_row()
// leaves the member out.
bool append_member(std::string& out, const Resource& resource, const Row& row, size_t member,
                   Timestamp now);

// Calls `visit` with each member, computed ones included, in the order of the schema.
template <typename Visit>
void for_each_member(const Resource& resource, Visit visit) {
  const size_t stored = resource.properties.size();
  const size_t shown = resource.shown().size();
  size_t computed = 0;
  for (size_t i = 0; i <= shown; ++i) {
    while (computed < resource.computed.size() && resource.computed[computed].before == i) {
      visit(stored + computed++);
    }
    if (i < shown) visit(i);
  }
}

// The value as it stands in a path segment: decoded text. Appends.
void append_key_text(std::string& out, ColumnType type, const Value& value);

// What the engine itself puts into a row.
struct RowMakers {
  Timestamp now;
  int64_t version = 1;  // That the row will have.
  Value new_uuid_key;   // Used on create when the key is generated; bytes of a UUID.
  Value new_uuid;       // For properties generated as uuid.
};

// A value that the path gives a property.
struct PathMember {
  uint16_t property = 0;
  Value value;
};

// A body on its way into a row.
struct RowInput {
  const Resource* resource = nullptr;
  JsonValue given;              // What the client sent: decides what it may not touch.
  JsonValue document;           // The state wanted: `given` itself, or merged with the row.
  const Row* stored = nullptr;  // Null on create.
  enum class Missing : uint8_t { kDefault, kRemoved } missing = Missing::kDefault;
  // Who wrote it. A handler may set readOnly properties, and the key of what it creates; what it
  // says of other generated properties is passed over.
  enum class Author : uint8_t { kClient, kHandler } author = Author::kClient;
  std::optional<Value> key;            // Of the path, for item actions.
  std::span<const PathMember> owners;  // Of the path, for creates and replaces below an owner.
  std::string_view pointer_prefix;  // JSON Pointer of the resource in the body, "" or "/article".
};

// One value per property. Adds issues, but none for a place that has one already: "unknown"
// property, "readOnly" and "immutable" ones that differ from what is stored (or are there at all on
// create), values that the column cannot hold. After issues the values must not be used.
// `makers.now` and the rest fill generated properties.
[[nodiscard]] std::span<const Value> row_from_json(const RowInput& input, const RowMakers& makers,
                                                   Arena& arena, Issues& issues);

// The JSON Pointer of a member below `prefix`.
[[nodiscard]] std::string pointer_of(std::string_view prefix, std::string_view name);

// Only the issues about what `input.given` may not hold.
void check_row_members(const RowInput& input, Arena& arena, Issues& issues);

}  // namespace servanda

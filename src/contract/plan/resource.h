// SPDX-License-Identifier: Apache-2.0
#pragma once
// Resources: schemas that the engine stores, and how operations are bound to them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/schema/schema.h"

namespace servanda {

// How a property is stored (contract-language, "Types").
enum class ColumnType : uint8_t {
  kText,  // Also enums.
  kUuid,
  kTimestamp,  // Microseconds since 1970 UTC.
  kDate,       // Days since 1970.
  kDecimal,    // Canonical text.
  kInteger,    // int64, exact.
  kNumber,     // double.
  kBoolean,
  kJson,  // Objects, arrays and mixed types, as JSON text.
};

enum class Generated : uint8_t { kNone, kCreated, kUpdated, kUuid, kCounter };

// One property of a resource, and its column.
struct Property {
  std::string name;    // As in JSON.
  std::string column;  // In the store: snake_case of the name unless overridden.
  ColumnType type = ColumnType::kText;
  bool nullable = false;  // The schema admits null.
  bool required = false;
  bool read_only = false;
  bool write_only = false;
  bool immutable = false;
  Generated generated = Generated::kNone;
  std::optional<uint16_t> references;  // Index of the resource this holds the key of.
  std::optional<std::string> default_json;
};

// One column of an index or a sort.
struct IndexKey {
  uint16_t property = 0;
  bool descending = false;
  bool operator==(const IndexKey&) const = default;
};

// An index of a resource's table.
struct Index {
  std::string name;  // Unique in the store, made from table and columns.
  std::vector<IndexKey> keys;
  bool unique = false;
};

// A schema whose values the engine stores as rows of one table.
struct Resource {
  uint16_t index = 0;  // In Plan::resources.
  std::string name;    // The schema's name.
  std::string service;
  std::string table;           // Plural snake_case of the name unless overridden.
  uint16_t key = 0;            // Property index of the key.
  bool generated_key = false;  // UUIDv7 made by the engine; otherwise the client chooses.
  std::vector<Property> properties;
  std::vector<Index> indexes;  // Declared and derived; the key's own is not listed.
  Schema schema;

  [[nodiscard]] std::optional<uint16_t> property_index(std::string_view name) const;
};

enum class Action : uint8_t { kList, kCreate, kRead, kReplace, kUpdate, kDelete };
[[nodiscard]] std::string_view action_text(Action action);  // "list".

// How a body holds the resource: alone, or as one member of an object.
struct Envelope {
  std::string member;  // "" when the body is the resource (or the array) itself.
};

// A parameter that keeps the rows whose property equals its value.
struct EqualityFilter {
  uint16_t parameter = 0;  // Index into Operation::parameters.
  uint16_t property = 0;
};

// One admissible value of the sort parameter.
struct SortChoice {
  std::string text;            // "-price,name".
  std::vector<IndexKey> keys;  // With the resource's key appended as the tie-break.
};

// How a list operation pages, filters and sorts.
struct ListProfile {
  std::optional<uint16_t> limit_parameter;
  std::optional<uint16_t> cursor_parameter;
  std::optional<uint16_t> sort_parameter;
  uint32_t limit_default = 50;
  uint32_t limit_max = 500;  // Larger requests are lowered to it, unless the schema refuses them.
  std::vector<EqualityFilter> filters;
  std::vector<SortChoice> sorts;       // Empty when there is no sort parameter.
  std::vector<IndexKey> default_sort;  // By key.
  std::string items_member;            // "" when the body is a bare array.
  std::string next_member;  // "" when the page has no place for a cursor; then a Link header only.
};

// What a path item's `resource` means for one operation.
struct ResourceBinding {
  Action action = Action::kRead;
  uint16_t resource = 0;       // Index into Plan::resources.
  uint16_t key_parameter = 0;  // For item actions: index into Operation::parameters.
  Envelope request;
  Envelope response;         // For item bodies.
  int status = 200;          // The success status that the contract declares for the action.
  bool answers_body = true;  // Whether that status has content.
  ListProfile list;          // For kList.
};

}  // namespace servanda

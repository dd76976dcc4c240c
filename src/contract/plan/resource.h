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
  std::string member;  // `"name":`, escaped: how a row as JSON begins it.
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

// What `expand` can follow from a row of a resource to rows of another one.
struct Relation {
  // To one: the property's name without "Id" or "_id". To many: the other resource's table.
  std::string name;
  enum class Kind : uint8_t { kToOne, kToMany } kind = Kind::kToOne;
  uint16_t resource = 0;  // The other one.
  uint16_t property = 0;  // That holds the key: of this resource (to one), of the other (to many).
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
  std::vector<Relation> relations;
  Schema schema;

  [[nodiscard]] std::optional<uint16_t> property_index(std::string_view name) const;
};

enum class Action : uint8_t { kList, kCreate, kRead, kReplace, kUpdate, kDelete };
[[nodiscard]] std::string_view action_text(Action action);  // "list".

// How a body holds the resource: alone, or as one member of an object.
struct Envelope {
  std::string member;  // "" when the body is the resource (or the array) itself.
};

// What a filter asks of a property's value.
enum class FilterTest : uint8_t {
  kEqual,
  kNotEqual,  // Also keeps rows without a value.
  kLess,
  kAtMost,
  kGreater,
  kAtLeast,
  kIn,
  kNotIn,  // Also keeps rows without a value.
  kNull,
  kNotNull,
  kPrefix,  // Text that begins so, byte by byte.
};
[[nodiscard]] std::string_view filter_test_text(FilterTest test);  // "eq", "gte", "prefix".
// Whether it takes a list of values.
[[nodiscard]] constexpr bool is_list_test(FilterTest test) {
  return test == FilterTest::kIn || test == FilterTest::kNotIn;
}
// Whether it names the values it keeps, so that an index finds them in any order.
[[nodiscard]] constexpr bool names_values(FilterTest test) {
  return test == FilterTest::kEqual || test == FilterTest::kIn || test == FilterTest::kNull;
}

// A parameter, or one member of a deep object, that keeps the rows which pass its test.
struct ListFilter {
  uint16_t parameter = 0;  // Index into Operation::parameters.
  std::string member;      // Of the deep object; "" when the parameter is the value itself.
  uint16_t property = 0;
  FilterTest test = FilterTest::kEqual;  // kNull: the value says whether null is wanted.
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
  std::optional<uint16_t> offset_parameter;  // Rows passed over.
  std::optional<uint16_t> page_parameter;    // Pages passed over, plus one.
  std::optional<uint16_t> sort_parameter;
  std::optional<uint16_t> count_parameter;
  uint32_t limit_default = 50;
  uint32_t limit_max = 500;  // Larger requests are lowered to it, unless the schema refuses them.
  std::vector<ListFilter> filters;
  std::vector<SortChoice> sorts;       // Empty when there is no sort parameter.
  std::vector<IndexKey> default_sort;  // By key.
  std::string items_member;            // "" when the body is a bare array.
  // Members of the page; "" when it has none. Without a place for cursors they travel in the Link
  // header only.
  std::string next_member;
  std::string prev_member;
  std::string total_member;
  std::string exact_member;  // Says whether the total is exact.
};

// One value of the expand parameter: a path of relations, each of the resource that the one before
// leads to.
struct Expansion {
  std::string text;  // "customer", "items.product".
  std::vector<uint16_t> relations;
};

// What the caller may choose of a row: for lists and reads.
struct Projection {
  std::optional<uint16_t> fields_parameter;
  std::optional<uint16_t> expand_parameter;
  std::vector<Expansion> expansions;
};

// A path variable before an item's own key: the owner whose items the path leads to.
struct OwnerKey {
  uint16_t parameter = 0;  // Index into Operation::parameters.
  uint16_t property = 0;   // That holds the owner's key.
};

// What a path item's `resource` means for one operation.
struct ResourceBinding {
  Action action = Action::kRead;
  uint16_t resource = 0;         // Index into Plan::resources.
  uint16_t key_parameter = 0;    // For item actions: index into Operation::parameters.
  std::vector<OwnerKey> owners;  // But for lists, where they are filters.
  Envelope request;
  Envelope response;         // For item bodies.
  int status = 200;          // The success status that the contract declares for the action.
  bool answers_body = true;  // Whether that status has content.
  ListProfile list;          // For kList.
  Projection projection;     // For kList and kRead.
};

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Resources: schemas that the engine stores, and how operations are bound to them.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/index_rule.h"
#include "base/time.h"
#include "contract/expression/expression.h"
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

// What the engine makes of a property.
enum class Generated : uint8_t {
  kNone,
  kCreated,
  kUpdated,
  kUuid,
  kCounter,
  kDeleted,  // When the row was deleted; null while it is not.
  kPurged,   // When a deleted row goes for good: made when it is shown, its column stays empty.
};

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
  bool hidden = false;  // The engine's own: in no JSON, parameter or document. Always the last.
  std::optional<uint16_t> references;  // Index of the resource this holds the key of.
  std::optional<std::string> default_json;
};

// A property whose value is made from the others whenever a row is shown. It has no column, and
// nothing filters or sorts by it.
struct ComputedProperty {
  std::string name;                     // As in JSON.
  ColumnType type = ColumnType::kText;  // Of the value that is shown; kJson only where by_code.
  bool nullable = false;                // The schema admits null; else null is left out.
  uint16_t before = 0;    // Shown in front of this property; properties.size() for the end.
  std::string source;     // The expression as written.
  Expression expression;  // Over the roots of ComputedRoot.
  bool uses_now = false;
  bool by_code = false;  // C++ of the serving program makes it; then there is no expression.
};

// The roots that a computed property's expression may read. The members of self are the properties
// of its resource, by their indexes.
struct ComputedRoot {
  static constexpr uint16_t kSelf = 0;
  static constexpr uint16_t kNow = 1;
};

// An index of a resource's table.
struct Index {
  std::string name;  // Unique in the store, made from table and columns.
  std::vector<IndexKey> keys;
  bool unique = false;
  RowScope rows = RowScope::kAll;
};

// How a resource keeps its deleted rows.
struct SoftDelete {
  uint16_t deleted = 0;            // The property with the time of deletion.
  std::optional<uint16_t> purged;  // The one that shows when the row goes for good.
  Duration restore;                // How long a deleted row can be restored, from 1 s to 3650 d.
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
  bool here = true;   // Its service runs in this process, so that a store here has its rows.
  std::string table;  // Plural snake_case of the name unless overridden.
  uint16_t key = 0;   // Property index of the key.
  bool generated_key = false;  // UUIDv7 made by the engine; otherwise the client chooses.
  std::vector<Property> properties;
  std::vector<ComputedProperty> computed;  // In the order of `before`.
  std::vector<Index> indexes;              // Declared and derived; the key's own is not listed.
  std::vector<Relation> relations;
  std::optional<SoftDelete> soft_delete;  // Without it a deleted row is gone at once.
  Schema schema;

  // The property that clients know by this name.
  [[nodiscard]] std::optional<uint16_t> property_index(std::string_view name) const;
  [[nodiscard]] std::optional<uint16_t> computed_index(std::string_view name) const;
  // Whether what is shown of a row changes while the row stays as it is.
  [[nodiscard]] bool shows_time() const;
  // Whether C++ makes some of what is shown of a row.
  [[nodiscard]] bool shows_code() const;
  // The properties that clients know: all but a hidden one.
  [[nodiscard]] std::span<const Property> shown() const;
  // The rows that are there for clients by default.
  [[nodiscard]] RowScope usual_rows() const {
    return soft_delete ? RowScope::kLive : RowScope::kAll;
  }
};

enum class Action : uint8_t { kList, kCreate, kRead, kReplace, kUpdate, kDelete, kRestore, kBatch };
inline constexpr int kActionCount = 8;
[[nodiscard]] std::string_view action_text(Action action);  // "list".

// How a body holds the resource: alone, or as one member of an object.
struct Envelope {
  std::string member;  // "" when the body is the resource (or the array) itself.
};

// What a filter asks of a property's value.
using FilterTest = Is;
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

// One thing that items of a batch may do with rows of a resource: what an operation of the contract
// offers for one row.
struct BatchOffer {
  uint16_t resource = 0;  // Index into Plan::resources.
  Action action = Action::kCreate;
  uint32_t operation = 0;  // Index into Plan::operations: its rules are those of the item.
};

// What a batch takes and how it may end.
struct BatchProfile {
  std::vector<BatchOffer> offers;  // Sorted by resource, then action; at least one.
  // Whether `atomic: false` is answered, item by item: the contract declares 207.
  enum class Partial : uint8_t { kRefused, kAnswered } partial = Partial::kRefused;

  // The offer for rows of `resource`, or null.
  [[nodiscard]] const BatchOffer* find(uint16_t resource, Action action) const;
};

// The resource of a batch over all collections of a service: none in particular.
inline constexpr uint16_t kNoResource = UINT16_MAX;

// What a path item's `resource` means for one operation.
struct ResourceBinding {
  Action action = Action::kRead;
  uint16_t resource = 0;         // Index into Plan::resources; kBatch: or kNoResource.
  uint16_t key_parameter = 0;    // For item actions: index into Operation::parameters.
  std::vector<OwnerKey> owners;  // But for lists, where they are filters.
  Envelope request;
  Envelope response;         // For item bodies.
  int status = 200;          // The success status that the contract declares for the action.
  bool answers_body = true;  // Whether that status has content.
  ListProfile list;          // For kList.
  Projection projection;     // For kList and kRead.
  // For kList and kRead: a boolean that asks for deleted rows too.
  std::optional<uint16_t> include_deleted_parameter;
  BatchProfile batch;  // For kBatch.
};

}  // namespace servanda

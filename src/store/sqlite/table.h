// SPDX-License-Identifier: Apache-2.0
#pragma once
// How one resource lies in SQLite: its columns and the statements that read and write one row.
//
// Layout. A resource is a STRICT rowid table with one column per property, the order columns of its
// decimals, and "_version". Measured with 16-byte UUIDv7 keys, 500,000 to 1,000,000 rows, warm, in
// one read transaction, against WITHOUT ROWID with the same key: a random point read costs 1 us
// more at 200 to 900 bytes a row (6.3 against 5.2 us; 1.2 against 0.9 us on a hot set), an insert
// about the same; but above 1,000 bytes a row WITHOUT ROWID keeps a few rows per inner page and
// falls to 29 us a read, 28 us an insert and 2.2 times the size, where the rowid table stays at 6
// to 7, 15 and 1. Rows are as large as the contract lets clients make them, so the layout that has
// no cliff is taken. An integer key is the rowid itself.
//
// Decimals are canonical text, whose byte order is not numeric order; each has a second column
// "<column>#order" with decimal_sort_key() of it, which indexes, conditions and orders use. It is
// there for every decimal, so that an index over a decimal can come and go without touching rows.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/plan/resource.h"
#include "store/value.h"

namespace servanda::internal {

inline constexpr size_t kTableColumnsMax = 1000;  // Half of SQLite's own bound.

// `name` as an SQL identifier.
[[nodiscard]] std::string quoted(std::string_view name);
[[nodiscard]] std::string order_column(std::string_view column);
// The column that compares as the property does.
[[nodiscard]] std::string comparison_column(const Property& property);
// "TEXT", "BLOB", "INTEGER" or "REAL".
[[nodiscard]] std::string_view storage_class(ColumnType type);
// The word that the store remembers a column's type by, stable over releases.
[[nodiscard]] std::string_view type_word(ColumnType type);

// One resource's statements. Immutable; two resources (of two plans) that lie in the same way share
// one shape, so that compiled statements stay warm over a reload.
//
// Parameters: insert: the values in property order, the sort keys of decimals in property order.
// update: as insert, then the key, then the expected version unless "any". remove: key, version.
// drop_gone: key, the time since which rows are gone. sweep: that time, how many rows at most.
struct TableShape {
  uint64_t id = 0;  // Never reused while the store is open.
  uint16_t key = 0;
  std::vector<ColumnType> types;               // One per property.
  std::vector<std::string> names;              // Property names, for messages.
  std::vector<std::string> compared;           // Quoted comparison columns.
  std::vector<uint16_t> decimals;              // Properties that have an order column.
  std::vector<std::vector<uint16_t>> uniques;  // Properties of each unique index.
  std::optional<SoftDelete> soft_delete;

  std::string table;       // Quoted.
  std::string key_index;   // Quoted; that of the key, where it is not the rowid.
  std::string columns;     // "c1, c2, ..., _version", quoted: what every read selects.
  std::string select_sql;  // By key.
  // By kKeysAtOnce keys, NULL for none: the rows in the order of the keys, each with the place of
  // its key behind the columns.
  std::string select_keys_sql;
  static constexpr size_t kKeysAtOnce = 16;
  std::string insert_sql;
  std::string update_sql;
  std::string update_any_sql;
  std::string remove_sql;
  std::string remove_any_sql;
  std::string exists_sql;                // By key; says whether the row is deleted.
  std::string count_sql;                 // All rows, to no bound.
  std::string span_sql;                  // The last row's number minus the first one's.
  std::vector<std::string> unique_sqls;  // Another row with the values of uniques[i]: values, key.
  // With soft delete only.
  std::string drop_gone_sql;  // One row that is gone.
  std::string sweep_sql;      // Rows that are gone.
};

// Makes shapes and gives the same one for the same layout.
//
// Threads: any.
class ShapeRegistry {
 public:
  [[nodiscard]] std::shared_ptr<const TableShape> shape_of(const Resource& resource);

 private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<const TableShape>> by_layout_;  // Guarded by mutex_.
  uint64_t next_id_ = 1;                                              // Guarded by mutex_.
};

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#pragma once
// One range of a list as a statement: what it asks, its text, its parameters.
//
// The index that was chosen is the one used: the statement names it (INDEXED BY), because SQLite
// guesses what rows cost and guesses wrong where it matters (it takes NULL in a unique index for
// one row, and an index that holds all columns for cheaper than one that finds fewer rows). Columns
// that take part in the search stand bare, every other one behind a unary plus, which keeps it out.
//
// While a plan replaces another one, the older one's calls may go on for a moment after their index
// was dropped: Pin::kNone is the same statement without the name, slower instead of refused.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "contract/plan/resource.h"
#include "store/sqlite/database.h"
#include "store/sqlite/list_plan.h"

namespace servanda::internal {

// What a search brings.
enum class SearchColumns : uint8_t {
  kRow,    // As every read: Statement columns of a row.
  kOrder,  // The comparison columns of `order_columns`.
  kCount,  // One row with the number of rows.
};

// One test of a statement. kPrefix does not occur: it is a kAtLeast and a kLess.
struct SearchTerm {
  uint16_t property = 0;
  FilterTest test = FilterTest::kEqual;
  bool searched = false;  // The index finds by it; otherwise each row found is asked.
  bool implied = false;   // True of every row that the index holds: said so that it may be used.
  Value value;
  std::span<const Value> values;
};

// A statement's content. Reused from search to search to spare its memory.
//
// Lifetime: views of the plan and its arena.
struct Search {
  SearchColumns columns = SearchColumns::kRow;
  std::vector<uint16_t> order_columns;  // For kOrder: what ListPlan::keys leave open, in order.
  std::vector<SearchTerm> terms;
  std::vector<IndexKey> order;
  enum class Offset : uint8_t { kNone, kGiven } offset = Offset::kNone;
  enum class Pin : uint8_t { kIndex, kNone } pin = Pin::kIndex;
  const Index* index = nullptr;  // To be named; null: the table by its key.
  std::optional<Value> gone;     // As ListPlan::gone.
};

// Makes the search of one range, pinned, for the columns that it has; false when it is known
// that no row lies in it. `merged` is the value that the merged property has in it, null when there
// is none.
[[nodiscard]] bool make_search(Search& search, const ListPlan& plan, ListRange range,
                               const Value* merged);

// Appends what tells the statement from every other one.
void append_search_key(std::string& key, const TableShape& shape, const Search& search);
[[nodiscard]] std::string search_sql(const TableShape& shape, const Search& search);
// Gives the statement its parameters. `limit`, `offset` in rows; `offset` only if the search has
// one.
void bind_search(Statement& statement, const Search& search, uint64_t limit, uint64_t offset);

}  // namespace servanda::internal

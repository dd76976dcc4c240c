// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads pages of lists, within the read transaction that is open.
//
// Where the values of an `in` test are merged, each value's rows are read in order by the columns
// of the order alone (as a rule from the index), the first ones over all values are kept, and only
// those rows are read whole. So what is held is bounded by the page, not by the number of values,
// and each value's search ends as soon as its rows lie behind all that are kept. Where the order
// begins with the merged property, the values' rows follow each other and are read whole at once.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "store/sqlite/database.h"
#include "store/sqlite/list_plan.h"
#include "store/sqlite/list_search.h"
#include "store/store.h"

namespace servanda::internal {

// Threads: one worker's, as the database. Lifetime: ends before both.
class ListReader {
 public:
  // A page ends early above `page_bytes_max`.
  ListReader(Database& database, StatementCache& statements, uint64_t page_bytes_max);

  // Rows live in `arena`.
  Result<Page> page(const ListPlan& plan, uint32_t limit, uint32_t offset, Arena& arena);
  // One page per value, with the row that has this key or none; not all of them once page_bytes()
  // is above `bytes_max`. Requires: names_key(plan).
  Result<std::span<const Page>> pages_of_keys(const ListPlan& plan, std::span<const Value> keys,
                                              uint64_t bytes_max, Arena& arena);
  // Whether the plan asks for the row with one key, and nothing else of it.
  [[nodiscard]] static bool names_key(const ListPlan& plan);
  // Requires: the plan is for a count.
  Result<uint64_t> count(const ListPlan& plan, uint64_t count_max);

  // Of the last page, or of all pages_of_keys().
  [[nodiscard]] uint64_t page_bytes() const { return bytes_; }
  // Steps of SQLite's virtual machine that the last page or count took.
  [[nodiscard]] uint64_t steps() const { return steps_; }

 private:
  // A row's place in the order of a merge. Texts of `values` lie in `bytes`.
  struct Place {
    std::vector<Value> values;
    std::vector<char> bytes;
  };

  // Runs search_ up to its first row.
  struct Started {
    Statement* statement = nullptr;  // Null when there is none.
    Step step = Step::kFailed;
  };
  Started start(const TableShape& shape, uint64_t limit, uint64_t offset);
  Result<void> end_statement(Statement& statement, Step last);
  Result<void> read_range(const ListPlan& plan, ListRange range, const Value* merged,
                          uint32_t limit, uint32_t offset, Arena& arena);
  Result<void> read_in_turn(const ListPlan& plan, uint32_t limit, Arena& arena);
  using KeyVisit = std::function<bool(size_t, const Statement&)>;
  // Finds rows by their keys and visits them in that order, with the place of the key, until
  // `visit` returns false.
  Result<void> visit_keys(const TableShape& shape, std::span<const Value> keys,
                          const KeyVisit& visit);
  // The same for those from `first` on, with a search for each.
  Result<void> visit_keys_one_by_one(const TableShape& shape, std::span<const Value> keys,
                                     size_t first, const KeyVisit& visit);
  // Rows of which only the keys are asked. Requires: names_keys().
  Result<void> read_by_keys(const ListPlan& plan, uint32_t limit, Arena& arena);
  // Whether there is no room for one row more; the page ends then.
  [[nodiscard]] bool is_full(uint32_t limit) const;
  void add_row(const Statement& statement, const TableShape& shape, Arena& arena);
  // The number of all rows, where few numbers of rows are unused; else nothing.
  Result<std::optional<uint64_t>> count_dense(const TableShape& shape, uint64_t count_max);
  // What a statement without parameters has found; nothing for NULL. `kind` tells those apart.
  Result<std::optional<int64_t>> read_integer(const TableShape& shape, char kind,
                                              std::string_view sql);
  Result<void> read_merged(const ListPlan& plan, uint32_t limit, uint32_t offset, Arena& arena);
  Result<void> gather_places(const ListPlan& plan, const Value& merged,
                             const std::vector<IndexKey>& by);
  void read_place(const Statement& statement, const TableShape& shape,
                  const std::vector<IndexKey>& by);
  // False when the place lies behind all that are kept and no more are.
  bool keep_place(const std::vector<IndexKey>& by);
  void drop_last_place(const std::vector<IndexKey>& by);
  Result<void> read_places(const ListPlan& plan, uint32_t limit, uint32_t offset, Arena& arena);

  Database& database_;
  StatementCache& statements_;
  const uint64_t page_bytes_max_;

  // The page as it fills.
  std::vector<Row> rows_;
  uint64_t bytes_ = 0;
  bool more_ = false;
  uint64_t steps_ = 0;

  // The merge as it goes on: a heap with the last place on top.
  std::vector<Place> places_;
  Place read_;  // Scratch.
  size_t places_max_ = 0;
  uint64_t places_bytes_ = 0;
  bool places_cut_ = false;  // For their bytes.

  Search search_;    // Scratch.
  std::string key_;  // Scratch.
};

}  // namespace servanda::internal

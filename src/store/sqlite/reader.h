// SPDX-License-Identifier: Apache-2.0
#pragma once
// One worker's read-only connection, with one read transaction per turn of the worker's loop.
//
// Beginning and ending a read transaction costs about 3 us (SQLite takes and drops file locks),
// more than a point read itself, so the reads of one turn share one. A shared transaction sees the
// database as it was when the turn's first read began; a commit acknowledged later in the same
// turn, to this worker or to another one, would be missed by the reads that follow it. Therefore
// the writer counts commits, and counts each before it acknowledges it: a read that finds the count
// moved since its transaction began starts a new one. A read that finds it unmoved can miss only
// what nobody has been told of.
//
// Allocation: a warm point read takes memory from the caller's arena only. SQLite itself allocates
// and frees one block per text or blob column of the row, through malloc: it copies such a column
// out of the page before handing it over.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/arena.h"
#include "base/result.h"
#include "base/time.h"
#include "store/sqlite/database.h"
#include "store/sqlite/list_plan.h"
#include "store/sqlite/list_read.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/table.h"
#include "store/store.h"

namespace servanda::internal {

// Threads: one worker's. Lifetime: `commits` outlives it.
class Reader {
 public:
  // Requires: the file exists and is in WAL mode.
  static Result<std::unique_ptr<Reader>> open(const std::string& path, const SqliteOptions& options,
                                              const std::atomic<uint64_t>& commits);

  // Values and views of results live in `arena`.
  Result<std::optional<Row>> get(const TableShape& shape, const Value& key, Arena& arena);
  // See Session for the errors. Requires: the check of list_plan.h is content.
  Result<Page> list(const TableShape& shape, const ListQuery& query, Arena& arena);
  Result<std::span<const Page>> list_each(const TableShape& shape, const ListQuery& query,
                                          uint16_t property, std::span<const Value> values,
                                          Arena& arena);
  Result<uint64_t> count(const TableShape& shape, const ListQuery& query, uint64_t count_max);
  // Records completed at `expired` or before count as not there.
  Result<std::optional<StoredAnswer>> find_answer(const IdempotencyScope& scope, Timestamp expired,
                                                  Arena& arena);

  // Whether a read transaction is open, so that somebody has to end it.
  [[nodiscard]] bool in_turn() const { return in_turn_; }
  void end_turn();

 private:
  Reader(Database database, const SqliteOptions& options, const std::atomic<uint64_t>& commits);
  Result<void> begin_turn();
  Result<std::span<const Page>> read_each(ListPlan& plan, Value& value, uint16_t property,
                                          uint32_t limit, std::span<const Value> values,
                                          Arena& arena);
  [[nodiscard]] std::unexpected<Error> failed() const;

  Database database_;
  Statement begin_;
  Statement end_;
  StatementCache statements_;
  ListReader lists_;
  Arena scratch_;  // Of one count.
  const std::atomic<uint64_t>& commits_;
  uint64_t commits_seen_ = 0;  // When the open transaction began.
  bool in_turn_ = false;
  uint64_t pages_bytes_max_;
  uint64_t list_steps_max_;
};

}  // namespace servanda::internal

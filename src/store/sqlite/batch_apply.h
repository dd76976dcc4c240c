// SPDX-License-Identifier: Apache-2.0
#pragma once
// Applies one batch inside the writer's transaction: all of it or nothing.

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "base/time.h"
#include "store/sqlite/commit_job.h"
#include "store/sqlite/database.h"

namespace servanda::internal {

// Threads: the writer's. Lifetime: ends before its Database.
class BatchApplier {
 public:
  BatchApplier(Database& database, size_t statements_max)
      : database_(database), statements_(database, statements_max) {}

  // Errors: the conflicts of Session::commit(), after which the transaction goes on without the
  // batch; otherwise the Database's, after which the transaction may be gone
  // (Database::in_transaction()). Records completed at `expired` or before count as not there, and
  // so do deleted rows that are gone at `now`.
  [[nodiscard]] Result<void> apply(const CommitJob& job, Timestamp now, Timestamp expired);

  // Each removes up to `rows_max` rows and returns how many it removed: idempotency records
  // completed, events delivered, audit entries made at `expired` or before. Audit entries go from
  // the oldest on and only up to the first that stays, whatever the clock said when they were made;
  // what is known of the last one removed is kept (schema.h).
  [[nodiscard]] Result<int64_t> sweep_records(Timestamp expired, int64_t rows_max);
  [[nodiscard]] Result<int64_t> sweep_outbox(Timestamp expired, int64_t rows_max);
  [[nodiscard]] Result<int64_t> sweep_audit(Timestamp expired, int64_t rows_max);
  // The same for deleted rows of one table that are gone at `now`. Requires: it has soft delete.
  [[nodiscard]] Result<int64_t> sweep_deleted(const TableShape& shape, Timestamp now,
                                              int64_t rows_max);

  [[nodiscard]] Result<void> begin();
  [[nodiscard]] Result<void> commit();
  void roll_back();

 private:
  // Keys of statements that belong to no table; those of tables hold the shape's id and one of
  // these.
  enum class Text : uint8_t {
    kBegin,
    kCommit,
    kRollBack,
    kSavepoint,
    kRelease,
    kRollBackTo,
    kRecord,
    kSweepRecords,
    kSweepOutbox,
    kOldestAudit,
    kMarkAudit,
    kSweepAudit,
    kEvent,
    kInsert,
    kUpdate,
    kUpdateAny,
    kRemove,
    kRemoveAny,
    kExists,
    kDropGone,
    kSweepDeleted,
    kUnique,
  };
  Result<void> run(Text text);
  Result<int64_t> sweep(Text text, Timestamp expired, int64_t rows_max);
  Statement* fixed(Text text);
  Statement* of_shape(const TableShape& shape, Text text, size_t unique = 0);
  Result<void> apply_all(const CommitJob& job, Timestamp now, Timestamp expired);
  Result<void> apply_record(const IdempotencyRecord& record, Timestamp expired);
  Result<void> apply_event(const JobEvent& event);
  Result<void> apply_write(const CommitJob& job, const JobWrite& write, Timestamp now);
  Statement* bound_write(const CommitJob& job, const JobWrite& write);
  Result<bool> drop_gone(const JobWrite& write, Timestamp now);
  Result<void> explain_duplicate(const CommitJob& job, const JobWrite& write);
  [[nodiscard]] std::unexpected<Error> failed() const;

  Database& database_;
  StatementCache statements_;
};

}  // namespace servanda::internal

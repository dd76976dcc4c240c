// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/batch_apply.h"

#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "store/row_state.h"

namespace servanda::internal {
namespace {

std::string_view bytes_of(const Sha256& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::unexpected<Error> version_moved() {
  return fail(Code::kConflict, "The row has changed or is gone since it was read.",
              "version-moved");
}

// RFC 6901: a property's name as one token of a JSON Pointer.
std::string pointer_to(std::string_view name) {
  std::string pointer = "/";
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

}  // namespace

std::unexpected<Error> BatchApplier::failed() const {
  return std::unexpected<Error>(database_.error("writing"));
}

Statement* BatchApplier::fixed(Text text) {
  static constexpr std::array<std::string_view, 13> kTexts = {
      "BEGIN IMMEDIATE",
      "COMMIT",
      "ROLLBACK",
      "SAVEPOINT batch",
      "RELEASE batch",
      "ROLLBACK TO batch",
      "INSERT INTO _servanda_idempotency (scope, fingerprint, status, fields, body, completed_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (scope) DO UPDATE SET fingerprint = ?2, "
      "status = ?3, fields = ?4, body = ?5, completed_at = ?6 WHERE completed_at <= ?7",
      "DELETE FROM _servanda_idempotency WHERE rowid IN (SELECT rowid FROM _servanda_idempotency "
      "WHERE completed_at <= ? LIMIT ?)",
      "DELETE FROM _servanda_outbox WHERE sequence IN (SELECT sequence FROM _servanda_outbox "
      "WHERE delivered_at <= ? LIMIT ?)",
      "SELECT sequence, occurred_at, hash FROM _servanda_audit ORDER BY sequence LIMIT ?",
      "INSERT INTO _servanda (name, value) VALUES ('audit-swept-sequence', ?1), "
      "('audit-swept-hash', ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      "DELETE FROM _servanda_audit WHERE sequence <= ?",
      "INSERT INTO _servanda_outbox (event_id, topic, key, fields, payload, created_at, "
      "next_attempt_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)"};
  const char key = static_cast<char>(text);
  return statements_.get({&key, 1}, [text] { return kTexts[static_cast<size_t>(text)]; });
}

Statement* BatchApplier::of_shape(const TableShape& shape, Text text, size_t unique) {
  std::array<char, 1 + sizeof shape.id + sizeof unique> key;
  key[0] = static_cast<char>(text);
  std::memcpy(&key[1], &shape.id, sizeof shape.id);
  std::memcpy(&key[1 + sizeof shape.id], &unique, sizeof unique);
  return statements_.get({key.data(), key.size()}, [&]() -> std::string_view {
    switch (text) {
      case Text::kInsert:
        return shape.insert_sql;
      case Text::kUpdate:
        return shape.update_sql;
      case Text::kUpdateAny:
        return shape.update_any_sql;
      case Text::kRemove:
        return shape.remove_sql;
      case Text::kRemoveAny:
        return shape.remove_any_sql;
      case Text::kExists:
        return shape.exists_sql;
      case Text::kDropGone:
        return shape.drop_gone_sql;
      case Text::kSweepDeleted:
        return shape.sweep_sql;
      default:
        return shape.unique_sqls[unique];
    }
  });
}

Result<void> BatchApplier::run(Text text) {
  Statement* statement = fixed(text);
  if (!statement || statement->run() == Step::kFailed) return failed();
  return {};
}

Result<void> BatchApplier::begin() {
  return run(Text::kBegin);
}

Result<void> BatchApplier::commit() {
  return run(Text::kCommit);
}

void BatchApplier::roll_back() {
  // A rollback that fails leaves a connection in a transaction, which the writer then replaces.
  if (database_.in_transaction()) (void)run(Text::kRollBack);
}

Result<void> BatchApplier::apply(const CommitJob& job, Timestamp now, Timestamp expired) {
  // One statement is all or nothing by itself; a savepoint costs two more.
  const size_t statements = job.writes.size() + job.events.size() + (job.record ? 1 : 0);
  if (statements <= 1) return apply_all(job, now, expired);
  Result<void> begun = run(Text::kSavepoint);
  if (!begun) return pass(begun);
  Result<void> applied = apply_all(job, now, expired);
  if (!applied) {
    // Some failures have ended the whole transaction already.
    if (!database_.in_transaction()) return applied;
    Result<void> undone = run(Text::kRollBackTo);
    if (!undone) return pass(undone);
  }
  Result<void> released = run(Text::kRelease);
  if (!released) return pass(released);
  return applied;
}

// The record comes first: a retry whose first attempt has committed is told so, and not that the
// row it read has moved.
Result<void> BatchApplier::apply_all(const CommitJob& job, Timestamp now, Timestamp expired) {
  if (job.record) {
    Result<void> recorded = apply_record(*job.record, expired);
    if (!recorded) return pass(recorded);
  }
  for (size_t i = 0; i < job.writes.size(); ++i) {
    Result<void> written = apply_write(job, job.writes[i], now);
    if (written) continue;
    written.error().index = static_cast<uint32_t>(i);
    return pass(written);
  }
  for (const JobEvent& event : job.events) {
    Result<void> written = apply_event(event);
    if (!written) return pass(written);
  }
  return {};
}

Result<void> BatchApplier::apply_event(const JobEvent& event) {
  Statement* statement = fixed(Text::kEvent);
  if (!statement) return failed();
  statement->bind_bytes(1, {reinterpret_cast<const char*>(event.id.bytes.data()), 16});
  statement->bind_text(2, event.topic);
  statement->bind_bytes(3, event.key);
  statement->bind_text(4, event.fields);
  statement->bind_bytes(5, event.payload);
  statement->bind_integer(6, event.time.us);
  if (statement->run() == Step::kFailed) return failed();
  return {};
}

Result<void> BatchApplier::apply_record(const IdempotencyRecord& record, Timestamp expired) {
  Statement* statement = fixed(Text::kRecord);
  if (!statement) return failed();
  statement->bind_bytes(1, bytes_of(record.scope));
  statement->bind_bytes(2, bytes_of(record.answer.fingerprint));
  statement->bind_integer(3, record.answer.status);
  statement->bind_text(4, record.answer.fields);
  statement->bind_bytes(5, record.answer.body);
  statement->bind_integer(6, record.answer.completed_at.us);
  statement->bind_integer(7, expired.us);
  if (statement->run() == Step::kFailed) return failed();
  if (database_.changes() == 0) {
    return fail(Code::kConflict, "This Idempotency-Key has been used already.",
                "idempotency-key-used");
  }
  return {};
}

Statement* BatchApplier::bound_write(const CommitJob& job, const JobWrite& write) {
  const bool any = write.expected_version == 0;
  Text text = Text::kInsert;
  if (write.kind == Write::Kind::kUpdate) text = any ? Text::kUpdateAny : Text::kUpdate;
  if (write.kind == Write::Kind::kRemove) text = any ? Text::kRemoveAny : Text::kRemove;
  Statement* statement = of_shape(*write.shape, text);
  if (!statement) return nullptr;
  int at = 1;
  for (uint32_t i = 0; i < write.value_count; ++i) {
    statement->bind(at++, job.values[write.first_value + i]);
  }
  if (write.kind != Write::Kind::kInsert) {
    statement->bind(at++, write.key);
    if (!any) statement->bind_integer(at, write.expected_version);
  }
  return statement;
}

Result<void> BatchApplier::apply_write(const CommitJob& job, const JobWrite& write, Timestamp now) {
  const bool inserts = write.kind == Write::Kind::kInsert;
  for (bool again = inserts && write.shape->soft_delete;; again = false) {
    Statement* statement = bound_write(job, write);
    if (!statement) return failed();
    if (statement->run() != Step::kFailed) break;
    if (database_.failure() != DatabaseFailure::kUnique) return failed();
    if (!again) return explain_duplicate(job, write);
    Result<bool> dropped = drop_gone(write, now);
    if (!dropped) return pass(dropped);
    if (!*dropped) return explain_duplicate(job, write);
  }
  if (!inserts && database_.changes() == 0) return version_moved();
  return {};
}

// Takes away the row that has the write's key, if it is gone but for being swept. That it stays
// away when the batch fails later is no effect of the batch: nobody could see the row any more.
Result<bool> BatchApplier::drop_gone(const JobWrite& write, Timestamp now) {
  Statement* statement = of_shape(*write.shape, Text::kDropGone);
  if (!statement) return failed();
  statement->bind(1, write.key);
  statement->bind_integer(2, gone_since(*write.shape->soft_delete, now).us);
  if (statement->run() == Step::kFailed) return failed();
  return database_.changes() > 0;
}

// SQLite stops at the first index that refuses and names it in a text; asking each one finds all of
// them and needs no text.
Result<void> BatchApplier::explain_duplicate(const CommitJob& job, const JobWrite& write) {
  const TableShape& shape = *write.shape;
  if (write.kind == Write::Kind::kInsert) {
    Statement* exists = of_shape(shape, Text::kExists);
    if (!exists) return failed();
    exists->bind(1, write.key);
    const Step found = exists->step();
    const bool deleted = found == Step::kRow && exists->integer(0) == 1;
    exists->reset();
    if (found == Step::kFailed) return failed();
    if (deleted) {
      return fail(Code::kConflict, "A deleted row has this key.", "key-deleted");
    }
    if (found == Step::kRow) {
      return fail(Code::kConflict, "A row with this key exists already.", "key-exists");
    }
  }
  Error error{Code::kConflict, "Another row has the same values.", "unique", {}};
  for (size_t i = 0; i < shape.uniques.size(); ++i) {
    Statement* other = of_shape(shape, Text::kUnique, i);
    if (!other) return failed();
    int at = 1;
    for (const uint16_t property : shape.uniques[i]) {
      uint32_t value = property;
      for (size_t d = 0; d < shape.decimals.size(); ++d) {
        if (shape.decimals[d] == property) value = static_cast<uint32_t>(shape.types.size() + d);
      }
      other->bind(at++, job.values[write.first_value + value]);
    }
    other->bind(at, write.key);
    const Step found = other->run();
    if (found == Step::kFailed) return failed();
    if (found == Step::kDone) continue;
    for (const uint16_t property : shape.uniques[i]) {
      error.fields.push_back(
          {"body", pointer_to(shape.names[property]), "unique", "Another row has this value."});
    }
  }
  return std::unexpected<Error>(std::move(error));
}

Result<int64_t> BatchApplier::sweep(Text text, Timestamp expired, int64_t rows_max) {
  Statement* statement = fixed(text);
  if (!statement) return failed();
  statement->bind_integer(1, expired.us);
  statement->bind_integer(2, rows_max);
  if (statement->run() == Step::kFailed) return failed();
  return database_.changes();
}

Result<int64_t> BatchApplier::sweep_records(Timestamp expired, int64_t rows_max) {
  return sweep(Text::kSweepRecords, expired, rows_max);
}

Result<int64_t> BatchApplier::sweep_outbox(Timestamp expired, int64_t rows_max) {
  return sweep(Text::kSweepOutbox, expired, rows_max);
}

Result<int64_t> BatchApplier::sweep_deleted(const TableShape& shape, Timestamp now,
                                            int64_t rows_max) {
  Statement* statement = of_shape(shape, Text::kSweepDeleted);
  if (!statement) return failed();
  statement->bind_integer(1, gone_since(*shape.soft_delete, now).us);
  statement->bind_integer(2, rows_max);
  if (statement->run() == Step::kFailed) return failed();
  return database_.changes();
}

Result<int64_t> BatchApplier::sweep_audit(Timestamp expired, int64_t rows_max) {
  Statement* oldest = fixed(Text::kOldestAudit);
  if (!oldest) return failed();
  oldest->bind_integer(1, rows_max);
  int64_t last = 0;
  std::string hash;
  Step step = oldest->step();
  for (; step == Step::kRow && oldest->integer(1) <= expired.us; step = oldest->step()) {
    last = oldest->integer(0);
    hash = oldest->bytes(2);
  }
  oldest->reset();
  if (step == Step::kFailed) return failed();
  if (last == 0) return 0;
  Statement* mark = fixed(Text::kMarkAudit);
  if (!mark) return failed();
  mark->bind_integer(1, last);
  mark->bind_bytes(2, hash);
  if (mark->run() == Step::kFailed) return failed();
  Statement* remove = fixed(Text::kSweepAudit);
  if (!remove) return failed();
  remove->bind_integer(1, last);
  if (remove->run() == Step::kFailed) return failed();
  return database_.changes();
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/schema.h"

#include <array>
#include <utility>

namespace servanda::internal {
namespace {

constexpr const char* kFirstTables = R"(
CREATE TABLE _servanda (name TEXT NOT NULL PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE _servanda_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, type TEXT NOT NULL, role TEXT NOT NULL,
  PRIMARY KEY (table_name, column_name)) STRICT, WITHOUT ROWID;
CREATE TABLE _servanda_idempotency (
  scope BLOB NOT NULL UNIQUE, fingerprint BLOB NOT NULL, status INTEGER NOT NULL,
  fields TEXT NOT NULL, body BLOB NOT NULL, completed_at INTEGER NOT NULL) STRICT;
CREATE INDEX _servanda_idempotency_completed ON _servanda_idempotency (completed_at);
)";

// AUTOINCREMENT, because without it SQLite gives the numbers of removed rows again once the newest
// row has gone. The indexes of the outbox are partial: delivered rows, nearly all of them, cost
// only the one that the sweep needs.
constexpr const char* kEventTables = R"(
CREATE TABLE IF NOT EXISTS _servanda_outbox (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, event_id BLOB NOT NULL, topic TEXT NOT NULL,
  key BLOB NOT NULL, fields TEXT NOT NULL, payload BLOB NOT NULL, created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, next_attempt_at INTEGER NOT NULL, failure TEXT,
  delivered_at INTEGER) STRICT;
CREATE INDEX IF NOT EXISTS _servanda_outbox_due
  ON _servanda_outbox (next_attempt_at) WHERE delivered_at IS NULL;
CREATE INDEX IF NOT EXISTS _servanda_outbox_order
  ON _servanda_outbox (topic, key, sequence) WHERE delivered_at IS NULL;
CREATE INDEX IF NOT EXISTS _servanda_outbox_delivered
  ON _servanda_outbox (delivered_at) WHERE delivered_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS _servanda_audit (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, occurred_at INTEGER NOT NULL, actor TEXT NOT NULL,
  operation TEXT NOT NULL, resource TEXT, resource_key BLOB, decision TEXT NOT NULL,
  record BLOB NOT NULL, erasable BLOB, previous_hash BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS _servanda_audit_occurred ON _servanda_audit (occurred_at);
CREATE INDEX IF NOT EXISTS _servanda_audit_actor ON _servanda_audit (actor, sequence);
CREATE INDEX IF NOT EXISTS _servanda_audit_object
  ON _servanda_audit (resource, resource_key, sequence) WHERE resource IS NOT NULL;
)";

constexpr std::array<std::string_view, 12> kSystemParts = {"_servanda",
                                                           "_servanda_columns",
                                                           "_servanda_idempotency",
                                                           "_servanda_idempotency_completed",
                                                           "_servanda_outbox",
                                                           "_servanda_outbox_due",
                                                           "_servanda_outbox_order",
                                                           "_servanda_outbox_delivered",
                                                           "_servanda_audit",
                                                           "_servanda_audit_occurred",
                                                           "_servanda_audit_actor",
                                                           "_servanda_audit_object"};

Result<void> done(Database& database, Step step) {
  if (step == Step::kFailed) return std::unexpected<Error>(database.error("writing the schema"));
  return {};
}

// Runs `work` in one write transaction: committed when it succeeds, otherwise without effect.
template <typename Work>
Result<void> in_transaction(Database& database, const Work& work) {
  Result<void> begun = database.execute("BEGIN IMMEDIATE");
  if (!begun) return pass(begun);
  Result<void> worked = work();
  if (worked) worked = database.execute("COMMIT");
  if (!worked && database.in_transaction()) {
    // Nothing follows from its failure: closing the connection rolls back as well.
    (void)database.execute("ROLLBACK");
  }
  return worked;
}

Result<void> create_system_tables(Database& database, Timestamp now) {
  return in_transaction(database, [&]() -> Result<void> {
    Result<void> created = database.execute(std::string(kFirstTables) + kEventTables);
    if (!created) return pass(created);
    return database.execute("INSERT INTO _servanda (name, value) VALUES ('format', " +
                            std::to_string(kStoreFormat) + "), ('created', " +
                            std::to_string(now.us) + "), ('contract', '')");
  });
}

// A store with none of the event tables is given them; one that lost a part is left for verify to
// report.
Result<void> add_event_tables(Database& database) {
  Result<int64_t> there = database.query_integer(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' "
      "AND name IN ('_servanda_outbox', '_servanda_audit')");
  if (!there) return pass(there);
  if (*there > 0) return {};
  return in_transaction(database, [&] { return database.execute(kEventTables); });
}

Result<void> execute_step(Database& database, const SchemaStep& step) {
  if (!step.sql.empty()) {
    Result<void> executed = database.execute(step.sql);
    if (!executed) return pass(executed);
  }
  if (step.records.empty()) return {};
  Result<Statement> statement = database.prepare(
      "INSERT OR REPLACE INTO _servanda_columns (table_name, column_name, type, role) "
      "VALUES (?, ?, ?, ?)");
  if (!statement) return pass(statement);
  for (const SchemaStep::ColumnRecord& record : step.records) {
    statement->bind_text(1, step.table);
    statement->bind_text(2, record.column);
    statement->bind_text(3, record.type);
    statement->bind_text(4, record.role);
    Result<void> written = done(database, statement->run());
    if (!written) return written;
  }
  return {};
}

Result<void> apply_changes(Database& database, std::span<const Resource> resources,
                           std::string_view contract_hash) {
  Result<SchemaChanges> changes = plan_schema(database, resources);
  if (!changes) return pass(changes);
  if (!changes->refusals.empty()) {
    std::string text;
    for (const SchemaRefusal& refusal : changes->refusals) {
      text += (text.empty() ? "" : "\n") + refusal.text();
    }
    return fail(Code::kConflict, std::move(text), "migration");
  }
  for (const SchemaStep& step : changes->steps) {
    Result<void> executed = execute_step(database, step);
    if (!executed) return executed;
  }
  Result<Statement> hash = database.prepare(
      "INSERT INTO _servanda (name, value) VALUES ('contract', ?1) "
      "ON CONFLICT DO UPDATE SET value = ?1 WHERE value <> ?1");
  if (!hash) return pass(hash);
  hash->bind_text(1, contract_hash);
  return done(database, hash->run());
}

}  // namespace

Result<void> check_format(Database& database) {
  Result<int64_t> ours = database.query_integer(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '_servanda'");
  if (!ours) return pass(ours);
  if (*ours == 0) {
    return fail(Code::kConflict,
                "The file is an SQLite database of another program; choose another directory.",
                "not-a-store");
  }
  Result<int64_t> format =
      database.query_integer("SELECT value FROM _servanda WHERE name = 'format'");
  if (!format) return pass(format);
  if (*format > kStoreFormat) {
    return fail(Code::kConflict,
                "The store has format " + std::to_string(*format) +
                    ", written by a newer release; this release knows formats up to " +
                    std::to_string(kStoreFormat) +
                    ". Run the newer release, or restore a backup made before it.",
                "store-format");
  }
  return {};
}

Result<void> open_schema(Database& database, Timestamp now) {
  Result<int64_t> tables = database.query_integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return pass(tables);
  if (*tables == 0) return create_system_tables(database, now);
  Result<void> ours = check_format(database);
  if (!ours) return ours;
  return add_event_tables(database);
}

Result<std::vector<std::string>> missing_system_parts(Database& database) {
  std::vector<std::string> missing;
  Result<Statement> find = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?");
  if (!find) return pass(find);
  for (const std::string_view part : kSystemParts) {
    find->bind_text(1, part);
    const Step step = find->run();
    if (step == Step::kFailed) {
      return std::unexpected<Error>(database.error("reading the schema"));
    }
    if (step == Step::kDone) missing.emplace_back(part);
  }
  return missing;
}

Result<void> apply_schema(Database& database, std::span<const Resource> resources,
                          std::string_view contract_hash) {
  return in_transaction(database,
                        [&] { return apply_changes(database, resources, contract_hash); });
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/database.h"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

namespace servanda::internal {
namespace {

constexpr int kStepsPerCheck = 1000;  // Of the virtual machine, between looks at the bound.

int count_wal_pages(void* pages, sqlite3*, const char*, int in_log) {
  *static_cast<int64_t*>(pages) = in_log;
  return SQLITE_OK;
}

int check_steps(void* steps_left) {
  uint64_t& left = *static_cast<uint64_t*>(steps_left);
  if (left < kStepsPerCheck) return 1;
  left -= kStepsPerCheck;
  return 0;
}

// Statistics of SQLite's allocator take a process-wide lock on every allocation.
bool switch_off_allocation_statistics() {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
}

void set_limits(sqlite3* handle, const Database::Options& options) {
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, static_cast<int>(options.busy_timeout.ns / 1'000'000));
  const uint64_t value_max = std::min<uint64_t>(options.value_bytes_max, 1'000'000'000);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, static_cast<int>(value_max));
  sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  for (const int off :
       {SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW, SQLITE_DBCONFIG_TRUSTED_SCHEMA,
        SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION}) {
    sqlite3_db_config(handle, off, 0, nullptr);
  }
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
}

// References between resources are checked by whoever owns the rule, not by the store: a violation
// found at COMMIT would fail every batch of the group. Temporary b-trees and savepoint journals
// stay in memory.
std::string settings(const Database::Options& options) {
  std::string sql = "PRAGMA foreign_keys=OFF; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-" +
                    std::to_string(options.cache_bytes / 1024) +
                    "; PRAGMA mmap_size=" + std::to_string(options.mmap_bytes) + ";";
  if (options.mode == Database::Options::Mode::kReadOnly) return sql + "PRAGMA query_only=ON;";
  return sql + "PRAGMA synchronous=FULL;";
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), bind_failed_(other.bind_failed_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(bind_failed_, other.bind_failed_);
  return *this;
}

Statement::~Statement() {
  sqlite3_finalize(handle_);
}

// A failed bind ends the binding, so that its code stays the connection's last one.
void Statement::note(int code) {
  bind_failed_ = code != SQLITE_OK;
}

void Statement::bind(int at, const Value& value) {
  if (bind_failed_) return;
  switch (value.kind) {
    case Value::Kind::kNull:
      return bind_null(at);
    case Value::Kind::kInteger:
      return bind_integer(at, value.integer);
    case Value::Kind::kNumber:
      return note(sqlite3_bind_double(handle_, at, value.number));
    case Value::Kind::kText:
      return bind_text(at, value.text);
    case Value::Kind::kBytes:
      return bind_bytes(at, value.text);
  }
}

void Statement::bind_integer(int at, int64_t value) {
  if (bind_failed_) return;
  note(sqlite3_bind_int64(handle_, at, value));
}

void Statement::bind_text(int at, std::string_view text) {
  if (bind_failed_) return;
  // A null pointer would bind NULL.
  const char* from = text.data() ? text.data() : "";
  note(sqlite3_bind_text64(handle_, at, from, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind_bytes(int at, std::string_view bytes) {
  if (bind_failed_) return;
  const char* from = bytes.data() ? bytes.data() : "";
  note(sqlite3_bind_blob64(handle_, at, from, bytes.size(), SQLITE_STATIC));
}

void Statement::bind_null(int at) {
  if (bind_failed_) return;
  note(sqlite3_bind_null(handle_, at));
}

Step Statement::step() {
  if (bind_failed_) return Step::kFailed;
  switch (sqlite3_step(handle_)) {
    case SQLITE_ROW:
      return Step::kRow;
    case SQLITE_DONE:
      return Step::kDone;
    default:
      return Step::kFailed;
  }
}

void Statement::reset() {
  // Its code repeats the failure that step() has told already.
  (void)sqlite3_reset(handle_);
  bind_failed_ = false;
}

Step Statement::run() {
  const Step step = this->step();
  reset();
  return step;
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_, column);
}

double Statement::number(int column) const {
  return sqlite3_column_double(handle_, column);
}

std::string_view Statement::text(int column) const {
  const auto* from = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  return from ? std::string_view(from, static_cast<size_t>(sqlite3_column_bytes(handle_, column)))
              : std::string_view();
}

std::string_view Statement::bytes(int column) const {
  const auto* from = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  return from ? std::string_view(from, static_cast<size_t>(sqlite3_column_bytes(handle_, column)))
              : std::string_view();
}

uint64_t Statement::take_steps() {
  const int steps = sqlite3_stmt_status(handle_, SQLITE_STMTSTATUS_VM_STEP, 1);
  return static_cast<uint64_t>(static_cast<unsigned>(steps));
}

Database::Database(sqlite3* handle)
    : handle_(handle),
      wal_pages_(std::make_unique<int64_t>(0)),
      steps_left_(std::make_unique<uint64_t>(0)) {}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      wal_pages_(std::move(other.wal_pages_)),
      steps_left_(std::move(other.steps_left_)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(wal_pages_, other.wal_pages_);
  std::swap(steps_left_, other.steps_left_);
  return *this;
}

Database::~Database() {
  // Statements end before their Database, so nothing keeps the connection open.
  (void)sqlite3_close_v2(handle_);
}

Result<Database> Database::open(const std::string& path, const Options& options) {
  // Each connection is used by one thread at a time, but there are several connections.
  if (sqlite3_threadsafe() == 0) {
    return fail(Code::kInternal, "This SQLite library is built without thread safety.", "sqlite");
  }
  static const bool once = switch_off_allocation_statistics();
  (void)once;
  const bool reads = options.mode == Options::Mode::kReadOnly;
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (reads ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  sqlite3* handle = nullptr;
  const bool file = options.mode != Options::Mode::kMemory;
  const int code = sqlite3_open_v2(file ? path.c_str() : ":memory:", &handle, flags,
                                   options.vfs.empty() ? nullptr : options.vfs.c_str());
  Database database(handle);
  if (!handle) return fail(Code::kInternal, "There is no memory for a database connection.");
  if (code != SQLITE_OK) return std::unexpected<Error>(database.error("opening the database"));
  set_limits(handle, options);
  if (options.mode == Options::Mode::kReadWrite) {
    Result<Statement> journal = database.prepare("PRAGMA journal_mode=WAL");
    if (!journal) return pass(journal);
    const bool answered = journal->step() == Step::kRow;
    const bool is_wal = answered && journal->text(0) == "wal";
    journal->reset();
    if (!answered) return std::unexpected<Error>(database.error("opening the database"));
    if (!is_wal) {
      return fail(Code::kUnavailable, "The database's file system has no write-ahead log.", "wal");
    }
    // Also takes the place of SQLite's own hook, which would checkpoint on its own account.
    sqlite3_wal_hook(handle, count_wal_pages, database.wal_pages_.get());
  }
  Result<void> set = database.execute(settings(options));
  if (!set) return pass(set);
  return database;
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return std::unexpected<Error>(error("compiling a statement"));
  return Statement(statement);
}

Result<void> Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return std::unexpected<Error>(error("running a statement"));
  }
  return {};
}

Result<int64_t> Database::query_integer(std::string_view sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement) return pass(statement);
  const Step step = statement->step();
  if (step == Step::kFailed) return std::unexpected<Error>(error("running a query"));
  return step == Step::kRow ? statement->integer(0) : 0;
}

int64_t Database::changes() const {
  return sqlite3_changes64(handle_);
}

bool Database::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

DatabaseFailure Database::failure() const {
  const int code = sqlite3_extended_errcode(handle_);
  if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
      code == SQLITE_CONSTRAINT_ROWID) {
    return DatabaseFailure::kUnique;
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
      return DatabaseFailure::kFull;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return DatabaseFailure::kIo;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return DatabaseFailure::kBusy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return DatabaseFailure::kCorrupt;
    case SQLITE_INTERRUPT:
      return DatabaseFailure::kInterrupted;
    case SQLITE_TOOBIG:
      return DatabaseFailure::kTooLarge;
    default:
      return DatabaseFailure::kOther;
  }
}

Error Database::error(std::string_view doing) const {
  const std::string place = " (while " + std::string(doing) + ").";
  switch (failure()) {
    case DatabaseFailure::kFull:
      return {Code::kStorageFull, "The store's disk is full" + place, "storage-full", {}};
    case DatabaseFailure::kIo:
      return {Code::kUnavailable, "The store's disk failed" + place, "io-error", {}};
    case DatabaseFailure::kBusy:
      return {Code::kUnavailable, "Another process holds the store" + place, "store-busy", {}};
    case DatabaseFailure::kCorrupt:
      return {Code::kInternal,
              "The store's file is damaged" + place + std::string(kDamagedAdvice),
              "store-corrupt",
              {}};
    case DatabaseFailure::kInterrupted:
      return {Code::kDeadlineExceeded,
              "The query takes too many steps" + place,
              "query-too-costly",
              {}};
    case DatabaseFailure::kTooLarge:
      return {
          Code::kTooLarge, "A value is larger than the store takes" + place, "value-too-large", {}};
    case DatabaseFailure::kUnique:
    case DatabaseFailure::kOther:
      break;
  }
  const int code = sqlite3_extended_errcode(handle_);
  return {Code::kInternal,
          "The store refused a statement: " + std::string(sqlite3_errstr(code)) + ", code " +
              std::to_string(code) + place,
          "store-refused",
          {}};
}

Result<int64_t> Database::checkpoint(Checkpoint kind) {
  int in_log = 0;
  int copied = 0;
  const int mode =
      kind == Checkpoint::kPassive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE;
  const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, mode, &in_log, &copied);
  if (code != SQLITE_OK) return std::unexpected<Error>(error("moving the log into the database"));
  return in_log - copied;
}

void Database::set_step_bound(uint64_t steps) {
  *steps_left_ = steps;
  sqlite3_progress_handler(handle_, steps == 0 ? 0 : kStepsPerCheck, check_steps,
                           steps_left_.get());
}

StatementCache::StatementCache(Database& database, size_t statements_max)
    : database_(&database), statements_max_(statements_max) {}

Statement* StatementCache::find(std::string_view key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  recent_first_.splice(recent_first_.begin(), recent_first_, found->second);
  return &found->second->statement;
}

Statement* StatementCache::add(std::string_view key, std::string_view sql) {
  Result<Statement> statement = database_->prepare(sql);
  if (!statement) return nullptr;
  if (recent_first_.size() >= statements_max_) {
    by_key_.erase(recent_first_.back().key);
    recent_first_.pop_back();
  }
  recent_first_.push_front({std::string(key), std::move(*statement)});
  by_key_.emplace(recent_first_.front().key, recent_first_.begin());
  return &recent_first_.front().statement;
}

void StatementCache::clear() {
  by_key_.clear();
  recent_first_.clear();
}

}  // namespace servanda::internal

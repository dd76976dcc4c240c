// SPDX-License-Identifier: Apache-2.0
#pragma once
// A thin owner of one SQLite connection and its statements: codes become Results, nothing throws.
//
// Threads: a Database and everything made from it are used by one thread at a time; handing them
// from one thread to another under a lock is fine.

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "base/time.h"
#include "store/value.h"

struct sqlite3;
struct sqlite3_stmt;

namespace servanda::internal {

// What follows for the operator from a damaged file.
inline constexpr std::string_view kDamagedAdvice =
    " Look with \"servanda verify\" and bring back a backup with \"servanda restore\".";

// Of new files: SQLite's default page, and a page with its header in the write-ahead log.
inline constexpr uint64_t kPageBytes = 4096;
inline constexpr uint64_t kLogFrameBytes = kPageBytes + 24;

enum class Step : uint8_t { kRow, kDone, kFailed };

// What kind of failure the last statement met, by what has to follow.
enum class DatabaseFailure : uint8_t {
  kUnique,       // A unique index or a key has these values already.
  kFull,         // The disk, or the quota, is full.
  kIo,           // Reading, writing or syncing failed.
  kBusy,         // Another process holds a lock for longer than the bound.
  kCorrupt,      // The file is damaged or no database.
  kInterrupted,  // The progress bound ended it.
  kTooLarge,     // A value or a row is above the size limit.
  kOther,        // A bug of ours, such as a type that the column does not take.
};

// One prepared statement. Text and bytes given to bind are not copied: they live until reset().
//
// Lifetime: ends before its Database.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  // `at` counts parameters from 1, `column` counts result columns from 0.
  void bind(int at, const Value& value);
  void bind_integer(int at, int64_t value);
  void bind_text(int at, std::string_view text);
  void bind_bytes(int at, std::string_view bytes);
  void bind_null(int at);

  // After kRow, columns may be read until the next step() or reset().
  [[nodiscard]] Step step();
  // Must follow the last step(): an open statement keeps its read transaction open.
  void reset();
  // step() and reset(), for statements without rows.
  [[nodiscard]] Step run();

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] int64_t integer(int column) const;
  [[nodiscard]] double number(int column) const;
  // Views that live until the next step() or reset().
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::string_view bytes(int column) const;

  // Steps of the virtual machine since the last call of this, or since the statement was made.
  [[nodiscard]] uint64_t take_steps();

 private:
  void note(int code);
  sqlite3_stmt* handle_ = nullptr;
  bool bind_failed_ = false;
};

class Database {
 public:
  struct Options {
    enum class Mode : uint8_t {
      kReadOnly,
      kReadWrite,
      kMemory,  // A new database without a file, gone with its connection.
    } mode = Mode::kReadWrite;
    Duration busy_timeout = Duration::seconds(1);  // At most this long for another process' lock.
    uint64_t cache_bytes = 0;      // Page cache of this connection, filled as pages are used.
    uint64_t mmap_bytes = 0;       // 0: reads copy pages, so that an I/O error is an error and no
                                   // signal.
    uint64_t value_bytes_max = 0;  // Largest value and largest row.
    std::string vfs;               // "": the system's own file layer.
  };
  // Opens, or creates when kReadWrite, in WAL mode with synchronous=FULL. `path` is not used by
  // kMemory. The file's schema is not trusted: no triggers, no views, no functions with side
  // effects, no double-quoted strings.
  static Result<Database> open(const std::string& path, const Options& options);

  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  // Runs statements that take no input and whose rows nobody wants.
  [[nodiscard]] Result<void> execute(const std::string& sql);
  // The first column of the first row; 0 when there is none.
  [[nodiscard]] Result<int64_t> query_integer(std::string_view sql);

  // Rows changed by the last insert, update or delete.
  [[nodiscard]] int64_t changes() const;
  [[nodiscard]] bool in_transaction() const;
  [[nodiscard]] DatabaseFailure failure() const;
  // The last failure as an Error. `doing` completes "The store failed while ...". Never holds SQL.
  [[nodiscard]] Error error(std::string_view doing) const;

  // Copies committed pages of the write-ahead log into the main file as far as readers allow
  // (kPassive), or waits up to the busy timeout for them and empties the log (kTruncate). The
  // number of pages left in the log, 0 when it may be reused from its start.
  enum class Checkpoint : uint8_t { kPassive, kTruncate };
  [[nodiscard]] Result<int64_t> checkpoint(Checkpoint kind);
  // Pages in the write-ahead log after the last commit of this connection.
  [[nodiscard]] int64_t wal_pages() const { return *wal_pages_; }

  // Ends a statement after about `steps` virtual machine steps (kInterrupted). Counts from this
  // call on; 0 removes the bound.
  void set_step_bound(uint64_t steps);
  [[nodiscard]] sqlite3* handle() const { return handle_; }

 private:
  explicit Database(sqlite3* handle);
  sqlite3* handle_ = nullptr;
  // On the heap, because SQLite's callbacks hold their addresses.
  std::unique_ptr<int64_t> wal_pages_;
  std::unique_ptr<uint64_t> steps_left_;
};

// Statements by key, at most `statements_max`; the one unused for longest goes first.
//
// Lifetime: ends before its Database. A statement handed out lives until the next call.
class StatementCache {
 public:
  StatementCache(Database& database, size_t statements_max);

  // The statement under `key`, ready to bind; on a miss `make_sql()` gives its text. Null when it
  // does not compile: Database::error() tells.
  template <typename MakeSql>
  [[nodiscard]] Statement* get(std::string_view key, const MakeSql& make_sql) {
    if (Statement* found = find(key)) return found;
    return add(key, make_sql());
  }
  [[nodiscard]] size_t size() const { return by_key_.size(); }
  void clear();

 private:
  struct Entry {
    std::string key;
    Statement statement;
  };
  Statement* find(std::string_view key);
  Statement* add(std::string_view key, std::string_view sql);

  Database* database_;
  size_t statements_max_;
  std::list<Entry> recent_first_;
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;  // Views of Entry::key.
};

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one data interface. Embedded SQLite implements it now; it is shaped so that PostgreSQL in
// pipeline mode fits without a change:
//  - every read and the commit are Tasks: SQLite answers reads without suspending, a network store
//    suspends; nothing in the interface assumes either;
//  - a Session belongs to one worker and loop, so that reads of one loop turn may share one
//    snapshot and one round trip (SQLite: one read transaction; PostgreSQL: one pipeline sync);
//  - nothing is held between calls: no cursor, no lock, no open transaction, so few connections
//    carry many requests;
//  - a commit is one self-contained batch with expected versions: SQLite's writer applies many per
//    fsync, PostgreSQL sends one pipelined round trip; "unknown outcome" is an error code of its
//    own (kUnavailable with reason "outcome-unknown"), settled through the idempotency record;
//  - values are typed as in the contract, statements never hold input text.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "contract/plan/plan.h"
#include "io/loop.h"
#include "store/value.h"

namespace servanda {

// What a row's value must be. Tests are those of the contract: see FilterTest.
struct Condition {
  uint16_t property = 0;
  FilterTest test = FilterTest::kEqual;
  Value value;                    // Not null; unused by kNull, kNotNull, kIn and kNotIn.
  std::span<const Value> values;  // kIn, kNotIn: from 1 to 100, none of them null.
};

// One page of a list, by keyset or by offset.
struct ListQuery {
  const Resource* resource = nullptr;
  std::span<const Condition> conditions;  // All must hold.
  std::span<const IndexKey> order;        // Ends with the key, so that it is total.
  std::span<const Value> after;           // Values of `order` of the last row seen; empty: start.
  uint32_t limit = 50;                    // At most this many rows.
  uint32_t offset = 0;                    // Rows passed over; each is read. Not with `after`.
  // Of a resource with soft delete: kLive sees no deleted rows, kAll those deleted after `gone`.
  // Other resources have no such rows.
  RowScope rows = RowScope::kLive;
  Timestamp gone;
};

// What a list query found.
struct Page {
  std::span<const Row> rows;  // In the caller's arena.
  bool more = false;          // Whether at least one row follows.
};

// One change of one row. The values are one per property, in order. Deleting a row of a resource
// with soft delete is an update, which sets the time of deletion; kRemove takes the row itself
// away.
struct Write {
  enum class Kind : uint8_t { kInsert, kUpdate, kRemove } kind = Kind::kInsert;
  const Resource* resource = nullptr;
  Value key;
  std::span<const Value> values;  // kInsert, kUpdate.
  // kUpdate and kRemove apply only to this version; another one (or no row) makes the whole batch
  // fail with kConflict, reason "version-moved". 0 applies to any version of a row that is there.
  int64_t expected_version = 0;
};

// Names one caller's use of one Idempotency-Key: SHA-256 over tenant, principal, operationId, key.
using IdempotencyScope = Sha256;

// Of StoredAnswer::body; more is refused.
inline constexpr uint64_t kStoredAnswerBytesMax = 4ull << 20;

// The answer kept for a retried request.
struct StoredAnswer {
  Sha256 fingerprint{};
  int status = 0;
  std::string_view fields;  // "name: value\r\n" per header field to replay.
  std::string_view body;    // At most kStoredAnswerBytesMax.
  Timestamp completed_at;
};

// What a commit keeps for the request's repetition.
struct IdempotencyRecord {
  IdempotencyScope scope{};
  StoredAnswer answer;
};

// One event that a batch writes beside its rows, for delivery afterwards.
struct OutboxEvent {
  Uuid id;                   // UUIDv7, made when it was emitted.
  std::string_view name;     // As the contract calls it.
  std::string_view service;  // Whose operation emitted it.
  std::string_view tenant;   // Of the caller, like the principal; "" for none.
  std::string_view principal;
  std::string_view trace_id;
  Timestamp time;            // When it was emitted.
  std::string_view payload;  // JSON.
};

// An event as the store has it.
struct StoredEvent {
  int64_t sequence = 0;  // In the order of commits; rises, with gaps, and is never used again.
  Uuid id;
  std::string name;
  std::string service;
  std::string tenant;
  std::string principal;
  std::string trace_id;
  Timestamp time;
  std::string payload;
  std::optional<Timestamp> delivered_at;  // Nothing: it is still to be delivered.
};

// Events in the order of their commits.
struct StoredEvents {
  std::vector<StoredEvent> events;
  bool more = false;  // Whether at least one follows.
};

// Of one Store::read_events(); a smaller number is served as asked.
inline constexpr size_t kEventsReadMax = 1'000;

// What one request commits: all of it or nothing. Everything it points to must live until the
// commit's Task has ended.
struct CommitBatch {
  // Applied in order: each one meets what those before it left, also of the same row.
  std::span<const Write> writes;
  const IdempotencyRecord* idempotency = nullptr;
  std::span<const OutboxEvent> events = {};  // Written in order, behind the writes.
};

// Errors of all functions: kUnavailable (busy beyond the bound, I/O error, closing), kStorageFull
// (disk full; reads go on), kDeadlineExceeded, kInternal.
//
// Threads: a Session belongs to one worker.
class Session {
 public:
  virtual ~Session() = default;

  // The row with this key, be it deleted or even gone (row_state.h), as of a snapshot that includes
  // every commit acknowledged before the call. Views live in `arena`.
  virtual Task<Result<std::optional<Row>>> get(const Resource& resource, Value key,
                                               Arena& arena) = 0;
  // Errors besides the common ones: kInvalidArgument, reason "list-query", when no index serves the
  // query (find_index()) or it is out of bounds.
  virtual Task<Result<Page>> list(ListQuery query, Arena& arena) = 0;
  // For each of `values`, the page of the rows whose `property` has it besides meeting the query's
  // conditions, as of one snapshot: one round trip for all. Pages stand in the order of `values`,
  // which are at most 10,000, none of them null; `query.after` and `query.offset` are not used.
  virtual Task<Result<std::span<const Page>>> list_each(ListQuery query, uint16_t property,
                                                        std::span<const Value> values,
                                                        Arena& arena) = 0;
  // How many rows meet the query's conditions, counting no further than `count_max`.
  virtual Task<Result<uint64_t>> count(ListQuery query, uint64_t count_max) = 0;
  // The answer stored for this scope, unless it has expired.
  virtual Task<Result<std::optional<StoredAnswer>>> find_answer(IdempotencyScope scope,
                                                                Arena& arena) = 0;
  // Returns when the batch is durable (power loss does not take it back), or has had no effect.
  // Errors besides the common ones: kConflict with reason
  //   "unique"         another row has these values: fields name the properties (in: "body");
  //   "key-exists"     an insert of a key that is there;
  //   "key-deleted"    an insert of a key that a deleted row has, which can be restored. An insert
  //                    takes the place of one that is gone by the writer's clock;
  //   "version-moved"  see Write::expected_version;
  //   "idempotency-key-used"  the scope has a record already: read it and replay.
  // The first three name the write that failed: Error::index in CommitBatch::writes.
  virtual Task<Result<void>> commit(CommitBatch batch, Instant deadline) = 0;
};

// What the store tells metrics. Values may be slightly stale.
struct StoreStats {
  uint64_t commits = 0;  // Batches applied.
  uint64_t groups = 0;   // Durable transactions: commits / groups is the group size.
  uint64_t failures = 0;
  uint64_t queue_length = 0;  // Batches waiting for the writer.
  Duration writer_busy;       // Since the start.
  uint64_t bytes_on_disk = 0;
};

// Threads: open_session() on the worker that will use it; stats_approx() anywhere; the rest from
// the thread that owns the store.
class Store {
 public:
  virtual ~Store() = default;
  // Makes tables and indexes for the plan's resources, and adds nullable columns and indexes that
  // are new. Any other difference between store and plan is kConflict with a sentence that names
  // table, column and what to do; nothing is changed then. Proves for every list operation that
  // each set of its filters which find_index() says is served is searched and not sorted: what is
  // not is kInternal with the statement's plan. From then on deleted rows of the plan's resources
  // that are gone are removed with later commits, some at a time. Safe while serving.
  virtual Result<void> prepare(std::shared_ptr<const Plan> plan) = 0;
  virtual std::unique_ptr<Session> open_session(Loop& loop) = 0;
  // The events behind the one with this sequence (0: from the oldest), delivered ones too until
  // they expire: at most `events_max` and kEventsReadMax, fewer above 8 MiB of them. Reads the disk
  // on the calling thread: for tools and tests.
  [[nodiscard]] virtual Result<StoredEvents> read_events(int64_t after, size_t events_max) = 0;
  [[nodiscard]] virtual StoreStats stats_approx() const = 0;
  // Whether writes can be taken now, for readiness; the reason when not.
  [[nodiscard]] virtual Result<void> health() const = 0;
};

}  // namespace servanda

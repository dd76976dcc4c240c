// SPDX-License-Identifier: Apache-2.0
#pragma once
// The unit of work: one request's reads and writes on the resources its service owns.

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "store/store.h"

namespace servanda {

// Reads see the unit's own writes on top of a snapshot that includes every commit acknowledged
// before the read. Nothing is held between reads, so two reads may see different snapshots; what
// protects a decision is the expected version of each write. Writes and events are buffered until
// commit(), which applies them together with the idempotency record or not at all. Holds no lock
// and no connection.
//
// Threads: belongs to one call. Lifetime: rows and values live in the arena given.
class UnitOfWork {
 public:
  UnitOfWork(Session& session, Arena& arena) : session_(&session), arena_(&arena) {}

  // The row with this key, unless it is deleted.
  Task<Result<std::optional<Row>>> get(const Resource& resource, Value key);
  // Deleted rows as well: whether one is gone is the caller's to judge (row_state.h).
  Task<Result<std::optional<Row>>> get_any(const Resource& resource, Value key);
  // Own writes are not merged into lists and counts: one after a write of the same unit is refused
  // as a bug (kInternal). See Session for each.
  Task<Result<Page>> list(ListQuery query);
  Task<Result<std::span<const Page>>> list_each(ListQuery query, uint16_t property,
                                                std::span<const Value> values);
  Task<Result<uint64_t>> count(ListQuery query, uint64_t count_max);

  // Buffered. `values` are one per property and must live as long as the arena's content.
  void insert(const Resource& resource, Value key, std::span<const Value> values);
  void update(const Resource& resource, Value key, std::span<const Value> values,
              int64_t expected_version);
  void remove(const Resource& resource, Value key, int64_t expected_version);

  // The same. Its texts must live as long as the arena's content.
  void emit(const OutboxEvent& event) { events_.push_back(event); }
  [[nodiscard]] size_t event_count() const { return events_.size(); }

  [[nodiscard]] bool has_writes() const { return !writes_.empty(); }
  // How many there are; a failed commit names the one that failed by its index.
  [[nodiscard]] size_t write_count() const { return writes_.size(); }
  // Requires: has_writes(). Until the next one.
  [[nodiscard]] const Write& last_write() const { return writes_.back(); }
  // Copies what the last write holds into the arena, so that the texts it was given may go.
  // Requires: has_writes().
  void keep_last_write();
  // Applies everything; see Session::commit() for errors. Requires: called at most once.
  Task<Result<void>> commit(const IdempotencyRecord* idempotency, Instant deadline);

 private:
  Task<Result<std::optional<Row>>> read(const Resource& resource, Value key, RowScope rows);
  // What a list or a count meets after a write.
  [[nodiscard]] Result<void> check_unwritten() const;

  Session* session_;
  Arena* arena_;
  std::vector<Write> writes_;
  std::vector<OutboxEvent> events_;
  bool committed_ = false;
};

}  // namespace servanda

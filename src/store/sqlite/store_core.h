// SPDX-License-Identifier: Apache-2.0
#pragma once
// The Store and Session that open_sqlite_store() hands out.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/file.h"
#include "store/sqlite/commit_job.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/table.h"
#include "store/sqlite/writer.h"
#include "store/store.h"

namespace servanda::internal {

using Shapes = std::vector<std::shared_ptr<const TableShape>>;

// The shapes of one plan's resources, found by a resource's address: the plan keeps its resources
// in one array.
struct ShapeSet {
  std::weak_ptr<const void> owner;  // The plan.
  std::span<const Resource> resources;
  Shapes shapes;  // One per resource.
};
using ShapeSets = std::vector<ShapeSet>;

// Which plans are in use. A plan that nobody holds any more is dropped at the latest when the next
// one is added, hence before another plan's resources can be met at its addresses.
//
// Threads: any.
class KnownPlans {
 public:
  // Returns the shapes of those resources that have soft delete.
  Shapes add(std::shared_ptr<const void> owner, std::span<const Resource> resources);
  // Moves with every add().
  [[nodiscard]] uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  [[nodiscard]] std::shared_ptr<const ShapeSets> sets() const;

 private:
  ShapeRegistry registry_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ShapeSets> sets_ = std::make_shared<const ShapeSets>();  // Guarded.
  std::atomic<uint64_t> generation_{0};
};

class SqliteStore final : public Store {
 public:
  SqliteStore(FileLock lock, std::string path, std::unique_ptr<Writer> writer,
              const SqliteOptions& options);
  Result<void> prepare(std::shared_ptr<const Plan> plan) override;
  std::unique_ptr<Session> open_session(Loop& loop) override;
  [[nodiscard]] Result<StoredEvents> read_events(int64_t after, size_t events_max) override;
  [[nodiscard]] StoreStats stats_approx() const override { return writer_->stats_approx(); }
  [[nodiscard]] Result<void> health() const override { return writer_->health(); }

  // prepare() for resources by themselves. They stay where they are as long as `owner` lives.
  Result<void> prepare_resources(std::shared_ptr<const void> owner,
                                 std::span<const Resource> resources, std::string_view hash);

 private:
  // A connection of its own, so that commits go on meanwhile.
  [[nodiscard]] Result<Database> open_to_read() const;
  // Proves the plan's lists, unless they were when this store last saw the plan.
  Result<void> prove(const Plan& plan);

  FileLock lock_;  // First, so that it is let go last.
  const std::string path_;
  const SqliteOptions options_;
  KnownPlans plans_;
  std::unique_ptr<Writer> writer_;
};

class SqliteSession final : public Session {
 public:
  SqliteSession(Loop& loop, std::string path, const KnownPlans& plans, Writer& writer,
                const SqliteOptions& options);
  ~SqliteSession() override;

  Task<Result<std::optional<Row>>> get(const Resource& resource, Value key, Arena& arena) override;
  Task<Result<Page>> list(ListQuery query, Arena& arena) override;
  Task<Result<std::span<const Page>>> list_each(ListQuery query, uint16_t property,
                                                std::span<const Value> values,
                                                Arena& arena) override;
  Task<Result<uint64_t>> count(ListQuery query, uint64_t count_max) override;
  Task<Result<std::optional<StoredAnswer>>> find_answer(IdempotencyScope scope,
                                                        Arena& arena) override;
  Task<Result<void>> commit(CommitBatch batch, Instant deadline) override;

 private:
  // Shared with the loop, which is asked to end a turn and may do so after the session has gone.
  struct Turn {
    std::unique_ptr<Reader> reader;  // Null until the database could be opened for reading.
    bool end_asked = false;
  };
  Result<Reader*> reader();
  // After a read: makes sure that the transaction it began ends with the loop's turn.
  void end_with_turn();
  // Null when the resource's plan was never prepared, which is a bug.
  const std::shared_ptr<const TableShape>* shape_of(const Resource& resource);
  Result<void> fill(CommitJob& job, const CommitBatch& batch);
  Result<void> check_write(const Write& write, const TableShape& shape) const;

  Loop& loop_;
  const std::string path_;
  const KnownPlans& plans_;
  Writer& writer_;
  const SqliteOptions options_;
  std::shared_ptr<Turn> turn_;
  std::shared_ptr<CommitPort> port_;
  uint64_t generation_ = 0;
  std::shared_ptr<const ShapeSets> sets_;
};

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/writer.h"

#include <algorithm>
#include <utility>

#include "store/sqlite/log_again.h"
#include "store/sqlite/schema.h"

namespace servanda::internal {
namespace {

constexpr int64_t kSweepRowsMax = 64;   // Expired rows of one kind removed by one group.
constexpr size_t kSweepTablesMax = 16;  // Tables that one group looks for deleted rows in.
constexpr Duration kSweepInterval = Duration::seconds(60);

// Whether the failure concerns the transaction as a whole and not the batch that met it.
bool is_fatal(const Error& error) {
  return error.code == Code::kUnavailable || error.code == Code::kStorageFull ||
         error.reason == "store-corrupt";
}

Database::Options writer_options(const SqliteOptions& options, const LogLayer& layer) {
  Database::Options writer;
  writer.busy_timeout = options.busy_timeout;
  writer.cache_bytes = options.writer_cache_bytes;
  writer.value_bytes_max = options.value_bytes_max;
  writer.vfs = layer.name();
  return writer;
}

}  // namespace

Writer::Writer(std::string path, const Clock& clock, const SqliteOptions& options)
    : path_(std::move(path)), clock_(clock), options_(options), log_layer_(options.vfs) {}

Result<std::unique_ptr<Writer>> Writer::open(std::string path, Platform& platform,
                                             const SqliteOptions& options) {
  std::unique_ptr<Writer> writer(new Writer(std::move(path), platform.clock(), options));
  writer->syncer_ = platform.make_executor("store-sync");
  Result<void> opened = writer->open_database();
  if (!opened) return pass(opened);
  writer->executor_ = platform.make_executor("store-writer");
  return writer;
}

Writer::~Writer() {
  {
    const std::lock_guard lock(queue_mutex_);
    closing_ = true;
  }
  executor_.reset();
}

void Writer::close_database() {
  checkpointer_.reset();
  applier_.reset();
  database_.reset();
}

Result<void> Writer::open_database() {
  close_database();
  Result<Database> database = Database::open(path_, writer_options(options_, log_layer_));
  if (!database) return pass(database);
  database_.emplace(std::move(*database));
  Result<void> schema = open_schema(*database_, clock_.wall());
  if (!schema) return pass(schema);
  Result<void> checked = check_structure();
  if (!checked) return pass(checked);
  applier_ = std::make_unique<BatchApplier>(*database_, options_.statements_max);
  checkpointer_.emplace(path_, options_, *syncer_);
  count_pages();
  publish_size();
  return {};
}

Result<void> Writer::check_structure() {
  Result<int64_t> pages = database_->query_integer("PRAGMA page_count");
  if (!pages) return pass(pages);
  if (static_cast<uint64_t>(*pages) * kPageBytes > options_.check_bytes_max) return {};
  Result<Statement> check = database_->prepare("PRAGMA quick_check(1)");
  if (!check) return pass(check);
  const Step step = check->step();
  if (step == Step::kRow && check->text(0) == "ok") return {};
  if (step == Step::kFailed) return std::unexpected<Error>(database_->error("checking the file"));
  return fail(
      Code::kInternal,
      "The store's file is damaged (while checking the file)." + std::string(kDamagedAdvice),
      "store-corrupt");
}

Result<void> Writer::make_ready() {
  switch (state_.load(std::memory_order_relaxed)) {
    case State::kReady:
    case State::kFull:
      return {};
    case State::kCorrupt:
      return health();
    case State::kFailed:
      break;
  }
  // Let go first: what the failed connection keeps in mind is not to be trusted.
  close_database();
  Result<void> opened = write_log_again(path_, options_.vfs);
  if (opened) opened = open_database();
  if (opened) {
    // Settles what the failed transaction left in the log: frames that count are moved into the
    // file and synced, and the log starts anew. While somebody reads for long, such as a backup,
    // it cannot; then frames that do not count are written over, as after any rollback.
    Result<int64_t> emptied = database_->checkpoint(Database::Checkpoint::kTruncate);
    if (!emptied && emptied.error().reason != "store-busy") {
      opened = std::unexpected<Error>(std::move(emptied.error()));
    }
  }
  if (!opened) {
    note(opened.error());
    return opened;
  }
  state_.store(State::kReady, std::memory_order_relaxed);
  return {};
}

void Writer::note(const Error& error) {
  const State before = state_.load(std::memory_order_relaxed);
  State after = before;
  if (error.reason == "store-corrupt") {
    after = State::kCorrupt;
  } else if (error.reason == "io-error" || !applier_) {
    after = State::kFailed;
  } else if (error.code == Code::kStorageFull && before == State::kReady) {
    after = State::kFull;
  }
  state_.store(after, std::memory_order_relaxed);
}

void Writer::count_pages() {
  const Result<int64_t> pages = database_->query_integer("PRAGMA page_count");
  if (pages) file_pages_ = *pages;
}

void Writer::publish_size() {
  bytes_on_disk_.store(static_cast<uint64_t>(file_pages_) * kPageBytes +
                           static_cast<uint64_t>(database_->wal_pages()) * kLogFrameBytes,
                       std::memory_order_relaxed);
}

Timestamp Writer::expired(Duration kept) const {
  return {clock_.wall().us - kept.ns / 1000};
}

Result<void> Writer::submit(std::unique_ptr<CommitJob>& job) {
  {
    const std::lock_guard lock(queue_mutex_);
    if (closing_) return fail(Code::kUnavailable, "The store is closing.", "closing");
    if (queue_.size() >= options_.queue_max ||
        queue_bytes_ + job->bytes > options_.queue_bytes_max) {
      return fail(Code::kUnavailable, "The store has too many writes waiting; try again later.",
                  "queue-full");
    }
    queue_bytes_ += job->bytes;
    queue_.push_back(std::move(job));
    if (std::exchange(scheduled_, true)) return {};
  }
  executor_->post([this] { run(); });
  return {};
}

void Writer::run() {
  while (take_group()) {
    work_on_group();
    const std::lock_guard lock(queue_mutex_);
    // When closing, nothing more may be posted and what is queued still has to be done.
    if (closing_) continue;
    if (queue_.empty()) {
      scheduled_ = false;
    } else {
      executor_->post([this] { run(); });
    }
    return;
  }
}

bool Writer::take_group() {
  const std::lock_guard lock(queue_mutex_);
  const size_t count = std::min(queue_.size(), options_.group_max);
  for (size_t i = 0; i < count; ++i) {
    queue_bytes_ -= queue_.front()->bytes;
    group_.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  if (count == 0) scheduled_ = false;
  return count != 0;
}

void Writer::work_on_group() {
  const std::lock_guard lock(connection_mutex_);
  const Instant start = clock_.now();
  Result<void> committed = commit_group();
  if (!committed) {
    note(committed.error());
    failures_.fetch_add(group_.size(), std::memory_order_relaxed);
    for (std::unique_ptr<CommitJob>& job : group_) {
      job->outcome = std::unexpected<Error>(committed.error());
    }
  }
  deliver_group();
  move_log();
  busy_ns_.fetch_add((clock_.now() - start).ns, std::memory_order_relaxed);
}

Result<void> Writer::commit_group() {
  Result<void> ready = make_ready();
  if (!ready) return ready;
  Result<void> applied = apply_group();
  if (!applied) {
    applier_->roll_back();
    return applied;
  }
  Result<void> durable = applier_->commit();
  if (!durable) {
    const bool unknown = durable.error().reason == "io-error";
    note(durable.error());
    applier_->roll_back();
    if (!unknown) return durable;
    return fail(Code::kUnavailable,
                "The store's disk failed while the change was being made durable; whether it took "
                "effect will show.",
                "outcome-unknown");
  }
  uint64_t batches = 0;
  for (const std::unique_ptr<CommitJob>& job : group_) batches += job->outcome ? 1 : 0;
  if (batches == 0) return {};
  state_.store(State::kReady, std::memory_order_relaxed);
  count_commits(batches);
  return {};
}

Result<void> Writer::apply_group() {
  Result<void> begun = applier_->begin();
  if (!begun) return begun;
  Result<void> swept = sweep_if_due();
  if (!swept) return swept;
  const Instant now = clock_.now();
  const Timestamp wall = clock_.wall();
  const Timestamp expired = this->expired(options_.idempotency_ttl);
  for (std::unique_ptr<CommitJob>& job : group_) {
    if (job->deadline <= now) {
      job->outcome =
          fail(Code::kDeadlineExceeded,
               "The deadline passed before the store could begin the change.", "deadline");
      continue;
    }
    job->outcome = applier_->apply(*job, wall, expired);
    if (job->outcome) continue;
    const Error& error = job->outcome.error();
    if (is_fatal(error) || !database_->in_transaction()) return std::unexpected<Error>(error);
    if (error.code != Code::kConflict) failures_.fetch_add(1, std::memory_order_relaxed);
  }
  return {};
}

// Rides on a group that is written anyway, so that it costs no fsync of its own.
Result<void> Writer::sweep_if_due() {
  const Instant now = clock_.now();
  if (now < next_sweep_) return {};
  Result<int64_t> records =
      applier_->sweep_records(expired(options_.idempotency_ttl), kSweepRowsMax);
  if (!records) return pass(records);
  Result<int64_t> events = applier_->sweep_outbox(expired(options_.outbox_ttl), kSweepRowsMax);
  if (!events) return pass(events);
  Result<int64_t> entries = applier_->sweep_audit(expired(options_.audit_ttl), kSweepRowsMax);
  if (!entries) return pass(entries);
  Result<bool> deleted = sweep_deleted(clock_.wall());
  if (!deleted) return pass(deleted);
  const bool more = *deleted || std::max({*records, *events, *entries}) == kSweepRowsMax;
  next_sweep_ = more ? now : now + kSweepInterval;
  return {};
}

Result<bool> Writer::sweep_deleted(Timestamp now) {
  int64_t rows_left = kSweepRowsMax;
  for (size_t looked = 0; looked < kSweepTablesMax && next_table_ < swept_tables_.size();
       ++looked) {
    Result<int64_t> removed = applier_->sweep_deleted(*swept_tables_[next_table_], now, rows_left);
    if (!removed) return pass(removed);
    rows_left -= *removed;
    if (rows_left == 0) return true;
    ++next_table_;
  }
  if (next_table_ < swept_tables_.size()) return true;
  next_table_ = 0;
  return false;
}

void Writer::sweep_tables(std::vector<std::shared_ptr<const TableShape>> tables) {
  const std::lock_guard lock(connection_mutex_);
  swept_tables_ = std::move(tables);
  next_table_ = 0;
}

void Writer::move_log() {
  if (!applier_ || state_.load(std::memory_order_relaxed) == State::kFailed) return;
  const Result<void> moved = checkpointer_->after_commit(*database_);
  if (!moved) note(moved.error());
  count_pages();
  publish_size();
}

void Writer::deliver_group() {
  auto first = group_.begin();
  while (first != group_.end()) {
    const std::shared_ptr<CommitPort> port = (*first)->port;
    const auto last = std::stable_partition(
        first, group_.end(),
        [&](const std::unique_ptr<CommitJob>& job) { return job->port == port; });
    port->deliver(&*first, &*first + (last - first));
    first = last;
  }
  group_.clear();
}

void Writer::count_commits(uint64_t batches) {
  batches_done_.fetch_add(batches, std::memory_order_relaxed);
  groups_done_.fetch_add(1, std::memory_order_relaxed);
  // Release pairs with the readers' acquire: who sees the count also begins after the commit.
  commits_.fetch_add(1, std::memory_order_release);
}

StoreStats Writer::stats_approx() const {
  StoreStats stats;
  stats.commits = batches_done_.load(std::memory_order_relaxed);
  stats.groups = groups_done_.load(std::memory_order_relaxed);
  stats.failures = failures_.load(std::memory_order_relaxed);
  stats.writer_busy = Duration::nanoseconds(busy_ns_.load(std::memory_order_relaxed));
  stats.bytes_on_disk = bytes_on_disk_.load(std::memory_order_relaxed);
  const std::lock_guard lock(queue_mutex_);
  stats.queue_length = queue_.size();
  return stats;
}

Result<void> Writer::health() const {
  switch (state_.load(std::memory_order_relaxed)) {
    case State::kReady:
      return {};
    case State::kFull:
      return fail(Code::kStorageFull, "The store's disk is full; reads go on.", "storage-full");
    case State::kFailed:
      return fail(Code::kUnavailable, "The store's disk failed; reads go on.", "io-error");
    case State::kCorrupt:
      break;
  }
  return fail(Code::kInternal,
              "The store's file is damaged; writes are refused until it is restored." +
                  std::string(kDamagedAdvice),
              "store-corrupt");
}

}  // namespace servanda::internal

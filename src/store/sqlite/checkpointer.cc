// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/checkpointer.h"

#include <algorithm>
#include <utility>

#include "store/sqlite/layer_file.h"

namespace servanda::internal {
namespace {

// Steps, and what may be left for the end, in pages. Smaller logs have smaller ones.
constexpr int64_t kStepPagesMax = 64;
constexpr int64_t kWaitPagesMax = 512;  // Between two times that the writer waits for readers.
constexpr int64_t kStepsOfLog = 32;
constexpr int64_t kLittlePagesMin = 8;
constexpr int64_t kLittlePagesMax = 384;
constexpr int64_t kLittleOfLog = 40;
constexpr int kRoundsMax = 6;  // Rounds get shorter each time, but load may keep up with them.

int64_t pages_of(uint64_t bytes) {
  return static_cast<int64_t>(std::max<uint64_t>(1, bytes / kLogFrameBytes));
}

}  // namespace

// One sync of the database's file, beside its connections.
struct Checkpointer::Sync {
  enum class State : uint8_t { kRunning, kDone, kFailed };

  Sync(const std::string& path, sqlite3_vfs* layer)
      : names(path), file(layer, names.database(), SQLITE_OPEN_MAIN_DB) {}

  void run() {
    file.sync();
    state.store(file.good() ? State::kDone : State::kFailed, std::memory_order_release);
  }

  const FileNames names;
  LayerFile file;
  std::atomic<State> state{State::kDone};
};

Checkpointer::Checkpointer(std::string path, const SqliteOptions& options, Executor& syncer)
    : path_(std::move(path)),
      options_(options),
      syncer_(syncer),
      bound_pages_(pages_of(options.checkpoint_bytes)),
      step_pages_(std::clamp<int64_t>(bound_pages_ / kStepsOfLog, 1, kStepPagesMax)),
      little_pages_(
          std::clamp<int64_t>(bound_pages_ / kLittleOfLog, kLittlePagesMin, kLittlePagesMax)),
      full_pages_(pages_of(options.log_bytes_max)),
      wait_pages_(std::clamp<int64_t>(bound_pages_ / kStepsOfLog, 1, kWaitPagesMax)) {}

Checkpointer::~Checkpointer() = default;

Result<void> Checkpointer::after_commit(Database& writer) {
  const int64_t in_log = writer.wal_pages();
  if (in_log < stepped_) stepped_ = 0;  // It began anew.
  const bool full = in_log >= full_pages_;
  if (in_log - stepped_ < (full ? wait_pages_ : step_pages_)) return {};
  stepped_ = in_log;
  if (full) return finish(writer, Database::Checkpoint::kTruncate);
  if (is_little_left()) return finish(writer, Database::Checkpoint::kPassive);
  Result<void> stepped = copy_step(writer);
  if (!stepped || in_log < bound_pages_) return stepped;
  return start_sync();
}

bool Checkpointer::is_little_left() const {
  if (rounds_ == 0 || sync_->state.load(std::memory_order_acquire) != Sync::State::kDone) {
    return false;
  }
  return rounds_ == kRoundsMax || pinned_ - synced_ <= little_pages_;
}

Result<void> Checkpointer::copy_step(Database& writer) {
  if (pinned_ > 0) {
    Result<int64_t> left = writer.checkpoint(Database::Checkpoint::kPassive);
    if (!left) return pass(left);
    copied_ = pinned_;
  }
  return pin();
}

Result<void> Checkpointer::finish(Database& writer, Database::Checkpoint kind) {
  Result<void> free = unpin();
  if (!free) return free;
  Result<int64_t> left = writer.checkpoint(kind);
  if (!left) return pass(left);
  // Somebody who reads for long may have kept some of it back; then it goes on from here.
  copied_ = synced_ = 0;
  rounds_ = 0;
  return {};
}

Result<void> Checkpointer::pin() {
  if (!pin_) {
    Database::Options options;
    options.mode = Database::Options::Mode::kReadOnly;
    options.busy_timeout = options_.busy_timeout;
    options.value_bytes_max = options_.value_bytes_max;
    options.vfs = options_.vfs;
    Result<Database> opened = Database::open(path_, options);
    if (!opened) return pass(opened);
    pin_.emplace(std::move(*opened));
  }
  Result<void> free = unpin();
  if (!free) return free;
  // BEGIN alone does not read yet.
  Result<void> begun = pin_->execute("BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1");
  if (begun) pinned_ = stepped_;
  return begun;
}

Result<void> Checkpointer::unpin() {
  pinned_ = 0;
  if (!pin_ || !pin_->in_transaction()) return {};
  return pin_->execute("COMMIT");
}

Result<void> Checkpointer::start_sync() {
  if (!sync_) {
    sqlite3_vfs* layer = sqlite3_vfs_find(options_.vfs.empty() ? nullptr : options_.vfs.c_str());
    if (layer) sync_ = std::make_shared<Sync>(path_, layer);
  }
  const auto state = sync_ ? sync_->state.load(std::memory_order_acquire) : Sync::State::kFailed;
  if (state == Sync::State::kFailed) {
    return fail(Code::kUnavailable, "The store's disk failed (while syncing the database).",
                "io-error");
  }
  // The last round may have ended since is_little_left() looked, which then sees so next time.
  if (state == Sync::State::kRunning || rounds_ == kRoundsMax) return {};
  synced_ = copied_;
  ++rounds_;
  sync_->state.store(Sync::State::kRunning, std::memory_order_relaxed);
  syncer_.post([sync = sync_] { sync->run(); });
  return {};
}

}  // namespace servanda::internal

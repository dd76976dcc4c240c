// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/log_layer.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>

namespace servanda::internal {
namespace {

// The last bytes of a log: those from begin_ to end_, of which those from written_ on are in memory
// alone. Kept in a ring, a byte of the log at its offset modulo the ring's size.
class KeptBytes {
 public:
  explicit KeptBytes(sqlite3_file* file) : file_(file) {}

  // Requires: at most a ring's size. SQLite writes a page at most, which is 64 KiB.
  [[nodiscard]] int write(const void* from, int64_t size, int64_t at) {
    unsynced_ = true;
    // The log begins anew with its header; what is kept of the round before is not in the way.
    const bool anew = at == 0;
    if (!anew && at >= begin_ && at + size <= end_) return overwrite(from, size, at);
    if (anew || at != end_) {
      if (const int code = flush(); code != SQLITE_OK) return code;
      begin_ = written_ = end_ = at;
    }
    if (end_ + size - written_ > kRing) {
      if (const int code = flush(); code != SQLITE_OK) return code;
    }
    if (!ring_) ring_.reset(new (std::nothrow) char[kRing]);
    if (!ring_) return SQLITE_IOERR_NOMEM;
    put(from, size, at);
    end_ = at + size;
    begin_ = std::max(begin_, end_ - kRing);
    return SQLITE_OK;
  }

  // Reads what is wholly kept. False when the file has to be read, which flush() comes before.
  [[nodiscard]] bool read(void* into, int64_t size, int64_t at) const {
    if (at < begin_ || at + size > end_) return false;
    const int64_t first = std::min(size, kRing - at % kRing);
    std::memcpy(into, ring_.get() + at % kRing, static_cast<size_t>(first));
    std::memcpy(static_cast<char*>(into) + first, ring_.get(), static_cast<size_t>(size - first));
    return true;
  }

  // Writes what is in memory alone; what cannot be written is forgotten.
  [[nodiscard]] int flush() {
    while (written_ < end_) {
      const int64_t size = std::min(end_ - written_, kWrite - written_ % kWrite);
      const int code = file_->pMethods->xWrite(file_, ring_.get() + written_ % kRing,
                                               static_cast<int>(size), written_);
      if (code != SQLITE_OK) {
        end_ = written_;
        return code;
      }
      written_ += size;
    }
    return SQLITE_OK;
  }

  void forget() { begin_ = written_ = end_; }

  // Writes and syncs, unless everything was already.
  [[nodiscard]] int sync(int flags) {
    if (const int code = flush(); code != SQLITE_OK) return code;
    if (!unsynced_) return SQLITE_OK;
    const int code = file_->pMethods->xSync(file_, flags);
    if (code == SQLITE_OK) unsynced_ = false;
    return code;
  }

 private:
  static constexpr int64_t kRing = static_cast<int64_t>(LogLayer::kKeptBytes);
  // Of one write, which ends where pages do. SQLite's own layer takes less than 128 KiB.
  static constexpr int64_t kWrite = 64 * 1024;
  static_assert(kRing % kWrite == 0);

  [[nodiscard]] int overwrite(const void* from, int64_t size, int64_t at) {
    put(from, size, at);
    if (at >= written_) return SQLITE_OK;
    return file_->pMethods->xWrite(file_, from, static_cast<int>(size), at);
  }

  void put(const void* from, int64_t size, int64_t at) {
    const int64_t first = std::min(size, kRing - at % kRing);
    std::memcpy(ring_.get() + at % kRing, from, static_cast<size_t>(first));
    std::memcpy(ring_.get(), static_cast<const char*>(from) + first,
                static_cast<size_t>(size - first));
  }

  sqlite3_file* file_;
  std::unique_ptr<char[]> ring_;
  int64_t begin_ = 0;
  int64_t written_ = 0;
  int64_t end_ = 0;
  bool unsynced_ = true;  // Also what whoever opened the file before may have left.
};

// As SQLite sees a log. The file of the layer below lies behind it in the same memory.
struct LogFile {
  sqlite3_file base;
  KeptBytes* kept;
  [[nodiscard]] sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

LogFile& of(sqlite3_file* file) {
  return *reinterpret_cast<LogFile*>(file);
}

int close(sqlite3_file* given) {
  LogFile& file = of(given);
  const int flushed = file.kept->flush();
  delete file.kept;
  const int closed = file.below()->pMethods->xClose(file.below());
  return flushed != SQLITE_OK ? flushed : closed;
}

int read(sqlite3_file* given, void* into, int size, sqlite3_int64 at) {
  LogFile& file = of(given);
  if (file.kept->read(into, size, at)) return SQLITE_OK;
  if (const int code = file.kept->flush(); code != SQLITE_OK) return code;
  return file.below()->pMethods->xRead(file.below(), into, size, at);
}

int write(sqlite3_file* given, const void* from, int size, sqlite3_int64 at) {
  return of(given).kept->write(from, size, at);
}

int sync(sqlite3_file* given, int flags) {
  return of(given).kept->sync(flags);
}

// For calls that have to find the file as it is.
template <auto Method, typename... Args>
int flush_and_forward(sqlite3_file* given, Args... args) {
  LogFile& file = of(given);
  if (const int code = file.kept->flush(); code != SQLITE_OK) return code;
  return (file.below()->pMethods->*Method)(file.below(), args...);
}

int truncate(sqlite3_file* given, sqlite3_int64 size) {
  const int code = flush_and_forward<&sqlite3_io_methods::xTruncate>(given, size);
  of(given).kept->forget();
  return code;
}

template <auto Method, typename... Args>
int forward(sqlite3_file* given, Args... args) {
  sqlite3_file* below = of(given).below();
  return (below->pMethods->*Method)(below, args...);
}

const sqlite3_io_methods& log_methods() {
  using M = sqlite3_io_methods;
  static const M kMethods = [] {
    M m{};
    m.iVersion = 1;  // Shared memory and maps are of the database's file.
    m.xClose = close;
    m.xRead = read;
    m.xWrite = write;
    m.xTruncate = truncate;
    m.xSync = sync;
    m.xFileSize = flush_and_forward<&M::xFileSize, sqlite3_int64*>;
    m.xLock = forward<&M::xLock, int>;
    m.xUnlock = forward<&M::xUnlock, int>;
    m.xCheckReservedLock = forward<&M::xCheckReservedLock, int*>;
    m.xFileControl = forward<&M::xFileControl, int, void*>;
    m.xSectorSize = forward<&M::xSectorSize>;
    m.xDeviceCharacteristics = forward<&M::xDeviceCharacteristics>;
    return m;
  }();
  return kMethods;
}

int open(sqlite3_vfs* layer, const char* path, sqlite3_file* given, int flags, int* out) {
  auto* below = static_cast<sqlite3_vfs*>(layer->pAppData);
  if ((flags & SQLITE_OPEN_WAL) == 0) return below->xOpen(below, path, given, flags, out);
  LogFile& file = of(given);
  file.base.pMethods = nullptr;
  const int code = below->xOpen(below, path, file.below(), flags, out);
  if (code != SQLITE_OK) return code;
  file.kept = new (std::nothrow) KeptBytes(file.below());
  if (!file.kept) {
    file.below()->pMethods->xClose(file.below());
    return SQLITE_NOMEM;
  }
  file.base.pMethods = &log_methods();
  return SQLITE_OK;
}

// The calls that are not about one file are answered by the layer below, as its own.
template <auto Method, typename... Args>
auto ask_below(sqlite3_vfs* layer, Args... args) {
  auto* below = static_cast<sqlite3_vfs*>(layer->pAppData);
  return (below->*Method)(below, args...);
}

}  // namespace

LogLayer::LogLayer(const std::string& below)
    : name_("servanda-log-" + std::to_string(reinterpret_cast<uintptr_t>(this))) {
  sqlite3_vfs* found = sqlite3_vfs_find(below.empty() ? nullptr : below.c_str());
  if (!found) return;  // Opening names a layer that is not there and says so.
  using V = sqlite3_vfs;
  layer_ = std::make_unique<V>(*found);
  layer_->iVersion = 2;  // Without the table of system calls, which is for tests.
  layer_->szOsFile = static_cast<int>(sizeof(LogFile)) + found->szOsFile;
  layer_->zName = name_.c_str();
  layer_->pNext = nullptr;
  layer_->pAppData = found;
  layer_->xOpen = open;
  layer_->xDelete = ask_below<&V::xDelete, const char*, int>;
  layer_->xAccess = ask_below<&V::xAccess, const char*, int, int*>;
  layer_->xFullPathname = ask_below<&V::xFullPathname, const char*, int, char*>;
  layer_->xRandomness = ask_below<&V::xRandomness, int, char*>;
  layer_->xSleep = ask_below<&V::xSleep, int>;
  layer_->xCurrentTime = ask_below<&V::xCurrentTime, double*>;
  layer_->xGetLastError = ask_below<&V::xGetLastError, int, char*>;
  layer_->xCurrentTimeInt64 = ask_below<&V::xCurrentTimeInt64, sqlite3_int64*>;
  sqlite3_vfs_register(layer_.get(), 0);
}

LogLayer::~LogLayer() {
  if (layer_) sqlite3_vfs_unregister(layer_.get());
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#pragma once
// A file layer under SQLite that fails on demand and knows what a power loss would leave.

#include <sqlite3.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace servanda::internal {

// Passes everything on to the system's files, but for the faults set.
//
// A sync that fails is taken as the kernel takes it: what was written before is called clean, never
// written by a later sync, and gone with the power, although it reads back until then.
//
// Threads: one. Lifetime: outlives every connection that uses it.
class FaultFiles {
 public:
  FaultFiles() {
    real_ = sqlite3_vfs_find(nullptr);
    vfs_ = *real_;
    name_ = "faults-" + std::to_string(reinterpret_cast<uintptr_t>(this));
    vfs_.zName = name_.c_str();
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.pAppData = this;
    vfs_.xOpen = open;
    vfs_.xDelete = remove;
    sqlite3_vfs_register(&vfs_, 0);
  }
  FaultFiles(const FaultFiles&) = delete;
  FaultFiles& operator=(const FaultFiles&) = delete;
  ~FaultFiles() { sqlite3_vfs_unregister(&vfs_); }
  [[nodiscard]] const std::string& name() const { return name_; }

  // What reads, writes and syncs answer; SQLITE_OK does them.
  int read_code = SQLITE_OK;
  int write_code = SQLITE_OK;
  int sync_code = SQLITE_OK;
  int open_code = SQLITE_OK;
  int database_sync_code = SQLITE_OK;   // Of the database itself, not of its log.
  int database_write_code = SQLITE_OK;  // The same.
  // A failing sync comes after its writes, a failing write before any byte of it.

  // Whether syncs reach the system's files. They need not when only lose_power() is asked what is
  // left, and cost most of a test's time.
  enum class Syncs { kReal, kInModelOnly } syncs = Syncs::kReal;

  uint64_t database_writes = 0;  // Calls, of the database itself.
  uint64_t database_syncs = 0;
  uint64_t log_writes = 0;
  uint64_t log_syncs = 0;

  // Called before every write, truncation and sync of a database and its log.
  std::function<void()> before_change;

  // Writes what the disk could hold after a power loss now: everything synced, and of what was not,
  // any part, torn at any sector.
  void lose_power(const std::string& directory, std::mt19937_64& random) const {
    for (const auto& [path, image] : images_) {
      std::string bytes = image.synced;
      const size_t whole = random() % (image.pending.size() + 1);
      for (size_t i = 0; i < image.pending.size(); ++i) {
        if (i < whole || random() % 2 == 0)
          apply(image.pending[i], i < whole ? Sectors::kAll : Sectors::kSome, bytes, random);
      }
      const std::string name = std::filesystem::path(path).filename().string();
      std::ofstream(directory + "/" + name, std::ios::binary) << bytes;
    }
  }

 private:
  struct Change {
    int64_t at = 0;  // A truncation to this size when there are no bytes.
    std::string bytes;
  };
  struct Image {
    std::string synced;
    std::vector<Change> pending;
  };
  struct File {
    sqlite3_file base;
    FaultFiles* owner;
    Image* image;  // Null for files whose loss does not matter.
    bool is_database;
    bool is_log;
    [[nodiscard]] int write_failure() const {
      return is_database && owner->database_write_code != SQLITE_OK ? owner->database_write_code
                                                                    : owner->write_code;
    }
    [[nodiscard]] int sync_failure() const {
      return is_database && owner->database_sync_code != SQLITE_OK ? owner->database_sync_code
                                                                   : owner->sync_code;
    }
    [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static constexpr size_t kSectorBytes = 512;

  enum class Sectors { kAll, kSome };
  static void apply(const Change& change, Sectors sectors, std::string& bytes,
                    std::mt19937_64& random) {
    if (change.bytes.empty()) return bytes.resize(static_cast<size_t>(change.at));
    for (size_t i = 0; i < change.bytes.size(); i += kSectorBytes) {
      if (sectors == Sectors::kSome && random() % 2 == 0) continue;
      const std::string_view sector = std::string_view(change.bytes).substr(i, kSectorBytes);
      const size_t at = static_cast<size_t>(change.at) + i;
      if (bytes.size() < at + sector.size()) bytes.resize(at + sector.size());
      bytes.replace(at, sector.size(), sector);
    }
  }

  static FaultFiles& of(sqlite3_vfs* vfs) { return *static_cast<FaultFiles*>(vfs->pAppData); }
  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* given, int flags, int* out) {
    FaultFiles& self = of(vfs);
    File& file = of(given);
    file.base.pMethods = nullptr;
    if (self.open_code != SQLITE_OK) return self.open_code;
    const int code = self.real_->xOpen(self.real_, path, file.real(), flags, out);
    if (code != SQLITE_OK) return code;
    file.owner = &self;
    file.image = nullptr;
    file.is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
    file.is_log = (flags & SQLITE_OPEN_WAL) != 0;
    if (path && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0) {
      const auto [found, made] = self.images_.try_emplace(path);
      file.image = &found->second;
      if (made) {
        std::ifstream content(path, std::ios::binary);
        file.image->synced.resize(std::filesystem::file_size(path));
        content.read(file.image->synced.data(),
                     static_cast<std::streamsize>(file.image->synced.size()));
      }
    }
    file.base.pMethods = &methods();
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* path, int sync_directory) {
    FaultFiles& self = of(vfs);
    const int code = self.real_->xDelete(self.real_, path, sync_directory);
    if (code == SQLITE_OK) self.images_.erase(path);
    return code;
  }
  static int close(sqlite3_file* file) {
    return of(file).real()->pMethods->xClose(of(file).real());
  }
  static int read(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
    if (of(file).owner->read_code != SQLITE_OK) return of(file).owner->read_code;
    return of(file).real()->pMethods->xRead(of(file).real(), into, size, at);
  }
  static int write(sqlite3_file* given, const void* from, int size, sqlite3_int64 at) {
    File& file = of(given);
    file.owner->database_writes += file.is_database ? 1 : 0;
    file.owner->log_writes += file.is_log ? 1 : 0;
    if (file.image && file.owner->before_change) file.owner->before_change();
    if (const int code = file.write_failure(); code != SQLITE_OK) return code;
    if (file.image) {
      file.image->pending.push_back(
          {at, std::string(static_cast<const char*>(from), static_cast<size_t>(size))});
    }
    return file.real()->pMethods->xWrite(file.real(), from, size, at);
  }
  static int truncate(sqlite3_file* given, sqlite3_int64 size) {
    File& file = of(given);
    if (file.image && file.owner->before_change) file.owner->before_change();
    if (const int code = file.write_failure(); code != SQLITE_OK) return code;
    if (file.image) file.image->pending.push_back({size, {}});
    return file.real()->pMethods->xTruncate(file.real(), size);
  }
  static int sync(sqlite3_file* given, int flags) {
    File& file = of(given);
    file.owner->database_syncs += file.is_database ? 1 : 0;
    file.owner->log_syncs += file.is_log ? 1 : 0;
    if (file.image && file.owner->before_change) file.owner->before_change();
    if (const int code = file.sync_failure(); code != SQLITE_OK) {
      if (file.image) file.image->pending.clear();
      return code;
    }
    if (file.image) {
      std::mt19937_64 unused;
      for (const Change& change : file.image->pending) {
        apply(change, Sectors::kAll, file.image->synced, unused);
      }
      file.image->pending.clear();
    }
    if (file.owner->syncs == Syncs::kInModelOnly) return SQLITE_OK;
    return file.real()->pMethods->xSync(file.real(), flags);
  }
  // The rest goes straight to the system's file.
  template <auto Method, typename... Args>
  static auto forward(sqlite3_file* file, Args... args) {
    return (of(file).real()->pMethods->*Method)(of(file).real(), args...);
  }
  static const sqlite3_io_methods& methods() {
    using M = sqlite3_io_methods;
    static const M kMethods = [] {
      M m{};
      m.iVersion = 2;
      m.xClose = close;
      m.xRead = read;
      m.xWrite = write;
      m.xTruncate = truncate;
      m.xSync = sync;
      m.xFileSize = forward<&M::xFileSize, sqlite3_int64*>;
      m.xLock = forward<&M::xLock, int>;
      m.xUnlock = forward<&M::xUnlock, int>;
      m.xCheckReservedLock = forward<&M::xCheckReservedLock, int*>;
      m.xFileControl = forward<&M::xFileControl, int, void*>;
      m.xSectorSize = forward<&M::xSectorSize>;
      m.xDeviceCharacteristics = forward<&M::xDeviceCharacteristics>;
      m.xShmMap = forward<&M::xShmMap, int, int, int, void volatile**>;
      m.xShmLock = forward<&M::xShmLock, int, int, int>;
      m.xShmBarrier = forward<&M::xShmBarrier>;
      m.xShmUnmap = forward<&M::xShmUnmap, int>;
      return m;
    }();
    return kMethods;
  }

  sqlite3_vfs* real_ = nullptr;
  sqlite3_vfs vfs_{};
  std::string name_;
  std::map<std::string, Image> images_;  // By path. References stay good.
};

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/log_again.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace servanda::internal {
namespace {

// The format of the log (sqlite.org/fileformat2.html, "The Write-Ahead Log"): a header of 32 bytes
// with the page size at 8, then frames of a 24-byte header, page number first, and one page.
constexpr int64_t kLogHeaderBytes = 32;
constexpr int64_t kFrameHeaderBytes = 24;
constexpr int64_t kChunkBytes = 64 * 1024;

uint32_t big_endian(const unsigned char* from) {
  return uint32_t{from[0]} << 24 | uint32_t{from[1]} << 16 | uint32_t{from[2]} << 8 | from[3];
}

std::unexpected<Error> disk_failed() {
  return fail(Code::kUnavailable, "The store's disk failed (while writing the log again).",
              "io-error");
}

// A file opened through SQLite's file layer, which knows which locks this process has on it.
class LayerFile {
 public:
  // Requires: `path` comes from sqlite3_create_filename() and outlives the file.
  LayerFile(sqlite3_vfs* vfs, const char* path, int flags)
      : memory_(std::make_unique<std::byte[]>(static_cast<size_t>(vfs->szOsFile))) {
    int out = 0;
    code_ = vfs->xOpen(vfs, path, file(), flags | SQLITE_OPEN_READWRITE, &out);
  }
  LayerFile(const LayerFile&) = delete;
  LayerFile& operator=(const LayerFile&) = delete;
  ~LayerFile() {
    if (file()->pMethods) file()->pMethods->xClose(file());
  }

  [[nodiscard]] bool good() const { return code_ == SQLITE_OK; }
  // Once a call has failed, the ones after it do nothing.
  int64_t size() {
    sqlite3_int64 bytes = 0;
    if (good()) code_ = file()->pMethods->xFileSize(file(), &bytes);
    return good() ? bytes : 0;
  }
  void read(std::vector<unsigned char>& into, int64_t at, int64_t size) {
    into.resize(static_cast<size_t>(size));
    if (good()) code_ = file()->pMethods->xRead(file(), into.data(), static_cast<int>(size), at);
  }
  void write_again(std::vector<unsigned char>& scratch, int64_t at, int64_t size) {
    read(scratch, at, size);
    if (good())
      code_ = file()->pMethods->xWrite(file(), scratch.data(), static_cast<int>(size), at);
  }
  void sync() {
    if (good()) code_ = file()->pMethods->xSync(file(), SQLITE_SYNC_FULL);
  }

 private:
  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(memory_.get()); }
  std::unique_ptr<std::byte[]> memory_;  // Of szOsFile zero bytes.
  int code_ = SQLITE_OK;
};

// SQLite's own form of the names of a database's files.
class FileNames {
 public:
  explicit FileNames(const std::string& database)
      : name_(sqlite3_create_filename(database.c_str(), (database + "-journal").c_str(),
                                      (database + "-wal").c_str(), 0, nullptr)) {}
  FileNames(const FileNames&) = delete;
  FileNames& operator=(const FileNames&) = delete;
  ~FileNames() { sqlite3_free_filename(name_); }
  [[nodiscard]] const char* database() const { return name_; }
  [[nodiscard]] const char* log() const { return sqlite3_filename_wal(name_); }

 private:
  sqlite3_filename name_;
};

// The offsets of the pages that the log has frames of, each once.
std::vector<int64_t> pages_of(LayerFile& log, int64_t log_bytes, int64_t page_bytes) {
  std::vector<int64_t> pages;
  std::vector<unsigned char> header;
  const int64_t frame_bytes = kFrameHeaderBytes + page_bytes;
  for (int64_t at = kLogHeaderBytes; at + frame_bytes <= log_bytes && log.good();
       at += frame_bytes) {
    log.read(header, at, 4);
    const uint32_t number = big_endian(header.data());
    if (number > 0) pages.push_back((int64_t{number} - 1) * page_bytes);
  }
  std::sort(pages.begin(), pages.end());
  pages.erase(std::unique(pages.begin(), pages.end()), pages.end());
  return pages;
}

bool write_both(LayerFile& log, LayerFile& database) {
  const int64_t log_bytes = log.size();
  std::vector<unsigned char> scratch;
  if (log_bytes >= kLogHeaderBytes) {
    log.read(scratch, 8, 4);
    const int64_t page_bytes = log.good() ? big_endian(scratch.data()) : 0;
    // Frames that are left over from an earlier round of the log may name any page; those beyond
    // the file have never been moved into it.
    const int64_t database_bytes = database.size();
    if (page_bytes >= 512 && page_bytes <= 65536) {
      for (const int64_t page : pages_of(log, log_bytes, page_bytes)) {
        if (page + page_bytes <= database_bytes) database.write_again(scratch, page, page_bytes);
      }
    }
  }
  for (int64_t at = 0; at < log_bytes && log.good(); at += kChunkBytes) {
    log.write_again(scratch, at, std::min(kChunkBytes, log_bytes - at));
  }
  log.sync();
  database.sync();
  return log.good() && database.good();
}

}  // namespace

Result<void> write_log_again(const std::string& database_path, const std::string& vfs) {
  sqlite3_vfs* layer = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
  const FileNames names(database_path);
  if (!layer || !names.database()) return disk_failed();
  int there = 0;
  if (layer->xAccess(layer, names.log(), SQLITE_ACCESS_EXISTS, &there) != SQLITE_OK) {
    return disk_failed();
  }
  if (there == 0) return {};
  LayerFile log(layer, names.log(), SQLITE_OPEN_WAL);
  LayerFile database(layer, names.database(), SQLITE_OPEN_MAIN_DB);
  if (!log.good() || !database.good() || !write_both(log, database)) return disk_failed();
  return {};
}

}  // namespace servanda::internal

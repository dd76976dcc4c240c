// SPDX-License-Identifier: Apache-2.0
#pragma once
// Files of a database reached beside its connections.

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace servanda::internal {

// SQLite's own form of the names of a database's files.
class FileNames {
 public:
  explicit FileNames(const std::string& database);
  FileNames(const FileNames&) = delete;
  FileNames& operator=(const FileNames&) = delete;
  ~FileNames() { sqlite3_free_filename(name_); }
  [[nodiscard]] const char* database() const { return name_; }  // Null: no memory.
  [[nodiscard]] const char* log() const { return sqlite3_filename_wal(name_); }

 private:
  sqlite3_filename name_;
};

// A file opened through SQLite's file layer, which knows which locks this process has on it:
// closing one of a descriptor's own would let go of them all. Once a call has failed, those after
// it do nothing.
//
// Threads: one at a time, which need not be that of any connection.
class LayerFile {
 public:
  // `flags` say which file of a database it is. Requires: `path` comes from FileNames and outlives
  // the file.
  LayerFile(sqlite3_vfs* layer, const char* path, int flags);
  LayerFile(const LayerFile&) = delete;
  LayerFile& operator=(const LayerFile&) = delete;
  ~LayerFile();

  [[nodiscard]] bool good() const { return code_ == SQLITE_OK; }
  [[nodiscard]] int64_t size();
  void read(std::vector<unsigned char>& into, int64_t at, int64_t size);
  // Writes what is there.
  void write_again(std::vector<unsigned char>& scratch, int64_t at, int64_t size);
  void sync();

 private:
  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(memory_.get()); }
  std::unique_ptr<std::byte[]> memory_;  // Of szOsFile zero bytes.
  int code_ = SQLITE_OK;
};

}  // namespace servanda::internal

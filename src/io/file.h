// SPDX-License-Identifier: Apache-2.0
#pragma once
// Files: reading whole ones, writing them so that a crash leaves the old or the new, locks,
// changes.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "io/loop.h"

namespace servanda {

// The content of a regular file. Errors: kNotFound, kTooLarge above `bytes_max`, kPermissionDenied,
// kUnavailable otherwise; the message names the path, so it is for operators and not for clients.
[[nodiscard]] Result<std::string> read_file(const std::string& path, size_t bytes_max);

// Who may read a file that is written.
enum class FileAccess : uint8_t { kOwnerOnly, kEveryoneReads };

// Replaces the file or leaves it as it was, also over power loss: writes a neighbour, syncs it,
// renames it over the target, syncs the directory. Errors: kStorageFull, kPermissionDenied,
// kUnavailable.
[[nodiscard]] Result<void> write_file_atomically(const std::string& path, std::string_view bytes,
                                                 FileAccess access = FileAccess::kOwnerOnly);

// Makes the directory and its missing parents with access for the owner only; one that is there
// stays as it is. Errors: as above, and kConflict when the path is no directory.
[[nodiscard]] Result<void> create_private_directory(const std::string& path);

// Holds an exclusive lock on a file, which it makes if missing, until destroyed or the process
// ends. Two holders exclude each other within one process as well.
class FileLock {
 public:
  // Errors: kConflict when someone else holds it; otherwise as for writing.
  [[nodiscard]] static Result<FileLock> acquire(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

// Tells when files change, by looking at their size, identity and modification time: for the
// development mode, where polling works on every file system and editor.
//
// Threads: the loop's. Cost: one stat() per file and look.
class FileWatch {
 public:
  using Changed = std::function<void(const std::vector<std::string>& paths)>;
  // Looks every `interval`; `changed` gets all paths that differ from the look before, including
  // those that appeared or went.
  FileWatch(Loop& loop, std::vector<std::string> paths, Duration interval, Changed changed);
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;
  ~FileWatch();
  // Watches other files from now on, such as when a contract refers to new ones.
  void set_paths(std::vector<std::string> paths);

 private:
  struct Mark {
    std::string path;
    uint64_t device = 0;
    uint64_t inode = 0;
    int64_t size = -1;  // -1: not there.
    int64_t modified_ns = 0;
    bool operator==(const Mark&) const = default;
  };
  static Mark mark(const std::string& path);
  void look();
  void arm();

  Loop& loop_;
  Duration interval_;
  Changed changed_;
  std::vector<Mark> marks_;
  Loop::TimerId timer_ = 0;
};

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/backup.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "io/file.h"
#include "store/sqlite/backup_verify.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema.h"

namespace servanda {
namespace {

using internal::Database;
using internal::DatabaseFailure;

constexpr int kPagesPerStep = 1024;  // 4 MiB at the default page size.

std::unexpected<Error> file_failed(std::string_view action, const std::string& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return fail(full ? Code::kStorageFull : Code::kUnavailable,
              "Cannot " + std::string(action) + " " + path + ": " +
                  std::generic_category().message(error) + ".",
              full ? "storage-full" : "io-error");
}

bool exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

int64_t size_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<int64_t>(status.st_size) : 0;
}

std::string directory_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<void> sync_path(const std::string& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return file_failed("open", path, errno);
  const int error = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (error != 0) return file_failed("sync", path, error);
  return {};
}

// Gives `from` the name `to` unless something has it.
Result<void> name_file(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  int error = errno;
  // Some file systems do not know the flag.
  if ((error == EINVAL || error == ENOSYS) && !exists(to)) {
    if (::rename(from.c_str(), to.c_str()) == 0) return {};
    error = errno;
  }
  return file_failed("write", to, error);
}

// A file being made beside its target. Goes with this object unless it was given its name.
class PartialFile {
 public:
  // kConflict when another process is at it. What a process that was killed left is replaced.
  static Result<PartialFile> create(const std::string& target) {
    std::string path = target + ".partial";
    Result<FileLock> lock = FileLock::acquire(path);
    if (!lock) {
      if (lock.error().code == Code::kConflict) {
        lock.error().message = "Another process is writing " + path + ".";
      }
      return pass(lock);
    }
    PartialFile file(target, std::move(path), std::move(*lock));
    file.remove_companions();
    if (::truncate(file.path().c_str(), 0) != 0) return file_failed("write", file.path(), errno);
    return file;
  }
  PartialFile(PartialFile&& other) noexcept = default;
  PartialFile& operator=(PartialFile&& other) = delete;
  ~PartialFile() {
    if (!lock_) return;
    // Of a file that is of no use nothing is lost if it stays.
    (void)::unlink(path_.c_str());
    remove_companions();
  }
  [[nodiscard]] const std::string& path() const { return path_; }

  // Syncs the file, gives it its name and syncs the directory.
  Result<void> finish() {
    Result<void> synced = sync_path(path_, 0);
    if (!synced) return synced;
    Result<void> named = name_file(path_, target_);
    if (!named) return named;
    lock_.reset();
    return sync_path(directory_of(target_), O_DIRECTORY);
  }

 private:
  PartialFile(std::string target, std::string path, FileLock lock)
      : target_(std::move(target)), path_(std::move(path)), lock_(std::move(lock)) {}
  void remove_companions() const {
    for (const char* ending : {"-wal", "-shm", "-journal"}) {
      (void)::unlink((path_ + ending).c_str());
    }
  }

  std::string target_;
  std::string path_;
  std::optional<FileLock> lock_;  // None once the file has its name.
};

struct CloseHandle {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, CloseHandle>;

std::unexpected<Error> copy_failed(int code, const std::string& path) {
  if ((code & 0xff) == SQLITE_FULL) {
    return fail(Code::kStorageFull, "The disk is full while writing " + path + ".", "storage-full");
  }
  return fail(Code::kUnavailable,
              "Writing " + path + " failed: " + std::string(sqlite3_errstr(code)) + ".",
              "io-error");
}

// Fills the empty file at `path` with what `source` sees in its open transaction. Because the
// transaction stays open, writers do not make the copy begin anew, however busy they are.
Result<void> copy_pages(Database& source, const std::string& path, const std::string& vfs) {
  sqlite3* opened = nullptr;
  int code = sqlite3_open_v2(path.c_str(), &opened,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                             vfs.empty() ? nullptr : vfs.c_str());
  const Handle target(opened);
  if (code != SQLITE_OK) return copy_failed(code, path);
  // Without a journal, because a copy that does not come to its end is thrown away.
  code = sqlite3_exec(target.get(),
                      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=OFF; "
                      "PRAGMA synchronous=FULL;",
                      nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return copy_failed(code, path);
  sqlite3_backup* backup = sqlite3_backup_init(target.get(), "main", source.handle(), "main");
  if (!backup) return copy_failed(sqlite3_extended_errcode(target.get()), path);
  do {
    code = sqlite3_backup_step(backup, kPagesPerStep);
  } while (code == SQLITE_OK);
  const int finished = sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE || finished != SQLITE_OK) {
    // Reading fails with the codes of the source, such as damage, and writing with those of a disk.
    if (source.failure() == DatabaseFailure::kCorrupt) {
      return std::unexpected<Error>(source.error("copying"));
    }
    return copy_failed(code == SQLITE_DONE ? finished : code, path);
  }
  // The copy is in write-ahead mode as its source is. Out of it, it is a file that stands alone.
  code = sqlite3_exec(target.get(), "PRAGMA journal_mode=DELETE", nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return copy_failed(code, path);
  return {};
}

std::unexpected<Error> damaged(const std::string& path, const StoreFindings& findings) {
  std::string text = "The copy of " + path + " is no whole store, so it was not kept:";
  for (const std::string& sentence : findings.sentences) text += "\n  " + sentence;
  return fail(Code::kInternal, std::move(text), "store-corrupt");
}

// The error with the file that it is about.
std::unexpected<Error> about(const std::string& path, Error error) {
  error.message = path + ": " + error.message;
  return std::unexpected<Error>(std::move(error));
}

// Copies `source` to the new file `target`, by way of a verified neighbour.
Result<StoreContents> copy_store(const std::string& source, const std::string& target,
                                 const std::string& vfs) {
  Result<Database> opened = internal::open_to_read(source, vfs);
  if (!opened) return about(source, std::move(opened.error()));
  Result<void> begun = opened->execute("BEGIN");
  if (begun) begun = internal::check_format(*opened);  // The first read fixes the snapshot.
  if (!begun) return about(source, std::move(begun.error()));
  Result<PartialFile> partial = PartialFile::create(target);
  if (!partial) return pass(partial);
  Result<void> copied = copy_pages(*opened, partial->path(), vfs);
  if (!copied) return pass(copied);
  Result<StoreFindings> verified = internal::verify_file(partial->path(), vfs);
  if (!verified) return pass(verified);
  if (!verified->sentences.empty()) return damaged(source, *verified);
  Result<void> finished = partial->finish();
  if (!finished) return pass(finished);
  return std::move(verified->contents);
}

}  // namespace

Result<StoreContents> backup_store(const std::string& directory, const std::string& target,
                                   const std::string& vfs) {
  if (exists(target)) {
    return fail(Code::kConflict, target + " is there already; nothing was changed.", "file-exists");
  }
  return copy_store(directory + "/store.db", target, vfs);
}

Result<StoreContents> restore_store(const std::string& source, const std::string& directory,
                                    const std::string& vfs) {
  Result<void> made = create_private_directory(directory);
  if (!made) return pass(made);
  Result<FileLock> lock = FileLock::acquire(directory + "/lock");
  if (!lock) {
    if (lock.error().code == Code::kConflict) {
      lock.error().message = "Another process serves from " + directory + "; stop it first.";
    }
    return pass(lock);
  }
  const std::string target = directory + "/store.db";
  for (const std::string& path : {target, target + "-wal"}) {
    if (size_of(path) == 0) continue;
    return fail(Code::kConflict,
                directory + " holds a store already (" + path +
                    "); move it away or restore into another directory.",
                "store-exists");
  }
  // Empty ones are what an interrupted start leaves.
  for (const char* ending : {"", "-wal", "-shm"}) (void)::unlink((target + ending).c_str());
  return copy_store(source, target, vfs);
}

Result<StoreFindings> verify_store(const std::string& directory, const std::string& vfs) {
  return internal::verify_file(directory + "/store.db", vfs);
}

}  // namespace servanda

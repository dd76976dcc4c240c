// SPDX-License-Identifier: Apache-2.0
#include "io/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "io/socket.h"

namespace servanda {
namespace {

using internal::Descriptor;
using internal::system_reason;

Code code_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return Code::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
      return Code::kStorageFull;
    default:
      return Code::kUnavailable;
  }
}

std::unexpected<Error> file_failed(std::string_view action, const std::string& path, int error) {
  return fail(code_of(error),
              "Cannot " + std::string(action) + " " + path + ": " + system_reason(error) + ".",
              "file");
}

std::string directory_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// 0, or the errno of the write that failed.
int write_fully(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return 0;
}

int sync_directory(const std::string& path) {
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open()) return errno;
  return ::fsync(directory.number()) == 0 ? 0 : errno;
}

// 0, or the errno of the step that failed.
int write_and_sync(const std::string& path, std::string_view bytes, mode_t mode) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!file.is_open()) return errno;
  // A file left by a crash keeps its old mode when opened again.
  if (::fchmod(file.number(), mode) != 0) return errno;
  if (const int error = write_fully(file.number(), bytes)) return error;
  if (::fsync(file.number()) != 0) return errno;
  return ::close(file.release()) == 0 ? 0 : errno;
}

}  // namespace

Result<std::string> read_file(const std::string& path, size_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return file_failed("read", path, errno);
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) return file_failed("read", path, errno);
  if (!S_ISREG(status.st_mode)) {
    return fail(Code::kUnavailable, "Cannot read " + path + ": it is not a regular file.", "file");
  }
  const auto too_large = [&] {
    return fail(
        Code::kTooLarge,
        "Cannot read " + path + ": it has more than " + std::to_string(bytes_max) + " bytes.",
        "file");
  };
  if (static_cast<uint64_t>(status.st_size) > bytes_max) return too_large();
  std::string content;
  // One byte more than expected, so that the end shows without another round.
  content.resize(static_cast<size_t>(status.st_size) + 1);
  size_t used = 0;
  for (;;) {
    const ssize_t got = ::read(file.number(), content.data() + used, content.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_failed("read", path, errno);
    if (got == 0) break;
    used += static_cast<size_t>(got);
    if (used > bytes_max) return too_large();
    if (used == content.size()) content.resize(content.size() * 2);
  }
  content.resize(used);
  return content;
}

Result<void> write_file_atomically(const std::string& path, std::string_view bytes,
                                   FileAccess access) {
  const std::string beside = path + ".tmp." + std::to_string(::getpid());
  const mode_t mode = access == FileAccess::kOwnerOnly ? 0600 : 0644;
  if (const int error = write_and_sync(beside, bytes, mode)) {
    ::unlink(beside.c_str());
    return file_failed("write", path, error);
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(beside.c_str());
    return file_failed("write", path, error);
  }
  if (const int error = sync_directory(directory_of(path))) {
    return file_failed("sync the directory of", path, error);
  }
  return {};
}

Result<void> create_private_directory(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return {};
    return fail(Code::kConflict, "Cannot create " + path + ": it exists and is no directory.",
                "file");
  }
  const std::string parent = directory_of(path);
  if (parent != "." && parent != "/") {
    Result<void> made = create_private_directory(parent);
    if (!made) return made;
  }
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return file_failed("create", path, errno);
  }
  if (const int error = sync_directory(parent)) return file_failed("create", path, error);
  return {};
}

Result<FileLock> FileLock::acquire(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.is_open()) return file_failed("lock", path, errno);
  if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return file_failed("lock", path, errno);
    return fail(Code::kConflict, "Cannot lock " + path + ": another process holds it.", "locked");
  }
  return FileLock(file.release());
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

FileWatch::FileWatch(Loop& loop, std::vector<std::string> paths, Duration interval, Changed changed)
    : loop_(loop), interval_(interval), changed_(std::move(changed)) {
  set_paths(std::move(paths));
  arm();
}

FileWatch::~FileWatch() {
  loop_.cancel(timer_);
}

void FileWatch::set_paths(std::vector<std::string> paths) {
  std::vector<Mark> marks;
  marks.reserve(paths.size());
  for (const std::string& path : paths) {
    // A file that stays watched keeps its mark: a change since the last look is still to be told.
    const auto known = std::find_if(marks_.begin(), marks_.end(),
                                    [&](const Mark& mark) { return mark.path == path; });
    marks.push_back(known == marks_.end() ? mark(path) : *known);
  }
  marks_ = std::move(marks);
}

FileWatch::Mark FileWatch::mark(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {path};
  return {path, status.st_dev, status.st_ino, status.st_size,
          int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

void FileWatch::look() {
  std::vector<std::string> differing;
  for (Mark& known : marks_) {
    Mark current = mark(known.path);
    if (current == known) continue;
    differing.push_back(known.path);
    known = std::move(current);
  }
  arm();
  if (!differing.empty()) changed_(differing);
}

void FileWatch::arm() {
  timer_ = loop_.at(loop_.now() + interval_, [this] { look(); });
}

}  // namespace servanda

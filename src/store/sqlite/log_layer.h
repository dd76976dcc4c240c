// SPDX-License-Identifier: Apache-2.0
#pragma once
// A file layer under the writer's connection that spares it most system calls of the log.
//
// SQLite writes each frame of its write-ahead log with two writes, one of 24 bytes and one of a
// page, neither of them at a page's border, and reads each frame once more when it moves it into
// the database. Here what is appended to the log is kept in memory, and written with one or two
// writes when it is to be synced; what is read again soon comes from there. A sync of what is
// synced already, which SQLite begins every checkpoint with, is none.

#include <memory>
#include <string>

struct sqlite3_vfs;

namespace servanda::internal {

// Files other than the log are those of the layer below, untouched.
//
// Other connections see of a log only what was synced, so this layer is for connections that sync
// every commit (synchronous=FULL) and for no two at a time. A write that fails is told by the sync
// that follows it; what was not written is forgotten then, as SQLite takes the commit for undone.
//
// Threads: each connection's own. Lifetime: outlives the connections that use it.
// Cost: up to kKeptBytes of memory for each log that is written, touched as it is filled.
class LogLayer {
 public:
  static constexpr size_t kKeptBytes = 4ull << 20;

  // `below` is the name of a layer; "" is the system's.
  explicit LogLayer(const std::string& below);
  LogLayer(const LogLayer&) = delete;
  LogLayer& operator=(const LogLayer&) = delete;
  ~LogLayer();

  // What connections name it by.
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::unique_ptr<sqlite3_vfs> layer_;  // Registered with SQLite, unless there is none below.
};

}  // namespace servanda::internal

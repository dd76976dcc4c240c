// SPDX-License-Identifier: Apache-2.0
#pragma once
// Makes what was read after a failed fsync the same as what is on the disk.

#include <string>

#include "base/result.h"

namespace servanda::internal {

// Writes the bytes of the write-ahead log once more where they are, and so the pages of the
// database that the log has frames of, and syncs both files.
//
// After a failed fsync the kernel may call pages clean that never reached the disk. They read back
// well until the power goes, and a later fsync succeeds without having written them: the log could
// then be moved into the database and begun anew although its own frames, or pages moved earlier,
// are not durable. Written again they are dirty, so that the next fsync means what it says. Bytes
// do not change, so readers are not disturbed, and a page torn by a power loss meanwhile has its
// frame in the log.
//
// Requires: this process is the only writer, and its writing connection is closed.
// Cost: reads and writes twice the log. Without a log there is nothing to do.
[[nodiscard]] Result<void> write_log_again(const std::string& database_path,
                                           const std::string& vfs);

}  // namespace servanda::internal

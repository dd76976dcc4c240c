// SPDX-License-Identifier: Apache-2.0
#pragma once
// A folder for the time of one object.

#include <string>
#include <utility>

#include "base/result.h"

namespace servanda {

// Removed with everything in it at the end.
class TemporaryDirectory {
 public:
  // In $TMPDIR or, where that is not set, in memory (/dev/shm) or else in the system's folder.
  // `name` begins its name. kUnavailable when none can be made.
  [[nodiscard]] static Result<TemporaryDirectory> create(const std::string& name);
  TemporaryDirectory(TemporaryDirectory&& other) noexcept
      : path_(std::exchange(other.path_, std::string())) {}
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  ~TemporaryDirectory();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;  // "": moved away.
};

}  // namespace servanda

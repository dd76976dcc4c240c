// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_directory.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

namespace servanda {
namespace {

std::string place() {
  const char* const wanted = getenv("TMPDIR");
  if (wanted != nullptr && *wanted != '\0') return wanted;
  return access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
}

}  // namespace

Result<TemporaryDirectory> TemporaryDirectory::create(const std::string& name) {
  std::string path = place() + "/" + name + "-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    return fail(Code::kUnavailable,
                "No folder can be made in " + place() + ": set TMPDIR to one that can be written.");
  }
  return TemporaryDirectory(std::move(path));
}

TemporaryDirectory::~TemporaryDirectory() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace servanda

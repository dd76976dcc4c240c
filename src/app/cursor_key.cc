// SPDX-License-Identifier: Apache-2.0
#include "app/cursor_key.h"

#include "io/file.h"

namespace servanda {
namespace {

constexpr size_t kKeyBytes = 32;

}  // namespace

Result<std::string> load_cursor_key(const std::string& directory, Rng& rng) {
  const std::string path = directory + "/cursor.key";
  Result<std::string> stored = read_file(path, kKeyBytes);
  if (stored) {
    if (stored->size() == kKeyBytes) return stored;
    return fail(Code::kConflict, path + " is damaged: remove it; cursors handed out before end.");
  }
  if (stored.error().code != Code::kNotFound) return stored;
  std::string key;
  while (key.size() < kKeyBytes) {
    const uint64_t bits = rng.next();
    key.append(reinterpret_cast<const char*>(&bits), sizeof(bits));
  }
  if (Result<void> written = write_file_atomically(path, key); !written) return pass(written);
  return key;
}

}  // namespace servanda

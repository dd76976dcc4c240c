// SPDX-License-Identifier: Apache-2.0
#pragma once
// The secret that signs list cursors.

#include <string>

#include "base/result.h"
#include "base/time.h"

namespace servanda {

// The 32 bytes in DIRECTORY/cursor.key, made on first use and readable by the owner only, so that
// cursors outlive a restart. Errors: the file cannot be read or written, or has another size.
[[nodiscard]] Result<std::string> load_cursor_key(const std::string& directory, Rng& rng);

}  // namespace servanda

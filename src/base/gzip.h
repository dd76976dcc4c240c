// SPDX-License-Identifier: Apache-2.0
#pragma once
// gzip in memory, with bounds.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace servanda {

// Appends the gzip form of `bytes`. Level 1 (fastest) .. 9.
void gzip_append(std::string& out, std::string_view bytes, int level = 1);

// The content of a gzip stream. Errors: kTooLarge when it would exceed `bytes_max` or 100 times
// the compressed size plus 64 KiB; kInvalidArgument when truncated or broken.
[[nodiscard]] Result<std::string> gzip_decode(std::string_view compressed, size_t bytes_max);

}  // namespace servanda

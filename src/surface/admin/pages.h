// SPDX-License-Identifier: Apache-2.0
#pragma once
// The pages that live in the binary.

#include <string_view>

namespace servanda {

// One file as it is served. `gzipped` says that `content` is already compressed.
struct EmbeddedPage {
  std::string_view path;  // "/docs".
  std::string_view content_type;
  std::string_view content;
  bool gzipped = false;
};

// The page at `path`, or null. Lives as long as the program.
[[nodiscard]] const EmbeddedPage* find_page(std::string_view path);

}  // namespace servanda

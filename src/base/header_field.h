// SPDX-License-Identifier: Apache-2.0
#pragma once
// One header field as views: what the wire gives and what parameters are read from.

#include <string_view>

namespace servanda {

// Views: they live as long as what they were read from.
struct HeaderField {
  std::string_view name;
  std::string_view value;  // Without surrounding whitespace.
};

}  // namespace servanda

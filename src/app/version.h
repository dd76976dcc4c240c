// SPDX-License-Identifier: Apache-2.0
#pragma once
// The product's version, as `servanda --version` and the metrics tell it.

#include <string_view>

namespace servanda {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace servanda

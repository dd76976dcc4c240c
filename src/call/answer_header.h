// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which header fields a handler's answer may carry.

#include <string_view>

namespace servanda {

// Header fields that the engine itself writes; a handler's or an example's are not sent.
[[nodiscard]] bool is_engines_field(std::string_view lower_name);

// Whether the text can stand in a field: no control characters but the tab.
[[nodiscard]] bool is_field_text(std::string_view text);

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Comparing what came back with what a case says, and the captures that tie steps together.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace servanda::cases {

// Names bound so far, and the text each stands for.
using Captures = std::map<std::string, std::string, std::less<>>;

// `text` with every bound `{name}` replaced; unbound ones stay.
[[nodiscard]] std::string substitute(std::string_view text, const Captures& captures);

// Whether `actual` fits `pattern`; binds names that are free. Nothing when it fits, else a
// sentence.
[[nodiscard]] std::optional<std::string> match_text(std::string_view pattern,
                                                    std::string_view actual, Captures& captures);

// The same for JSON: `expected` is the case's own text. The sentence names the JSON Pointer.
[[nodiscard]] std::optional<std::string> match_json(std::string_view expected,
                                                    std::string_view actual, Captures& captures);

}  // namespace servanda::cases

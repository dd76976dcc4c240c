// SPDX-License-Identifier: Apache-2.0
#pragma once
// Problem details (RFC 9457) as the engine writes them, read back.

#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace servanda {

// The error that problem_body() made `body` of. What a body of somebody else's lacks is left empty
// or said in general; the code is that of the status.
[[nodiscard]] Error read_problem(int status, JsonValue body);
// Of text: one that is no JSON has nothing to say.
[[nodiscard]] Error read_problem(int status, std::string_view body, JsonParser& parser);

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The first stage: from method and path to the operation, and by when it must be done.

#include "call/call.h"

namespace servanda {

// Sets the call's operation, path values and deadline. HEAD is served by GET where it is not
// declared. Refuses with 501 (a method that contracts do not know), 404, or 405 with the methods
// that the path has.
[[nodiscard]] bool match(Call& call);

// The methods that a path answers to, as a bit set over Method: what the contract declares, with
// HEAD beside GET, and OPTIONS. 0 when there is no such path.
[[nodiscard]] uint16_t allowed_methods(const Call& call);

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Requests from other processes of the backend, as they arrive at a door.

#include <string_view>

#include "call/call.h"

namespace servanda {

// Whether the request, whose input is set, comes from another process of this backend. Then the
// call knows its operation, its deadline and, where a handler calls, who asks; or it has been
// refused. The word of anyone else is dropped: the request goes on as everybody's.
[[nodiscard]] bool take_claims(Call& call);

// Refuses a request from another process, which must read another contract than this one. False.
bool refuse_other_contract(Call& call);

// What the process that sent it is told beside the answer: the value of the field kTakenField.
// Requires: take_claims() returned true, and the answer has its final form.
[[nodiscard]] std::string_view taken_text(const Call& call);

}  // namespace servanda

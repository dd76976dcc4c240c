// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one ordered list of stages that every call passes, whatever surface it came through.

#include "base/task.h"
#include "call/call.h"

namespace servanda {

// Takes the call from its input to its answer. Requires: the call's engine, arena, input and trace
// are set. Afterwards `call.answer` is complete and recorded; the surface only writes it out.
[[nodiscard]] Task<void> run_stages(Call& call);

// The tail of the list, for what a surface answers itself (documents, preflights, bad requests).
void finish_call(Call& call);

}  // namespace servanda

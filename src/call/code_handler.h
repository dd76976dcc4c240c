// SPDX-License-Identifier: Apache-2.0
#pragma once
// Operations that C++ handlers serve: run, answer, commit; again when a row moved.

#include "base/task.h"
#include "call/call.h"

namespace servanda {

// Runs the operation's handler over one unit of work. What it wrote is committed, together with the
// idempotency record, when it answers below 400; otherwise it is discarded. A row that moved runs
// the handler again, up to kWriteAttemptsMax times and while the deadline lasts, one after the
// other with those that meet at the same row; then 409 `version-moved`, at once where the handler
// has called an operation that is not safe. In development an answer that the contract does not
// declare, or that breaks it, is a 500 without effect.
[[nodiscard]] Task<void> handle_code(Call& call);

}  // namespace servanda

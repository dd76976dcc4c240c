// SPDX-License-Identifier: Apache-2.0
#pragma once
// Operations of services that run in other processes: clients' requests are handed on, calls of
// handlers are made over HTTP.

#include "base/task.h"
#include "call/call.h"
#include "call/inner_call.h"
#include "call/related_pages.h"

namespace servanda {

// Hands the request on as it came to a process that runs its service, and takes that process's
// answer as it is. Nothing of the request has been checked but its path and the size of its body.
// Without an answer the call ends with kUnavailable, kDeadlineExceeded or kBadGateway, and a log
// line says what happened where.
Task<void> forward(Call& call);

// Makes the call that `inner` is set up for: `inner.call` has its operation, input and deadline.
// Its answer, or its error, is in `inner.call->answer` as if the callee had run here.
Task<void> run_remote_call(Call& caller, InnerCall& inner);

namespace internal {
// find_pages() where another process has the rows.
Task<Result<PagesFound>> ask_for_pages(Call& call, PagesWanted wanted);
}  // namespace internal

}  // namespace servanda

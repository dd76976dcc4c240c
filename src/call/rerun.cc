// SPDX-License-Identifier: Apache-2.0
#include "call/rerun.h"

#include "call/resource_handler.h"
#include "call/worker.h"

namespace servanda::internal {
namespace {

// Not once the try has called what may have had an effect. The call has been refused then.
bool may_run_again(Call& call) {
  if (!call.called_out) return true;
  call.answer.error->message =
      "What this operation works on changed meanwhile. It has called other operations already, so "
      "it was not run again.";
  return false;
}

Task<void> run_again(Call& call, Try* once, size_t contended_row, CallTally calls_before) {
  for (int count = 2; count <= kWriteAttemptsMax; ++count) {
    if (!may_run_again(call) || !in_time(call)) co_return;
    call.attempt = static_cast<uint32_t>(count);
    call.made_calls() = calls_before;
    if (call.counters != nullptr) call.counters->on_rerun();
    const Ending ending = co_await once(call, contended_row);
    if (ending == Ending::kDone) co_return;
  }
}

}  // namespace

Task<void> run_until_done(Call& call, Try* once) {
  if (!in_time(call)) co_return;
  const CallTally calls_before = call.made_calls();
  size_t contended_row = 0;
  const Ending ending = co_await once(call, contended_row);
  if (ending == Ending::kDone || !may_run_again(call)) co_return;
  if (call.is_inner()) {
    // A caller above may be in the lane that this would wait for.
    co_await run_again(call, once, contended_row, calls_before);
    co_return;
  }
  RerunLanes& lanes = call.worker->rerun_lanes();
  const size_t lane = contended_row;
  const bool in_lane = co_await lanes.enter(lane);
  co_await run_again(call, once, contended_row, calls_before);
  if (in_lane) lanes.leave(lane);
}

}  // namespace servanda::internal

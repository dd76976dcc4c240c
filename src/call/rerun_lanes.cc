// SPDX-License-Identifier: Apache-2.0
#include "call/rerun_lanes.h"

namespace servanda {

Task<bool> RerunLanes::enter(size_t row_hash) {
  Lane& lane = lane_of(row_hash);
  if (!lane.taken) {
    lane.taken = true;
    co_return true;
  }
  if (waiting_ >= waiting_max_) co_return false;
  ++waiting_;
  Completion<bool> turn;
  lane.waiting.push_back(&turn);
  const bool has_turn = co_await turn;
  co_return has_turn;
}

void RerunLanes::leave(size_t row_hash) {
  Lane& lane = lane_of(row_hash);
  if (lane.waiting.empty()) {
    lane.taken = false;
    return;
  }
  // The lane stays taken and goes to the next. Not from here, where the one that leaves would wait
  // on the stack until all behind it were done.
  Completion<bool>* const next = lane.waiting.front();
  lane.waiting.pop_front();
  --waiting_;
  loop_.post([next] { next->set(true); });
}

}  // namespace servanda

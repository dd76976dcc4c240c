// SPDX-License-Identifier: Apache-2.0
#pragma once
// Turns for handlers that run again: those that met at one row go on one after the other.

#include <array>
#include <cstddef>
#include <deque>

#include "base/task.h"
#include "io/loop.h"

namespace servanda {

// Of handlers that change the same row at once, one commits and the others have to run again. If
// all of them ran again at once, again one would commit; in a lane each finds the row at rest. A
// lane is named by a hash of the row. Other rows in the same lane cost waiting, nothing else.
//
// Threads: of one worker. Lifetime: longer than every call that waits.
class RerunLanes {
 public:
  static constexpr size_t kLanes = 64;
  // `waiting_max` calls wait in total.
  explicit RerunLanes(Loop& loop, size_t waiting_max = 4096)
      : loop_(loop), waiting_max_(waiting_max) {}

  // Waits for the lane's turn. False when too many wait already: the caller then goes on without a
  // turn, and does not leave. Every true is followed by one leave().
  [[nodiscard]] Task<bool> enter(size_t row_hash);
  void leave(size_t row_hash);
  [[nodiscard]] size_t waiting() const { return waiting_; }

 private:
  struct Lane {
    bool taken = false;
    std::deque<Completion<bool>*> waiting;  // Each in the frame of its enter().
  };
  [[nodiscard]] Lane& lane_of(size_t row_hash) { return lanes_[row_hash % kLanes]; }

  Loop& loop_;
  size_t waiting_max_;
  size_t waiting_ = 0;
  std::array<Lane, kLanes> lanes_;
};

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The timers of one loop: what runs when, in order, cancellable.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "io/loop.h"

namespace servanda::internal {

// A binary heap with positions, so that adding, cancelling and taking are logarithmic and cancelled
// work is freed at once. Timers of the same instant run in the order in which they were added.
//
// Threads: not shared.
class TimerQueue {
 public:
  // Requires: fewer than 16 million timers at a time.
  [[nodiscard]] Loop::TimerId add(Instant when, Loop::Work work);
  // Nothing happens when the timer has run or was cancelled.
  void cancel(Loop::TimerId id);
  // When the earliest is due; never() when there is none.
  [[nodiscard]] Instant next() const;
  // Marks the timers that exist now, for take_due().
  [[nodiscard]] uint64_t mark() const { return next_order_; }
  // The earliest timer that is due at `now` and was added before `mark`. The mark keeps work that
  // adds timers for the present from running for ever.
  [[nodiscard]] std::optional<Loop::Work> take_due(Instant now, uint64_t mark);
  [[nodiscard]] size_t size() const { return heap_.size(); }

 private:
  struct Entry {
    Instant when;
    uint64_t order;
    uint32_t slot;
  };
  struct Slot {
    uint64_t generation = 1;
    uint32_t position = 0;
    Loop::Work work;
  };
  static bool earlier(const Entry& a, const Entry& b);
  void place(size_t position, Entry entry);
  void sift_up(size_t position);
  void sift_down(size_t position);
  Loop::Work remove(size_t position);

  std::vector<Entry> heap_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  uint64_t next_order_ = 0;
};

}  // namespace servanda::internal

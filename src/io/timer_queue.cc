// SPDX-License-Identifier: Apache-2.0
#include "io/timer_queue.h"

#include <utility>

#include "base/check.h"

namespace servanda::internal {
namespace {
// An id is a slot and the slot's generation: 40 bits of it, which a million timers a second would
// need twelve days on one slot to wrap.
constexpr uint32_t kSlotBits = 24;
constexpr uint64_t kGenerationMask = (uint64_t{1} << (64 - kSlotBits)) - 1;
}  // namespace

bool TimerQueue::earlier(const Entry& a, const Entry& b) {
  return a.when != b.when ? a.when < b.when : a.order < b.order;
}

Loop::TimerId TimerQueue::add(Instant when, Loop::Work work) {
  uint32_t slot = 0;
  if (free_.empty()) {
    SERVANDA_CHECK(slots_.size() < (size_t{1} << kSlotBits), "too many timers");
    slot = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  slots_[slot].work = std::move(work);
  heap_.push_back({});
  place(heap_.size() - 1, Entry{when, next_order_++, slot});
  sift_up(heap_.size() - 1);
  return (slots_[slot].generation & kGenerationMask) << kSlotBits | slot;
}

void TimerQueue::cancel(Loop::TimerId id) {
  const uint64_t slot = id & ((uint64_t{1} << kSlotBits) - 1);
  if (slot >= slots_.size()) return;
  Slot& found = slots_[slot];
  if ((found.generation & kGenerationMask) != id >> kSlotBits || !found.work) return;
  (void)remove(found.position);
}

Instant TimerQueue::next() const {
  return heap_.empty() ? Instant::never() : heap_.front().when;
}

std::optional<Loop::Work> TimerQueue::take_due(Instant now, uint64_t mark) {
  if (heap_.empty() || heap_.front().when > now || heap_.front().order >= mark) return {};
  return remove(0);
}

void TimerQueue::place(size_t position, Entry entry) {
  heap_[position] = entry;
  slots_[entry.slot].position = static_cast<uint32_t>(position);
}

void TimerQueue::sift_up(size_t position) {
  const Entry entry = heap_[position];
  while (position > 0 && earlier(entry, heap_[(position - 1) / 2])) {
    place(position, heap_[(position - 1) / 2]);
    position = (position - 1) / 2;
  }
  place(position, entry);
}

void TimerQueue::sift_down(size_t position) {
  const Entry entry = heap_[position];
  for (;;) {
    size_t child = position * 2 + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && earlier(heap_[child + 1], heap_[child])) ++child;
    if (!earlier(heap_[child], entry)) break;
    place(position, heap_[child]);
    position = child;
  }
  place(position, entry);
}

Loop::Work TimerQueue::remove(size_t position) {
  const uint32_t slot = heap_[position].slot;
  Loop::Work work = std::exchange(slots_[slot].work, nullptr);
  ++slots_[slot].generation;
  free_.push_back(slot);
  const Entry last = heap_.back();
  heap_.pop_back();
  if (position < heap_.size()) {
    place(position, last);
    sift_up(position);
    sift_down(slots_[last.slot].position);
  }
  return work;
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#include "io/gate.h"

#include <string>

#include "base/check.h"

namespace servanda {

Gate::~Gate() {
  SERVANDA_CHECK(inside_ == 0, "still inside the gate: " + std::to_string(inside_));
}

Gate::Pass Gate::enter() {
  if (closing_) return {};
  ++inside_;
  return Pass(this);
}

void Gate::leave() {
  if (--inside_ == 0 && emptied_) std::exchange(emptied_, nullptr)->set(0);
}

// Takes the wait back when the closing coroutine ends or is destroyed.
struct Gate::Waiting {
  Gate& gate;
  Loop& loop;
  Loop::TimerId timer;
  ~Waiting() {
    gate.emptied_ = nullptr;
    loop.cancel(timer);
  }
};

Task<size_t> Gate::close(Loop& loop, Instant deadline) {
  closing_ = true;
  if (inside_ == 0) co_return size_t{0};
  Completion<char> emptied;
  emptied_ = &emptied;
  const Waiting waiting{*this, loop, loop.at(deadline, [this] {
                          if (emptied_) std::exchange(emptied_, nullptr)->set(0);
                        })};
  co_await emptied;
  co_return inside_;
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// A gate for stopping: counts what is inside, refuses what comes after closing, tells when empty.

#include <cstddef>
#include <utility>

#include "base/task.h"
#include "io/loop.h"

namespace servanda {

// Whoever works on something that must not be destroyed under him holds a Pass. Stopping closes the
// gate and waits until the passes are back. Destroying a gate with passes out is a bug that ends
// the process, because their holders would touch what is gone.
//
// Threads: one worker.
class Gate {
 public:
  // The right to be inside; returned when destroyed. A default-made or refused pass is empty.
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&& other) noexcept {
      std::swap(gate_, other.gate_);
      return *this;
    }
    ~Pass() {
      if (gate_) gate_->leave();
    }
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    friend class Gate;
    explicit Pass(Gate* gate) : gate_(gate) {}
    Gate* gate_ = nullptr;
  };

  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate();

  // An empty pass once the gate is closing.
  [[nodiscard]] Pass enter();
  // Refuses new entries from now on, and ends when all are out or at `deadline`; returns how many
  // were still inside. Requires: one caller at a time.
  Task<size_t> close(Loop& loop, Instant deadline);
  [[nodiscard]] size_t inside() const { return inside_; }
  [[nodiscard]] bool closing() const { return closing_; }

 private:
  struct Waiting;
  void leave();
  size_t inside_ = 0;
  bool closing_ = false;
  Completion<char>* emptied_ = nullptr;  // Of the close() that waits.
};

}  // namespace servanda

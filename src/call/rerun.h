// SPDX-License-Identifier: Apache-2.0
#pragma once
// Work that is done anew when a row that it rests on has moved: handlers in C++, writes with hooks.

#include <cstddef>
#include <cstdint>

#include "base/task.h"
#include "call/call.h"

namespace servanda::internal {

// How one try ended.
enum class Ending : uint8_t {
  kDone,   // The call has its answer.
  kMoved,  // The call has been refused with `version-moved`: nothing was done, it may run again.
};

// One try, from an empty unit of work to its commit. Names the row that others may be changing too.
using Try = Task<Ending>(Call& call, size_t& contended_row);

// Tries once, and again while rows move: up to kWriteAttemptsMax times and while the deadline
// lasts, those that meet at one row one after the other (RerunLanes). Not again after a call that
// may have had an effect. Reruns are counted.
[[nodiscard]] Task<void> run_until_done(Call& call, Try* once);

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where platforms come from. app/ picks one; everything else takes the interfaces of loop.h.

#include <cstdint>
#include <memory>

#include "io/loop.h"

namespace servanda {

// Kernel sockets, threads and clocks. Each loop has its own randomness, seeded by the kernel.
//
// Threads: make_loop() and make_executor() from any thread; a loop belongs to the thread that calls
// its run(). Lifetime: outlives what it made. Running out of descriptors here ends the process,
// because a worker without a loop cannot serve.
[[nodiscard]] std::unique_ptr<Platform> make_real_platform();

class SimulatedPlatform;  // io/simulation.h has its controls.

// Virtual time, in-memory streams and one thread: the same seed and the same calls give the same
// run, fault by fault.
[[nodiscard]] std::unique_ptr<SimulatedPlatform> make_simulated_platform(uint64_t seed);

}  // namespace servanda

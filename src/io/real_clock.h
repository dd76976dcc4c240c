// SPDX-License-Identifier: Apache-2.0
#pragma once
// The kernel's clocks and randomness.

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace servanda::internal {

// CLOCK_MONOTONIC and CLOCK_REALTIME, read without a system call where the kernel allows it.
class RealClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
  [[nodiscard]] Timestamp wall() const override;
};

// Bits from the kernel's generator, fetched in blocks: fit for ids that must not be guessed.
class KernelRng final : public Rng {
 public:
  [[nodiscard]] uint64_t next() override;

 private:
  std::array<uint64_t, 64> block_{};
  size_t used_ = 64;
};

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Pseudo-random bits that repeat for the same seed.

#include <cstdint>

#include "base/time.h"

namespace servanda {

// SplitMix64: one addition and two multiplications a number, and every seed gives a good sequence.
// Whoever sees a number knows all that follow: for trace ids, samples and simulations, never for
// what must not be guessed.
class SeededRng final : public Rng {
 public:
  explicit SeededRng(uint64_t seed) : state_(seed) {}
  [[nodiscard]] uint64_t next() override {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }

 private:
  uint64_t state_;
};

}  // namespace servanda

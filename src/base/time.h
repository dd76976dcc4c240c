// SPDX-License-Identifier: Apache-2.0
#pragma once
// Time as values: Duration and Instant on the monotonic clock, Timestamp on the calendar.

#include <compare>
#include <cstdint>

namespace servanda {

// A signed span of time in nanoseconds, +/- 292 years.
struct Duration {
  int64_t ns = 0;
  [[nodiscard]] static constexpr Duration nanoseconds(int64_t n) { return {n}; }
  [[nodiscard]] static constexpr Duration microseconds(int64_t n) { return {n * 1'000}; }
  [[nodiscard]] static constexpr Duration milliseconds(int64_t n) { return {n * 1'000'000}; }
  [[nodiscard]] static constexpr Duration seconds(int64_t n) { return {n * 1'000'000'000}; }
  [[nodiscard]] constexpr double to_seconds() const { return static_cast<double>(ns) * 1e-9; }
  constexpr auto operator<=>(const Duration&) const = default;
};
constexpr Duration operator+(Duration a, Duration b) {
  return {a.ns + b.ns};
}
constexpr Duration operator-(Duration a, Duration b) {
  return {a.ns - b.ns};
}

// A point on the monotonic clock, in nanoseconds since an arbitrary start. Never goes back.
struct Instant {
  int64_t ns = 0;
  [[nodiscard]] static constexpr Instant never() { return {INT64_MAX}; }
  constexpr auto operator<=>(const Instant&) const = default;
};
constexpr Instant operator+(Instant a, Duration b) {
  return {a.ns + b.ns};
}
constexpr Duration operator-(Instant a, Instant b) {
  return {a.ns - b.ns};
}

// A point on the calendar: microseconds since 1970-01-01T00:00:00Z. May jump with the wall clock,
// so nothing waits on it.
struct Timestamp {
  int64_t us = 0;
  constexpr auto operator<=>(const Timestamp&) const = default;
};

// Source of both. Real and simulated implementations are in io/.
//
// Threads: now() and wall() may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
  [[nodiscard]] virtual Timestamp wall() const = 0;
};

// Source of random bits. Real (kernel-seeded) and seeded implementations are in io/.
//
// Threads: not shared; each worker has its own.
class Rng {
 public:
  virtual ~Rng() = default;
  [[nodiscard]] virtual uint64_t next() = 0;
};

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Latency histograms: a fine one for percentiles, a coarse one with the buckets that dashboards
// expect.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/time.h"
#include "telemetry/counter.h"

namespace servanda {

// Bucket borders of the fine histogram: 16 equal steps per power of two from 1.024 us to 68.7 s,
// so the middle of a bucket is within 3.2 % of everything in it.
struct LatencyScale {
  static constexpr int kStepBits = 4;
  static constexpr int kFirstPower = 10;  // 2^10 ns; everything below is in bucket 0.
  static constexpr int kLastPower = 36;  // 2^36 ns; everything from there on is in the last bucket.
  static constexpr size_t kBuckets =
      (size_t{kLastPower - kFirstPower} << kStepBits) + 2;  // One below, one above.

  [[nodiscard]] static constexpr size_t bucket_of(int64_t ns) {
    if (ns < int64_t{1} << kFirstPower) return 0;
    if (ns >= int64_t{1} << kLastPower) return kBuckets - 1;
    const int power = 63 - __builtin_clzll(static_cast<uint64_t>(ns));
    const auto step = static_cast<size_t>(ns >> (power - kStepBits)) & ((1U << kStepBits) - 1);
    return 1 + (static_cast<size_t>(power - kFirstPower) << kStepBits) + step;
  }
  // The first nanosecond of a bucket.
  [[nodiscard]] static constexpr int64_t lower_border(size_t bucket) {
    if (bucket == 0) return 0;
    const size_t index = bucket - 1;
    const int power = kFirstPower + static_cast<int>(index >> kStepBits);
    const auto step = static_cast<int64_t>(index & ((1U << kStepBits) - 1));
    return (int64_t{1} << power) + (step << (power - kStepBits));
  }
};

// Counts per bucket as plain numbers: what snapshots are merged and compared in.
class LatencyCounts {
 public:
  void add(size_t bucket, uint64_t count);
  void add(const LatencyCounts& other);
  // Takes off an earlier state of the same counters.
  void subtract(const LatencyCounts& earlier);
  [[nodiscard]] uint64_t total() const { return total_; }
  // The middle of the bucket in which the quantile (0 to 1) lies; zero when nothing was counted.
  // Values beyond 68.7 s count as that.
  [[nodiscard]] Duration quantile(double quantile) const;

 private:
  std::array<uint64_t, LatencyScale::kBuckets> counts_{};
  uint64_t total_ = 0;
};

// Threads: add() on the owner's thread; add_to() anywhere.
class LatencyHistogram {
 public:
  void add(Duration latency) { counts_[LatencyScale::bucket_of(latency.ns)].add(); }
  void add_to(LatencyCounts& out) const;

 private:
  std::array<Counter, LatencyScale::kBuckets> counts_;
};

// The buckets that OpenTelemetry advises for http.server.request.duration. Exact: a value on a
// border belongs to the bucket that ends there.
struct DurationBuckets {
  static constexpr size_t kBorders = 14;
  static constexpr std::array<int64_t, kBorders> kUpperNs = {
      5'000'000,     10'000'000,    25'000'000,    50'000'000,    75'000'000,
      100'000'000,   250'000'000,   500'000'000,   750'000'000,   1'000'000'000,
      2'500'000'000, 5'000'000'000, 7'500'000'000, 10'000'000'000};
  [[nodiscard]] static constexpr size_t bucket_of(int64_t ns) {
    size_t bucket = 0;
    while (bucket < kBorders && ns > kUpperNs[bucket]) ++bucket;
    return bucket;
  }
};

// Threads: as LatencyHistogram.
class DurationHistogram {
 public:
  struct Values {
    std::array<uint64_t, DurationBuckets::kBorders + 1> counts{};  // Not cumulative.
    uint64_t sum_ns = 0;
    [[nodiscard]] uint64_t total() const;
    void add(const Values& other);
  };
  void add(Duration duration) {
    const int64_t ns = duration.ns > 0 ? duration.ns : 0;
    counts_[DurationBuckets::bucket_of(ns)].add();
    sum_ns_.add(static_cast<uint64_t>(ns));
  }
  [[nodiscard]] Values values() const;

 private:
  std::array<Counter, DurationBuckets::kBorders + 1> counts_;
  Counter sum_ns_;
};

}  // namespace servanda

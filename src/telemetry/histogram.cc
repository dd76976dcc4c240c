// SPDX-License-Identifier: Apache-2.0
#include "telemetry/histogram.h"

#include <algorithm>
#include <cmath>

namespace servanda {

void LatencyCounts::add(size_t bucket, uint64_t count) {
  counts_[bucket] += count;
  total_ += count;
}

void LatencyCounts::add(const LatencyCounts& other) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  total_ += other.total_;
}

void LatencyCounts::subtract(const LatencyCounts& earlier) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] -= earlier.counts_[i];
  total_ -= earlier.total_;
}

Duration LatencyCounts::quantile(double quantile) const {
  if (total_ == 0) return {};
  const double wanted = std::ceil(std::clamp(quantile, 0.0, 1.0) * static_cast<double>(total_));
  const auto rank = std::clamp(static_cast<uint64_t>(wanted), uint64_t{1}, total_);
  uint64_t seen = 0;
  size_t bucket = 0;
  while (bucket + 1 < counts_.size() && seen + counts_[bucket] < rank) seen += counts_[bucket++];
  const int64_t lower = LatencyScale::lower_border(bucket);
  if (bucket + 1 == counts_.size()) return {lower};
  return {lower + (LatencyScale::lower_border(bucket + 1) - lower) / 2};
}

void LatencyHistogram::add_to(LatencyCounts& out) const {
  for (size_t i = 0; i < counts_.size(); ++i) {
    if (const uint64_t count = counts_[i].value(); count != 0) out.add(i, count);
  }
}

uint64_t DurationHistogram::Values::total() const {
  uint64_t sum = 0;
  for (const uint64_t count : counts) sum += count;
  return sum;
}

void DurationHistogram::Values::add(const Values& other) {
  for (size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
  sum_ns += other.sum_ns;
}

DurationHistogram::Values DurationHistogram::values() const {
  Values values;
  for (size_t i = 0; i < counts_.size(); ++i) values.counts[i] = counts_[i].value();
  values.sum_ns = sum_ns_.value();
  return values;
}

}  // namespace servanda

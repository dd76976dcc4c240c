// SPDX-License-Identifier: Apache-2.0
#include "telemetry/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace servanda {
namespace {

TEST(LatencyScale, PutsEveryBorderIntoItsOwnBucket) {
  for (size_t bucket = 1; bucket < LatencyScale::kBuckets; ++bucket) {
    const int64_t lower = LatencyScale::lower_border(bucket);
    EXPECT_EQ(LatencyScale::bucket_of(lower), bucket);
    EXPECT_EQ(LatencyScale::bucket_of(lower - 1), bucket - 1);
  }
  EXPECT_EQ(LatencyScale::bucket_of(0), 0U);
  EXPECT_EQ(LatencyScale::bucket_of(-5), 0U);
  EXPECT_EQ(LatencyScale::bucket_of(INT64_MAX), LatencyScale::kBuckets - 1);
}

TEST(LatencyScale, CoversAMicrosecondToAMinute) {
  EXPECT_LE(LatencyScale::lower_border(1), 1'024);
  EXPECT_GE(LatencyScale::lower_border(LatencyScale::kBuckets - 1), 60'000'000'000);
}

TEST(LatencyScale, StaysWithinThreePercent) {
  for (size_t bucket = 1; bucket + 1 < LatencyScale::kBuckets; ++bucket) {
    const auto lower = static_cast<double>(LatencyScale::lower_border(bucket));
    const auto upper = static_cast<double>(LatencyScale::lower_border(bucket + 1));
    EXPECT_LE((upper - lower) / 2 / lower, 0.03126) << bucket;
  }
}

TEST(LatencyCounts, GiveQuantilesNearTheTruth) {
  std::mt19937_64 random(11);
  std::lognormal_distribution<double> latency(std::log(200e3), 1.2);
  LatencyHistogram histogram;
  std::vector<int64_t> values;
  for (int i = 0; i < 50'000; ++i) {
    values.push_back(static_cast<int64_t>(latency(random)));
    histogram.add(Duration::nanoseconds(values.back()));
  }
  std::sort(values.begin(), values.end());
  LatencyCounts counts;
  histogram.add_to(counts);
  EXPECT_EQ(counts.total(), values.size());
  for (const double quantile : {0.001, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<size_t>(std::ceil(quantile * 50'000)) - 1;
    const auto truth = static_cast<double>(values[rank]);
    EXPECT_NEAR(static_cast<double>(counts.quantile(quantile).ns), truth, truth * 0.0323);
  }
}

TEST(LatencyCounts, HandleTheEdges) {
  LatencyCounts counts;
  EXPECT_EQ(counts.quantile(0.5).ns, 0);
  counts.add(0, 1);
  EXPECT_LT(counts.quantile(0.0).ns, 1024);
  counts.add(LatencyScale::kBuckets - 1, 1);
  EXPECT_EQ(counts.quantile(1.0).ns, int64_t{1} << 36);
  EXPECT_EQ(counts.quantile(7.0).ns, int64_t{1} << 36);
  EXPECT_LT(counts.quantile(-7.0).ns, 1024);
}

TEST(LatencyCounts, MergeAndSubtract) {
  LatencyHistogram a;
  LatencyHistogram b;
  for (int i = 0; i < 100; ++i) a.add(Duration::microseconds(10));
  for (int i = 0; i < 300; ++i) b.add(Duration::milliseconds(10));
  LatencyCounts merged;
  a.add_to(merged);
  const LatencyCounts earlier = merged;
  b.add_to(merged);
  EXPECT_EQ(merged.total(), 400U);
  EXPECT_NEAR(merged.quantile(0.25).to_seconds(), 10e-6, 0.4e-6);
  EXPECT_NEAR(merged.quantile(0.26).to_seconds(), 10e-3, 0.4e-3);
  merged.subtract(earlier);
  EXPECT_EQ(merged.total(), 300U);
  EXPECT_NEAR(merged.quantile(0.01).to_seconds(), 10e-3, 0.4e-3);
  LatencyCounts sum = earlier;
  sum.add(merged);
  EXPECT_EQ(sum.total(), 400U);
}

TEST(DurationHistogram, CountsABorderInTheBucketThatEndsThere) {
  for (size_t i = 0; i < DurationBuckets::kBorders; ++i) {
    EXPECT_EQ(DurationBuckets::bucket_of(DurationBuckets::kUpperNs[i]), i);
    EXPECT_EQ(DurationBuckets::bucket_of(DurationBuckets::kUpperNs[i] + 1), i + 1);
  }
  DurationHistogram histogram;
  histogram.add(Duration::milliseconds(5));
  histogram.add(Duration::milliseconds(6));
  histogram.add(Duration::seconds(11));
  histogram.add(Duration::nanoseconds(-1));
  const DurationHistogram::Values values = histogram.values();
  EXPECT_EQ(values.counts[0], 2U);
  EXPECT_EQ(values.counts[1], 1U);
  EXPECT_EQ(values.counts[14], 1U);
  EXPECT_EQ(values.total(), 4U);
  EXPECT_EQ(values.sum_ns, 11'011'000'000U);
}

}  // namespace
}  // namespace servanda

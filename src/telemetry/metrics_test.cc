// SPDX-License-Identifier: Apache-2.0
#include "telemetry/metrics.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace servanda {
namespace {

OperationLabel label(const std::string& name) {
  return {name, "GET", "/" + name};
}

CallOutcome outcome(int status, Duration duration = Duration::milliseconds(1)) {
  return {status, duration, 10, 100};
}

OperationCounters::Values values_of(const OperationCounters& counters) {
  OperationCounters::Values values;
  counters.add_to(values);
  return values;
}

TEST(StatusClass, CoversEveryStatus) {
  EXPECT_EQ(status_class(100), 0U);
  EXPECT_EQ(status_class(200), 1U);
  EXPECT_EQ(status_class(304), 2U);
  EXPECT_EQ(status_class(499), 3U);
  EXPECT_EQ(status_class(599), 4U);
  EXPECT_EQ(status_class(0), 4U);
  EXPECT_EQ(status_class(600), 4U);
  EXPECT_EQ(status_class(-1), 4U);
}

TEST(OperationCounters, CountACall) {
  OperationCounters counters(label("a"));
  EXPECT_EQ(values_of(counters).latencies.total(), 0U);
  counters.on_started();
  counters.on_started();
  EXPECT_EQ(values_of(counters).in_flight, 2U);
  counters.on_ended(outcome(200));
  counters.on_started();
  counters.on_ended(outcome(404, Duration::milliseconds(20)));
  const OperationCounters::Values values = values_of(counters);
  EXPECT_EQ(values.in_flight, 1U);
  EXPECT_EQ(values.request_bytes, 20U);
  EXPECT_EQ(values.response_bytes, 200U);
  EXPECT_EQ(values.durations[1].total(), 1U);
  EXPECT_EQ(values.durations[3].total(), 1U);
  EXPECT_EQ(values.durations[3].sum_ns, 20'000'000U);
  EXPECT_EQ(values.latencies.total(), 2U);
}

TEST(WorkerMetrics, GivesATableInTheOrderOfTheLabels) {
  WorkerMetrics metrics;
  const std::vector<OperationLabel> labels = {label("a"), label("b")};
  OperationTable table = metrics.table_for(labels);
  ASSERT_EQ(table.size(), 2U);
  EXPECT_EQ(table.at(0).label().operation, "a");
  EXPECT_EQ(table.at(1).label().operation, "b");
  EXPECT_EQ(table.at(1).label().route, "/b");
}

TEST(WorkerMetrics, ContinuesCountersByNameOverAReload) {
  WorkerMetrics metrics;
  const std::vector<OperationLabel> before = {label("a"), label("b")};
  OperationTable old_table = metrics.table_for(before);
  old_table.at(1).on_started();
  old_table.at(0).on_started();
  old_table.at(0).on_ended(outcome(200));
  const std::vector<OperationLabel> after = {label("b"), label("c")};
  OperationTable new_table = metrics.table_for(after);
  EXPECT_EQ(&new_table.at(0), &old_table.at(1));
  new_table.at(0).on_started();
  new_table.at(0).on_ended(outcome(200));
  // The call of the old plan ends under its own name.
  old_table.at(1).on_ended(outcome(500));
  const OperationCounters::Values values = values_of(new_table.at(0));
  EXPECT_EQ(values.in_flight, 0U);
  EXPECT_EQ(values.latencies.total(), 2U);
  std::vector<std::string> names;
  for (const OperationCounters* const counters : metrics.operations()) {
    names.push_back(counters->label().operation);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"_unmatched", "_overflow", "a", "b", "c"}));
}

TEST(WorkerMetrics, PutsOperationsBeyondItsLimitUnderOneLabel) {
  WorkerMetrics metrics(3);
  const std::vector<OperationLabel> labels = {label("a"), label("b"), label("c")};
  OperationTable full = metrics.table_for(labels);
  EXPECT_EQ(full.at(2).label().operation, "c");
  const std::vector<OperationLabel> more = {label("d"), label("a"), label("e")};
  OperationTable over = metrics.table_for(more);
  EXPECT_EQ(over.at(0).label().operation, WorkerMetrics::kOverflow);
  EXPECT_EQ(over.at(1).label().operation, "a");
  EXPECT_EQ(&over.at(0), &over.at(2));
  EXPECT_EQ(metrics.operations().size(), 5U);
}

TEST(WorkerMetrics, KeepsItsSeriesBelowTenThousandByDefault) {
  WorkerMetrics metrics;
  std::vector<OperationLabel> labels;
  for (int i = 0; i < 1999; ++i) labels.push_back(label("o" + std::to_string(i)));
  OperationTable table = metrics.table_for(labels);
  EXPECT_EQ(table.at(1997).label().operation, "o1997");
  EXPECT_EQ(table.at(1998).label().operation, WorkerMetrics::kOverflow);
  EXPECT_EQ(metrics.operations().size() * kStatusClasses, WorkerMetrics::kSeriesMax);
}

TEST(WorkerMetrics, CountsConnectionsAnswersAndBytes) {
  WorkerMetrics metrics;
  metrics.on_connection_opened();
  metrics.on_connection_opened();
  metrics.on_connection_closed();
  metrics.on_answered(200);
  metrics.on_protocol_error(400);
  metrics.on_protocol_error(0);
  metrics.on_answered(100);
  metrics.on_answered(599);
  metrics.on_answered(600);
  metrics.on_answered(99);
  WorkerMetrics::Values values;
  metrics.add_to(values);
  metrics.add_to(values);
  EXPECT_EQ(values.connections_opened, 4U);
  EXPECT_EQ(values.connections_closed, 2U);
  EXPECT_EQ(values.protocol_errors, 4U);
  EXPECT_EQ(values.answers[100], 2U);
  EXPECT_EQ(values.answers[300], 2U);
  EXPECT_EQ(values.answers[0], 2U);
  EXPECT_EQ(values.answers[499], 2U);
}

TEST(WorkerMetrics, TellsHowBusyTheLastSecondWas) {
  WorkerMetrics metrics;
  const Instant start{5'000'000'000};
  metrics.on_busy(Duration::seconds(2), start);
  EXPECT_EQ(metrics.busy_ratio(), 0.0);
  metrics.on_busy(Duration::milliseconds(2'900), start + Duration::milliseconds(999));
  EXPECT_EQ(metrics.busy_ratio(), 0.0);
  metrics.on_busy(Duration::milliseconds(2'250), start + Duration::seconds(1));
  EXPECT_DOUBLE_EQ(metrics.busy_ratio(), 0.25);
  EXPECT_EQ(metrics.busy_total(), Duration::milliseconds(2'250));
  metrics.on_busy(Duration::milliseconds(9'000), start + Duration::seconds(3));
  EXPECT_DOUBLE_EQ(metrics.busy_ratio(), 1.0);
}

CallCounters::Values values_of(const CallCounters& counters) {
  CallCounters::Values values;
  counters.add_to(values);
  return values;
}

TEST(CallCounters, TellAnswersRefusalsAndFailuresApart) {
  WorkerMetrics metrics;
  CallCounters& counters = metrics.calls_between({"buy", "take"});
  for (const int status : {200, 304, 399, 400, 499, 500}) counters.on_ended(status);
  EXPECT_EQ(&metrics.calls_between({"buy", "take"}), &counters);
  EXPECT_NE(&metrics.calls_between({"take", "buy"}), &counters);
  ASSERT_EQ(metrics.calls().size(), 2U);
  EXPECT_EQ(metrics.calls()[0]->label().callee, "take");
  const CallCounters::Values values = values_of(*metrics.calls()[0]);
  EXPECT_EQ(values.answered, 3U);
  EXPECT_EQ(values.refused, 2U);
  EXPECT_EQ(values.failed, 1U);
}

TEST(CallCounters, ShareOneLabelBeyondTheLimit) {
  WorkerMetrics metrics;
  const auto pair = [&](size_t i) { return &metrics.calls_between({"a", std::to_string(i)}); };
  for (size_t i = 0; i < WorkerMetrics::kCallPairsMax; ++i) {
    EXPECT_EQ(pair(i)->label().callee, std::to_string(i));
  }
  CallCounters* const overflow = pair(WorkerMetrics::kCallPairsMax);
  EXPECT_EQ(overflow->label().callee, WorkerMetrics::kOverflow);
  EXPECT_EQ(pair(WorkerMetrics::kCallPairsMax + 1), overflow);
  EXPECT_EQ(pair(7)->label().callee, "7");
  EXPECT_EQ(metrics.calls().size(), WorkerMetrics::kCallPairsMax + 1);
}

TEST(WorkerMetrics, MayBeReadWhileItsWorkerCounts) {
  WorkerMetrics metrics;
  std::atomic<bool> stop{false};
  uint64_t last = 0;
  std::thread reader([&] {
    while (!stop.load()) {
      uint64_t total = 0;
      for (const OperationCounters* const counters : metrics.operations()) {
        total += values_of(*counters).latencies.total();
      }
      EXPECT_GE(total, last);
      last = total;
    }
  });
  for (int reload = 0; reload < 20; ++reload) {
    std::vector<OperationLabel> labels;
    for (int i = 0; i <= reload; ++i) labels.push_back(label("o" + std::to_string(i)));
    OperationTable table = metrics.table_for(labels);
    for (int i = 0; i < 1000; ++i) {
      OperationCounters& counters = table.at(static_cast<size_t>(i % (reload + 1)));
      counters.on_started();
      counters.on_ended(outcome(200));
    }
  }
  stop.store(true);
  reader.join();
  uint64_t total = 0;
  for (const OperationCounters* const counters : metrics.operations()) {
    total += values_of(*counters).latencies.total();
  }
  EXPECT_EQ(total, 20'000U);
}

}  // namespace
}  // namespace servanda

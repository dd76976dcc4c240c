// SPDX-License-Identifier: Apache-2.0
// What telemetry costs a request: counters, histograms, trace ids, the access record; and what it
// costs the log writer and the scrape.

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/seeded_rng.h"
#include "telemetry/access_log.h"
#include "telemetry/metrics.h"
#include "telemetry/prometheus.h"
#include "telemetry/trace_context.h"

namespace servanda {
namespace {

AccessRecord typical_record() {
  AccessRecord record;
  record.at = Timestamp{1'777'636'800'000'042};
  record.duration = Duration::nanoseconds(123'456);
  record.status = 200;
  record.response_bytes = 300;
  record.method = "GET";
  record.route = "/v1/products/{id}";
  record.operation = "getProduct";
  record.path = "/v1/products/0190a5c2-7e1b-7c3a-9f00-3a1b2c3d4e5f";
  record.peer = "192.0.2.7";
  record.user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
  return record;
}

void record_access(benchmark::State& state) {
  AccessLog log(size_t{1} << 20);
  const AccessRecord record = typical_record();
  std::string out;
  for (auto _ : state) {
    if (!log.try_record(record)) {
      state.PauseTiming();
      out.clear();
      (void)log.drain(out);
      state.ResumeTiming();
    }
  }
}
BENCHMARK(record_access);

void drain_access(benchmark::State& state) {
  AccessLog log(size_t{1} << 20);
  const AccessRecord record = typical_record();
  std::string out;
  int64_t lines = 0;
  for (auto _ : state) {
    state.PauseTiming();
    while (log.try_record(record)) {
    }
    out.clear();
    state.ResumeTiming();
    lines += static_cast<int64_t>(log.drain(out));
  }
  state.SetItemsProcessed(lines);
}
BENCHMARK(drain_access);

void count_call(benchmark::State& state) {
  WorkerMetrics metrics;
  const std::vector<OperationLabel> labels = {{"getProduct", "GET", "/v1/products/{id}"}};
  OperationTable table = metrics.table_for(labels);
  int64_t ns = 0;
  for (auto _ : state) {
    table.at(0).on_started();
    ns = (ns + 977) & 0xFFFFFF;
    table.at(0).on_ended({200, Duration::nanoseconds(ns), 0, 300});
    metrics.on_answered(200);
  }
}
BENCHMARK(count_call);

void add_latency(benchmark::State& state) {
  LatencyHistogram histogram;
  int64_t ns = 0;
  for (auto _ : state) {
    ns = (ns + 977) & 0xFFFFFF;
    histogram.add(Duration::nanoseconds(ns));
  }
}
BENCHMARK(add_latency);

void begin_new_trace(benchmark::State& state) {
  SeededRng rng(1);
  for (auto _ : state) benchmark::DoNotOptimize(begin_trace("", "", rng));
}
BENCHMARK(begin_new_trace);

void continue_trace(benchmark::State& state) {
  SeededRng rng(1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        begin_trace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "", rng));
  }
}
BENCHMARK(continue_trace);

void write_traceparent(benchmark::State& state) {
  SeededRng rng(1);
  const TraceContext trace = begin_trace("", "", rng);
  for (auto _ : state) {
    TraceparentText buffer;
    benchmark::DoNotOptimize(traceparent_text(trace, buffer).data());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(write_traceparent);

// Two workers, every operation called.
void render_page(benchmark::State& state) {
  WorkerMetrics first;
  WorkerMetrics second;
  std::vector<OperationLabel> labels;
  for (int64_t i = 0; i < state.range(0); ++i) {
    labels.push_back({"operation" + std::to_string(i), "GET", "/v1/path" + std::to_string(i)});
  }
  for (WorkerMetrics* const worker : {&first, &second}) {
    OperationTable table = worker->table_for(labels);
    for (size_t i = 0; i < labels.size(); ++i) {
      for (const int status : {200, 404}) {
        table.at(i).on_started();
        table.at(i).on_ended({status, Duration::microseconds(300), 0, 300});
      }
    }
  }
  const std::vector<const WorkerMetrics*> workers = {&first, &second};
  MetricsExporter exporter;
  Scrape scrape;
  scrape.workers = workers;
  size_t size = 0;
  for (auto _ : state) size = exporter.render(scrape, MetricsFormat::kPrometheus).size();
  state.SetLabel(std::to_string(size) + " bytes");
}
BENCHMARK(render_page)->Arg(10)->Arg(1200)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The scrape: all workers' counters merged into Prometheus or OpenMetrics text.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "telemetry/histogram.h"
#include "telemetry/metrics.h"

namespace servanda {

enum class MetricsFormat : uint8_t { kPrometheus, kOpenMetrics };

// The Content-Type of each format. Scrapers refuse answers without it.
inline constexpr std::string_view kPrometheusType = "text/plain; version=0.0.4; charset=utf-8";
inline constexpr std::string_view kOpenMetricsType =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";
[[nodiscard]] constexpr std::string_view content_type_of(MetricsFormat format) {
  return format == MetricsFormat::kOpenMetrics ? kOpenMetricsType : kPrometheusType;
}

// The format that an Accept header prefers; Prometheus text when it names neither.
[[nodiscard]] MetricsFormat choose_metrics_format(std::string_view accept);

// What is scraped. Values that others know are passed in: nothing here makes system calls.
struct Scrape {
  std::span<const WorkerMetrics* const> workers;
  Instant now;

  struct Process {
    uint64_t resident_bytes = 0;
    uint64_t virtual_bytes = 0;
    Duration cpu;
    uint64_t open_descriptors = 0;
    uint64_t descriptors_max = 0;
    Timestamp started_at;
  };
  std::optional<Process> process;

  struct Store {
    uint64_t commits = 0;
    uint64_t groups = 0;
    uint64_t failures = 0;
    uint64_t queue_length = 0;
    uint64_t queue_length_max = 0;  // 0: not told.
    Duration writer_busy;           // Since the start.
    uint64_t bytes_on_disk = 0;
  };
  std::optional<Store> store;

  uint64_t log_records_dropped = 0;
  uint64_t bugs = 0;
  uint64_t plan_reloads = 0;
  uint64_t plan_reload_failures = 0;
  std::string_view version;        // Of the product, as a label.
  std::string_view contract_hash;  // Of the plan served, as a label; may be empty.
};

// Renders scrapes. Keeps a snapshot of every active operation's latencies, so that quantiles speak
// of the last one to two minutes and not of the whole life of the process.
//
// Threads: not shared; any one thread. Time: some 20 us per operation that had calls.
class MetricsExporter {
 public:
  // Quantiles cover between one and two of these.
  static constexpr Duration kWindow = Duration::seconds(60);

  [[nodiscard]] std::string render(const Scrape& scrape, MetricsFormat format);

 private:
  struct Window {
    LatencyCounts before;   // At the start of the window before the current one.
    LatencyCounts current;  // At the start of the current window.
  };
  std::map<std::string, Window> windows_;  // By operation.
  Instant window_start_;
  bool started_ = false;
};

}  // namespace servanda

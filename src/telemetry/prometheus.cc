// SPDX-License-Identifier: Apache-2.0
#include "telemetry/prometheus.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <unordered_map>

#include "base/text.h"

namespace servanda {
namespace {

constexpr std::array<double, 4> kQuantiles = {0.5, 0.9, 0.99, 0.999};
constexpr std::array<std::string_view, 4> kQuantileTexts = {"0.5", "0.9", "0.99", "0.999"};
constexpr std::array<std::string_view, kStatusClasses> kClassTexts = {"1xx", "2xx", "3xx", "4xx",
                                                                      "5xx"};
constexpr std::array<std::string_view, DurationBuckets::kBorders + 1> kBorderTexts = {
    "0.005", "0.01", "0.025", "0.05", "0.075", "0.1",  "0.25", "0.5",
    "0.75",  "1.0",  "2.5",   "5.0",  "7.5",   "10.0", "+Inf"};

enum class Kind : uint8_t { kCounter, kGauge, kHistogram, kSummary, kInfo };

std::string_view type_text(Kind kind, MetricsFormat format) {
  switch (kind) {
    case Kind::kCounter:
      return "counter";
    case Kind::kGauge:
      return "gauge";
    case Kind::kHistogram:
      return "histogram";
    case Kind::kSummary:
      return "summary";
    case Kind::kInfo:
      return format == MetricsFormat::kOpenMetrics ? "info" : "gauge";
  }
  return "unknown";
}

void append_number(std::string& out, uint64_t value) {
  std::array<char, 24> buffer;
  out.append(buffer.data(), std::to_chars(buffer.data(), buffer.data() + 24, value).ptr);
}

void append_number(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  std::array<char, 32> buffer;
  out.append(buffer.data(), std::to_chars(buffer.data(), buffer.data() + 32, value).ptr);
}

void append_label_value(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

// `name="value"`, with a comma before all but the first.
void append_label(std::string& labels, std::string_view name, std::string_view value) {
  if (!labels.empty()) labels += ',';
  labels += name;
  labels += "=\"";
  append_label_value(labels, value);
  labels += '"';
}

template <typename Number>
void append_sample(std::string& out, std::string_view name, std::string_view labels, Number value) {
  out += name;
  if (!labels.empty()) {
    out += '{';
    out += labels;
    out += '}';
  }
  out += ' ';
  append_number(out, value);
  out += '\n';
}

// Writes whole families: help, type and samples together, as both formats demand.
class Page {
 public:
  explicit Page(MetricsFormat format) : format_(format) {}

  // `name` without the "_total" of counters and the "_info" of infos.
  void head(Kind kind, std::string_view name, std::string_view help) {
    std::string family(name);
    // The older format has no families: the name is that of the samples.
    if (format_ == MetricsFormat::kPrometheus) family += suffix(kind);
    out_ += "# HELP " + family + " ";
    out_ += help;
    out_ += "\n# TYPE " + family + " ";
    out_ += type_text(kind, format_);
    out_ += '\n';
  }

  template <typename Number>
  void single(Kind kind, std::string_view name, std::string_view help, Number value,
              std::string_view labels = {}) {
    head(kind, name, help);
    append_sample(out_, std::string(name) + std::string(suffix(kind)), labels, value);
  }

  // A family whose samples were written elsewhere.
  void family(Kind kind, std::string_view name, std::string_view help, std::string_view samples) {
    head(kind, name, help);
    out_ += samples;
  }

  std::string finish() {
    if (format_ == MetricsFormat::kOpenMetrics) out_ += "# EOF\n";
    return std::move(out_);
  }

 private:
  static std::string_view suffix(Kind kind) {
    if (kind == Kind::kCounter) return "_total";
    return kind == Kind::kInfo ? "_info" : "";
  }

  MetricsFormat format_;
  std::string out_;
};

// One operation over all workers.
struct MergedOperation {
  OperationLabel label;
  std::vector<const OperationCounters*> counters;
};

std::vector<MergedOperation> merge_operations(const Scrape& scrape) {
  std::vector<MergedOperation> merged;
  std::unordered_map<std::string_view, size_t> index;
  for (const WorkerMetrics* const worker : scrape.workers) {
    for (const OperationCounters* const counters : worker->operations()) {
      const auto [at, is_new] = index.try_emplace(counters->label().operation, merged.size());
      if (is_new) merged.push_back({counters->label(), {}});
      merged[at->second].counters.push_back(counters);
    }
  }
  return merged;
}

// The samples of every per-operation family, gathered in one pass over the operations.
struct OperationSamples {
  std::string durations;
  std::string latencies;
  std::string in_flight;
  std::string request_bytes;
  std::string response_bytes;
  std::string reruns;  // Of handlers that were run again at all.
  std::string untold_problems;
  std::string labels;
};

void append_durations(std::string& out, const std::string& operation,
                      const OperationCounters::Values& values) {
  for (size_t i = 0; i < kStatusClasses; ++i) {
    const DurationHistogram::Values& histogram = values.durations[i];
    const uint64_t total = histogram.total();
    if (total == 0) continue;
    std::string labels = operation;
    append_label(labels, "code", kClassTexts[i]);
    uint64_t seen = 0;
    for (size_t bucket = 0; bucket < histogram.counts.size(); ++bucket) {
      seen += histogram.counts[bucket];
      std::string with_border = labels;
      append_label(with_border, "le", kBorderTexts[bucket]);
      append_sample(out, "http_server_request_duration_seconds_bucket", with_border, seen);
    }
    append_sample(out, "http_server_request_duration_seconds_sum", labels,
                  static_cast<double>(histogram.sum_ns) * 1e-9);
    append_sample(out, "http_server_request_duration_seconds_count", labels, total);
  }
}

void append_latencies(std::string& out, const std::string& operation,
                      const OperationCounters::Values& values, const LatencyCounts& recent) {
  constexpr std::string_view kName = "http_server_request_latency_seconds";
  for (size_t i = 0; i < kQuantiles.size(); ++i) {
    std::string labels = operation;
    append_label(labels, "quantile", kQuantileTexts[i]);
    append_sample(out, kName, labels,
                  recent.total() == 0 ? std::nan("") : recent.quantile(kQuantiles[i]).to_seconds());
  }
  uint64_t sum_ns = 0;
  for (const DurationHistogram::Values& histogram : values.durations) sum_ns += histogram.sum_ns;
  append_sample(out, std::string(kName) + "_sum", operation, static_cast<double>(sum_ns) * 1e-9);
  append_sample(out, std::string(kName) + "_count", operation, values.latencies.total());
}

void append_operation(OperationSamples& samples, const OperationLabel& label,
                      const OperationCounters::Values& values) {
  std::string labels;
  append_label(labels, "operation", label.operation);
  append_durations(samples.durations, labels, values);
  append_sample(samples.in_flight, "http_server_active_requests", labels, values.in_flight);
  append_sample(samples.request_bytes, "http_server_request_body_bytes_total", labels,
                values.request_bytes);
  append_sample(samples.response_bytes, "http_server_response_body_bytes_total", labels,
                values.response_bytes);
  if (values.reruns > 0) {
    append_sample(samples.reruns, "servanda_handler_reruns_total", labels, values.reruns);
  }
  if (values.untold_problems > 0) {
    append_sample(samples.untold_problems, "servanda_untold_problems_total", labels,
                  values.untold_problems);
  }
  if (label.method.empty()) return;
  append_label(labels, "method", label.method);
  append_label(labels, "route", label.route);
  append_sample(samples.labels, "servanda_operation_info", labels, uint64_t{1});
}

void write_operations(Page& page, const OperationSamples& samples) {
  page.family(Kind::kHistogram, "http_server_request_duration_seconds",
              "Time from a request's arrival to its answer, by operation and status class.",
              samples.durations);
  page.family(Kind::kSummary, "http_server_request_latency_seconds",
              "Latency percentiles of the last one to two minutes, within 3.2 percent.",
              samples.latencies);
  page.family(Kind::kGauge, "http_server_active_requests", "Requests being served.",
              samples.in_flight);
  page.family(Kind::kCounter, "http_server_request_body_bytes", "Bytes of request bodies.",
              samples.request_bytes);
  page.family(Kind::kCounter, "http_server_response_body_bytes", "Bytes of response bodies.",
              samples.response_bytes);
  if (!samples.reruns.empty()) {
    page.family(Kind::kCounter, "servanda_handler_reruns",
                "Times that a C++ handler ran again because a row moved under it.", samples.reruns);
  }
  if (!samples.untold_problems.empty()) {
    page.family(Kind::kCounter, "servanda_untold_problems",
                "Problems that a C++ function failed to write in the contract's own error body.",
                samples.untold_problems);
  }
  page.family(Kind::kInfo, "servanda_operation", "Method and path template of every operation.",
              samples.labels);
}

// What operations call, merged over the workers.
void write_calls(Page& page, const Scrape& scrape) {
  std::map<std::pair<std::string_view, std::string_view>, CallCounters::Values> merged;
  for (const WorkerMetrics* const worker : scrape.workers) {
    for (const CallCounters* const counters : worker->calls()) {
      counters->add_to(merged[{counters->label().caller, counters->label().callee}]);
    }
  }
  std::string samples;
  const auto add = [&](const auto& pair, std::string_view result, uint64_t count) {
    if (count == 0) return;
    std::string labels;
    append_label(labels, "caller", pair.first);
    append_label(labels, "callee", pair.second);
    append_label(labels, "result", result);
    append_sample(samples, "servanda_calls_total", labels, count);
  };
  for (const auto& [pair, values] : merged) {
    add(pair, "answered", values.answered);
    add(pair, "refused", values.refused);
    add(pair, "failed", values.failed);
  }
  if (samples.empty()) return;
  page.family(Kind::kCounter, "servanda_calls",
              "Calls of one operation's C++ handler to another operation: answered below 400, "
              "refused with 4xx, failed with 5xx.",
              samples);
}

void write_server(Page& page, const Scrape& scrape) {
  WorkerMetrics::Values values;
  std::string busy_seconds;
  std::string busy_ratio;
  for (size_t i = 0; i < scrape.workers.size(); ++i) {
    const WorkerMetrics& worker = *scrape.workers[i];
    worker.add_to(values);
    std::string labels;
    append_label(labels, "worker", std::to_string(i));
    append_sample(busy_seconds, "servanda_worker_busy_seconds_total", labels,
                  worker.busy_total().to_seconds());
    append_sample(busy_ratio, "servanda_worker_busy_ratio", labels, worker.busy_ratio());
  }
  std::string answers;
  for (size_t i = 0; i < values.answers.size(); ++i) {
    if (values.answers[i] == 0) continue;
    std::string labels;
    append_label(labels, "code", std::to_string(WorkerMetrics::kStatusFirst + static_cast<int>(i)));
    append_sample(answers, "http_server_answers_total", labels, values.answers[i]);
  }
  page.family(Kind::kCounter, "http_server_answers", "Answers sent, by exact status.", answers);
  page.single(Kind::kCounter, "http_server_connections", "Connections accepted.",
              values.connections_opened);
  page.single(
      Kind::kGauge, "http_server_open_connections", "Connections open now.",
      values.connections_opened - std::min(values.connections_opened, values.connections_closed));
  page.single(Kind::kCounter, "http_server_protocol_errors",
              "Requests refused for framing, timeouts or limits before they became calls.",
              values.protocol_errors);
  page.family(Kind::kCounter, "servanda_worker_busy_seconds", "Time a worker spent running work.",
              busy_seconds);
  page.family(Kind::kGauge, "servanda_worker_busy_ratio",
              "Share of the last second that a worker was busy: 1 is saturated.", busy_ratio);
}

void write_store(Page& page, const Scrape::Store& store) {
  page.single(Kind::kCounter, "servanda_store_commits", "Batches applied.", store.commits);
  page.single(Kind::kCounter, "servanda_store_commit_groups",
              "Durable transactions; commits per group is the group size.", store.groups);
  page.single(Kind::kCounter, "servanda_store_failures", "Batches that could not be applied.",
              store.failures);
  page.single(Kind::kGauge, "servanda_store_queue_length", "Batches waiting for the writer.",
              store.queue_length);
  if (store.queue_length_max > 0) {
    page.single(Kind::kGauge, "servanda_store_queue_length_max",
                "Batches that may wait before writes are refused.", store.queue_length_max);
  }
  page.single(Kind::kCounter, "servanda_store_writer_busy_seconds",
              "Time the writer worked: its rate is the saturation of the writer.",
              store.writer_busy.to_seconds());
  page.single(Kind::kGauge, "servanda_store_disk_bytes", "Bytes of the store on disk.",
              store.bytes_on_disk);
}

void write_engine(Page& page, const Scrape& scrape) {
  page.single(Kind::kCounter, "servanda_log_records_dropped",
              "Log lines lost because their log was full.", scrape.log_records_dropped);
  page.single(Kind::kCounter, "servanda_bugs", "Calls that failed by a bug of the server.",
              scrape.bugs);
  page.single(Kind::kCounter, "servanda_plan_reloads", "Contracts that replaced another one.",
              scrape.plan_reloads);
  page.single(Kind::kCounter, "servanda_plan_reload_failures",
              "Changed contracts that were refused.", scrape.plan_reload_failures);
  std::string labels;
  append_label(labels, "version", scrape.version);
  if (!scrape.contract_hash.empty()) append_label(labels, "contract", scrape.contract_hash);
  page.single(Kind::kInfo, "servanda_build", "What is running.", uint64_t{1}, labels);
}

void write_process(Page& page, const Scrape::Process& process) {
  page.single(Kind::kCounter, "process_cpu_seconds", "User and system time of the process.",
              process.cpu.to_seconds());
  page.single(Kind::kGauge, "process_resident_memory_bytes", "Resident memory.",
              process.resident_bytes);
  page.single(Kind::kGauge, "process_virtual_memory_bytes", "Virtual memory.",
              process.virtual_bytes);
  page.single(Kind::kGauge, "process_open_fds", "Open file descriptors.", process.open_descriptors);
  page.single(Kind::kGauge, "process_max_fds", "Most file descriptors that may be open.",
              process.descriptors_max);
  page.single(Kind::kGauge, "process_start_time_seconds",
              "When the process started, in seconds since 1970.",
              static_cast<double>(process.started_at.us) * 1e-6);
}

// The q value of one media range of an Accept header, in thousandths; 1000 when it has none.
int weight_of(std::string_view range) {
  for (const std::string_view part : split(range, ';')) {
    const std::string_view parameter = trim(part);
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    const std::string_view value = parameter.substr(2);
    double weight = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), weight);
    if (error != std::errc{} || weight < 0 || weight > 1) return 0;
    return static_cast<int>(weight * 1000 + 0.5);
  }
  return 1000;
}

}  // namespace

MetricsFormat choose_metrics_format(std::string_view accept) {
  int open_metrics = 0;
  int text = 0;
  for (const std::string_view range : split(accept, ',')) {
    const std::string_view type = trim(range.substr(0, range.find(';')));
    if (equals_ignoring_case(type, "application/openmetrics-text")) {
      open_metrics = std::max(open_metrics, weight_of(range));
    } else if (equals_ignoring_case(type, "text/plain")) {
      text = std::max(text, weight_of(range));
    }
  }
  return open_metrics > 0 && open_metrics >= text ? MetricsFormat::kOpenMetrics
                                                  : MetricsFormat::kPrometheus;
}

std::string MetricsExporter::render(const Scrape& scrape, MetricsFormat format) {
  if (!started_) {
    started_ = true;
    window_start_ = scrape.now;
  }
  const bool window_ends = scrape.now - window_start_ >= kWindow;
  OperationSamples samples;
  for (const MergedOperation& operation : merge_operations(scrape)) {
    OperationCounters::Values values;
    for (const OperationCounters* const counters : operation.counters) counters->add_to(values);
    append_operation(samples, operation.label, values);
    if (values.latencies.total() == 0) continue;
    Window& window = windows_[operation.label.operation];
    LatencyCounts recent = values.latencies;
    recent.subtract(window.before);
    std::string labels;
    append_label(labels, "operation", operation.label.operation);
    append_latencies(samples.latencies, labels, values, recent);
    if (window_ends) {
      window.before = window.current;
      window.current = values.latencies;
    }
  }
  if (window_ends) window_start_ = scrape.now;
  Page page(format);
  write_operations(page, samples);
  write_calls(page, scrape);
  write_server(page, scrape);
  if (scrape.store) write_store(page, *scrape.store);
  write_engine(page, scrape);
  if (scrape.process) write_process(page, *scrape.process);
  return page.finish();
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// What one worker counts: per operation and as a whole. Written by its worker without locks or
// locked instructions, read by the scrape at any time.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "telemetry/counter.h"
#include "telemetry/histogram.h"

namespace servanda {

// How an operation is called in metrics.
struct OperationLabel {
  std::string operation;  // operationId.
  std::string method;
  std::string route;  // The path template.
};

// 1xx to 5xx.
inline constexpr size_t kStatusClasses = 5;
// 0 for 1xx to 4 for 5xx; statuses outside 100 to 599 count as 5xx.
[[nodiscard]] constexpr size_t status_class(int status) {
  return status >= 100 && status <= 599 ? static_cast<size_t>(status / 100 - 1)
                                        : kStatusClasses - 1;
}

// How one operation's handler calls another operation, as labels.
struct CallLabel {
  std::string caller;  // operationIds.
  std::string callee;
};

// How the calls from one operation to another ended, on one worker.
//
// Threads: on_ended() on the worker; the rest anywhere, possibly stale.
class CallCounters {
 public:
  explicit CallCounters(CallLabel label) : label_(std::move(label)) {}

  void on_ended(int status) {
    (status < 400 ? answered_ : status < 500 ? refused_ : failed_).add();
  }

  struct Values {
    uint64_t answered = 0;  // Below 400.
    uint64_t refused = 0;   // 4xx.
    uint64_t failed = 0;    // 5xx.
  };
  void add_to(Values& out) const;
  [[nodiscard]] const CallLabel& label() const { return label_; }

 private:
  const CallLabel label_;
  Counter answered_;
  Counter refused_;
  Counter failed_;
};

// How a call ended.
struct CallOutcome {
  int status = 0;
  Duration duration;
  uint64_t request_bytes = 0;  // Of the bodies.
  uint64_t response_bytes = 0;
};

// The counters of one operation on one worker. Small until the first call ends: the histograms
// (some 4 KB) come then.
//
// Threads: on_x() on the worker; the rest anywhere, possibly stale.
class OperationCounters {
 public:
  explicit OperationCounters(OperationLabel label) : label_(std::move(label)) {}
  OperationCounters(const OperationCounters&) = delete;
  OperationCounters& operator=(const OperationCounters&) = delete;
  ~OperationCounters();

  void on_started() { in_flight_.add(); }
  // Requires: an on_started() before.
  void on_ended(const CallOutcome& outcome);
  // A handler runs again because a row moved under it.
  void on_rerun() { reruns_.add(); }
  // C++ failed to write a problem, which went out in the engine's own form.
  void on_untold_problem() { untold_problems_.add(); }

  struct Values {
    uint64_t reruns = 0;
    uint64_t untold_problems = 0;
    uint64_t in_flight = 0;
    uint64_t request_bytes = 0;
    uint64_t response_bytes = 0;
    std::array<DurationHistogram::Values, kStatusClasses> durations;
    LatencyCounts latencies;
  };
  // Adds what was counted to `out`.
  void add_to(Values& out) const;
  [[nodiscard]] const OperationLabel& label() const { return label_; }

 private:
  struct Histograms {
    std::array<DurationHistogram, kStatusClasses> durations;
    LatencyHistogram latencies;
  };
  Histograms& histograms();

  const OperationLabel label_;
  Counter in_flight_;
  Counter request_bytes_;
  Counter response_bytes_;
  Counter reruns_;
  Counter untold_problems_;
  std::atomic<Histograms*> histograms_{nullptr};  // Owned; set once by the worker.
};

// The counters of one plan's operations on one worker, by the operation's index. Keep it with the
// plan: calls in flight over a reload then still count under their own names.
//
// Lifetime: not beyond the WorkerMetrics it came from.
class OperationTable {
 public:
  OperationTable() = default;
  explicit OperationTable(std::vector<OperationCounters*> counters)
      : counters_(std::move(counters)) {}
  // Requires: below the number of labels the table was made for.
  [[nodiscard]] OperationCounters& at(size_t operation_index) {
    return *counters_[operation_index];
  }
  [[nodiscard]] size_t size() const { return counters_.size(); }

 private:
  std::vector<OperationCounters*> counters_;
};

// Threads: belongs to one worker; add_to() and the values may be read anywhere.
class WorkerMetrics {
 public:
  // Label sets of operation and status class stay below 10,000: later operations share the label
  // kOverflow.
  static constexpr size_t kSeriesMax = 10'000;
  static constexpr size_t kOperationsMax = kSeriesMax / kStatusClasses;
  static constexpr std::string_view kOverflow = "_overflow";
  // For requests that match no operation.
  static constexpr std::string_view kUnmatched = "_unmatched";

  // `operations_max` counts own labels besides the two above.
  explicit WorkerMetrics(size_t operations_max = kOperationsMax - 2);

  // The counters for operations in the order given. An operation whose name was counted before,
  // in an earlier plan, goes on where it stopped. Allocates; for start-up and reload.
  [[nodiscard]] OperationTable table_for(std::span<const OperationLabel> labels);
  [[nodiscard]] OperationCounters& unmatched() { return *unmatched_; }

  // Pairs of operations beyond this many share the label kOverflow on both sides.
  static constexpr size_t kCallPairsMax = 2'000;
  // The counters for calls from one operation to another. Allocates for a pair that is new; keep
  // them. They live as long as this.
  [[nodiscard]] CallCounters& calls_between(const CallLabel& label);

  void on_connection_opened() { connections_opened_.add(); }
  void on_connection_closed() { connections_closed_.add(); }
  // A request that was refused before it became a call: framing, timeout, limit.
  void on_protocol_error(int status);
  // Any answer that was sent; also called by on_protocol_error().
  void on_answered(int status);
  // Call about once a second with the loop's total of busy time. The ratio is that of the last
  // window of at least a second.
  void on_busy(Duration busy_total, Instant now);

  // Statuses with a counter of their own; others count as 0.
  static constexpr int kStatusFirst = 100;
  static constexpr int kStatusLast = 599;

  struct Values {
    uint64_t connections_opened = 0;
    uint64_t connections_closed = 0;
    uint64_t protocol_errors = 0;
    std::array<uint64_t, kStatusLast - kStatusFirst + 1> answers{};
  };
  void add_to(Values& out) const;
  [[nodiscard]] Duration busy_total() const {
    return Duration::nanoseconds(static_cast<int64_t>(busy_ns_.value()));
  }
  // 0 to 1.
  [[nodiscard]] double busy_ratio() const {
    return static_cast<double>(busy_millionths_.value()) * 1e-6;
  }
  // Every operation ever counted, in order of first appearance. The pointers live as long as this.
  [[nodiscard]] std::vector<const OperationCounters*> operations() const;
  // Every pair of operations that called, in order of first appearance. Likewise.
  [[nodiscard]] std::vector<const CallCounters*> calls() const;

 private:
  OperationCounters* counters_for(const OperationLabel& label);

  size_t operations_max_;
  mutable std::mutex mutex_;  // Protects the next four; taken at start-up, reload and scrape only.
  std::vector<std::unique_ptr<OperationCounters>> operations_;
  std::unordered_map<std::string, OperationCounters*> by_name_;
  std::vector<std::unique_ptr<CallCounters>> calls_;
  std::map<std::pair<std::string, std::string>, CallCounters*> calls_by_pair_;
  OperationCounters* unmatched_;
  OperationCounters* overflow_;

  Counter connections_opened_;
  Counter connections_closed_;
  Counter protocol_errors_;
  Counter busy_ns_;
  Counter busy_millionths_;
  std::array<Counter, kStatusLast - kStatusFirst + 1> answers_;
  Instant window_start_;  // Of the busy ratio; the worker's alone.
  Duration window_busy_;
};

}  // namespace servanda

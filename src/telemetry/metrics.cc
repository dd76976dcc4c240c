// SPDX-License-Identifier: Apache-2.0
#include "telemetry/metrics.h"

#include <algorithm>

namespace servanda {
namespace {

constexpr Duration kBusyWindow = Duration::seconds(1);

}  // namespace

OperationCounters::~OperationCounters() {
  delete histograms_.load(std::memory_order_relaxed);
}

OperationCounters::Histograms& OperationCounters::histograms() {
  Histograms* histograms = histograms_.load(std::memory_order_relaxed);
  if (histograms == nullptr) [[unlikely]] {
    histograms = std::make_unique<Histograms>().release();
    histograms_.store(histograms, std::memory_order_release);
  }
  return *histograms;
}

void OperationCounters::on_ended(const CallOutcome& outcome) {
  in_flight_.subtract();
  request_bytes_.add(outcome.request_bytes);
  response_bytes_.add(outcome.response_bytes);
  Histograms& histograms = this->histograms();
  histograms.durations[status_class(outcome.status)].add(outcome.duration);
  histograms.latencies.add(outcome.duration);
}

void OperationCounters::add_to(Values& out) const {
  out.in_flight += in_flight_.value();
  out.request_bytes += request_bytes_.value();
  out.response_bytes += response_bytes_.value();
  out.reruns += reruns_.value();
  out.untold_problems += untold_problems_.value();
  const Histograms* const histograms = histograms_.load(std::memory_order_acquire);
  if (histograms == nullptr) return;
  for (size_t i = 0; i < kStatusClasses; ++i) {
    out.durations[i].add(histograms->durations[i].values());
  }
  histograms->latencies.add_to(out.latencies);
}

void CallCounters::add_to(Values& out) const {
  out.answered += answered_.value();
  out.refused += refused_.value();
  out.failed += failed_.value();
}

WorkerMetrics::WorkerMetrics(size_t operations_max) : operations_max_(operations_max) {
  const auto reserved = [this](std::string_view name) {
    operations_.push_back(
        std::make_unique<OperationCounters>(OperationLabel{std::string(name), "", ""}));
    return operations_.back().get();
  };
  unmatched_ = reserved(kUnmatched);
  overflow_ = reserved(kOverflow);
}

OperationCounters* WorkerMetrics::counters_for(const OperationLabel& label) {
  const auto known = by_name_.find(label.operation);
  if (known != by_name_.end()) return known->second;
  if (by_name_.size() >= operations_max_) return overflow_;
  operations_.push_back(std::make_unique<OperationCounters>(label));
  OperationCounters* const counters = operations_.back().get();
  by_name_.emplace(label.operation, counters);
  return counters;
}

OperationTable WorkerMetrics::table_for(std::span<const OperationLabel> labels) {
  const std::lock_guard lock(mutex_);
  std::vector<OperationCounters*> counters;
  counters.reserve(labels.size());
  for (const OperationLabel& label : labels) counters.push_back(counters_for(label));
  return OperationTable(std::move(counters));
}

CallCounters& WorkerMetrics::calls_between(const CallLabel& label) {
  const std::lock_guard lock(mutex_);
  const auto known = calls_by_pair_.find({label.caller, label.callee});
  if (known != calls_by_pair_.end()) return *known->second;
  if (calls_.size() > kCallPairsMax) return *calls_.back();
  const bool full = calls_.size() == kCallPairsMax;
  const CallLabel overflow{std::string(kOverflow), std::string(kOverflow)};
  calls_.push_back(std::make_unique<CallCounters>(full ? overflow : label));
  if (!full) calls_by_pair_.emplace(std::pair(label.caller, label.callee), calls_.back().get());
  return *calls_.back();
}

void WorkerMetrics::on_protocol_error(int status) {
  protocol_errors_.add();
  on_answered(status);
}

void WorkerMetrics::on_answered(int status) {
  if (status >= kStatusFirst && status <= kStatusLast) {
    answers_[static_cast<size_t>(status - kStatusFirst)].add();
  }
}

void WorkerMetrics::on_busy(Duration busy_total, Instant now) {
  busy_ns_.set(static_cast<uint64_t>(std::max<int64_t>(busy_total.ns, 0)));
  if (window_start_.ns == 0) {
    window_start_ = now;
    window_busy_ = busy_total;
    return;
  }
  const Duration wall = now - window_start_;
  if (wall < kBusyWindow) return;
  const double ratio = (busy_total - window_busy_).to_seconds() / wall.to_seconds();
  busy_millionths_.set(static_cast<uint64_t>(std::clamp(ratio, 0.0, 1.0) * 1e6 + 0.5));
  window_start_ = now;
  window_busy_ = busy_total;
}

void WorkerMetrics::add_to(Values& out) const {
  // Closed before opened, so that a connection opened between the two reads is not missing.
  out.connections_closed += connections_closed_.value();
  out.connections_opened += connections_opened_.value();
  out.protocol_errors += protocol_errors_.value();
  for (size_t i = 0; i < answers_.size(); ++i) out.answers[i] += answers_[i].value();
}

std::vector<const OperationCounters*> WorkerMetrics::operations() const {
  const std::lock_guard lock(mutex_);
  std::vector<const OperationCounters*> result;
  result.reserve(operations_.size());
  for (const auto& counters : operations_) result.push_back(counters.get());
  return result;
}

std::vector<const CallCounters*> WorkerMetrics::calls() const {
  const std::lock_guard lock(mutex_);
  std::vector<const CallCounters*> result;
  result.reserve(calls_.size());
  for (const auto& counters : calls_) result.push_back(counters.get());
  return result;
}

}  // namespace servanda

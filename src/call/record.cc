// SPDX-License-Identifier: Apache-2.0
#include "call/record.h"

#include <string>

#include "base/problem.h"
#include "call/worker.h"
#include "telemetry/access_log.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace servanda {
namespace {

// The stable word of the call's error, or empty.
std::string_view error_word(const Answer& answer) {
  if (!answer.error) return {};
  if (!answer.error->reason.empty()) return answer.error->reason;
  return facts_of(answer.error->code).word;
}

CallOutcome outcome_of(const Call& call, Duration duration) {
  CallOutcome outcome;
  outcome.status = call.answer.status;
  outcome.duration = duration;
  outcome.request_bytes = call.body_bytes;
  const bool has_body = call.input.method != Method::kHead && call.answer.status != 304;
  outcome.response_bytes = has_body ? call.answer.body.size() : 0;
  return outcome;
}

void log_access(const Call& call, const CallOutcome& outcome) {
  AccessRecord record;
  const Timestamp wall = call.worker->clock().wall();
  record.at = Timestamp{wall.us - outcome.duration.ns / 1000};
  record.duration = outcome.duration;
  record.status = outcome.status;
  record.request_bytes = outcome.request_bytes;
  record.response_bytes = outcome.response_bytes;
  record.trace = call.trace;
  record.method = call.input.method_text;
  if (call.operation != nullptr) {
    record.route = call.operation->path;
    record.operation = call.operation->id;
  }
  record.path = call.input.raw_path;
  record.peer = call.input.peer;
  record.user_agent = call.input.known[KnownField::kUserAgent];
  record.error = error_word(call.answer);
  call.worker->access_log()->try_record(record);
}

}  // namespace

void begin_trace(Call& call) {
  const KnownFields& known = call.input.known;
  const std::string_view parent = known.count(KnownField::kTraceparent) == 1
                                      ? known[KnownField::kTraceparent]
                                      : std::string_view();
  call.trace = begin_trace(parent, known[KnownField::kTracestate], call.worker->cheap_rng());
}

std::string_view trace_id_text(const Call& call) {
  TraceIdText* const text = call.arena->make<TraceIdText>();
  return trace_id_text(call.trace, *text);
}

void add_trace_field(const Call& call, std::vector<HeaderField>& fields) {
  TraceparentText* const text = call.arena->make<TraceparentText>();
  fields.emplace_back("traceresponse", traceparent_text(call.trace, *text));
}

void count_start(Call& call) {
  call.counters = call.engine->counters(*call.operation);
  if (call.counters != nullptr) call.counters->on_started();
}

void record(Call& call) {
  const Duration duration = call.worker->clock().now() - call.input.received_at;
  const CallOutcome outcome = outcome_of(call, duration);
  if (WorkerMetrics* const metrics = call.worker->metrics()) {
    if (call.counters == nullptr) {
      call.counters = &metrics->unmatched();
      call.counters->on_started();
    }
    call.counters->on_ended(outcome);
    const bool is_at_door = !call.is_inner() || call.peer != Call::Peer::kNone;
    if (is_at_door) metrics->on_answered(outcome.status);
  }
  if (call.worker->access_log() != nullptr) log_access(call, outcome);
}

void log_nonconforming(const Call& call, const Error& error) {
  Log* const log = call.worker->log();
  if (log == nullptr) return;
  std::string places;
  for (const FieldError& field : error.fields) {
    if (!places.empty()) places += ", ";
    places += "#" + field.pointer + " " + field.code;
  }
  log->write(LogLevel::kError, "An answer does not conform to the contract.",
             {{"operation", call.operation != nullptr ? call.operation->id : std::string()},
              {"places", places},
              {"trace_id", trace_id_text(call)}});
}

}  // namespace servanda

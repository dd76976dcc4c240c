// SPDX-License-Identifier: Apache-2.0
#include "call/inner_call.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/problem.h"
#include "base/text.h"
#include "call/record.h"
#include "call/remote_call.h"
#include "call/stages.h"
#include "call/stand_ins.h"
#include "call/worker.h"
#include "contract/plan/call_graph.h"

namespace servanda {
namespace {

class TextBody final : public BodySource {
 public:
  explicit TextBody(std::string_view text) : text_(text) {}
  Task<Result<std::string_view>> read(size_t bytes_max) override {
    if (text_.size() > bytes_max) co_return fail(Code::kTooLarge, "The body is too large.");
    co_return text_;
  }

 private:
  std::string_view text_;
};

CallEdge& edge_to(Call& caller, const Operation& callee) {
  Engine& engine = *caller.engine;
  std::vector<CallEdge>& edges = engine.state(*caller.operation).edges;
  const auto known = std::ranges::find(edges, &callee, &CallEdge::callee);
  if (known != edges.end()) return *known;
  CallEdge edge{&callee};
  if (may_call(engine.plan(), caller.operation->service, callee.service)) {
    edge.is = CallEdge::Is::kDeclared;
    if (WorkerMetrics* const metrics = caller.worker->metrics()) {
      edge.counters = &metrics->calls_between({caller.operation->id, callee.id});
    }
  }
  return edges.emplace_back(edge);
}

std::unexpected<Error> undeclared(const Operation& from, const Operation& to) {
  return fail(Code::kInternal,
              "The contract does not let service " + in_quotes(from.service) + " call " +
                  in_quotes(to.service) + " (" + in_quotes(from.id) + " calls " + in_quotes(to.id) +
                  "): add " + in_quotes(to.service) + " to its calls, as in \"services: {" +
                  from.service + ": {calls: [" + to.service + "]}}\".",
              "undeclared-call");
}

// The chain of operations down to `call`, as far up as it is known.
std::unexpected<Error> too_deep(const Operation& from, const Operation& to, uint32_t depth_max) {
  return fail(Code::kInternal,
              "The call of " + in_quotes(to.id) + " by " + in_quotes(from.id) +
                  " would be one too many inside the other: at most " + std::to_string(depth_max) +
                  ". Operations that lead back to themselves are never meant to.",
              "call-depth");
}

std::unexpected<Error> too_many(const Operation& to, uint32_t most, std::string_view what) {
  return fail(Code::kInternal,
              "The call of " + in_quotes(to.id) +
                  " would be one too many for one request: at most " + std::to_string(most) +
                  std::string(what) + ".",
              "call-limit");
}

// Counts the call, or says why it is one too many.
Result<void> count_call(Call& caller, const Operation& callee) {
  const CallLimits& limits = caller.worker->options().limits;
  if (caller.depth >= limits.call_depth_max) {
    return too_deep(*caller.operation, callee, limits.call_depth_max);
  }
  CallTally& tally = caller.made_calls();
  if (tally.all >= limits.calls_max) return too_many(callee, limits.calls_max, " calls");
  const bool crosses = caller.operation->service != callee.service;
  const std::optional<uint32_t> budget = caller.engine->plan().budget.calls;
  if (crosses && budget && tally.between_services >= *budget) {
    return too_many(callee, *budget, " calls between services, says the contract's budget");
  }
  ++tally.all;
  if (crosses) ++tally.between_services;
  return {};
}

// Whether the call may be made at all; counts it then.
Result<void> admit(Call& caller, const InnerCall& inner, const Operation& callee,
                   const CallEdge& edge, std::string_view contract_hash) {
  if (!contract_hash.empty() && contract_hash != caller.engine->plan().hash) {
    return fail(Code::kInternal,
                "The types of " + in_quotes(callee.id) +
                    " were generated from another contract than the one that is served.",
                "call-input");
  }
  if (edge.is == CallEdge::Is::kUndeclared) return undeclared(*caller.operation, callee);
  if (!inner.request.refusal.empty()) {
    return fail(
        Code::kInternal,
        "No request for " + in_quotes(callee.id) + " can hold its input: " + inner.request.refusal,
        "call-input");
  }
  if (!inner.idempotency_key.empty() && callee.idempotency == IdempotencyMode::kOff) {
    return fail(Code::kInternal,
                in_quotes(callee.id) + " takes no Idempotency-Key: its \"idempotency\" is off.",
                "call-input");
  }
  return count_call(caller, callee);
}

bool is_safe(const Operation& operation) {
  return operation.method == Method::kGet || operation.method == Method::kHead;
}

void fill_fields(InnerCall& inner) {
  inner.fields.clear();
  for (const HeaderValue& field : inner.request.headers) {
    inner.fields.push_back({field.name, field.value});
  }
  CallInput& input = inner.call->input;
  input.known.read(inner.fields, inner.arena);
  if (inner.request.has_body && !inner.request.media_type.empty()) {
    inner.fields.push_back({"content-type", inner.request.media_type});
    input.known.set(KnownField::kContentType, inner.request.media_type);
  }
  input.fields = inner.fields;
  // One that was given with the call counts, not one among its parameters.
  if (!inner.idempotency_key.empty()) {
    input.known.set(KnownField::kIdempotencyKey, inner.idempotency_key);
  }
}

// What the callee is told: the request, who asks, by when.
void begin(Call& caller, InnerCall& inner, const Operation& callee) {
  Call& call = *inner.call;
  const WorkerContext& worker = *caller.worker;
  call.operation = &callee;
  call.caller = caller.caller;
  call.trace = child_span(caller.trace, caller.worker->cheap_rng());
  call.depth = caller.depth + 1;
  call.attempt = caller.attempt;
  call.tally = &caller.made_calls();
  if (worker.options().stand_ins != nullptr) {
    call.stand_in = worker.options().stand_ins->find(callee.id);
  }
  CallInput& input = call.input;
  input.method = callee.method;
  input.method_text = method_text(callee.method);
  input.path = input.raw_path = inner.request.path;
  input.query = inner.request.query;
  input.received_at = worker.clock().now();
  if (inner.request.has_body) input.content_length = inner.request.body.size();
  fill_fields(inner);
  const Duration timeout = std::min(callee.timeout, worker.options().limits.timeout_max);
  call.deadline = std::min(caller.deadline, input.received_at + timeout);
  if (caller.deadline <= input.received_at) {
    refuse(call, Code::kDeadlineExceeded, "The time of the call was up before it could be made.");
  }
}

// False: no path can hold the parameters; the call has been refused.
bool take_path(Call& call) {
  if (call.engine->read_path(*call.operation, call.input.path, call.path_values)) return true;
  return refuse(call, Code::kNotFound, "A value in the path is empty or no path can hold it.",
                "no-such-path");
}

}  // namespace

void InnerCall::clear() {
  arena.reset();
  idempotency_key.clear();
  fields.clear();
  answer_fields.clear();
  problem = Problem{};
  has_problem = false;
}

Task<Result<void>> run_inner_call(Call& caller, InnerCall& inner, std::string_view operation_id,
                                  std::string_view contract_hash) {
  const Operation* const callee = caller.engine->find_operation(operation_id);
  if (callee == nullptr) {
    co_return fail(Code::kInternal,
                   "The contract that is served has no operation " + in_quotes(operation_id) + ".",
                   "call-input");
  }
  CallEdge& edge = edge_to(caller, *callee);
  Result<void> admitted = admit(caller, inner, *callee, edge, contract_hash);
  if (!admitted) co_return admitted;
  if (!is_safe(*callee)) caller.called_out = true;
  CallCounters* const counters = edge.counters;  // The edges may move while this waits.
  Call& call = *inner.call;
  TextBody body(inner.request.body);
  if (inner.request.has_body) call.input.body = &body;
  begin(caller, inner, *callee);
  const bool has_time = !call.answer.error;
  if (callee->handler == HandlerKind::kRemote && call.stand_in == nullptr) {
    if (has_time) co_await run_remote_call(caller, inner);
    if (call.answer.error) call.answer.status = facts_of(call.answer.error->code).http_status;
  } else {
    count_start(call);
    if (has_time && take_path(call)) {
      co_await run_stages(call);
    } else {
      finish_call(call);
    }
  }
  if (counters != nullptr) counters->on_ended(call.answer.status);
  co_return Result<void>();
}

}  // namespace servanda

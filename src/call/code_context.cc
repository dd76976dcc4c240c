// SPDX-License-Identifier: Apache-2.0
// What a handler may ask about its call.
#include <utility>

#include "base/text.h"
#include "call/authenticate.h"
#include "call/blocking_pool.h"
#include "call/record.h"
#include "call/worker.h"
#include "servanda/handler.h"
#include "telemetry/log.h"

namespace servanda {

std::string_view Ctx::tenant() const {
  return call_->caller.tenant;
}
std::string_view Ctx::principal() const {
  return call_->caller.principal;
}
Uuid Ctx::new_uuid() {
  return call_->worker->uuids().next();
}
bool Ctx::has_scope(std::string_view scope) const {
  return is_granted(call_->caller, scope);
}

Timestamp CallContext::now() const {
  return call_->worker->clock().wall();
}
Duration CallContext::remaining() const {
  return call_->deadline - call_->worker->clock().now();
}
uint32_t Ctx::attempt() const {
  return call_->attempt;
}
std::string_view CallContext::request_id() const {
  return trace_id_text(*call_);
}

std::optional<std::string_view> CallContext::header(std::string_view name) const {
  for (const HeaderField& field : call_->input.fields) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

void CallContext::log(std::string_view message) const {
  Log* const log = call_->worker->log();
  if (log == nullptr) return;
  log->write(LogLevel::kInfo, message,
             {{"operation", call_->operation->id}, {"trace_id", trace_id_text(*call_)}});
}

Task<Result<void>> CallContext::run_elsewhere(std::function<void()> work) const {
  WorkerContext& worker = *call_->worker;
  if (worker.blocking() == nullptr) {
    work();
    co_return Result<void>();
  }
  Completion<char> done;
  Loop& loop = worker.loop();
  const bool posted = worker.blocking()->post([&work, &done, &loop] {
    work();
    loop.post([&done] { done.set(0); });
  });
  if (!posted) {
    co_return fail(Code::kUnavailable, "Too much blocking work is waiting; try again soon.",
                   "blocking-full");
  }
  const WaitingHandler waiting(worker.handler_watch(), call_->operation->index);
  co_await done;
  co_return Result<void>();
}

internal::Handover* Ctx::handover() const {
  const bool never_has_body = call_->input.method == Method::kHead;
  return never_has_body ? nullptr : call_->handover;
}

// Development looks at every answer; one that is kept for its Idempotency-Key is kept as text.
bool Ctx::wants_text() const {
  return call_->idempotency.active ||
         call_->worker->options().environment == Environment::kDevelopment;
}

std::string Ctx::take_buffer() {
  std::string buffer = std::move(call_->answer.text);
  buffer.clear();
  return buffer;
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
// Events that handlers and hooks emit: into the unit of work, for its commit.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "call/code_db.h"
#include "call/record.h"
#include "call/worker.h"

namespace servanda::internal {
namespace {

std::unexpected<Error> misuse(std::string message, std::string reason) {
  return fail(Code::kInternal, std::move(message), std::move(reason));
}

// Among the events of the operation, or null.
const EventDeclaration* declared_event(const Plan& plan, const Operation& operation,
                                       std::string_view name) {
  for (const uint32_t index : operation.emits) {
    if (plan.events[index].name == name) return &plan.events[index];
  }
  return nullptr;
}

std::unexpected<Error> undeclared(const Plan& plan, const Operation& operation,
                                  std::string_view name) {
  std::string names;
  for (const uint32_t index : operation.emits) names += plan.events[index].name + ", ";
  return misuse("The contract does not let " + in_quotes(operation.id) + " emit " +
                    in_quotes(name) + ": list it there, as in \"x-servanda: {emits: [" + names +
                    std::string(name) + "]}\".",
                "undeclared-event");
}

std::unexpected<Error> too_much(const std::string& what) {
  return misuse("A handler emits at most " + what + " in one run: spread the work over several " +
                    "calls, or say less in each event.",
                "event-limit");
}

std::unexpected<Error> broken_event(const EventDeclaration& event, Issues& issues) {
  Error error{Code::kInternal, "", "event-breaks-contract", std::move(issues.fields())};
  error.message = "The handler emitted an " + in_quotes(event.name) +
                  " that its schema does not admit (checked in development only):";
  for (const FieldError& field : error.fields) {
    error.message += " #" + field.pointer + " " + field.code + ";";
  }
  error.message.back() = '.';
  return std::unexpected<Error>(std::move(error));
}

}  // namespace

Result<void> CodeDb::check_event(const EventDeclaration& event, std::string_view payload) const {
  WorkerContext& worker = *call_->worker;
  const Result<JsonValue> body = worker.scratch_parser().parse(payload, {kJsonDepthMax});
  if (!body) {
    return misuse("The body of the event " + in_quotes(event.name) +
                      " cannot be sent as JSON: " + body.error().message,
                  "event-breaks-contract");
  }
  if (worker.options().environment != Environment::kDevelopment) return {};
  Issues issues;
  // Subscribers are told what clients would be: readOnly members are there, writeOnly ones need
  // not.
  if (event.schema.validate(*body, Direction::kResponse, worker.validation(), issues)) return {};
  return broken_event(event, issues);
}

Result<void> CodeDb::emit(std::string_view name, std::string_view contract_hash,
                          std::string_view payload) {
  if (Result<void> writer = check_writer(); !writer) return writer;
  const Plan& plan = call_->engine->plan();
  if (!contract_hash.empty() && contract_hash != plan.hash) {
    return misuse("The type of the event " + in_quotes(name) +
                      " was generated from another contract than the one that is served.",
                  "event-breaks-contract");
  }
  const EventDeclaration* const event = declared_event(plan, *call_->operation, name);
  if (event == nullptr) return undeclared(plan, *call_->operation, name);
  if (unit_.event_count() >= Ctx::kEventsMax) {
    return too_much(std::to_string(Ctx::kEventsMax) + " events");
  }
  if (payload.size() > Ctx::kEventBytesMax - event_bytes_) {
    return too_much(std::to_string(Ctx::kEventBytesMax) + " bytes of events");
  }
  if (Result<void> checked = check_event(*event, payload); !checked) return checked;
  event_bytes_ += payload.size();
  unit_.emit({.id = call_->worker->uuids().next(),
              .name = event->name,
              .service = call_->operation->service,
              .tenant = call_->caller.tenant,
              .principal = call_->caller.principal,
              .trace_id = trace_id_text(*call_),
              .time = call_->worker->clock().wall(),
              .payload = call_->arena->copy(payload)});
  return {};
}

}  // namespace servanda::internal

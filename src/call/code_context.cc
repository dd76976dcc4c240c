// SPDX-License-Identifier: Apache-2.0
// What a handler may ask about its call.
#include <utility>

#include "base/text.h"
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
Timestamp Ctx::now() const {
  return call_->worker->clock().wall();
}
Duration Ctx::remaining() const {
  return call_->deadline - call_->worker->clock().now();
}
std::string_view Ctx::request_id() const {
  return trace_id_text(*call_);
}

std::optional<std::string_view> Ctx::header(std::string_view name) const {
  for (const HeaderField& field : call_->input.fields) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

void Ctx::log(std::string_view message) const {
  Log* const log = call_->worker->log();
  if (log == nullptr) return;
  log->write(LogLevel::kInfo, message,
             {{"operation", call_->operation->id}, {"trace_id", trace_id_text(*call_)}});
}

std::string Ctx::take_buffer() {
  std::string buffer = std::move(call_->answer.text);
  buffer.clear();
  return buffer;
}

}  // namespace servanda

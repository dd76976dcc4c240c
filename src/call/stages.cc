// SPDX-License-Identifier: Apache-2.0
#include "call/stages.h"

#include "call/authenticate.h"
#include "call/code_handler.h"
#include "call/idempotency.h"
#include "call/match.h"
#include "call/media_choice.h"
#include "call/mock_handler.h"
#include "call/read_input.h"
#include "call/record.h"
#include "call/related_pages.h"
#include "call/remote_call.h"
#include "call/resource_handler.h"
#include "call/respond.h"

namespace servanda {
namespace {

void refuse_unimplemented(Call& call) {
  refuse(call, Code::kUnimplemented,
         "The contract declares this operation, but nothing implements it here.",
         "no-implementation");
}

HandlerKind served_by(const Call& call) {
  return call.stand_in != nullptr ? HandlerKind::kCode : call.operation->handler;
}

// Handlers that call are not asked for a key where clients must have one.
bool takes_key(const Call& call) {
  if (call.operation->idempotency == IdempotencyMode::kOff) return false;
  return !call.is_inner() || call.input.known.has(KnownField::kIdempotencyKey);
}

}  // namespace

// Cheap refusals come before expensive work. A stage that refuses returns false and has set the
// answer. Only those that wait are tasks.
Task<void> run_stages(Call& call) {
  if (call.peer == Call::Peer::kReads) {
    co_await internal::answer_pages(call);  // All else was done by the process that asks.
    finish_call(call);
    co_return;
  }
  // Everything after needs the operation. What a handler or another process asks for names it.
  bool goes_on = call.operation != nullptr || match(call);
  if (goes_on && served_by(call) == HandlerKind::kRemote) {
    co_await forward(call);  // All that follows is done by the process that runs the service.
    goes_on = false;
  }
  if (goes_on && !call.operation->security.empty()) {
    // Before anything is said about the input. What a handler calls runs as its own caller.
    goes_on = call.is_inner() ? check_entitled(call) : co_await authenticate(call);
  }
  goes_on = goes_on && negotiate(call)  // 406 before an effect, not after it.
            && check_parameters(call);  // The head alone can refuse: the body stays unread.
  if (goes_on && call.input.body != nullptr) {
    goes_on = co_await read_body(call);  // Against the compiled contract, under its limits.
  } else if (goes_on) {
    goes_on = check_absent_body(call);
  }
  if (goes_on && takes_key(call)) {
    goes_on = co_await claim_key(call);  // Only valid requests take a key.
  }
  if (goes_on) {
    switch (served_by(call)) {  // The handler's commit is one atom.
      case HandlerKind::kMock:
        handle_mock(call);
        break;
      case HandlerKind::kResource:
        co_await handle_resource(call);
        break;
      case HandlerKind::kCode:
        co_await handle_code(call);
        break;
      case HandlerKind::kUnimplemented:
        refuse_unimplemented(call);
        break;
      case HandlerKind::kRemote:
        break;
    }
  }
  release_key(call);  // The outcome is stored by now, or there is none.
  finish_call(call);
}

void finish_call(Call& call) {
  respond(call);  // The answer's final form: problem, check against the contract, coding.
  record(call);   // Metrics, access log: of every call, also of those refused above.
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Calls that handlers make: one operation of the contract by another, in the same process.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/header_field.h"
#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "call/call.h"
#include "servanda/handler.h"

namespace servanda {

// The memory of one such call: recycled by its worker, so that a steady state allocates nothing.
struct InnerCall {
  Arena arena;                 // Of `call`.
  std::unique_ptr<Call> call;  // The callee's.
  Outgoing request;
  std::string idempotency_key;
  std::vector<HeaderField> fields;  // Of the request.
  std::vector<HeaderValue> answer_fields;
  JsonParser answer_parser;
  Problem problem;
  bool has_problem = false;

  // As new, but for the memory. Requires: `call` has been given back.
  void clear();
};

// Makes the call that `inner` holds the request of, to the operation with this id, as `caller`'s
// handler asks. It passes the stages behind match and authentication; its answer is in
// `inner.call->answer`, an error of the callee as well. Fails for what the caller may not do at all
// (kInternal, reasons "undeclared-call", "call-depth", "call-limit", "call-input"): the callee has
// not run then. `contract_hash` is that of the types; "" fits any contract.
[[nodiscard]] Task<Result<void>> run_inner_call(Call& caller, InnerCall& inner,
                                                std::string_view operation_id,
                                                std::string_view contract_hash);

}  // namespace servanda

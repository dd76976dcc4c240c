// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a call leaves behind: its place in a trace, metrics, a line in the access log.

#include <string_view>
#include <vector>

#include "base/header_field.h"
#include "call/call.h"

namespace servanda {

// Continues the caller's trace or begins one, from the call's headers.
void begin_trace(Call& call);

// 32 hex digits, in the call's arena.
[[nodiscard]] std::string_view trace_id_text(const Call& call);

// Adds "traceresponse", so that a client can name the trace when it asks for help.
void add_trace_field(const Call& call, std::vector<HeaderField>& fields);

// Counts the call as running. Requires: its operation is set.
void count_start(Call& call);

// The last stage, for every call: counters of the operation (or of "no operation") and one access
// record. Never waits and never fails: a full log drops and counts.
void record(Call& call);

// An event for the people who run the server: an answer that broke the contract.
void log_nonconforming(const Call& call, const Error& error);

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "call/call.h"

#include <utility>

namespace servanda {

void Answer::clear() {
  status = 0;
  error.reset();
  unfinished.reset();
  content_type = body = gzip_body = tag = location = {};
  text.clear();
  compressed.clear();
  coding = Coding::kIdentity;
  version = 0;
  allowed_methods = 0;
  retry_after_s = 0;
  replayed = handed_over = minimal = conforms = relayed = false;
  varies_by_encoding = varies_by_prefer = length_unknown = false;
  fields.clear();
}

void Call::clear() {
  engine.reset();
  arena = nullptr;
  input = CallInput{};
  trace = TraceContext{};
  caller = Caller{};
  deadline = Instant::never();
  peer = Peer::kNone;
  operation = nullptr;
  path_values.count = 0;
  counters = nullptr;
  preferences = Preferences{};
  answer_media = nullptr;
  answer_type = {};
  answer_type_varies = false;
  parameters.clear();
  body_media = nullptr;
  body_text = {};
  body = JsonValue();
  body_bytes = 0;
  idempotency = IdempotencyUse{};
  answer.clear();
  depth = 0;
  attempt = 1;
  called_out = false;
  own_tally = CallTally{};
  tally = nullptr;
  stand_in = nullptr;
  handover = nullptr;
  body_builder.clear();
  decoded_body.clear();
  merge_builder.clear();
  row_text.clear();
  issues.clear();
}

bool refuse(Call& call, Error error) {
  call.answer.clear();
  call.answer.error = std::move(error);
  return false;
}

bool refuse(Call& call, Code code, std::string message, std::string reason) {
  return refuse(call, Error{code, std::move(message), std::move(reason), {}});
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The last stages: the answer takes its final form, and the call leaves its traces.

#include <string_view>

#include "call/call.h"

namespace servanda {

// Bodies below this are sent as they are.
inline constexpr size_t kGzipBytesMin = 1024;

// Gives the answer its final form: an error becomes a problem body; in development an answer that
// breaks the contract becomes a 500 that names the places; a compressible body of 1 KiB or more is
// sent compressed to who accepts it. The answer to a handler's own call is only checked.
void respond(Call& call);

// Turns the answer's error into the body that the contract declares for it, else into problem
// details (RFC 9457). The error stays, for the log; in development a body that breaks the contract
// becomes another error, which names the places. Requires: the answer has an error.
void render_problem(Call& call);
// As problem details, whatever the contract declares.
void render_standard_problem(Call& call);

// Whether `body`, as media type `media` has it, conforms to the contract; adds to `issues` what
// does not. Only JSON bodies are looked at.
[[nodiscard]] bool conforms_to(Call& call, const MediaType& media, std::string_view body,
                               Issues& issues);

// Refuses a call whose answer is against the contract, and writes a log line about it.
void refuse_nonconforming(Call& call, Issues& issues);

// Whether a body of this media type is worth compressing.
[[nodiscard]] bool is_compressible(std::string_view content_type);

}  // namespace servanda

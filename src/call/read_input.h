// SPDX-License-Identifier: Apache-2.0
#pragma once
// The stage that reads and validates: parameters, then the body, against the compiled contract.

#include "base/task.h"
#include "call/call.h"

namespace servanda {

// Decodes and validates every parameter; refuses with 400 and all failing ones.
[[nodiscard]] bool check_parameters(Call& call);

// Reads, decodes, parses and validates the body. Refuses with 415 (no declared media type fits, or
// an unknown content coding), 413 (over the limit, also once decoded), 408, 400 (unreadable, or a
// body that the operation does not take), 422 or 400 (against the schema, with up to 20 places).
// Requires: the call has a body source.
[[nodiscard]] Task<bool> read_body(Call& call);

// The last part of read_body(): a JSON body against the schema of its media type, but for what the
// operation's handler validates itself (merge patches and batches). Requires: the call has a media
// type for its body.
[[nodiscard]] bool validate_body(Call& call);

// Refuses with 400 when a body is required. Requires: the call has no body source.
[[nodiscard]] bool check_absent_body(Call& call);

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// If-Match and If-None-Match against a row's version (RFC 9110, 13.2): the counter decides,
// whatever suffix a representation's tag carries. Dates are not used: a row's version is exact, a
// date is not, and RFC 9110 lets a server without Last-Modified ignore them.

#include <cstdint>
#include <optional>
#include <string_view>

#include "call/call.h"

namespace servanda {

// What a conditional request comes to.
enum class ConditionOutcome : uint8_t {
  kProceed,
  kNotModified,  // 304.
  kRefused,      // The call has been refused: 400 (unreadable), 412.
};

// For reads. Evaluated whatever the operation's precondition mode is.
[[nodiscard]] ConditionOutcome check_read_conditions(Call& call, int64_t version);

// For writes; `version` is absent when there is no row. Conditions are ignored where the operation
// says `precondition: off`. A 412 tells the current version.
[[nodiscard]] ConditionOutcome check_write_conditions(Call& call, std::optional<int64_t> version);

// Refuses with 428 when the operation requires a condition on writes and the request has none.
[[nodiscard]] bool has_required_condition(Call& call);

// Whether an If-None-Match list holds `tag` (given without quotes, compared weakly, a "-gzip"
// suffix aside) or is "*". False for an absent or unreadable list.
[[nodiscard]] bool matches_any_tag(std::string_view list, std::string_view tag);

}  // namespace servanda

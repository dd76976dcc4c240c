// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one table from error codes to what each protocol calls them, and RFC 9457 bodies.

#include <string>
#include <string_view>

#include "base/result.h"

namespace servanda {

// How one Code looks from outside.
struct CodeFacts {
  int http_status;         // 400 .. 599.
  std::string_view word;   // Stable machine word, such as "not-found".
  std::string_view title;  // Stable human title of the problem type.
  bool retryable;          // Whether the same request may succeed later unchanged.
};
[[nodiscard]] const CodeFacts& facts_of(Code code);

// Whether any code has a status in this range, both ends included.
[[nodiscard]] bool can_fail_between(int first_status, int last_status);

// The standard reason phrase of an HTTP status, or "" for an unknown one.
[[nodiscard]] std::string_view status_phrase(int http_status);

// The stable URI of the problem's type, and its stable word: the reason where there is one.
[[nodiscard]] std::string problem_type(const Error& error);
[[nodiscard]] std::string_view problem_code(const Error& error);

// Whether the same request may succeed later unchanged: by its code, or because it only met others
// on its way.
[[nodiscard]] bool is_retryable(const Error& error);

// application/problem+json: type, title, status, detail, code, errors, request_id, retryable.
// `trace_id` is 32 hex digits or empty. `status` 0 means the code's own.
[[nodiscard]] std::string problem_body(const Error& error, std::string_view trace_id,
                                       int status = 0);

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Result<T>: how every expected failure travels. See docs/errors.md for the table of codes.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace servanda {

// What went wrong, told by what the caller should do next. A closed list: problem.h maps each code
// once to its HTTP status, its stable word and whether a retry can help.
enum class Code : uint8_t {
  kInvalidArgument,       // Fix the request: unreadable, or a bad parameter.
  kUnauthenticated,       // Sign in.
  kPermissionDenied,      // Give up: the caller is known and may not.
  kNotFound,              // Give up: there is no such thing.
  kMethodNotAllowed,      // Use one of the allowed methods.
  kNotAcceptable,         // Ask for another representation.
  kRequestTimeout,        // Send faster.
  kConflict,              // Read again, decide again.
  kPreconditionFailed,    // Read again: the version moved.
  kTooLarge,              // Send less.
  kTargetTooLong,         // Shorten the URL.
  kUnsupportedMediaType,  // Send another media type.
  kExpectationFailed,     // Drop the Expect header.
  kMisdirected,           // Wrong host for this server.
  kUnprocessable,         // Fix the body: readable, but against the contract.
  kPreconditionRequired,  // Send If-Match.
  kTooManyRequests,       // Retry later.
  kHeadersTooLarge,       // Send fewer or shorter headers.
  kCancelled,             // The caller went away; nothing to do.
  kInternal,              // A bug of ours; report it with the trace id.
  kUnimplemented,         // Give up: the contract declares it, nothing serves it.
  kBadGateway,            // An upstream broke the protocol.
  kUnavailable,           // Retry later.
  kDeadlineExceeded,      // Retry later, or allow more time.
  kStorageFull,           // Tell the operator; reads still work.
};
inline constexpr size_t kCodeCount = static_cast<size_t>(Code::kStorageFull) + 1;

// One failing field of a request.
struct FieldError {
  std::string in;       // "body", "query", "path", "header" or "cookie".
  std::string pointer;  // Body: JSON Pointer such as "/items/0/name" ("" is the whole body).
                        // Otherwise: the parameter's name.
  std::string code;     // Stable word, such as "maxLength", "required", "unknown".
  std::string detail;   // One sentence.
};

// An expected failure. `message` is a sentence for the user: it never holds SQL, file paths of the
// server, upstream hosts or secrets.
struct Error {
  Code code = Code::kInternal;
  std::string message;
  std::string reason;  // Stable word finer than `code` (such as "unique"); may be empty.
  std::vector<FieldError> fields;  // Every failing field, in document order; may be empty.
  // Of several things handed over together, the index of the one that failed.
  std::optional<uint32_t> index = std::nullopt;
};

// Either a value or an Error. The whole type is nodiscard: a failure is handled or passed on.
template <typename T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

// Shorthand for returning a failure: `return fail(Code::kNotFound, "No product has this id.")`.
[[nodiscard]] inline std::unexpected<Error> fail(Code code, std::string message,
                                                 std::string reason = {}) {
  return std::unexpected<Error>(Error{code, std::move(message), std::move(reason), {}, {}});
}

// Passes the failure of one Result on through a function that returns another kind of Result.
template <typename T>
[[nodiscard]] std::unexpected<Error> pass(Result<T>& failed) {
  return std::unexpected<Error>(std::move(failed.error()));
}

}  // namespace servanda

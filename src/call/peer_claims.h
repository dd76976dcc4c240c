// SPDX-License-Identifier: Apache-2.0
#pragma once
// What one process of a backend tells another with a request, and how the other knows that it is
// true: a header field signed with the secret that they share.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "call/call.h"

namespace servanda {

// The field of a request; nobody else's word in it counts.
inline constexpr std::string_view kClaimsField = "servanda-claims";
// The field of the answer: that the word was taken, and what came of it.
inline constexpr std::string_view kTakenField = "servanda-taken";
// Most bytes of the request's field: above, the call cannot be made.
inline constexpr size_t kClaimsBytesMax = 16 * 1024;

// Beside the claims: most fields that a process adds to a request that it hands on, with the
// claims, and most bytes of the others (traceparent, tracestate, content-length).
inline constexpr uint32_t kPeerFieldsMax = 4;
inline constexpr size_t kPeerFieldBytesMax = 6 * 1024;

// About one request.
struct PeerClaims {
  enum class Kind : uint8_t {
    kForward,  // A client's request as it came, handed on.
    kCall,     // A handler's call to another operation.
    kRead,     // Rows that the operation shows, or looks for, of a service that runs there.
  } kind = Kind::kForward;
  std::string_view operation;  // Its id; of kRead: of the one that asks.
  Duration left;               // Until the caller's deadline, in whole milliseconds.
  std::string_view client;     // kForward: the address that the request came from.
  // Of kCall and kRead, as in Call and Caller; security schemes by their names.
  uint32_t attempt = 1;
  uint32_t depth = 0;
  CallTally calls;
  std::string_view tenant;
  std::string_view principal;
  std::span<const std::string_view> scopes;
  std::span<const std::string_view> schemes;
};

// A request line as both sides write it.
struct PeerTarget {
  std::string_view method;
  std::string_view path;   // As sent.
  std::string_view query;  // Without '?'; "": none.
};

// The field's value. `now` is the calendar's.
[[nodiscard]] std::string write_claims(const PeerClaims& claims, const PeerTarget& target,
                                       std::string_view secret, Timestamp now);

// How far the clocks of two processes may be apart: older and newer claims are not believed.
inline constexpr Duration kClaimsAgeMax = Duration::seconds(60);

// The claims of a field that was written for this request with this secret. What they point to is
// copied into `arena`; `parser` is scratch memory. Errors: kUnauthenticated with the reasons
// "claims-form", "claims-secret", "claims-clock".
[[nodiscard]] Result<PeerClaims> read_claims(std::string_view field, const PeerTarget& target,
                                             std::string_view secret, Timestamp now, Arena& arena,
                                             JsonParser& parser);

namespace internal {
// What stands behind the '.' of a field with this content. Bound to the request line, so that a
// field cannot be put on another request.
[[nodiscard]] std::string claims_signature(std::string_view content, const PeerTarget& target,
                                           std::string_view secret);
}  // namespace internal

// What an answer's field says.
struct PeerTaken {
  enum class Answer : uint8_t {
    kGiven,    // As the contract declares it, or as the client is to see it.
    kProblem,  // Why there is none, as problem details whatever the contract's own form is.
  } answer = Answer::kGiven;
  CallTally calls;  // Of the whole request by now, those of the caller before included.
};
[[nodiscard]] std::string write_taken(const PeerTaken& taken);
// Nothing where it says something else.
[[nodiscard]] std::optional<PeerTaken> read_taken(std::string_view field);

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The header fields that stages and surfaces ask for, found in one pass over a request.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/header_field.h"

namespace servanda {

// Request fields that the stages look at, found in one pass.
enum class KnownField : uint8_t {
  kAccept,
  kAcceptEncoding,
  kAuthorization,
  kClaims,  // Of another process of the backend: peer_claims.h.
  kContentEncoding,
  kContentType,
  kCookie,
  kIdempotencyKey,
  kIfMatch,
  kIfNoneMatch,
  kOrigin,
  kPrefer,
  kRequestedHeaders,  // Access-Control-Request-Headers.
  kRequestedMethod,   // Access-Control-Request-Method.
  kTraceparent,
  kTracestate,
  kUserAgent,
};
inline constexpr size_t kKnownFieldCount = 17;

// What a request says in the fields above. Names are compared ignoring case.
//
// Lifetime: values are views of the request, or live in the arena where a field was repeated.
class KnownFields {
 public:
  // Forgets what was there and reads `fields`. Values of repeated fields are joined with ", " (RFC
  // 9110, 5.3; Cookie with "; "); at most 100 fields reach here, so joining is bounded.
  void read(std::span<const HeaderField> fields, Arena& arena);
  // As if the request had the field once. For calls that the engine makes of parts of a request.
  void set(KnownField field, std::string_view value) {
    values_[static_cast<size_t>(field)] = value;
    counts_[static_cast<size_t>(field)] = 1;
  }

  // Empty with null data() when the request does not have the field.
  [[nodiscard]] std::string_view operator[](KnownField field) const {
    return values_[static_cast<size_t>(field)];
  }
  [[nodiscard]] bool has(KnownField field) const { return count(field) != 0; }
  // How often the field was there; fields that must be single are refused by who reads them.
  [[nodiscard]] uint8_t count(KnownField field) const {
    return counts_[static_cast<size_t>(field)];
  }

 private:
  void add(KnownField field, std::string_view value, Arena& arena);
  std::array<std::string_view, kKnownFieldCount> values_;
  std::array<uint8_t, kKnownFieldCount> counts_{};
};

// Whether a field is one that only a trusted proxy or the engine itself may set: the caller's
// identity or address, trace baggage, words between processes. With '_' for '-' too, because some
// frameworks read both alike.
[[nodiscard]] bool is_proxy_field(std::string_view name);

// `fields` without those that are not the client's to send: proxy fields, and names with an
// underscore unless `declared` says that the contract names them. Returns `fields` itself when
// there is nothing to drop, else a copy in `arena`.
[[nodiscard]] std::span<const HeaderField> without_proxy_fields(
    std::span<const HeaderField> fields, std::span<const std::string_view> declared, Arena& arena);

}  // namespace servanda

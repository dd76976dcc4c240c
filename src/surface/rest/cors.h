// SPDX-License-Identifier: Apache-2.0
#pragma once
// Cross-origin rules (the Fetch standard's CORS protocol) as configuration and as header fields.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/header_field.h"
#include "base/time.h"
#include "contract/plan/plan.h"

namespace servanda {

// Which pages of other origins may call the API. Credentials (cookies, client certificates) are
// never allowed across origins: a page sends a token in a header instead.
struct CorsPolicy {
  enum class Origins : uint8_t {
    kNone,    // No CORS headers: browsers keep other origins out.
    kAny,     // "*".
    kListed,  // Exactly those in `listed`.
  } origins = Origins::kNone;
  std::vector<std::string> listed;            // "https://shop.example": scheme, host, port.
  Duration max_age = Duration::seconds(600);  // How long browsers keep a preflight's answer.

  // Any origin in development, none elsewhere.
  [[nodiscard]] static CorsPolicy default_for(Environment environment);
};

// The value of Access-Control-Allow-Origin for a request from `origin`, or empty when it gets none.
[[nodiscard]] std::string_view allowed_origin(const CorsPolicy& policy, std::string_view origin);

// Adds what an actual (not preflight) answer to `origin` carries.
void add_cors_fields(const CorsPolicy& policy, std::string_view origin,
                     std::vector<HeaderField>& fields);

// Adds what a preflight's answer carries. `methods` is the Allow list of the path,
// `requested_headers` what the browser asks for; names that are no tokens are left out.
void add_preflight_fields(const CorsPolicy& policy, std::string_view origin,
                          std::string_view methods, std::string_view requested_headers,
                          Arena& arena, std::vector<HeaderField>& fields);

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "surface/rest/cors.h"

#include <algorithm>

#include "base/text.h"

namespace servanda {
namespace {

// What scripts may read besides the safelisted fields.
constexpr std::string_view kExposed =
    "allow, content-encoding, deprecation, etag, idempotent-replayed, link, location, "
    "preference-applied, retry-after, traceresponse, www-authenticate";

bool is_token(std::string_view text) {
  static constexpr std::string_view kOther = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kOther.find(c) != std::string_view::npos;
  });
}

}  // namespace

CorsPolicy CorsPolicy::default_for(Environment environment) {
  CorsPolicy policy;
  if (environment == Environment::kDevelopment) policy.origins = Origins::kAny;
  return policy;
}

std::string_view allowed_origin(const CorsPolicy& policy, std::string_view origin) {
  if (origin.empty()) return {};
  switch (policy.origins) {
    case CorsPolicy::Origins::kNone:
      return {};
    case CorsPolicy::Origins::kAny:
      return "*";
    case CorsPolicy::Origins::kListed: {
      const auto found = std::ranges::find(policy.listed, origin);
      return found == policy.listed.end() ? std::string_view() : std::string_view(*found);
    }
  }
  return {};
}

void add_cors_fields(const CorsPolicy& policy, std::string_view origin,
                     std::vector<HeaderField>& fields) {
  const std::string_view allowed = allowed_origin(policy, origin);
  if (allowed.empty()) return;
  fields.emplace_back("access-control-allow-origin", allowed);
  fields.emplace_back("access-control-expose-headers", kExposed);
}

void add_preflight_fields(const CorsPolicy& policy, std::string_view origin,
                          std::string_view methods, std::string_view requested_headers,
                          Arena& arena, std::vector<HeaderField>& fields) {
  const std::string_view allowed = allowed_origin(policy, origin);
  if (allowed.empty()) return;
  fields.emplace_back("access-control-allow-origin", allowed);
  fields.emplace_back("access-control-allow-methods", methods);
  std::string names;
  for (const std::string_view part : split(requested_headers, ',')) {
    const std::string_view name = trim(part);
    if (!is_token(name)) continue;
    if (!names.empty()) names += ", ";
    names += name;
  }
  if (!names.empty()) fields.emplace_back("access-control-allow-headers", arena.copy(names));
  const std::string age = std::to_string(policy.max_age.ns / 1'000'000'000);
  fields.emplace_back("access-control-max-age", arena.copy(age));
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "call/credentials.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "call/worker.h"

namespace servanda {
namespace {

bool has_query_parameter(std::string_view query, std::string_view name) {
  for (const std::string_view pair : split(query, '&')) {
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals + 1 == pair.size()) continue;
    const std::optional<std::string> decoded =
        percent_decode(pair.substr(0, equals), PlusSign::kSpace);
    if (decoded && *decoded == name) return true;
  }
  return false;
}

bool has_cookie(std::string_view cookies, std::string_view name) {
  for (const std::string_view part : split(cookies, ';')) {
    const std::string_view pair = trim(part);
    if (pair.size() > name.size() + 1 && pair.starts_with(name) && pair[name.size()] == '=') {
      return true;
    }
  }
  return false;
}

bool has_header(const Call& call, std::string_view name) {
  return std::ranges::any_of(call.input.fields, [name](const HeaderField& field) {
    return equals_ignoring_case(field.name, name) && !field.value.empty();
  });
}

// "Scheme credentials" with that scheme and something behind it.
bool has_authorization(const Call& call, std::string_view scheme) {
  const std::string_view value = call.input.known[KnownField::kAuthorization];
  const size_t space = value.find(' ');
  return space != std::string_view::npos && equals_ignoring_case(value.substr(0, space), scheme) &&
         !trim(value.substr(space)).empty();
}

bool is_present(const Call& call, const SecurityScheme& scheme) {
  switch (scheme.type) {
    case SecurityScheme::Type::kApiKey:
      switch (scheme.in) {
        case ParameterIn::kHeader:
          return has_header(call, scheme.parameter);
        case ParameterIn::kQuery:
          return has_query_parameter(call.input.query, scheme.parameter);
        case ParameterIn::kCookie:
          return has_cookie(call.input.known[KnownField::kCookie], scheme.parameter);
        case ParameterIn::kPath:
          return false;
      }
      return false;
    case SecurityScheme::Type::kHttp:
      return has_authorization(call, scheme.http_scheme);
    case SecurityScheme::Type::kOauth2:
    case SecurityScheme::Type::kOpenIdConnect:
      return has_authorization(call, "bearer");
    case SecurityScheme::Type::kMutualTls:
      return false;
  }
  return false;
}

// How a client could sign in, as one WWW-Authenticate challenge.
std::string challenge_of(const SecurityScheme& scheme) {
  switch (scheme.type) {
    case SecurityScheme::Type::kApiKey:
      return "ApiKey name=\"" + scheme.parameter + "\"";
    case SecurityScheme::Type::kHttp:
      if (scheme.http_scheme == "basic") return "Basic realm=\"api\", charset=\"UTF-8\"";
      if (scheme.http_scheme == "bearer") return "Bearer";
      return scheme.http_scheme + " realm=\"api\"";
    case SecurityScheme::Type::kOauth2:
    case SecurityScheme::Type::kOpenIdConnect:
      return "Bearer";
    case SecurityScheme::Type::kMutualTls:
      return "Mutual";
  }
  return "Bearer";
}

bool is_header_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
}

}  // namespace

bool check_credentials(Call& call) {
  const Operation& operation = *call.operation;
  if (operation.security.empty() || operation.handler != HandlerKind::kMock) return true;
  const std::vector<SecurityScheme>& schemes = call.engine->plan().security_schemes;
  for (const SecurityRequirement& alternative : operation.security) {
    if (std::ranges::all_of(alternative.schemes,
                            [&](uint16_t index) { return is_present(call, schemes[index]); })) {
      return true;
    }
  }
  std::string challenges;
  for (const SecurityRequirement& alternative : operation.security) {
    for (const uint16_t index : alternative.schemes) {
      const std::string challenge = challenge_of(schemes[index]);
      if (!is_header_text(challenge) || challenges.find(challenge) != std::string::npos) continue;
      if (!challenges.empty()) challenges += ", ";
      challenges += challenge;
    }
  }
  refuse(call, Code::kUnauthenticated, "This operation needs credentials.", "no-credentials");
  if (!challenges.empty()) {
    call.answer.add_field("www-authenticate", call.arena->copy(challenges));
  }
  return false;
}

}  // namespace servanda

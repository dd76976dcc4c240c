// SPDX-License-Identifier: Apache-2.0
#include "call/authenticate.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "call/code_boundary.h"
#include "call/worker.h"

namespace servanda {
namespace {

// --- What the request shows ---

// Nothing: no credential. "": one that cannot be valid, such as two of them.
using Credential = std::optional<std::string_view>;

Credential query_credential(const Call& call, std::string_view name) {
  Credential found;
  for (const std::string_view pair : split(call.input.query, '&')) {
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::optional<std::string> decoded =
        percent_decode(pair.substr(0, equals), PlusSign::kSpace);
    if (!decoded || *decoded != name) continue;
    if (found) return "";
    const std::optional<std::string> value =
        percent_decode(pair.substr(std::min(equals + 1, pair.size())), PlusSign::kSpace);
    found = value ? call.arena->copy(*value) : std::string_view();
  }
  return found;
}

Credential cookie_credential(const Call& call, std::string_view name) {
  Credential found;
  for (const std::string_view part : split(call.input.known[KnownField::kCookie], ';')) {
    const std::string_view pair = trim(part);
    if (!pair.starts_with(name) || pair.size() == name.size() || pair[name.size()] != '=') continue;
    if (found) return "";
    found = pair.substr(name.size() + 1);
  }
  return found;
}

Credential header_credential(const Call& call, std::string_view name) {
  Credential found;
  for (const HeaderField& field : call.input.fields) {
    if (!equals_ignoring_case(field.name, name)) continue;
    if (found) return "";
    found = field.value;
  }
  return found;
}

// Of "Scheme credentials" what follows this scheme.
Credential authorization_credential(const Call& call, std::string_view scheme) {
  const Credential value = header_credential(call, "authorization");
  if (!value || value->empty()) return value;
  const size_t space = std::min(value->find(' '), value->size());
  if (!equals_ignoring_case(value->substr(0, space), scheme)) return std::nullopt;
  return trim(value->substr(space));
}

Credential credential_of(const Call& call, const SecurityScheme& scheme) {
  switch (scheme.type) {
    case SecurityScheme::Type::kApiKey:
      switch (scheme.in) {
        case ParameterIn::kHeader:
          return header_credential(call, scheme.parameter);
        case ParameterIn::kQuery:
          return query_credential(call, scheme.parameter);
        case ParameterIn::kCookie:
          return cookie_credential(call, scheme.parameter);
        case ParameterIn::kPath:
          return std::nullopt;
      }
      return std::nullopt;
    case SecurityScheme::Type::kHttp:
      return authorization_credential(call, scheme.http_scheme);
    case SecurityScheme::Type::kOauth2:
    case SecurityScheme::Type::kOpenIdConnect:
      return authorization_credential(call, "bearer");
    case SecurityScheme::Type::kMutualTls:
      return std::nullopt;
  }
  return std::nullopt;
}

// --- Challenges ---

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

// One challenge for each scheme that the operation takes.
void add_challenges(Call& call) {
  std::string challenges;
  for (const SecurityRequirement& alternative : call.operation->security) {
    for (const RequiredScheme& required : alternative.schemes) {
      const std::string challenge =
          challenge_of(call.engine->plan().security_schemes[required.scheme]);
      if (!is_header_text(challenge) || challenges.find(challenge) != std::string::npos) continue;
      if (!challenges.empty()) challenges += ", ";
      challenges += challenge;
    }
  }
  if (!challenges.empty()) {
    call.answer.add_field("www-authenticate", call.arena->copy(challenges));
  }
}

// --- Alternatives ---

enum class Verdict : uint8_t {
  kAbsent,     // Not all of its credentials are there.
  kInvalid,    // One of them is not valid.
  kForbidden,  // All are valid; the caller lacks a scope.
  kAccepted,   // Call::caller is set.
  kRefused,    // The call has been refused.
};

// What one more scheme tells of the caller: the first to name a principal or tenant decides.
void take_identity(Call& call, const Identity& identity) {
  Caller& caller = call.caller;
  if (caller.principal.empty()) caller.principal = call.arena->copy(identity.principal);
  if (caller.tenant.empty()) caller.tenant = call.arena->copy(identity.tenant);
  const size_t count = caller.scopes.size() + identity.scopes.size();
  std::string_view* const scopes = call.arena->array<std::string_view>(count);
  size_t at = 0;
  for (const std::string_view scope : caller.scopes) scopes[at++] = scope;
  for (const std::string& scope : identity.scopes) scopes[at++] = call.arena->copy(scope);
  caller.scopes = {scopes, count};
}

bool has_scopes(const Caller& caller, const SecurityRequirement& alternative) {
  return std::ranges::all_of(alternative.schemes, [&](const RequiredScheme& required) {
    return std::ranges::all_of(required.scopes,
                               [&](const std::string& scope) { return is_granted(caller, scope); });
  });
}

Task<Verdict> verify(Call& call, const RequiredScheme& required) {
  const Credential credential =
      credential_of(call, call.engine->plan().security_schemes[required.scheme]);
  if (credential.value_or("").empty()) co_return Verdict::kInvalid;
  const Authenticator* const authenticator = call.engine->authenticator(required.scheme);
  if (authenticator == nullptr) co_return Verdict::kAccepted;  // A mock.
  Task<Result<std::optional<Identity>>> running =
      internal::run_authenticator(call, *authenticator, *credential);
  Result<std::optional<Identity>> found = co_await running;
  if (!found) {
    refuse(call, std::move(found.error()));
    co_return Verdict::kRefused;
  }
  if (!found->has_value()) co_return Verdict::kInvalid;
  take_identity(call, **found);
  co_return Verdict::kAccepted;
}

// Whether all credentials of the alternative are there, and something may be made of them.
bool is_shown(const Call& call, const SecurityRequirement& alternative) {
  const bool is_mock = call.operation->handler == HandlerKind::kMock;
  return std::ranges::all_of(alternative.schemes, [&](const RequiredScheme& required) {
    if (!is_mock && call.engine->authenticator(required.scheme) == nullptr) return false;
    return credential_of(call, call.engine->plan().security_schemes[required.scheme]).has_value();
  });
}

Task<Verdict> satisfy(Call& call, const SecurityRequirement& alternative) {
  if (!is_shown(call, alternative)) co_return Verdict::kAbsent;
  call.caller = {};
  bool is_mocked = false;
  for (const RequiredScheme& required : alternative.schemes) {
    Task<Verdict> verifying = verify(call, required);
    const Verdict verdict = co_await verifying;
    if (verdict != Verdict::kAccepted) co_return verdict;
    is_mocked = is_mocked || call.engine->authenticator(required.scheme) == nullptr;
  }
  if (!is_mocked && !has_scopes(call.caller, alternative)) co_return Verdict::kForbidden;
  uint16_t* const proved = call.arena->array<uint16_t>(alternative.schemes.size());
  for (size_t i = 0; i < alternative.schemes.size(); ++i) proved[i] = alternative.schemes[i].scheme;
  call.caller.schemes = {proved, alternative.schemes.size()};
  co_return Verdict::kAccepted;
}

}  // namespace

bool check_entitled(Call& call) {
  const Caller& caller = call.caller;
  const bool is_mock = call.operation->handler == HandlerKind::kMock;
  const auto proves = [&](const RequiredScheme& required) {
    // Nobody can prove what has no authenticator, which only mocks may ask for.
    if (is_mock && call.engine->authenticator(required.scheme) == nullptr) return true;
    return std::ranges::find(caller.schemes, required.scheme) != caller.schemes.end();
  };
  bool is_proved = false;
  for (const SecurityRequirement& alternative : call.operation->security) {
    if (!std::ranges::all_of(alternative.schemes, proves)) continue;
    if (is_mock || has_scopes(caller, alternative)) return true;
    is_proved = true;
  }
  if (is_proved) {
    return refuse(call, Code::kPermissionDenied,
                  "The caller lacks a scope that this operation asks for.", "scope-missing");
  }
  return refuse(call, Code::kUnauthenticated, "This operation needs credentials.",
                "no-credentials");
}

bool is_granted(const Caller& caller, std::string_view scope) {
  return std::ranges::find(caller.scopes, scope) != caller.scopes.end();
}

Task<bool> authenticate(Call& call) {
  Verdict worst = Verdict::kAbsent;
  bool may_be_anonymous = false;
  for (const SecurityRequirement& alternative : call.operation->security) {
    if (alternative.schemes.empty()) {
      may_be_anonymous = true;
      continue;
    }
    Task<Verdict> satisfying = satisfy(call, alternative);
    const Verdict verdict = co_await satisfying;
    if (verdict == Verdict::kAccepted) co_return true;
    call.caller = {};
    if (verdict == Verdict::kRefused) co_return false;
    worst = std::max(worst, verdict);
  }
  switch (worst) {
    case Verdict::kInvalid:
      refuse(call, Code::kUnauthenticated, "The credentials are not valid.", "invalid-credentials");
      add_challenges(call);
      co_return false;
    case Verdict::kForbidden:
      co_return refuse(call, Code::kPermissionDenied,
                       "The caller lacks a scope that this operation asks for.", "scope-missing");
    default:
      break;
  }
  if (may_be_anonymous) co_return true;
  refuse(call, Code::kUnauthenticated, "This operation needs credentials.", "no-credentials");
  add_challenges(call);
  co_return false;
}

}  // namespace servanda

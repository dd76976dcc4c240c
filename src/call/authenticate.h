// SPDX-License-Identifier: Apache-2.0
#pragma once
// The stage that finds out who is calling.

#include <string_view>

#include "base/task.h"
#include "call/call.h"

namespace servanda {

// Sets Call::caller by the first of the operation's security alternatives that the request shows
// credentials for, as their authenticators tell. False: the call has been refused, with 401 and
// WWW-Authenticate when there are no credentials, or wrong ones even where none are needed; with
// 403 when the caller lacks a scope. A mock of a scheme without authenticator asks only that a
// credential is present: it has nothing to protect, and everything else of that kind is refused at
// load. Requires: the operation has security.
[[nodiscard]] Task<bool> authenticate(Call& call);

// The same for a call by a handler, which runs as the caller that is known already: whether what
// proved that caller satisfies one of the alternatives.
[[nodiscard]] bool check_entitled(Call& call);

// Whether the caller has this scope.
[[nodiscard]] bool is_granted(const Caller& caller, std::string_view scope);

}  // namespace servanda

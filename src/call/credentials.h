// SPDX-License-Identifier: Apache-2.0
#pragma once
// Credentials of mocked operations: whether they are there, as the contract's security asks.

#include "call/call.h"

namespace servanda {

// Refuses a mocked operation with 401 and WWW-Authenticate when the request satisfies none of the
// operation's security alternatives. Only the presence of credentials is looked at: a mock has
// nothing to protect. Operations with an effect and declared security are refused at load, so that
// nothing is ever served unprotected.
[[nodiscard]] bool check_credentials(Call& call);

}  // namespace servanda

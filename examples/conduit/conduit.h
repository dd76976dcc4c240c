// SPDX-License-Identifier: Apache-2.0
#pragma once
// The handlers of Conduit, by service.

#include "servanda/servanda.h"
#include "servanda/tokens.h"

namespace conduit {

void add_accounts(servanda::App& app);
void add_articles(servanda::App& app);

// The account of whoever calls an operation that needs a token.
[[nodiscard]] servanda::Uuid caller(const servanda::Ctx& c);
// The key of a row that is there once for both.
[[nodiscard]] std::string pair_id(const servanda::Uuid& first, std::string_view second);
// A 422 that says so.
[[nodiscard]] servanda::Failure refusal(std::string sentence);

}  // namespace conduit

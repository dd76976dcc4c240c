// SPDX-License-Identifier: Apache-2.0
#pragma once
// The proof that lists are searched and not sorted: SQLite's own plan for their statements.
//
// For every list operation, every order and every set of filters (those that every request carries,
// alone and with each other one, each pair, all of them, then ever larger sets, kFilterSetsMax for
// one order), if find_index() says that it is served: the statements of its first page, of a page
// behind a row, behind a row with NULL in any place of the order, and of its count. Each must be a
// search by as many columns as the index was chosen for, or, where there is no filter, a walk along
// an index or the table; none may sort. SQLite decides by
// the schema alone, since the store keeps no statistics, so what is proven of a schema holds
// whatever the tables come to hold. Of a resource with soft delete, that no deleted row is walked
// over is proven by the index that the statement names, which holds none; where an operation shows
// deleted rows too, its statements for all rows are proven as well.
//
// A proof that succeeded is remembered in _servanda under "proven": contract hash and SQLite's
// version.

#include "base/result.h"
#include "contract/plan/plan.h"
#include "store/sqlite/database.h"

namespace servanda::internal {

// kInternal, reason "list-proof", with operation, filters, statement and SQLite's plan of the first
// one that fails. Requires: the schema of the plan's resources is applied.
[[nodiscard]] Result<void> prove_lists(Database& database, const Plan& plan);

[[nodiscard]] Result<bool> is_proven(Database& database, const Plan& plan);
[[nodiscard]] Result<void> remember_proof(Database& database, const Plan& plan);

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rows that are shown with values that C++ of the program makes of them (`computed: code`).

#include <span>

#include "base/arena.h"
#include "base/task.h"
#include "call/call.h"
#include "contract/plan/resource.h"
#include "store/unit_of_work.h"

namespace servanda::internal {

// Rows of one resource that are going to be shown together.
struct RowsToShow {
  const Resource& resource;
  std::span<const Row> rows;
  Arena& arena;                   // For what is made of them.
  UnitOfWork* written = nullptr;  // The writes that the answer is of; null: none.
};

// Runs the program's function for these rows once, unless there are none or C++ makes nothing of
// their resource. Returns them with the values as code_value() finds them; they stand on what the
// rows given stand on, and on the arena. Errors are those of Computation::run().
[[nodiscard]] Task<Result<std::span<const Row>>> compute_rows(Call& call, RowsToShow page);

// Makes `row` the answer's body: at once, or where C++ makes values of it, once finish_row() does.
// Requires: the row lives until then.
void answer_row(Call& call, const Row& row);
// Completes an answer that waits for such values; `written` as above. False after the call was
// refused.
[[nodiscard]] Task<bool> finish_row(Call& call, UnitOfWork* written);

// Refuses a call for what went wrong in code that made values.
bool refuse_rows(Call& call, Error error);

}  // namespace servanda::internal

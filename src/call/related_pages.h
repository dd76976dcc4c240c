// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rows found by what other rows hold: those that `expand` shows, and owners. They are read where
// their service runs.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/task.h"
#include "call/call.h"
#include "contract/plan/resource.h"
#include "store/store.h"

namespace servanda::internal {

// One page for each of `values`.
struct PagesWanted {
  const Resource* resource = nullptr;
  // Its key: each page has the one row with that key, or none. Or a property that names rows of a
  // resource: those that name it, ViewLimits::kRelatedMax at most.
  uint16_t by = 0;
  std::span<const Value> values;  // None of them null.
  bool with_code = false;         // Whether the values that C++ makes of rows are wanted too.
};

struct PagesFound {
  std::span<const Page> pages;
  // One per page: where clients can read the rest of it; "": nowhere, or there is none.
  std::span<const std::string_view> next;
};

// Finds them in this process, or asks a process that runs their service. What is found lives in
// the call's arena. Errors: those of Session::list_each() and of Computation::run(); kUnavailable,
// kDeadlineExceeded and kBadGateway, after a line in the log, when the other process gave no
// answer.
[[nodiscard]] Task<Result<PagesFound>> find_pages(Call& call, PagesWanted wanted);

// Answers another process, whose request `call` is. Requires: its peer is kReads.
[[nodiscard]] Task<void> answer_pages(Call& call);

}  // namespace servanda::internal

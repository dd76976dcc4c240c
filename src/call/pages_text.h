// SPDX-License-Identifier: Apache-2.0
#pragma once
// What one process asks another for rows, and the rows, as JSON: members by their names, so that
// processes whose contracts differ a little understand each other.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"
#include "call/related_pages.h"
#include "contract/plan/plan.h"

namespace servanda::internal {

void append_pages_wanted(std::string& out, const PagesWanted& wanted);
// Nothing where the text is no such form, names more than ViewLimits::kRowsMax values, or asks for
// what this plan does not have. What is read
// points into the plan and the arena; `parser` is scratch memory.
[[nodiscard]] std::optional<PagesWanted> read_pages_wanted(std::string_view text, const Plan& plan,
                                                           Arena& arena, JsonParser& parser);

// Rows with all that is stored, and what C++ has made of them.
void append_pages(std::string& out, const Resource& resource, const PagesFound& found);
// Nothing where the text is no such form, is not of `count` pages, or has values that the resource
// cannot hold. What is read lives in the arena.
[[nodiscard]] std::optional<PagesFound> read_pages(std::string_view text, const Resource& resource,
                                                   size_t count, Arena& arena, JsonParser& parser);

}  // namespace servanda::internal

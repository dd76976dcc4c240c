// SPDX-License-Identifier: Apache-2.0
#pragma once
// The values of a row's computed properties: made when they are shown, never stored.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/time.h"
#include "contract/plan/resource.h"
#include "store/value.h"

namespace servanda {

// The value of Resource::computed[index] for a row as of `now`, in the form in which a column of
// its type would hold it; null where C++ makes it (code_value()). Null also where it cannot be
// worked out: overflow, division by zero, a result out of bounds, a value in an object that is not
// what its schema says.
//
// The value points into `arena`, into the resource or to where the row's values point.
[[nodiscard]] Value computed_value(const Resource& resource, size_t index, const Row& row,
                                   Timestamp now, Arena& arena);

// What C++ has made of the row for Resource::computed[index], as JSON text; empty where it has made
// nothing. Requires: the property is by_code.
[[nodiscard]] std::string_view code_value(const Resource& resource, const Row& row, size_t index);

// Appends `"name":value`. False, and nothing is appended, where the value is null and the schema
// does not admit that.
bool append_computed(std::string& out, const Resource& resource, const Row& row, size_t index,
                     Timestamp now);

}  // namespace servanda

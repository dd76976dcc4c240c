// SPDX-License-Identifier: Apache-2.0
#pragma once
// Names of Unicode properties in ECMA-262 as RE2 spells them.

#include <string_view>

namespace servanda::internal {

// "Letter", "L", "gc=Lu", "Script=Greek", "sc=Grek" to RE2's name; empty when RE2 has no
// such property (binary properties such as Alphabetic, Script_Extensions).
[[nodiscard]] std::string_view unicode_property_name(std::string_view name);

}  // namespace servanda::internal

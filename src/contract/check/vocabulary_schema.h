// SPDX-License-Identifier: Apache-2.0
#pragma once
// The vocabulary as a JSON Schema, for editors.

#include <string>

namespace servanda {

// JSON Schema 2020-12, indented. Describes an OpenAPI document as far as x-servanda goes: each
// place's keys under "$defs", and where they stand. Keys that are not supported yet are listed with
// their meaning and admit nothing but the values that change nothing.
[[nodiscard]] std::string vocabulary_schema();

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// From an Answer to the header fields that HTTP wants for it.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/header_field.h"
#include "call/call.h"
#include "surface/rest/cors.h"

namespace servanda {

// Whether an answer to the request would differ for another Origin.
enum class OriginVaries : uint8_t { kNo, kYes };

// Appends the fields of the call's finished answer. Values live in the call's arena, in the answer
// or for ever. Content-Length, Date and Connection are the server's.
void add_answer_fields(const Call& call, OriginVaries origin_varies,
                       std::vector<HeaderField>& fields);

// "GET, HEAD, OPTIONS" for a bit set over Method, in that order of methods.
[[nodiscard]] std::string_view methods_text(uint16_t methods, Arena& arena);

}  // namespace servanda

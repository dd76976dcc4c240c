// SPDX-License-Identifier: Apache-2.0
#pragma once
// Content negotiation in both directions: what a body is, and what an answer will be.

#include <span>
#include <string_view>

#include "call/call.h"

namespace servanda {

// The declared media type of the call's body: the closest to its Content-Type. Null when there is
// no Content-Type, it is malformed, its charset is not UTF-8, or nothing declared fits. A merge
// patch may come as application/json and the other way round.
[[nodiscard]] const MediaType* choose_body_media(const Call& call);

// The stage: decides which media type the answer will have, before anything has an effect.
// Refuses with 406. An operation whose answer has no content is not negotiated.
[[nodiscard]] bool negotiate(Call& call);

// A declared range as a type that can stand in Content-Type: wildcards become the plainest type.
[[nodiscard]] std::string_view concrete_type(std::string_view range, MediaKind kind);

}  // namespace servanda

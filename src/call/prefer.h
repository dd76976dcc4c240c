// SPDX-License-Identifier: Apache-2.0
#pragma once
// The Prefer header (RFC 7240): what a client would like, never what it must get.

#include <cstdint>
#include <string_view>

namespace servanda {

// The preferences that the engine acts on. Others, and values that make no sense, are ignored, as
// RFC 7240 asks. The first of repeated preferences counts.
struct Preferences {
  // `return=`: whether a write answers with the new state. The contract's answer is the default.
  enum class Return : uint8_t { kDefault, kMinimal, kRepresentation } returns = Return::kDefault;
  // Mock operations only: which of the declared answers to give.
  int code = 0;              // 200 .. 599, 0 when not asked for.
  std::string_view example;  // A view of the header; empty when not asked for.
  enum class Values : uint8_t { kStatic, kDynamic } values = Values::kStatic;
};

[[nodiscard]] Preferences parse_preferences(std::string_view header);

}  // namespace servanda

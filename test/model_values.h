// SPDX-License-Identifier: Apache-2.0
#pragma once
// Values that clients send, good and bad.

#include <vector>

#include "model_contract.h"

namespace servanda::model {

[[nodiscard]] Json random_value(Dice& dice, Kind kind);
// What a client may not send for a property of the kind.
[[nodiscard]] std::vector<Json> bad_values(Kind kind);
// Whether a value, one of those above, is one that the property's schema admits.
[[nodiscard]] bool fits(const Property& property, const Json& value);

}  // namespace servanda::model

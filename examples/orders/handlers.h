// SPDX-License-Identifier: Apache-2.0
#pragma once
// The decisions of the orders example.

#include <servanda/servanda.h>

namespace orders {

// Registers every handler of the example.
void add_handlers(servanda::App& app);

}  // namespace orders

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Handlers that call each other: of test/contracts/front.yaml.

#include <servanda/servanda.h>

namespace front {

void add_handlers(servanda::App& app);

}  // namespace front

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Problems told in C++: of test/contracts/faults.yaml.

#include <servanda/servanda.h>

namespace faults {

void add_handlers(servanda::App& app);

}  // namespace faults

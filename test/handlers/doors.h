// SPDX-License-Identifier: Apache-2.0
#pragma once
// Handlers and authenticators of test/contracts/doors.yaml.

#include "servanda/servanda.h"

namespace doors {

void add_handlers(servanda::App& app);

}  // namespace doors

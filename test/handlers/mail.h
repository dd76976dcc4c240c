// SPDX-License-Identifier: Apache-2.0
#pragma once
// What C++ makes of test/contracts/mail.yaml.

#include "servanda/servanda.h"

namespace mail {

void add_handlers(servanda::App& app);

}  // namespace mail

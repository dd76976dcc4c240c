// SPDX-License-Identifier: Apache-2.0
#pragma once
// `servanda split`: what a split into processes would change.

#include "app/store_commands.h"

namespace servanda {

// Adds the command to `app`. It sets `exit_code`: 0 told, 1 not, with the reason on standard error.
// Both outlive the parsing.
void add_split_command(CLI::App& app, int& exit_code, PlanSource plan_of);

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The command line.

namespace servanda {

// Runs one `servanda` command. Exit codes: 0 done, 1 it could not be done (reasons on standard
// error), 2 the command line is wrong.
[[nodiscard]] int run_command(int count, char** arguments);

}  // namespace servanda

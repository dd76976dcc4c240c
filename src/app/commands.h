// SPDX-License-Identifier: Apache-2.0
#pragma once
// The command line.

#include <memory>

#include "call/code_handlers.h"

namespace servanda {

// Runs one `servanda` command, with C++ handlers where the program has some. Exit codes: 0 done, 1
// it could not be done (reasons on standard error), 2 the command line is wrong.
[[nodiscard]] int run_command(int count, char** arguments,
                              std::shared_ptr<const CodeHandlers> handlers = nullptr);

}  // namespace servanda

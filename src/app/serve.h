// SPDX-License-Identifier: Apache-2.0
#pragma once
// `servanda serve`: a backend on real io, from start-up to the last answer.

#include <memory>
#include <string>
#include <vector>

#include "app/config.h"
#include "call/code_handlers.h"

namespace servanda {

// What one `servanda serve` was told.
struct ServeOptions {
  std::string contract;
  std::vector<std::string> overlays;
  Config config;
  std::shared_ptr<const CodeHandlers> handlers;  // Null: none.
};

// Runs until SIGTERM or SIGINT, then drains. In development the contract's files are watched and
// swapped on change. Returns the process's exit code: 0 after an orderly end, 1 when it could not
// start. Reasons and the ready line go to standard error, logs to standard output.
[[nodiscard]] int serve(const ServeOptions& options);

}  // namespace servanda

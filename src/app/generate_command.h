// SPDX-License-Identifier: Apache-2.0
#pragma once
// `servanda gen cpp`: a contract as C++.

#include <functional>
#include <string>
#include <vector>

#include "contract/plan/load.h"

namespace CLI {
class App;
}

namespace servanda {

// Loads and compiles a contract as every command does, keeping its documents. `files_read` gets
// every file that was looked at. Reports what is wrong; then the plan is null.
using LoadForGeneration = std::function<CompiledContract(const std::string& contract,
                                                         const std::vector<std::string>& overlays,
                                                         std::vector<std::string>& files_read)>;

// Adds `gen` to the command line. `code` receives the exit code.
void add_generate_command(CLI::App& app, int& code, LoadForGeneration load);

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// `servanda new`: begins a project in a folder of its own.

namespace CLI {
class App;
}

namespace servanda {

// Adds `new` to the command line. `code` receives the exit code.
void add_new_command(CLI::App& app, int& code);

}  // namespace servanda

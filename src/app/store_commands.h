// SPDX-License-Identifier: Apache-2.0
#pragma once
// The commands about the embedded store: migrate, backup, restore, verify.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "contract/plan/plan.h"

namespace CLI {
class App;
}

namespace servanda {

// Compiles a contract as the other commands do; null when it has errors, which are printed then.
// An empty name stands for the only contract in the current folder.
using PlanSource = std::function<std::shared_ptr<const Plan>(
    const std::string& contract, const std::vector<std::string>& overlays,
    const ServicePlacement& placement)>;

// Adds the commands to `app`. Each sets `exit_code`: 0 done, 1 not, with the reason on standard
// error. Both outlive the parsing.
void add_store_commands(CLI::App& app, int& exit_code, PlanSource plan_of);

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// What would change if some services of a contract ran in a process of their own.

#include <span>
#include <string>

#include "base/result.h"
#include "contract/plan/plan.h"

namespace servanda {

enum class SplitFormat : uint8_t { kText, kJson };

// Tells of a process that runs the services named in `run`, the others being elsewhere: the
// declared calls that become remote, the expansions that become calls, references over the border,
// and transactions over it, of which ownership leaves none. Ends with a newline. kInvalidArgument
// when a name is no service, is named twice, or none or all are named.
//
// JSON: {"here": [], "elsewhere": [], "remoteCalls": [{"from", "to", "direction": "outgoing" or
// "incoming", "callers": [], "operations": []}], "expansions": [{"operation", "expand", "resource",
// "service"}], "references": [{"resource", "property", "to", "service"}], "transactions": []}.
[[nodiscard]] Result<std::string> split_report(const Plan& plan, std::span<const std::string> run,
                                               SplitFormat format);

}  // namespace servanda

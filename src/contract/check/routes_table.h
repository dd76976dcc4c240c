// SPDX-License-Identifier: Apache-2.0
#pragma once
// `servanda routes`: who answers what.

#include <string>

#include "contract/plan/plan.h"

namespace servanda {

// One line per operation in contract order, columns aligned: method, path, operationId, handler,
// resource and action; "internal" behind the handler of those at no door. Ends with a newline.
[[nodiscard]] std::string routes_text(const Plan& plan);
// [{"method", "path", "operationId", "handler", "internal", "resource", "action"}], "internal" only
// where it is true, the last two only for operations served by a resource. Ends with a newline.
[[nodiscard]] std::string routes_json(const Plan& plan);

}  // namespace servanda

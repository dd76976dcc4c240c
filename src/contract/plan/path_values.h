// SPDX-License-Identifier: Apache-2.0
#pragma once
// The variables of a path whose template is known.

#include <memory>
#include <string_view>

#include "contract/plan/path_template.h"
#include "contract/plan/routes.h"

namespace servanda {

// Of an operation's path; null when it is no template, which no operation of a plan has.
[[nodiscard]] std::unique_ptr<const PathTemplate> make_path_template(std::string_view path);

// Fills `values` with the template's variables as they stand in `path`, still percent-encoded.
// False when the path does not follow the template, or a variable is empty. What
// RouteTable::match() does for a path of which nothing is known.
[[nodiscard]] bool split_path(const PathTemplate& path_template, std::string_view path,
                              PathValues& values);

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// `servanda new NAME`: the first contract of a project.

#include <string>
#include <string_view>

#include "base/result.h"

namespace servanda {

// The two files that `servanda new` writes.
struct NewContract {
  std::string file;      // "<name>.yaml".
  std::string contract;  // Serves create, read, list, replace, update and delete of one resource.
  std::string config;    // "servanda.yaml" with the defaults spelled out.
};

// Fails with kInvalidArgument unless the name is 1 to 40 lower-case letters, digits and hyphens,
// beginning with a letter, and not "servanda", whose two files would be one.
[[nodiscard]] Result<NewContract> new_contract(std::string_view name);

// A template's text with @name@ and @title@ replaced; the title is the name in words. Requires: a
// name that new_contract() takes, and no other @ in the text.
[[nodiscard]] std::string fill_template(std::string_view text, std::string_view name);

}  // namespace servanda

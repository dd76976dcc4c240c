// SPDX-License-Identifier: Apache-2.0
#pragma once
// `servanda new`: all files of a project that begins.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace servanda {

// What a project begins with.
enum class NewKind : uint8_t {
  kContract,  // A contract and its configuration, for `servanda serve`.
  kProgram,   // With handlers in C++, their test and their build.
};

// One file of a new project.
struct NewFile {
  std::string name;  // In the project's folder, which has no folders below it.
  std::string text;
};

// Fails with kInvalidArgument for what new_contract() refuses; for kProgram also for names that
// CMake gives to targets of its own.
[[nodiscard]] Result<std::vector<NewFile>> new_project(std::string_view name, NewKind kind);

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Runs one behaviour case against the whole engine on simulated io.

#include <string>
#include <string_view>

#include "case_file.h"

namespace servanda::cases {

struct Outcome {
  enum class Kind : uint8_t { kPassed, kFailed, kSkipped } kind = Kind::kPassed;
  std::string message;  // "line N: what differs", or why it was skipped.
};

// How many processes serve.
enum class Shape : uint8_t {
  kMonolith,    // One, with all services.
  kSerialised,  // The same; handlers get the answers of others as text.
  kServices,    // One for each service, and a gateway before them.
};

// `project` is the folder that paths in cases are relative to; `data` an empty folder for the
// store.
[[nodiscard]] Outcome run_case(const CaseFile& file, Shape shape, const std::string& project,
                               const std::string& data);

}  // namespace servanda::cases

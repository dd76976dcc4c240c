// SPDX-License-Identifier: Apache-2.0
#pragma once
// Findings that may occur thousands of times, told once per file with their number.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "contract/document/diagnostics.h"

namespace servanda::internal {

class Tally {
 public:
  // Counts one finding. `message` is told with the first place of its file and the number;
  // `rule`, `message` and `fix` are literals.
  void count(std::string_view rule, Place place, std::string_view message, std::string_view fix);
  // Adds one notice per rule and file.
  void tell(Diagnostics& diagnostics) const;

 private:
  struct Counted {
    Place first;
    size_t times = 0;
    std::string_view message;
    std::string_view fix;
  };
  std::map<std::pair<uint32_t, std::string_view>, Counted> counted_;
};

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/resource.h"

#include <array>

namespace servanda {

std::optional<uint16_t> Resource::property_index(std::string_view wanted) const {
  for (size_t i = 0; i < properties.size(); ++i) {
    if (properties[i].name == wanted) return static_cast<uint16_t>(i);
  }
  return std::nullopt;
}

std::string_view filter_test_text(FilterTest test) {
  static constexpr std::string_view kTexts[] = {"eq", "ne",  "lt",   "lte",      "gt",    "gte",
                                                "in", "nin", "null", "not null", "prefix"};
  return kTexts[static_cast<size_t>(test)];
}

std::string_view action_text(Action action) {
  static constexpr std::array<std::string_view, 6> kTexts = {"list",    "create", "read",
                                                             "replace", "update", "delete"};
  return kTexts[static_cast<size_t>(action)];
}

}  // namespace servanda

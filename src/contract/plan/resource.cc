// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/resource.h"

#include <algorithm>
#include <array>

namespace servanda {

std::optional<uint16_t> Resource::property_index(std::string_view wanted) const {
  const std::span<const Property> known = shown();
  for (size_t i = 0; i < known.size(); ++i) {
    if (known[i].name == wanted) return static_cast<uint16_t>(i);
  }
  return std::nullopt;
}

std::span<const Property> Resource::shown() const {
  const bool hides = !properties.empty() && properties.back().hidden;
  return {properties.data(), properties.size() - (hides ? 1 : 0)};
}

std::optional<uint16_t> Resource::computed_index(std::string_view wanted) const {
  for (size_t i = 0; i < computed.size(); ++i) {
    if (computed[i].name == wanted) return static_cast<uint16_t>(i);
  }
  return std::nullopt;
}

bool Resource::shows_time() const {
  return std::ranges::any_of(computed, &ComputedProperty::uses_now);
}

bool Resource::shows_code() const {
  return std::ranges::any_of(computed, &ComputedProperty::by_code);
}

const BatchOffer* BatchProfile::find(uint16_t resource, Action action) const {
  for (const BatchOffer& offer : offers) {
    if (offer.resource == resource && offer.action == action) return &offer;
  }
  return nullptr;
}

std::string_view filter_test_text(FilterTest test) {
  static constexpr std::string_view kTexts[] = {"eq", "ne",  "lt",   "lte",      "gt",    "gte",
                                                "in", "nin", "null", "not null", "prefix"};
  return kTexts[static_cast<size_t>(test)];
}

std::string_view action_text(Action action) {
  static constexpr std::array<std::string_view, kActionCount> kTexts = {
      "list", "create", "read", "replace", "update", "delete", "restore", "batch"};
  return kTexts[static_cast<size_t>(action)];
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "http/weight.h"

#include <algorithm>

namespace servanda::internal {

std::optional<uint16_t> parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return {};
  if (text.size() > 1 && text[1] != '.') return {};
  unsigned weight = static_cast<unsigned>(text[0] - '0') * 1000;
  unsigned unit = 100;
  for (const char digit : text.substr(std::min<size_t>(text.size(), 2))) {
    if (digit < '0' || digit > '9') return {};
    weight += static_cast<unsigned>(digit - '0') * unit;
    unit /= 10;
  }
  if (weight > 1000) return {};
  return static_cast<uint16_t>(weight);
}

}  // namespace servanda::internal

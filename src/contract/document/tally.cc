// SPDX-License-Identifier: Apache-2.0
#include "contract/document/tally.h"

#include <tuple>

#include "contract/document/reader.h"

namespace servanda::internal {

void Tally::count(std::string_view rule, Place place, std::string_view message,
                  std::string_view fix) {
  Counted& counted = counted_[{place.file, rule}];
  const bool first = counted.times++ == 0 || std::tie(place.line, place.column) <
                                                 std::tie(counted.first.line, counted.first.column);
  if (!first) return;
  counted.first = place;
  counted.message = message;
  counted.fix = fix;
}

void Tally::tell(Diagnostics& diagnostics) const {
  for (const auto& [key, counted] : counted_) {
    std::string message(counted.message);
    if (counted.times > 1) {
      message += said({" ", std::to_string(counted.times), " such places in this file."});
    }
    diagnostics.notice(key.second, counted.first, std::move(message), std::string(counted.fix));
  }
}

}  // namespace servanda::internal

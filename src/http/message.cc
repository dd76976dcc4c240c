// SPDX-License-Identifier: Apache-2.0
#include "http/message.h"

#include "base/text.h"

namespace servanda {

std::string_view RequestHead::field(std::string_view lower_case_name) const {
  for (const HeaderField& field : fields) {
    if (field.name.size() == lower_case_name.size() &&
        equals_ignoring_case(field.name, lower_case_name)) {
      return field.value;
    }
  }
  return {};
}

size_t RequestHead::count_fields(std::string_view lower_case_name) const {
  size_t count = 0;
  for (const HeaderField& field : fields) {
    if (equals_ignoring_case(field.name, lower_case_name)) ++count;
  }
  return count;
}

}  // namespace servanda

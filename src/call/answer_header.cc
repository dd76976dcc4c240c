// SPDX-License-Identifier: Apache-2.0
#include "call/answer_header.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace servanda {

bool is_engines_field(std::string_view lower_name) {
  constexpr std::string_view kNames[] = {
      "connection",     "content-encoding",
      "content-length", "content-type",
      "date",           "keep-alive",
      "trailer",        "transfer-encoding",
      "upgrade",        "vary",
      "traceresponse",  "x-content-type-options",
  };
  // Those that begin with the engine's name also mark stored answers.
  return lower_name.starts_with("access-control-") || lower_name.starts_with("servanda-") ||
         std::ranges::find(kNames, lower_name) != std::end(kNames);
}

bool is_field_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<uint8_t>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

}  // namespace servanda

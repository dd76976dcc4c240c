// SPDX-License-Identifier: Apache-2.0
// Small readers of outside text: whatever they accept reads back from its own written form.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "base/calendar.h"
#include "base/decimal.h"
#include "base/ids.h"
#include "base/text.h"

namespace servanda {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_encodings(std::string_view text) {
  for (const PlusSign plus : {PlusSign::kKept, PlusSign::kSpace}) {
    const std::optional<std::string> decoded = percent_decode(text, plus);
    if (!decoded) continue;
    require(is_valid_utf8(*decoded));
    require(percent_decode(percent_encode(*decoded), PlusSign::kKept) == decoded);
  }
  if (const std::optional<std::string> bytes = base64url_decode(text)) {
    require(base64url({reinterpret_cast<const uint8_t*>(bytes->data()), bytes->size()}) == text);
  }
  (void)base64_decode(text);
}

void check_times(std::string_view text) {
  if (const std::optional<Timestamp> time = parse_timestamp(text)) {
    require(parse_timestamp(timestamp_text(*time)) == time);
  }
  if (const std::optional<int32_t> days = parse_date(text)) require(date_text(*days) == text);
  if (const std::optional<Timestamp> time = parse_http_date(text)) {
    require(parse_http_date(http_date(*time))->us / 1'000'000 == time->us / 1'000'000);
  }
}

void check_numbers(std::string_view text) {
  if (const std::optional<std::string> decimal = canonical_decimal(text)) {
    require(canonical_decimal(*decimal) == decimal);
    require(compare_number_tokens(*decimal, "0") == 0 || !decimal_sort_key(*decimal).empty());
  }
  const size_t middle = text.size() / 2;
  const std::string_view a = text.substr(0, middle);
  const std::string_view b = text.substr(middle);
  if (!is_json_number(a) || !is_json_number(b)) return;
  const int order = compare_number_tokens(a, b);
  require(order == -compare_number_tokens(b, a));
  if (compare_number_tokens(b, "0") <= 0) return;
  const bool multiple = is_multiple_of(a, b);
  require(!multiple || !is_integral_token(b) || is_integral_token(a));
  require(order != 0 || multiple);
}

void check_all(std::string_view text) {
  check_encodings(text);
  check_times(text);
  check_numbers(text);
  if (const std::optional<Uuid> id = Uuid::parse(text)) {
    require(id->text() == to_lower(text));
  }
  require(is_valid_utf8(text) == (valid_utf8_prefix(text) == text.size()));
  require(is_valid_utf8(text.substr(0, valid_utf8_prefix(text))));
  require(snake_case(text).size() <= 2 * text.size());
}

}  // namespace
}  // namespace servanda

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  servanda::check_all({reinterpret_cast<const char*>(bytes), size});
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The values of "format" that are checked.

#include <cstdint>
#include <string_view>

#include "base/json.h"

namespace servanda::internal {

enum class Format : uint8_t {
  kNone,  // Unknown names: everything passes.
  kDateTime,
  kDate,
  kTime,
  kDuration,
  kEmail,
  kIdnEmail,
  kHostname,
  kIpv4,
  kIpv6,
  kUri,
  kUriReference,
  kIri,
  kIriReference,
  kUriTemplate,
  kUuid,
  kJsonPointer,
  kRelativeJsonPointer,
  kRegex,
  kByte,
  kDecimal,
  kInt32,
  kInt64,
  kFloat,
  kDouble,
  kUnixTime,
};

[[nodiscard]] Format format_named(std::string_view name);
[[nodiscard]] std::string_view format_name(Format format);
// Whether the format says something about numbers; the others are about strings.
[[nodiscard]] bool is_number_format(Format format);
// What a message calls a conforming value: "a date-time such as 2026-05-01T12:00:00Z".
[[nodiscard]] std::string_view format_description(Format format);

// `text` is valid UTF-8. Number formats pass.
[[nodiscard]] bool text_has_format(Format format, std::string_view text);
// Requires: a number. String formats pass.
[[nodiscard]] bool number_has_format(Format format, JsonValue number);

// The single checks that other code needs.
[[nodiscard]] bool is_ipv4(std::string_view text);
[[nodiscard]] bool is_ipv6(std::string_view text);
[[nodiscard]] bool is_hostname(std::string_view text);
[[nodiscard]] bool is_email(std::string_view text);
[[nodiscard]] bool is_idn_email(std::string_view text);
[[nodiscard]] bool is_date(std::string_view text);
[[nodiscard]] bool is_time(std::string_view text);
[[nodiscard]] bool is_date_time(std::string_view text);
[[nodiscard]] bool is_duration(std::string_view text);
[[nodiscard]] bool is_uri_template(std::string_view text);
[[nodiscard]] bool is_json_pointer(std::string_view text);
[[nodiscard]] bool is_relative_json_pointer(std::string_view text);
// The part of an A-label behind "xn--": decodes and keeps the rules of RFC 5891 and 5892.
[[nodiscard]] bool is_a_label_tail(std::string_view punycode);

}  // namespace servanda::internal

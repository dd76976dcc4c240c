// SPDX-License-Identifier: Apache-2.0
#include "contract/schema/format.h"

#include <cfloat>
#include <cmath>

#include "contract/schema/regex_ast.h"
#include "contract/schema/uri.h"

namespace servanda::internal {
namespace {

struct Entry {
  std::string_view name;
  Format format;
  std::string_view description;
};

constexpr Entry kFormats[] = {
    {"date-time", Format::kDateTime, "a date-time such as 2026-05-01T12:00:00Z"},
    {"date", Format::kDate, "a date such as 2026-05-01"},
    {"time", Format::kTime, "a time with offset such as 12:00:00Z"},
    {"duration", Format::kDuration, "an ISO 8601 duration such as P1DT12H"},
    {"email", Format::kEmail, "an e-mail address"},
    {"idn-email", Format::kIdnEmail, "an e-mail address"},
    {"hostname", Format::kHostname, "a host name"},
    {"ipv4", Format::kIpv4, "an IPv4 address such as 192.0.2.1"},
    {"ipv6", Format::kIpv6, "an IPv6 address such as 2001:db8::1"},
    {"uri", Format::kUri, "an absolute URI such as https://example.com/path"},
    {"uri-reference", Format::kUriReference, "a URI or a relative reference"},
    {"iri", Format::kIri, "an absolute IRI"},
    {"iri-reference", Format::kIriReference, "an IRI or a relative reference"},
    {"uri-template", Format::kUriTemplate, "a URI template such as /items/{id}"},
    {"uuid", Format::kUuid, "a UUID such as 0190a7c8-7b3f-7c2e-9a51-5f0f3f1c2d4e"},
    {"json-pointer", Format::kJsonPointer, "a JSON Pointer such as /items/0"},
    {"relative-json-pointer", Format::kRelativeJsonPointer, "a relative JSON Pointer such as 1/id"},
    {"regex", Format::kRegex, "a regular expression (ECMA-262)"},
    {"byte", Format::kByte, "base64 text with padding"},
    {"decimal", Format::kDecimal, "a decimal number such as 39.90"},
    {"int32", Format::kInt32, "an integer from -2147483648 to 2147483647"},
    {"int64", Format::kInt64, "an integer from -9223372036854775808 to 9223372036854775807"},
    {"float", Format::kFloat, "a number in the range of single precision"},
    {"double", Format::kDouble, "a number in the range of double precision"},
    {"unix-time", Format::kUnixTime, "a whole number of seconds since 1970"},
};

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < 36; ++i) {
    const char c = text[i];
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (c != '-') return false;
      continue;
    }
    const bool digit = c >= '0' && c <= '9';
    const bool hex = (c | 0x20) >= 'a' && (c | 0x20) <= 'f';
    if (!digit && !hex) return false;
  }
  return true;
}

bool is_base64(std::string_view text) {
  if (text.size() % 4 != 0) return false;
  if (text.ends_with("==")) {
    text.remove_suffix(2);
  } else if (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  for (char c : text) {
    const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    if (!letter && !(c >= '0' && c <= '9') && c != '+' && c != '/') return false;
  }
  return true;
}

bool is_decimal(std::string_view text) {
  constexpr size_t kDigitsMax = 1000;
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.size() > kDigitsMax + 1) return false;
  size_t digits = 0;
  size_t dots = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.') {
      if (++dots > 1 || i == 0 || i + 1 == text.size()) return false;
    } else if (text[i] >= '0' && text[i] <= '9') {
      ++digits;
    } else {
      return false;
    }
  }
  return digits > 0 && digits <= kDigitsMax;
}

bool is_in_int64(JsonValue number) {
  if (number.kind() == JsonKind::kInteger) return true;
  if (!json_is_integer(number)) return false;
  JsonNode low;
  low.kind = JsonKind::kInteger;
  low.integer = INT64_MIN;
  JsonNode high = low;
  high.integer = INT64_MAX;
  return json_compare_numbers(number, JsonValue(&low)) >= 0 &&
         json_compare_numbers(number, JsonValue(&high)) <= 0;
}

bool is_in_int32(JsonValue number) {
  if (number.kind() == JsonKind::kInteger) {
    return number.integer() >= INT32_MIN && number.integer() <= INT32_MAX;
  }
  return json_is_integer(number) && std::fabs(number.to_double()) <= 2147483648.0 &&
         number.to_double() < 2147483648.0;
}

}  // namespace

Format format_named(std::string_view name) {
  for (const Entry& entry : kFormats) {
    if (entry.name == name) return entry.format;
  }
  return Format::kNone;
}

std::string_view format_name(Format format) {
  for (const Entry& entry : kFormats) {
    if (entry.format == format) return entry.name;
  }
  return {};
}

std::string_view format_description(Format format) {
  for (const Entry& entry : kFormats) {
    if (entry.format == format) return entry.description;
  }
  return {};
}

bool is_number_format(Format format) {
  return format >= Format::kInt32;
}

bool text_has_format(Format format, std::string_view text) {
  switch (format) {
    case Format::kDateTime:
      return is_date_time(text);
    case Format::kDate:
      return is_date(text);
    case Format::kTime:
      return is_time(text);
    case Format::kDuration:
      return is_duration(text);
    case Format::kEmail:
      return is_email(text);
    case Format::kIdnEmail:
      return is_idn_email(text);
    case Format::kHostname:
      return is_hostname(text);
    case Format::kIpv4:
      return is_ipv4(text);
    case Format::kIpv6:
      return is_ipv6(text);
    case Format::kUri:
      return is_uri(text, UriForm::kAbsolute, UriAlphabet::kAscii);
    case Format::kUriReference:
      return is_uri(text, UriForm::kReference, UriAlphabet::kAscii);
    case Format::kIri:
      return is_uri(text, UriForm::kAbsolute, UriAlphabet::kUnicode);
    case Format::kIriReference:
      return is_uri(text, UriForm::kReference, UriAlphabet::kUnicode);
    case Format::kUriTemplate:
      return is_uri_template(text);
    case Format::kUuid:
      return is_uuid(text);
    case Format::kJsonPointer:
      return is_json_pointer(text);
    case Format::kRelativeJsonPointer:
      return is_relative_json_pointer(text);
    case Format::kRegex:
      return parse_regex(text).error.empty();
    case Format::kByte:
      return is_base64(text);
    case Format::kDecimal:
      return is_decimal(text);
    default:
      return true;
  }
}

bool number_has_format(Format format, JsonValue number) {
  switch (format) {
    case Format::kInt32:
      return is_in_int32(number);
    case Format::kInt64:
      return is_in_int64(number);
    case Format::kFloat:
      return std::fabs(number.to_double()) <= FLT_MAX;
    case Format::kDouble:
      return std::isfinite(number.to_double());
    case Format::kUnixTime:
      return json_is_integer(number);
    default:
      return true;
  }
}

}  // namespace servanda::internal

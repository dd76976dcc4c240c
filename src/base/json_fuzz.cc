// SPDX-License-Identifier: Apache-2.0
// Any bytes: no crash; what is accepted reads back equal from its own text and canonical text.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/text.h"

namespace {

using servanda::JsonDocument;
using servanda::JsonLimits;
using servanda::JsonParser;
using servanda::JsonValue;
using servanda::Result;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_numbers(JsonValue value) {
  switch (value.kind()) {
    case servanda::JsonKind::kNumber:
      require(servanda::is_json_number(value.text()));
      (void)value.to_double();
      break;
    case servanda::JsonKind::kString:
      require(servanda::is_valid_utf8(value.text()));
      break;
    case servanda::JsonKind::kArray: {
      uint32_t count = 0;
      for (const JsonValue item : value.items()) {
        check_numbers(item);
        ++count;
      }
      require(count == value.size());
      break;
    }
    case servanda::JsonKind::kObject: {
      uint32_t count = 0;
      for (const auto [key, member] : value.members()) {
        require(value.find(key).node() == member.node());  // The first so named: no other before.
        check_numbers(member);
        ++count;
      }
      require(count == value.size());
      break;
    }
    default:
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  JsonParser parser;
  const Result<JsonValue> value = parser.parse(text);
  if (!value) {
    require(value.error().code == servanda::Code::kInvalidArgument);
    require(servanda::is_valid_utf8(value.error().message));
    return 0;
  }
  require(servanda::is_valid_utf8(text));
  check_numbers(*value);
  const std::string written = servanda::json_text(*value);
  const Result<JsonDocument> again = JsonDocument::parse(written);
  require(again.has_value());
  require(servanda::json_equal(again->root(), *value));
  require(servanda::json_hash(again->root()) == servanda::json_hash(*value));
  require(servanda::json_text(again->root()) == written);
  const std::string canonical = servanda::json_canonical(*value);
  require(servanda::json_canonical(again->root()) == canonical);
  const Result<JsonDocument> from_canonical = JsonDocument::parse(canonical);
  require(from_canonical.has_value());
  require(servanda::json_canonical(from_canonical->root()) == canonical);
  const JsonDocument copy = JsonDocument::copy(*value);
  require(servanda::json_equal(copy.root(), *value));
  return 0;
}

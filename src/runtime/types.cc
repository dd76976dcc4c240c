// SPDX-License-Identifier: Apache-2.0
#include "servanda/types.h"

#include "base/calendar.h"
#include "base/decimal.h"

namespace servanda {

std::optional<Date> Date::parse(std::string_view text) {
  const std::optional<int32_t> days = parse_date(text);
  if (!days) return std::nullopt;
  return Date{*days};
}

std::string Date::text() const {
  return date_text(days);
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
  std::optional<std::string> canonical = canonical_decimal(text);
  if (!canonical) return std::nullopt;
  Decimal out;
  out.text_ = std::move(*canonical);
  return out;
}

Decimal Decimal::of(int64_t value) {
  Decimal out;
  out.text_ = std::to_string(value);
  return out;
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
  return compare_number_tokens(text_, other.text_) <=> 0;
}

Result<Json> Json::parse(std::string_view text) {
  Result<JsonDocument> document = JsonDocument::parse(text);
  if (!document) return pass(document);
  Json out;
  out.document_ = std::make_shared<const JsonDocument>(std::move(*document));
  return out;
}

Json Json::copy(JsonValue value) {
  Json out;
  if (value.exists() && !value.is_null()) {
    out.document_ = std::make_shared<const JsonDocument>(JsonDocument::copy(value));
  }
  return out;
}

JsonValue Json::view() const {
  static constexpr JsonNode kNull;
  return document_ == nullptr ? JsonValue(&kNull) : document_->root();
}

}  // namespace servanda

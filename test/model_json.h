// SPDX-License-Identifier: Apache-2.0
#pragma once
// JSON as a tree that can be changed, and values of properties: what the model computes with.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace servanda::model {

struct Json {
  // kNumber keeps its token in `text`; kAny stands for a value that the backend makes; kKeyOf for
  // the key of the row that the request numbered `row` created.
  enum class Kind : uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject, kAny, kKeyOf };
  Kind kind = Kind::kNull;
  bool boolean = false;
  int row = -1;
  std::string text;
  std::vector<Json> items;
  std::vector<std::pair<std::string, Json>> members;

  static Json string(std::string text);
  static Json number(std::string token);
  static Json truth(bool value);
  static Json object();
  static Json any();
  static Json key_of(int row);

  [[nodiscard]] bool is_null() const { return kind == Kind::kNull; }
  [[nodiscard]] Json* find(std::string_view name);
  [[nodiscard]] const Json* find(std::string_view name) const;
  void set(std::string_view name, Json value);
  void remove(std::string_view name);
};

// Nothing when the text is no JSON.
[[nodiscard]] std::optional<Json> parse_json(std::string_view text);
// kAny is written as "*".
[[nodiscard]] std::string json_text(const Json& value);
// Whether `actual` is what is expected; kAny in `expected` fits every value but null.
[[nodiscard]] bool same_json(const Json& expected, const Json& actual);
// RFC 7396.
void merge_patch(Json& target, const Json& patch);

// What a property holds.
enum class Kind : uint8_t {
  kText,
  kEnum,
  kUuid,
  kDecimal,
  kInteger,
  kNumber,
  kBoolean,
  kDate,
  kDateTime,
  kObject,
};

// The form in which equal values are equal: decimals without idle zeros, UUIDs in lower case, times
// in UTC with six digits of the second.
[[nodiscard]] Json stored_form(Kind kind, const Json& value);
// A time as date-times are stored.
[[nodiscard]] std::string time_text(int64_t us_since_1970);
// Less than, equal to or greater than 0; null comes first. Requires: stored forms of one kind that
// has an order.
[[nodiscard]] int compare_values(Kind kind, const Json& a, const Json& b);
// As in a query or path, percent-encoded.
[[nodiscard]] std::string url_text(const Json& value);
[[nodiscard]] std::string url_decoded(std::string_view text);

}  // namespace servanda::model

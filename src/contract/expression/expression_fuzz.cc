// SPDX-License-Identifier: Apache-2.0
// Any text as an expression: it is refused with a place inside the text, or it has a value of the
// type that was promised.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/text.h"
#include "contract/expression/evaluate.h"
#include "contract/expression/test_product.h"

namespace {

using servanda::ExpressionKind;
using servanda::ExpressionValue;

constexpr std::string_view kFull =
    R"({"id":"0197a000-0000-7000-8000-000000000001","name":"Lamp","sku":"s","price":"39.90",
        "stock":-9223372036854775808,"sold":9223372036854775807,"weight":1.7e308,"active":true,
        "due":"1970-01-01T00:00:02Z","published":"1970-01-03","tags":["a",null],
        "counts":[1,2],"meta":{"n":5,"d":1.25,"t":"x","o":{}},"box":{"width":7}})";

void require(bool holds) {
  if (!holds) std::abort();
}

// Whether the value is what its kind says.
void check_value(const ExpressionValue& value) {
  require(value.kind != ExpressionKind::kAny);
  if (value.kind == ExpressionKind::kNumber) require(std::isfinite(value.number));
  if (value.kind == ExpressionKind::kDecimal) {
    require(servanda::canonical_decimal(value.text) == value.text);
  }
  if (value.kind == ExpressionKind::kText) require(servanda::is_valid_utf8(value.text));
  if (value.kind == ExpressionKind::kUuid) require(value.text.size() == 16);
  if (value.kind == ExpressionKind::kError) require(!value.text.empty());
}

bool fits(const ExpressionValue& value, servanda::ExpressionType type) {
  if (value.is_error() || type.kind == ExpressionKind::kAny) return true;
  if (value.is_null()) return type.nullable;
  const bool widened =
      type.kind == ExpressionKind::kDecimal && value.kind == ExpressionKind::kInteger;
  return value.kind == type.kind || widened;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const servanda::ExpressionScope scope = servanda::product_scope();
  const auto made = servanda::compile_expression(text, scope, ExpressionKind::kAny);
  if (!made) {
    require(made.error().offset <= text.size() && !made.error().message.empty());
    require(servanda::column_of(text, made.error().offset) >= 1);
    return 0;
  }
  require(made->nodes().size() <= servanda::ExpressionLimits::kNodes);
  servanda::Arena arena;
  const ExpressionValue value = evaluate(*made, servanda::TestProduct(kFull), arena);
  check_value(value);
  require(fits(value, made->type()));
  // A row with little in it: only what the scope says may be missing.
  constexpr std::string_view kSparse =
      R"({"id":"0197a000-0000-7000-8000-000000000001","name":"","price":"0","sold":0,"weight":0,
          "active":false})";
  const ExpressionValue other = evaluate(*made, servanda::TestProduct(kSparse), arena);
  check_value(other);
  require(fits(other, made->type()));
  return 0;
}

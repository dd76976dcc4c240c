// SPDX-License-Identifier: Apache-2.0
#pragma once
// Works out what an expression is worth for one set of values.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"
#include "contract/expression/expression.h"

namespace servanda {

// One value. Trivial to copy; views live in the arena of the evaluation, in the expression, or in
// what the input reads from.
struct ExpressionValue {
  ExpressionKind kind = ExpressionKind::kNull;  // Never kAny.
  union {
    int64_t integer = 0;  // Also booleans (0, 1), timestamps and dates.
    double number;
  };
  std::string_view text;  // kText, kDecimal (canonical), kUuid (16 bytes); kError: what happened.
  JsonValue json;         // kObject; kList unless it was written as one.
  const ExpressionValue* items = nullptr;  // kList that was written as one, and its
  uint32_t item_count = 0;                 // items.

  [[nodiscard]] static ExpressionValue null() { return {}; }
  [[nodiscard]] static ExpressionValue of_boolean(bool v);
  [[nodiscard]] static ExpressionValue of_integer(int64_t v);
  // Requires: finite.
  [[nodiscard]] static ExpressionValue of_number(double v);
  [[nodiscard]] static ExpressionValue of_time(ExpressionKind kind, int64_t v);
  // kText, kDecimal or kUuid.
  [[nodiscard]] static ExpressionValue of_text(ExpressionKind kind, std::string_view v);
  // `what` lives as long as the value.
  [[nodiscard]] static ExpressionValue error(std::string_view what);
  [[nodiscard]] bool is_null() const { return kind == ExpressionKind::kNull; }
  [[nodiscard]] bool is_error() const { return kind == ExpressionKind::kError; }
  [[nodiscard]] bool is_true() const { return kind == ExpressionKind::kBoolean && integer != 0; }
  [[nodiscard]] bool is_false() const { return kind == ExpressionKind::kBoolean && integer == 0; }
};

// Where an evaluation takes its values from. Implemented by those who have rows, callers, clocks.
class ExpressionInput {
 public:
  virtual ~ExpressionInput() = default;
  // The value of a member of a root, or of the root itself (ExpressionNode::kWhole), by their
  // indexes in the scope that the expression was compiled for. It is null or of the declared kind;
  // what it points to lives as long as `arena`'s content.
  [[nodiscard]] virtual ExpressionValue read(uint16_t root, uint16_t member,
                                             Arena& arena) const = 0;
};

// No text made by an evaluation is longer; going over is an error value.
inline constexpr size_t kExpressionTextMax = 65'536;

// The value of the expression. Allocates from `arena` alone. What cannot be worked out (overflow,
// division by zero, a result out of bounds, a value that is not what its schema says) is kError
// with a reason; an access rule that comes to null or an error has not come to true.
[[nodiscard]] ExpressionValue evaluate(const Expression& expression, const ExpressionInput& input,
                                       Arena& arena);

// A JSON value as one of the type; kError when it is none. kAny: by what it looks like, numbers
// other than 64-bit integers as decimals. `json` outlives the result.
[[nodiscard]] ExpressionValue value_of_json(JsonValue json, ExpressionKind kind, Arena& arena);

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Expressions of computed properties: made from a seed, written as a contract holds them, and
// worked out from docs/expressions.md alone.

#include <string>
#include <vector>

#include "model_contract.h"

namespace servanda::model {

// An expression as a tree. Operands stand in `parts`, in the order in which they are written.
struct Expression {
  enum class Op : uint8_t {
    kProperty,  // Of the row: `property`.
    kLiteral,   // `literal`.
    kNow,
    kHas,        // Of `property`, and of `name` in it unless that is empty.
    kName,       // Whether the object `property` has a member called `name`.
    kOneOf,      // Whether the first part is one of the others.
    kSize,       // Of text, and of the members of an object.
    kFunction,   // About text: `name` of the first part and the second.
    kNot,        // `!`
    kNegative,   // `-`
    kOperator,   // `name` between two parts.
    kCondition,  // The first part chooses the second or the third.
  };
  Op op = Op::kLiteral;
  Kind kind = Kind::kBoolean;  // Of the result.
  int property = -1;
  std::string name;
  Json literal;
  std::vector<Expression> parts;
};

// What an expression gives: a value, null, or nothing at all.
struct Outcome {
  bool failed = false;
  Json value;
};

// What a choice makes of a condition that is null: only the one is right.
enum class NullCondition : uint8_t { kIsNull, kIsTrue };

// An expression over stored properties of the resource that a client can see.
[[nodiscard]] Expression random_expression(const Resource& resource, Kind kind, Dice& dice);
[[nodiscard]] std::string expression_text(const Resource& resource, const Expression& expression);
// `values` are those of a row, in stored form, by property; `now` is the time in stored form.
[[nodiscard]] Outcome evaluate(const Expression& expression, const std::vector<Json>& values,
                               const std::string& now, NullCondition null);
[[nodiscard]] bool uses_now(const Expression& expression);
[[nodiscard]] bool mentions(const Expression& expression, int property);
// Whether what is shown of a row changes with the time.
[[nodiscard]] bool depends_on_now(const Resource& resource);

}  // namespace servanda::model

// SPDX-License-Identifier: Apache-2.0
#pragma once
// What an expression may name: roots such as `self`, their members, and the types of both.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace servanda {

// What a value of the expression language is.
enum class ExpressionKind : uint8_t {
  kNull,
  kBoolean,
  kInteger,    // int64, exact.
  kDecimal,    // Any number of digits up to 1000, exact.
  kNumber,     // double, always finite.
  kText,       // UTF-8.
  kUuid,       // 16 bytes.
  kTimestamp,  // Microseconds since 1970 UTC.
  kDate,       // Days since 1970.
  kList,
  kObject,
  kAny,    // Only of types: known when it is evaluated.
  kError,  // Only of values: what could not be worked out, such as 1 / 0.
};
// For messages: "an integer".
[[nodiscard]] std::string_view kind_with_article(ExpressionKind kind);

// What is known of a value before it is there.
struct ExpressionType {
  ExpressionKind kind = ExpressionKind::kAny;
  ExpressionKind items = ExpressionKind::kAny;  // Of a list.
  bool nullable = false;                        // Evaluation errors aside.
};

// One name and what it stands for: a root, a property, a member of an object inside one.
struct ExpressionMember {
  std::string name;
  ExpressionType type;
  std::string called;                     // An object's name in messages, such as "Product".
  std::vector<ExpressionMember> members;  // Of an object.
  bool open = false;                      // Whether an object may have other members, of any type.
  std::string refused;  // Why expressions here may not use it, as a clause; empty: they may.
};

// The roots that expressions at one place may begin with. A root or member is known to the
// evaluator by its index here.
struct ExpressionScope {
  std::vector<ExpressionMember> roots;
};

}  // namespace servanda

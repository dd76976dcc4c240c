// SPDX-License-Identifier: Apache-2.0
#pragma once
// One stored value and one stored row, as every store gives and takes them.

#include <cstdint>
#include <span>
#include <string_view>

#include "contract/plan/resource.h"

namespace servanda {

// A column's value. `text` and `bytes` are views: of a read, into the arena the caller gave; of a
// write, into memory that lives until the commit ends.
struct Value {
  enum class Kind : uint8_t { kNull, kInteger, kNumber, kText, kBytes } kind = Kind::kNull;
  union {
    int64_t integer = 0;  // Also timestamps (us), dates (days), booleans (0, 1).
    double number;
  };
  std::string_view text;  // kText (also decimals in canonical form and JSON) and kBytes (UUIDs).

  [[nodiscard]] static Value null() { return {}; }
  [[nodiscard]] static Value of_integer(int64_t v);
  [[nodiscard]] static Value of_number(double v);
  [[nodiscard]] static Value of_text(std::string_view v);
  [[nodiscard]] static Value of_bytes(std::string_view v);
  [[nodiscard]] bool is_null() const { return kind == Kind::kNull; }
};
[[nodiscard]] bool operator==(const Value& a, const Value& b);

// A row: one value per Resource::properties, in that order, and its version (1 on insert, one more
// with every change). One that is about to be shown may have one more value for each of
// Resource::computed behind them: those that C++ has made of it, as JSON text.
struct Row {
  std::span<const Value> values;
  int64_t version = 0;
};

}  // namespace servanda

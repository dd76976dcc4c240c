// SPDX-License-Identifier: Apache-2.0
#pragma once
// Values that a query compares with, and which value fits which member of a generated struct.

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/index_rule.h"
#include "servanda/rows.h"
#include "servanda/types.h"

namespace servanda {

// Bounds of one query.
struct QueryLimits {
  static constexpr uint32_t kLimitMax = 1'000;     // Rows of a list.
  static constexpr uint32_t kOffsetMax = 100'000;  // Rows passed over.
  static constexpr size_t kConditionsMax = 20;
  static constexpr size_t kOptionalMax = 6;  // Conditions that where_if() adds.
  static constexpr size_t kSortsMax = 7;
  static constexpr size_t kValuesMax = 100;  // Of kIn and kNotIn.
};

namespace internal {

// One value, as RowValue is, but with its text.
struct AskedValue {
  RowValue::Kind kind = RowValue::Kind::kAbsent;
  union {
    int64_t integer = 0;
    double number;
  };
  std::array<uint8_t, 16> uuid{};
  std::string text;

  [[nodiscard]] static AskedValue of_text(RowValue::Kind kind, std::string_view text) {
    AskedValue out;
    out.kind = kind;
    out.text = text;
    return out;
  }
  [[nodiscard]] static AskedValue of_integer(RowValue::Kind kind, int64_t integer) {
    AskedValue out;
    out.kind = kind;
    out.integer = integer;
    return out;
  }
};

// What of a query is known when it runs: values, in the order of its conditions, and the page.
struct QueryValues {
  static constexpr uint8_t kLeftOut = UINT8_MAX;  // Instead of a count: no such condition.

  std::vector<AskedValue> values;
  std::array<uint8_t, QueryLimits::kConditionsMax> counts{};  // Values of each condition.
  uint8_t conditions = 0;
  uint32_t limit = 50;
  uint32_t offset = 0;

  // A condition with the last `count` of the values.
  void add_condition(uint8_t count) {
    if (conditions < counts.size()) counts[conditions++] = count;
  }
};

// A member's type without the ways to have no value.
template <typename T>
struct BareType {
  using Type = T;
};
template <typename T>
struct BareType<std::optional<T>> : BareType<T> {};
template <typename T>
struct BareType<Nullable<T>> : BareType<T> {};

template <typename P>
struct MemberPointer;
template <typename C, typename V>
struct MemberPointer<V C::*> {
  using Struct = C;
  using Bare = typename BareType<V>::Type;
};

// Whether every value of V is an int64.
template <typename V>
concept FitsInt64 = std::integral<V> && !std::same_as<V, bool> &&
                    (std::signed_integral<V> || sizeof(V) < sizeof(int64_t));

// How members of type T are compared: kTakes<V> says whether with a V, of() makes a value of it.
template <typename T>
struct Compared {
  template <typename V>
  static constexpr bool kTakes = false;
};

template <>
struct Compared<std::string> {
  template <typename V>
  static constexpr bool kTakes = std::is_convertible_v<const V&, std::string_view>;
  static AskedValue of(std::string_view value) {
    return AskedValue::of_text(RowValue::Kind::kText, value);
  }
};

template <typename E>
struct Compared<Open<E>> {
  template <typename V>
  static constexpr bool kTakes = std::is_convertible_v<const V&, Open<E>>;
  static AskedValue of(const Open<E>& value) {
    return AskedValue::of_text(RowValue::Kind::kText, value.text());
  }
};

template <>
struct Compared<bool> {
  template <typename V>
  static constexpr bool kTakes = std::same_as<V, bool>;
  static AskedValue of(bool value) {
    return AskedValue::of_integer(RowValue::Kind::kBoolean, value ? 1 : 0);
  }
};

template <FitsInt64 T>
struct Compared<T> {
  template <typename V>
  static constexpr bool kTakes = FitsInt64<V>;
  static AskedValue of(int64_t value) {
    return AskedValue::of_integer(RowValue::Kind::kInteger, value);
  }
};

template <>
struct Compared<double> {
  // What a double holds exactly.
  template <typename V>
  static constexpr bool kTakes = std::same_as<V, double> || std::same_as<V, float> ||
                                 (FitsInt64<V> && sizeof(V) < sizeof(int64_t));
  static AskedValue of(double value) {
    AskedValue out;
    out.kind = RowValue::Kind::kNumber;
    out.number = value;
    return out;
  }
};

template <>
struct Compared<Uuid> {
  template <typename V>
  static constexpr bool kTakes = std::same_as<V, Uuid>;
  static AskedValue of(const Uuid& value) {
    AskedValue out;
    out.kind = RowValue::Kind::kUuid;
    out.uuid = value.bytes;
    return out;
  }
};

template <>
struct Compared<Timestamp> {
  template <typename V>
  static constexpr bool kTakes = std::same_as<V, Timestamp>;
  static AskedValue of(Timestamp value) {
    return AskedValue::of_integer(RowValue::Kind::kTimestamp, value.us);
  }
};

template <>
struct Compared<Date> {
  template <typename V>
  static constexpr bool kTakes = std::same_as<V, Date>;
  static AskedValue of(Date value) {
    return AskedValue::of_integer(RowValue::Kind::kDate, value.days);
  }
};

template <>
struct Compared<Decimal> {
  template <typename V>
  static constexpr bool kTakes = std::same_as<V, Decimal> || std::same_as<V, DecimalNumber>;
  static AskedValue of(const Decimal& value) {
    return AskedValue::of_text(RowValue::Kind::kDecimal, value.text());
  }
  static AskedValue of(const DecimalNumber& value) { return of(value.value); }
};
template <>
struct Compared<DecimalNumber> : Compared<Decimal> {};

template <typename T>
struct IsOpen : std::false_type {};
template <typename E>
struct IsOpen<Open<E>> : std::true_type {};

// Text, in which one may ask for a beginning.
template <typename T>
inline constexpr bool kIsText = std::is_same_v<T, std::string> || IsOpen<T>::value;

// The values of a kIn or kNotIn.
template <typename V>
concept ManyValues = requires(const V& values) {
  values.begin() != values.end();
  *values.begin();
};
template <ManyValues V>
using OneOf = std::decay_t<decltype(*std::declval<const V&>().begin())>;

// How a member of type T takes part in a test.
template <typename T, Is test>
struct ConditionOn {
  static constexpr bool kTakesNone = test == Is::kNull || test == Is::kNotNull;
  static constexpr bool kTakesMany = test == Is::kIn || test == Is::kNotIn;
  // What one value is compared as: a beginning is text, also that of an enum's text.
  using As = Compared<std::conditional_t<test == Is::kPrefix && kIsText<T>, std::string, T>>;

  template <typename V>
  [[nodiscard]] static consteval bool takes() {
    if constexpr (kTakesMany) {
      if constexpr (ManyValues<V>) return As::template kTakes<OneOf<V>>;
      return false;
    } else {
      return !kTakesNone && As::template kTakes<V>;
    }
  }
  // Requires: takes<V>().
  template <typename V>
  static void add(QueryValues& to, const V& value) {
    if constexpr (kTakesMany) {
      uint8_t count = 0;
      for (auto at = value.begin(); at != value.end() && count <= QueryLimits::kValuesMax; ++at) {
        to.values.push_back(As::of(*at));
        ++count;  // One too many is told when the query runs.
      }
      to.add_condition(count);
    } else {
      to.values.push_back(As::of(value));
      to.add_condition(1);
    }
  }
};

}  // namespace internal
}  // namespace servanda

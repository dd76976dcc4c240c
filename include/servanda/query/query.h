// SPDX-License-Identifier: Apache-2.0
#pragma once
// Queries of rows. Their shape (what is compared how, and the order) is their type, their values
// are not, so that a compiler can tell whether an index of the contract serves them.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "base/index_rule.h"
#include "servanda/query/table.h"
#include "servanda/query/value.h"

namespace servanda {

enum class Direct : uint8_t { kAscending, kDescending };

// The parts of a query's shape. A condition that holds for all rows that are wanted; one that may
// be left out when the query runs; one step of the order.
template <auto member, Is test>
struct Where {};
template <auto member, Is test>
struct WhereIf {};
template <auto member, Direct direct>
struct SortBy {};

namespace internal {

// One part, by the property's number.
struct QueryPart {
  enum class Kind : uint8_t { kCondition, kOptional, kOrder } kind = Kind::kCondition;
  uint16_t property = 0;
  Is test = Is::kEqual;
  Direct direct = Direct::kAscending;
};

template <typename Table, typename Part>
inline constexpr QueryPart kQueryPart;
template <typename Table, auto member, Is test>
inline constexpr QueryPart kQueryPart<Table, Where<member, test>>{
    QueryPart::Kind::kCondition, Table::template column<member>(), test};
template <typename Table, auto member, Is test>
inline constexpr QueryPart kQueryPart<Table, WhereIf<member, test>>{
    QueryPart::Kind::kOptional, Table::template column<member>(), test};
template <typename Table, auto member, Direct direct>
inline constexpr QueryPart kQueryPart<Table, SortBy<member, direct>>{
    QueryPart::Kind::kOrder, Table::template column<member>(), Is::kEqual, direct};

// All parts of a query, with the resource's key at the end of the order.
struct QueryShape {
  AskedTest tests[QueryLimits::kConditionsMax];
  bool is_optional[QueryLimits::kConditionsMax] = {};
  size_t test_count = 0;
  size_t optional_count = 0;
  IndexKey order[QueryLimits::kSortsMax + 1];
  size_t order_count = 0;

  [[nodiscard]] constexpr std::span<const AskedTest> asked() const { return {tests, test_count}; }
  [[nodiscard]] constexpr std::span<const IndexKey> sorted() const { return {order, order_count}; }
};

// What is beyond QueryLimits is passed over: it has been refused.
[[nodiscard]] consteval QueryShape shape_of(std::span<const QueryPart> parts, uint16_t key) {
  QueryShape shape;
  bool has_key = false;
  for (const QueryPart& part : parts) {
    const bool is_order = part.kind == QueryPart::Kind::kOrder;
    if (is_order && shape.order_count < QueryLimits::kSortsMax) {
      shape.order[shape.order_count++] = {part.property, part.direct == Direct::kDescending};
      has_key = has_key || part.property == key;
    }
    if (is_order || shape.test_count == QueryLimits::kConditionsMax) continue;
    const bool is_optional = part.kind == QueryPart::Kind::kOptional;
    shape.is_optional[shape.test_count] = is_optional;
    shape.tests[shape.test_count++] = {part.property, part.test};
    shape.optional_count += is_optional ? 1 : 0;
  }
  if (!has_key) {
    const bool descending = shape.order_count > 0 && shape.order[shape.order_count - 1].descending;
    shape.order[shape.order_count++] = {key, descending};
  }
  return shape;
}

template <typename Table, typename... Parts>
[[nodiscard]] consteval QueryShape shape_from() {
  const QueryPart parts[] = {kQueryPart<Table, Parts>..., QueryPart()};
  return shape_of({parts, sizeof...(Parts)}, Table::key());
}
template <typename Table, typename... Parts>
inline constexpr QueryShape kQueryShape = shape_from<Table, Parts...>();

enum class QueryFor : uint8_t { kRows, kCount };

// Whether an index serves the query with those of its optional conditions whose bits are set.
template <typename Table>
[[nodiscard]] consteval bool is_served(const QueryShape& shape, QueryFor wanted, uint32_t with) {
  AskedTest tests[QueryLimits::kConditionsMax];
  size_t count = 0;
  for (size_t i = 0; i < shape.test_count; ++i) {
    const bool is_left_out = shape.is_optional[i] && (with & 1) == 0;
    if (shape.is_optional[i]) with >>= 1;
    if (!is_left_out) tests[count++] = shape.tests[i];
  }
  const Table table;
  const IndexRule rule(table, std::span<const AskedTest>(tests, count), Table::kUsual);
  return wanted == QueryFor::kCount ? rule.for_count().has_value()
                                    : rule.for_order(shape.sorted()).has_value();
}

template <typename Table>
[[nodiscard]] consteval bool is_always_served(const QueryShape& shape, QueryFor wanted) {
  for (uint32_t with = 0; with < uint32_t{1} << shape.optional_count; ++with) {
    if (!is_served<Table>(shape, wanted, with)) return false;
  }
  return true;
}

// A query on its way to the engine. Lifetime: its shape is constant.
struct AskedQuery {
  AskedQuery(const QueryShape& its_shape, QueryValues its_values)
      : shape(&its_shape), values(std::move(its_values)) {}

  const QueryShape* shape;
  QueryValues values;
};

}  // namespace internal

// Which rows of T, in which order, how many; begun by from(). Conditions are joined by "and".
//
//   from<Order>().where<&Order::customer_id>(id).where<&Order::total, Is::kAtLeast>(min)
//       .sort<&Order::placed_at, Direct::kDescending>().limit(20)
//
// Each call uses up the query that it is called on: go on from a copy, Query(query).where<...>().
// It compiles anywhere; Db takes it only where an index of the contract serves it, by the rule of
// docs/unit-of-work.md.
template <typename T, typename... Parts>
class Query : public QueryLimits {
  static_assert(internal::HasTable<T>,
                "T is no resource of the contract: queries are of generated structs of resources.");

 public:
  using Row = T;
  using Table = internal::TableOf<T>;

  // `value` is what the member may hold when it holds one, a vector or any other container of it
  // for kIn and kNotIn, the text that values begin with for kPrefix.
  template <auto member, Is test = Is::kEqual, typename V>
  [[nodiscard]] Query<T, Parts..., Where<member, test>> where(const V& value) && {
    check_condition<member, test>();
    add_value<member, test>(value);
    return Query<T, Parts..., Where<member, test>>(std::move(values_));
  }
  // For kNull and kNotNull: whether the member has no value, or has one.
  template <auto member, Is test>
  [[nodiscard]] Query<T, Parts..., Where<member, test>> where() && {
    check_condition<member, test>();
    static_assert(test == Is::kNull || test == Is::kNotNull, "This test needs a value.");
    values_.add_condition(0);
    return Query<T, Parts..., Where<member, test>>(std::move(values_));
  }
  // A condition only if there is a value: an index has to serve the query with it and without it,
  // whatever other conditions of this kind there are. At most kOptionalMax of them.
  template <auto member, Is test = Is::kEqual, typename V>
  [[nodiscard]] Query<T, Parts..., WhereIf<member, test>> where_if(
      const std::optional<V>& value) && {
    check_condition<member, test>();
    if (value) {
      add_value<member, test>(*value);
    } else {
      values_.add_condition(internal::QueryValues::kLeftOut);
    }
    return Query<T, Parts..., WhereIf<member, test>>(std::move(values_));
  }
  // Further calls order what is equal so far; the row's key decides in the end, in the direction of
  // what stands before it.
  template <auto member, Direct direct = Direct::kAscending>
  [[nodiscard]] Query<T, Parts..., SortBy<member, direct>> sort() && {
    check_member<member>();
    return Query<T, Parts..., SortBy<member, direct>>(std::move(values_));
  }
  // From 1 to kLimitMax; 50 if it is not said.
  [[nodiscard]] Query limit(uint32_t rows) && {
    values_.limit = rows;
    return std::move(*this);
  }
  // Passes over this many rows, at most kOffsetMax; each is read.
  [[nodiscard]] Query offset(uint32_t rows) && {
    values_.offset = rows;
    return std::move(*this);
  }

  // For from(), other queries, and Db.
  explicit Query(internal::QueryValues values) : values_(std::move(values)) {}
  [[nodiscard]] internal::AskedQuery take() && {
    return {internal::kQueryShape<Table, Parts...>, std::move(values_)};
  }

 private:
  template <auto member>
  static constexpr void check_member() {
    constexpr bool kIsOwn =
        std::is_same_v<typename internal::MemberPointer<decltype(member)>::Struct, T>;
    static_assert(kIsOwn, "A query names members of the struct whose rows it asks for.");
    static_assert(Table::template column<member>() != internal::kNoColumn || !kIsOwn,
                  "No query can compare or sort by this property: it is computed, JSON, or made "
                  "when the row is shown.");
  }
  template <auto member, Is test>
  static constexpr void check_condition() {
    check_member<member>();
    static_assert(test != Is::kPrefix ||
                      internal::kIsText<typename internal::MemberPointer<decltype(member)>::Bare>,
                  "Only text can be asked for by its beginning.");
  }
  template <auto member, Is test, typename V>
  void add_value(const V& value) {
    using Bare = typename internal::MemberPointer<decltype(member)>::Bare;
    using Asked = internal::ConditionOn<Bare, test>;
    static_assert(!Asked::kTakesNone, "This test takes no value.");
    if constexpr (Asked::template takes<V>()) {
      Asked::add(values_, value);
    } else {
      static_assert(Asked::kTakesNone,
                    "The property cannot be compared with a value of this type: give what the "
                    "member holds when it holds a value, or a container of that for kIn and "
                    "kNotIn.");
    }
  }

  internal::QueryValues values_;
};

// All rows of T that handlers see: those that are not deleted.
template <typename T>
[[nodiscard]] Query<T> from() {
  return Query<T>(internal::QueryValues());
}

namespace internal {

template <typename Query>
struct PartsOf;
template <typename T, typename... Parts>
struct PartsOf<Query<T, Parts...>> {
  using Table = TableOf<T>;

  [[nodiscard]] static consteval size_t count(QueryPart::Kind kind) {
    const QueryPart parts[] = {kQueryPart<Table, Parts>..., QueryPart()};
    size_t found = 0;
    for (size_t i = 0; i < sizeof...(Parts); ++i) found += parts[i].kind == kind ? 1 : 0;
    return found;
  }
  [[nodiscard]] static consteval bool is_within_limits() {
    return sizeof...(Parts) - count(QueryPart::Kind::kOrder) <= QueryLimits::kConditionsMax &&
           count(QueryPart::Kind::kOptional) <= QueryLimits::kOptionalMax &&
           count(QueryPart::Kind::kOrder) <= QueryLimits::kSortsMax;
  }
  // What is wrong in itself has its own message, and no second one.
  [[nodiscard]] static consteval bool is_sound() {
    return (true && ... && (kQueryPart<Table, Parts>.property != kNoColumn));
  }
  [[nodiscard]] static consteval bool serves(QueryFor wanted) {
    if constexpr (is_within_limits() && is_sound()) {
      return is_served<Table>(kQueryShape<Table, Parts...>, wanted, UINT32_MAX);
    }
    return true;
  }
  [[nodiscard]] static consteval bool always_serves(QueryFor wanted) {
    if constexpr (is_within_limits() && is_sound()) {
      return is_always_served<Table>(kQueryShape<Table, Parts...>, wanted);
    }
    return true;
  }
};

template <typename Query>
constexpr void check_list() {
  using Parts = PartsOf<Query>;
  static_assert(Parts::is_within_limits(),
                "The query is too large: it may have 20 conditions, 6 of them by where_if(), and 7 "
                "steps of order.");
  static_assert(
      Parts::serves(QueryFor::kRows),
      "No index of the contract serves this query, so it would read the whole table: "
      "declare one in the resource (\"indexes: [[...]]\"), first what is equal, then what "
      "is sorted by, in its directions, then the key.");
  static_assert(Parts::always_serves(QueryFor::kRows) || !Parts::serves(QueryFor::kRows),
                "An index of the contract serves this query with all of its where_if() conditions, "
                "but none when some of them are left out.");
}

template <typename Query>
constexpr void check_count() {
  using Parts = PartsOf<Query>;
  static_assert(Parts::is_within_limits(),
                "The query is too large: it may have 20 conditions, 6 of them by where_if(), and 7 "
                "steps of order.");
  static_assert(Parts::serves(QueryFor::kCount),
                "No index of the contract finds the rows to count, so the whole table would be "
                "read: declare one in the resource (\"indexes: [[...]]\") that begins with what is "
                "compared.");
  static_assert(Parts::always_serves(QueryFor::kCount) || !Parts::serves(QueryFor::kCount),
                "An index of the contract finds the rows to count with all of the where_if() "
                "conditions, but none when some of them are left out.");
}

}  // namespace internal

// Whether an index of the contract finds the query's rows in its order, with any of its where_if()
// conditions left out.
template <typename Query>
concept IndexServesList =
    internal::PartsOf<Query>::is_within_limits() && internal::PartsOf<Query>::is_sound() &&
    internal::PartsOf<Query>::always_serves(internal::QueryFor::kRows);
// The same of the rows to count, in no order.
template <typename Query>
concept IndexServesCount =
    internal::PartsOf<Query>::is_within_limits() && internal::PartsOf<Query>::is_sound() &&
    internal::PartsOf<Query>::always_serves(internal::QueryFor::kCount);

}  // namespace servanda

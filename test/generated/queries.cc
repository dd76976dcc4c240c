// SPDX-License-Identifier: Apache-2.0
// Queries that compile because an index of queries.yaml serves them, and queries that must not:
// behind each #ifdef, with a piece of what the compiler has to say. refused.sh looks at both.
#include "queries/operations.h"
#include "queries/schemas.h"
#include "servanda/servanda.h"

namespace queries {

using servanda::Direct;
using servanda::from;
using servanda::IndexServesCount;
using servanda::IndexServesList;
using servanda::Is;
using servanda::Query;
using servanda::Task;
using servanda::Timestamp;
using servanda::Uuid;

using Orders = Task<std::vector<Order>>;

Orders of_customer(Ctx& c, Uuid customer, Timestamp since) {
  return c.db().list(from<Order>()
                         .where<&Order::customer>(customer)
                         .where<&Order::placed_at, Is::kAtLeast>(since)
                         .sort<&Order::placed_at, Direct::kDescending>()
                         .limit(20));
}
Task<std::optional<Order>> by_number(Ctx& c) {
  return c.db().first(from<Order>().where<&Order::number>("7"));
}
Task<std::uint64_t> open(Ctx& c, const std::vector<OrderStatus>& any) {
  return c.db().count(from<Order>().where<&Order::status, Is::kIn>(any));
}
// An order by time is served with and without the customer.
Orders perhaps_of_customer(Ctx& c, std::optional<Uuid> customer, std::optional<int> days) {
  return c.db().list(from<Order>()
                         .where_if<&Order::customer>(customer)
                         .where_if<&Order::days>(days)
                         .where<&Order::placed_at, Is::kNotNull>()
                         .sort<&Order::placed_at>());
}
// A part of a query that others go on from.
template <typename T>
auto newest(std::uint32_t most) {
  return from<T>().limit(most).template sort<&T::placed_at, Direct::kDescending>();
}
Orders some(Ctx& c) {
  return c.db().list(newest<Order>(3));
}
Task<std::vector<Basket>> baskets(Ctx& c, Uuid customer) {
  return c.db().list(from<Basket>().where<&Basket::customer>(customer));
}

// Queries of any size.
template <std::size_t size>
auto perhaps(std::optional<int> days) {
  if constexpr (size == 0) {
    return from<Order>();
  } else {
    return perhaps<size - 1>(days).template where_if<&Order::days>(days);
  }
}
template <std::size_t size>
auto sorted() {
  if constexpr (size == 0) {
    return from<Order>();
  } else {
    return sorted<size - 1>().template sort<&Order::id>();
  }
}
template <std::size_t size>
auto compared() {
  if constexpr (size == 0) {
    return from<Order>();
  } else {
    return compared<size - 1>().template where<&Order::customer>(Uuid{});
  }
}
static_assert(!IndexServesList<decltype(perhaps<6>({}))>, "days has no index");
static_assert(IndexServesList<decltype(sorted<7>())> && !IndexServesList<decltype(sorted<8>())>);
static_assert(IndexServesCount<decltype(compared<20>())>);
static_assert(!IndexServesCount<decltype(compared<21>())>);

Task<std::uint64_t> most_conditions(Ctx& c) {
  return c.db().count(compared<20>());
}
Orders most_optional(Ctx& c, std::optional<int> days) {
  return c.db().list(perhaps<6>(days).where<&Order::number>("7"));
}
Orders most_sorts(Ctx& c) {
  return c.db().list(sorted<7>());
}

// --- What no index serves.

#ifdef WRONG  // No index of the contract serves this query
Orders unserved_filter(Ctx& c) {
  return c.db().list(from<Order>().where<&Order::note>("x"));
}
#endif
#ifdef WRONG  // Query<queries::Order, servanda::Where<&queries::Order::days, servanda::Is::kEqual>
Task<std::optional<Order>> unserved_first(Ctx& c) {
  return c.db().first(from<Order>().where<&Order::days>(3));
}
#endif
#ifdef WRONG  // SortBy<&queries::Order::total, servanda::Direct::kAscending>
Orders unserved_sort(Ctx& c) {
  return c.db().list(from<Order>().sort<&Order::total>());
}
#endif
#ifdef WRONG  // No index of the contract serves this query
Orders against_the_index(Ctx& c) {
  return c.db().list(
      from<Order>().sort<&Order::placed_at, Direct::kDescending>().sort<&Order::id>());
}
#endif
#ifdef WRONG  // No index of the contract serves this query
Orders range_without_its_order(Ctx& c, Timestamp since) {
  return c.db().list(from<Order>().where<&Order::placed_at, Is::kLess>(since));
}
#endif
#ifdef WRONG  // No index of the contract serves this query
Orders different(Ctx& c) {
  return c.db().list(from<Order>().where<&Order::status, Is::kNotEqual>(OrderStatus::kOpen));
}
#endif
#ifdef WRONG  // No index of the contract finds the rows to count
Task<std::uint64_t> unserved_count(Ctx& c) {
  return c.db().count(from<Order>().where<&Order::days, Is::kAtLeast>(3));
}
#endif
#ifdef WRONG  // but none when some of them are left out
Orders not_without(Ctx& c, std::optional<Uuid> customer) {
  return c.db().list(from<Order>()
                         .where_if<&Order::customer>(customer)
                         .where<&Order::note>("x")
                         .sort<&Order::placed_at>());
}
#endif
#ifdef WRONG  // WhereIf<&queries::Order::customer, servanda::Is::kEqual>
Task<std::uint64_t> not_counted_without(Ctx& c, std::optional<Uuid> customer) {
  return c.db().count(from<Order>().where_if<&Order::customer>(customer).where<&Order::note>("x"));
}
#endif
#ifdef WRONG  // No index of the contract serves this query
Task<std::vector<Basket>> deleted(Ctx& c, Timestamp when) {
  return c.db().list(
      from<Basket>().where<&Basket::deleted_at, Is::kLess>(when).sort<&Basket::deleted_at>());
}
#endif

// --- Values of another type.

#ifdef WRONG  // The property cannot be compared with a value of this type
Orders text_for_a_number(Ctx& c) {
  return c.db().list(from<Order>().where<&Order::number>("7").where<&Order::days>("7"));
}
#endif
#ifdef WRONG  // with auto member = &queries::Order::number; servanda::Is test =
              // servanda::Is::kEqual; V = int
Orders number_for_a_text(Ctx& c) {
  return c.db().list(from<Order>().where<&Order::number>(7));
}
#endif
#ifdef WRONG  // V = long unsigned int
Orders more_than_fits(Ctx& c, std::uint64_t days) {
  return c.db().list(from<Order>().where<&Order::number>("7").where<&Order::days>(days));
}
#endif
#ifdef WRONG  // V = double
Orders fraction(Ctx& c) {
  return c.db().list(from<Order>().where<&Order::number>("7").where<&Order::total>(1.5));
}
#endif
#ifdef WRONG  // V = char [5]
Orders text_for_an_enum(Ctx& c) {
  return c.db().list(from<Order>().where<&Order::status>("open").sort<&Order::total>());
}
#endif
#ifdef WRONG  // V = std::optional<servanda::Uuid>
Orders perhaps_a_value(Ctx& c, std::optional<Uuid> customer) {
  return c.db().list(from<Order>().where<&Order::customer>(customer));
}
#endif
#ifdef WRONG  // The property cannot be compared with a value of this type
Orders one_for_many(Ctx& c) {
  return c.db().list(from<Order>().where<&Order::number, Is::kIn>("7"));
}
#endif
#ifdef WRONG  // This test takes no value.
Orders value_for_null(Ctx& c) {
  return c.db().list(from<Order>().where<&Order::customer, Is::kNull>(Uuid{}));
}
#endif
#ifdef WRONG  // This test needs a value.
Orders no_value(Ctx& c) {
  return c.db().list(from<Order>().where<&Order::customer, Is::kEqual>());
}
#endif
#ifdef WRONG  // Only text can be asked for by its beginning.
Orders beginning_of_a_number(Ctx& c) {
  return c.db().list(from<Order>().where<&Order::number>("7").where<&Order::days, Is::kPrefix>(1));
}
#endif

// --- What is no property to compare with.

#ifdef WRONG  // A query names members of the struct whose rows it asks for.
Orders of_another(Ctx& c, Uuid customer) {
  return c.db().list(from<Order>().where<&Basket::customer>(customer));
}
#endif
#ifdef WRONG  // No query can compare or sort by this property
Orders computed(Ctx& c) {
  return c.db().list(from<Order>().where<&Order::twice>(4));
}
#endif
#ifdef WRONG  // No query can compare or sort by this property
Orders of_a_list(Ctx& c) {
  return c.db().list(from<Order>().where<&Order::tags, Is::kNotNull>());
}
#endif
#ifdef WRONG  // No query can compare or sort by this property
Task<std::vector<Basket>> made_when_shown(Ctx& c) {
  return c.db().list(from<Basket>().sort<&Basket::purged_at>());
}
#endif
#ifdef WRONG  // T is no resource of the contract
auto no_resource() {
  return from<Address>();
}
#endif

// --- Bounds.

#ifdef WRONG  // The query is too large
Orders too_optional(Ctx& c, std::optional<int> days) {
  return c.db().list(perhaps<7>(days));
}
#endif
#ifdef WRONG  // The query is too large
Task<std::uint64_t> too_many_conditions(Ctx& c) {
  return c.db().count(compared<21>());
}
#endif

}  // namespace queries

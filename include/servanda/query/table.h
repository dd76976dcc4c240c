// SPDX-License-Identifier: Apache-2.0
#pragma once
// What queries know of a resource: its properties as members of its struct, and its indexes. All of
// it is in types, so that a query without an index does not compile. Generated code has, for every
// struct whose schema is a resource,
//
//   constexpr auto table_of(const Order*)
//       -> servanda::RowTable<0, -1,
//                             servanda::Columns<&Order::id, &Order::total>,
//                             servanda::IndexOn<servanda::RowScope::kAll, ~1, 0>> {
//     return {};
//   }
//
// Properties have numbers, from 0 in the order of the schema.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/index_rule.h"

namespace servanda {

// The member of each property, by number; nullptr for one that cannot be compared with: JSON, and
// what is made only when the row is shown. Those at the end may be left out.
template <auto... members>
struct Columns {};

// An index of the rows of this scope: the numbers of its properties, as ~number where it descends.
template <RowScope rows, int... keys>
struct IndexOn {};

// The same of an index that admits no two rows with the same values.
template <RowScope rows, int... keys>
struct UniqueOn {};

// `key` is the number of the resource's key, `deleted` that of the time of deletion: handlers see
// the rows that have none. -1 without soft delete: they see all. Indexes stand in the order in
// which the engine lists them.
template <uint16_t key, int deleted, typename Columns, typename... Indexes>
struct RowTable {};

namespace internal {

template <int... keys>
inline constexpr IndexKey kIndexKeys[] = {
    {static_cast<uint16_t>(keys < 0 ? ~keys : keys), keys < 0}...};

template <typename Index>
inline constexpr IndexShape kIndexShape;
template <RowScope rows, int... keys>
inline constexpr IndexShape kIndexShape<IndexOn<rows, keys...>>{kIndexKeys<keys...>, false, rows};
template <RowScope rows, int... keys>
inline constexpr IndexShape kIndexShape<UniqueOn<rows, keys...>>{kIndexKeys<keys...>, true, rows};

inline constexpr uint16_t kNoColumn = UINT16_MAX;

template <typename A, typename B>
[[nodiscard]] consteval bool is_same_member(A, B) {
  return false;
}
template <typename A>
[[nodiscard]] consteval bool is_same_member(A a, A b) {
  return a == b;
}

// A RowTable as IndexRule wants it.
template <typename Table>
struct TableShape;
template <uint16_t key_number, int deleted_number, auto... members, typename... Indexes>
struct TableShape<RowTable<key_number, deleted_number, Columns<members...>, Indexes...>> {
  static constexpr RowScope kUsual = deleted_number < 0 ? RowScope::kAll : RowScope::kLive;

  [[nodiscard]] static constexpr uint16_t key() { return key_number; }
  [[nodiscard]] static constexpr std::optional<uint16_t> deleted() {
    if constexpr (deleted_number < 0) {
      return std::nullopt;
    } else {
      return static_cast<uint16_t>(deleted_number);
    }
  }
  [[nodiscard]] static constexpr size_t index_count() { return sizeof...(Indexes); }
  [[nodiscard]] static constexpr IndexShape index(size_t i) {
    const IndexShape shapes[] = {kIndexShape<Indexes>..., IndexShape()};
    return shapes[i];
  }
  // The number of the property that is this member, or kNoColumn.
  template <auto member>
  [[nodiscard]] static consteval uint16_t column() {
    const bool same[] = {is_same_member(member, members)..., false};
    for (uint16_t i = 0; i < sizeof...(members); ++i) {
      if (same[i]) return i;
    }
    return kNoColumn;
  }
};

template <typename T>
concept HasTable = requires { table_of(static_cast<const T*>(nullptr)); };
template <typename T>
struct TableFor {
  using Type = TableShape<RowTable<0, -1, Columns<>>>;  // Query says what is missing.
};
template <HasTable T>
struct TableFor<T> {
  using Type = TableShape<decltype(table_of(static_cast<const T*>(nullptr)))>;
};
template <typename T>
using TableOf = typename TableFor<T>::Type;

}  // namespace internal
}  // namespace servanda

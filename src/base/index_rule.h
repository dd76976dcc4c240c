// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which index serves a list: one rule for the compiler of contracts, the engine and the stores
// (contract/plan/index_use.h) and, in constant expressions, for the queries of handlers
// (servanda/query/query.h). What it finds, SQLite is asked to confirm at start-up.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace servanda {

// What a condition asks of a property's value.
enum class Is : uint8_t {
  kEqual,
  kNotEqual,  // Also keeps rows without a value.
  kLess,
  kAtMost,
  kGreater,
  kAtLeast,
  kIn,     // Any of 1 to 100 values.
  kNotIn,  // Also keeps rows without a value.
  kNull,
  kNotNull,
  kPrefix,  // Text that begins so, byte by byte.
};

// One column of an index or a sort.
struct IndexKey {
  uint16_t property = 0;
  bool descending = false;
  bool operator==(const IndexKey&) const = default;
};

// Which rows an index holds, or a list sees. Only a resource with soft delete tells them apart: the
// indexes of others hold all rows, and their lists see all.
enum class RowScope : uint8_t {
  kAll,
  kLive,     // Those that are not deleted.
  kDeleted,  // The others: of the one index that finds what is to go for good.
};

// A test that a list makes of one property. Values play no part in the choice of an index.
struct AskedTest {
  uint16_t property = 0;
  Is test = Is::kEqual;
};

// One way into a table: an index, or the table itself by its key.
struct IndexShape {
  std::span<const IndexKey> keys;
  bool unique = false;
  RowScope rows = RowScope::kAll;  // Those it holds.
};

// How an index serves a list: rows come in the list's order, found by search. Tests that the index
// does not take part in are made of each row found.
struct IndexWay {
  static constexpr uint16_t kTable = UINT16_MAX;

  uint16_t number = kTable;  // Of the index; kTable: the table itself, in the order of its key.
  uint8_t equal = 0;         // Leading keys of the index that are held by equality.
  bool range = false;        // The key behind those is bounded by a test.
  bool at_most_one = false;  // All keys of a unique index are held: no order matters.
  bool single = false;       // Each search finds at most one row: also one for each merged value.
  // The property of an `in` test whose values are searched one by one and merged; counted in
  // `equal`.
  std::optional<uint16_t> merged;
};

// The best index for some tests, or nothing when rows would have to be sorted, or read and thrown
// away without bound. Without tests, every order that an index has is served.
// Best is, in this order: at most one row; at most one row for each merged value; more keys held by
// one value; a merge; a range; a shorter index; the one of the lower number.
// Of a resource with soft delete, an index serves the rows that it holds: one of kAll may be used
// for kLive only where it finds single rows, because it could lead through any number of deleted
// ones. Others ignore the scope.
//
// Table has `uint16_t key() const`, `std::optional<uint16_t> deleted() const`, the property with
// the time of deletion where there is soft delete, `size_t index_count() const` and `IndexShape
// index(size_t) const`. Nothing is allocated.
//
// Lifetime: of one choice; it holds views of its arguments.
template <typename Table>
class IndexRule {
 public:
  using Tests = std::span<const AskedTest>;
  using Keys = std::span<const IndexKey>;

  constexpr IndexRule(const Table& table, Tests tests, RowScope rows)
      : table_(table), tests_(tests), rows_(rows) {}

  // For rows in this order. Requires: it ends with the resource's key.
  [[nodiscard]] constexpr std::optional<IndexWay> for_order(Keys order) const {
    return find_best(
        [&](Found& found, const IndexShape& index) { return runs_like(found.way, index, order); });
  }

  // Where only the number of rows is wanted, in no order: a range may bound whatever key stands
  // behind the equal ones.
  [[nodiscard]] constexpr std::optional<IndexWay> for_count() const {
    return find_best([&](Found& found, const IndexShape& index) {
      const size_t behind = found.way.equal;
      found.way.range = behind < index.keys.size() && is_bounded(index.keys[behind].property);
      return true;
    });
  }

 private:
  // Whether an `in` test may be taken into the search.
  enum class Merge : uint8_t { kNever, kAllowed };

  struct Found {
    IndexWay way;
    size_t held = 0;  // Keys held by one value.
    size_t keys = 0;
  };

  // More held keys make no search for one row narrower.
  [[nodiscard]] static constexpr bool is_better(const Found& a, const Found& b) {
    if (a.way.at_most_one != b.way.at_most_one) return a.way.at_most_one;
    if (a.way.single != b.way.single) return a.way.single;
    if (!a.way.single && a.held != b.held) return a.held > b.held;
    if (a.way.merged.has_value() != b.way.merged.has_value()) return a.way.merged.has_value();
    if (a.way.range != b.way.range) return a.way.range;
    return a.keys < b.keys;
  }

  [[nodiscard]] constexpr bool asks(uint16_t property, Is wanted) const {
    for (const AskedTest& asked : tests_) {
      if (asked.property == property && asked.test == wanted) return true;
    }
    return false;
  }

  [[nodiscard]] constexpr bool is_constant(uint16_t property) const {
    return asks(property, Is::kEqual) || asks(property, Is::kNull);
  }

  [[nodiscard]] static constexpr bool is_bound(Is test) {
    switch (test) {
      case Is::kLess:
      case Is::kAtMost:
      case Is::kGreater:
      case Is::kAtLeast:
      case Is::kPrefix:
      case Is::kNotNull:
        return true;
      default:
        return false;
    }
  }

  [[nodiscard]] constexpr bool is_bounded(uint16_t property) const {
    for (const AskedTest& asked : tests_) {
      if (asked.property == property && is_bound(asked.test)) return true;
    }
    return false;
  }

  // Takes the leading keys that are held.
  [[nodiscard]] constexpr Found hold_keys(const IndexShape& index, Merge merge) const {
    Found found;
    IndexWay& way = found.way;
    found.keys = index.keys.size();
    bool values = true;  // NULLs are no two alike in a unique index.
    for (const IndexKey& key : index.keys) {
      if (way.equal == UINT8_MAX) break;
      if (is_constant(key.property)) {
        ++found.held;
        // No row has NULL as its key, hence none is found more than once.
        values = values && (key.property == table_.key() || asks(key.property, Is::kEqual));
      } else if (merge == Merge::kAllowed && !way.merged && asks(key.property, Is::kIn)) {
        way.merged = key.property;
      } else {
        break;
      }
      ++way.equal;
    }
    way.single = index.unique && way.equal == index.keys.size() && values;
    way.at_most_one = way.single && !way.merged;
    return found;
  }

  // Whether a key of the order adds nothing to those before it.
  [[nodiscard]] constexpr bool is_settled(const IndexWay& way, Keys before,
                                          uint16_t property) const {
    if (is_constant(property) || way.merged == property) return true;
    // Rows that are not deleted have no time of deletion, all of them. Their indexes leave it out
    // where it stands behind other keys.
    if (rows_ == RowScope::kLive && property == table_.deleted() && !before.empty()) return true;
    for (const IndexKey& key : before) {
      if (key.property == property) return true;
    }
    return false;
  }

  // Whether the keys behind the held ones run like `order`, wholly forwards or wholly backwards.
  // Sets way.range.
  [[nodiscard]] constexpr bool runs_like(IndexWay& way, const IndexShape& index, Keys order) const {
    size_t at = way.equal;
    std::optional<bool> reversed;
    for (size_t i = 0; i < order.size(); ++i) {
      const uint16_t property = order[i].property;
      if (!is_settled(way, order.first(i), property)) {
        // Keys of one value do not disturb the order of those around them.
        while (at < index.keys.size() && index.keys[at].property != property &&
               is_constant(index.keys[at].property)) {
          ++at;
        }
        if (at == index.keys.size() || index.keys[at].property != property) return false;
        const bool against = index.keys[at].descending != order[i].descending;
        if (reversed && *reversed != against) return false;
        if (!reversed) way.range = is_bounded(property);
        reversed = against;
        ++at;
      }
      if (property == table_.key()) break;  // No two rows are alike from here on.
    }
    return true;
  }

  // Whether no more of the rows that the index leads to are thrown away than found.
  [[nodiscard]] constexpr bool leads_to(const IndexShape& index, const IndexWay& way) const {
    if (!table_.deleted() || index.rows == rows_) return true;
    return index.rows == RowScope::kAll && rows_ == RowScope::kLive && way.single;
  }

  // `fits(found, index)` may complete what was found.
  template <typename Fits>
  constexpr void consider(std::optional<Found>& best, const IndexShape& index, uint16_t number,
                          const Fits& fits) const {
    for (const Merge merge : {Merge::kNever, Merge::kAllowed}) {
      Found found = hold_keys(index, merge);
      found.way.number = number;
      if (merge == Merge::kAllowed && !found.way.merged) break;
      if (!leads_to(index, found.way)) continue;
      if (!found.way.single && !fits(found, index)) continue;
      const bool searched = found.way.equal > 0 || found.way.range;
      if (!searched && !tests_.empty()) continue;
      if (!best || is_better(found, *best)) best = found;
    }
  }

  template <typename Fits>
  [[nodiscard]] constexpr std::optional<IndexWay> find_best(const Fits& fits) const {
    std::optional<Found> best;
    const IndexKey key{table_.key(), false};
    consider(best, {{&key, 1}, true}, IndexWay::kTable, fits);
    for (size_t i = 0; i < table_.index_count(); ++i) {
      consider(best, table_.index(i), static_cast<uint16_t>(i), fits);
    }
    if (!best) return std::nullopt;
    return best->way;
  }

  const Table& table_;
  const Tests tests_;
  const RowScope rows_;
};

}  // namespace servanda

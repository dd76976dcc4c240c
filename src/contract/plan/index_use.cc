// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/index_use.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace servanda {
namespace {

using Tests = std::span<const AskedTest>;
using Keys = std::span<const IndexKey>;

// One way into a table: an index, or the table itself by its key.
struct Access {
  const Index* index = nullptr;
  Keys keys;
  bool unique = false;
  RowScope rows = RowScope::kAll;  // Those it holds.
};

// What is asked of the property that a merge would take, if any may.
enum class Merge : uint8_t { kNever, kAllowed };

struct Candidate {
  IndexUse use;
  size_t held = 0;  // Keys held by one value.
  size_t keys = 0;

  // Higher is better, part by part. More held keys make no search for one row narrower.
  [[nodiscard]] auto rank() const {
    return std::tuple(use.at_most_one, use.single, use.single ? 0 : held, use.merged.has_value(),
                      use.range, std::numeric_limits<size_t>::max() - keys);
  }
};

bool asks(Tests tests, uint16_t property, FilterTest wanted) {
  return std::any_of(tests.begin(), tests.end(), [&](const AskedTest& asked) {
    return asked.property == property && asked.test == wanted;
  });
}

bool is_constant(Tests tests, uint16_t property) {
  return asks(tests, property, FilterTest::kEqual) || asks(tests, property, FilterTest::kNull);
}

bool is_bounded(Tests tests, uint16_t property) {
  return std::any_of(tests.begin(), tests.end(), [&](const AskedTest& asked) {
    if (asked.property != property) return false;
    switch (asked.test) {
      case FilterTest::kLess:
      case FilterTest::kAtMost:
      case FilterTest::kGreater:
      case FilterTest::kAtLeast:
      case FilterTest::kPrefix:
      case FilterTest::kNotNull:
        return true;
      default:
        return false;
    }
  });
}

// Takes the leading keys that are held. Fills use, held and keys.
Candidate hold_keys(const Resource& resource, const Access& access, Tests tests, Merge merge) {
  Candidate found;
  found.use.index = access.index;
  found.keys = access.keys.size();
  bool values = true;  // NULLs are no two alike in a unique index.
  for (const IndexKey& key : access.keys) {
    if (found.use.equal == std::numeric_limits<uint8_t>::max()) break;
    if (is_constant(tests, key.property)) {
      ++found.held;
      // No row has NULL as its key, hence none is found more than once.
      values =
          values && (key.property == resource.key || asks(tests, key.property, FilterTest::kEqual));
    } else if (merge == Merge::kAllowed && !found.use.merged &&
               asks(tests, key.property, FilterTest::kIn)) {
      found.use.merged = key.property;
    } else {
      break;
    }
    ++found.use.equal;
  }
  found.use.single = access.unique && found.use.equal == access.keys.size() && values;
  found.use.at_most_one = found.use.single && !found.use.merged;
  return found;
}

// Whether the keys behind the held ones run like `order`, wholly forwards or wholly backwards. Sets
// use.range.
bool runs_like(Candidate& found, const Resource& resource, const Access& access, Tests tests,
               Keys order) {
  size_t at = found.use.equal;
  std::optional<bool> reversed;
  for (size_t i = 0; i < order.size(); ++i) {
    const uint16_t property = order[i].property;
    const Keys before = order.first(i);
    const auto is_same = [&](const IndexKey& key) { return key.property == property; };
    const bool settled = is_constant(tests, property) || found.use.merged == property ||
                         std::any_of(before.begin(), before.end(), is_same);
    if (!settled) {
      // Keys of one value do not disturb the order of those around them.
      while (at < access.keys.size() && access.keys[at].property != property &&
             is_constant(tests, access.keys[at].property)) {
        ++at;
      }
      if (at == access.keys.size() || access.keys[at].property != property) return false;
      const bool against = access.keys[at].descending != order[i].descending;
      if (reversed && *reversed != against) return false;
      if (!reversed) found.use.range = is_bounded(tests, property);
      reversed = against;
      ++at;
    }
    if (property == resource.key) break;  // No two rows are alike from here on.
  }
  return true;
}

// Whether no more of the rows that the access leads to are thrown away than found.
bool leads_to(const Access& access, const Resource& resource, RowScope rows, bool single) {
  if (!resource.soft_delete) return true;
  if (access.rows == rows) return true;
  return access.rows == RowScope::kAll && rows == RowScope::kLive && single;
}

// The best way that `fits` finds content. `fits(candidate, access)` may complete the candidate.
template <typename Fits>
std::optional<IndexUse> find_best(const Resource& resource, Tests tests, RowScope rows,
                                  const Fits& fits) {
  std::optional<Candidate> best;
  const auto consider = [&](const Access& access) {
    for (const Merge merge : {Merge::kNever, Merge::kAllowed}) {
      Candidate found = hold_keys(resource, access, tests, merge);
      if (merge == Merge::kAllowed && !found.use.merged) break;
      if (!leads_to(access, resource, rows, found.use.single)) continue;
      if (!found.use.single && !fits(found, access)) continue;
      const bool searched = found.use.equal > 0 || found.use.range;
      if (!searched && !tests.empty()) continue;
      if (!best || found.rank() > best->rank()) best = found;
    }
  };
  const IndexKey key{resource.key, false};
  consider({nullptr, {&key, 1}, true});
  for (const Index& index : resource.indexes) {
    consider({&index, index.keys, index.unique, index.rows});
  }
  if (!best) return std::nullopt;
  return best->use;
}

}  // namespace

std::optional<IndexUse> find_index(const Resource& resource, std::span<const AskedTest> tests,
                                   std::span<const IndexKey> order, RowScope rows) {
  return find_best(resource, tests, rows, [&](Candidate& found, const Access& access) {
    return runs_like(found, resource, access, tests, order);
  });
}

std::optional<IndexUse> find_count_index(const Resource& resource, std::span<const AskedTest> tests,
                                         RowScope rows) {
  return find_best(resource, tests, rows, [&](Candidate& found, const Access& access) {
    const size_t behind = found.use.equal;
    found.use.range =
        behind < access.keys.size() && is_bounded(tests, access.keys[behind].property);
    return true;
  });
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/index_use.h"

namespace servanda {
namespace {

// A resource as the rule looks at it.
struct ResourceTable {
  const Resource& resource;

  [[nodiscard]] uint16_t key() const { return resource.key; }
  [[nodiscard]] std::optional<uint16_t> deleted() const {
    if (!resource.soft_delete) return std::nullopt;
    return resource.soft_delete->deleted;
  }
  [[nodiscard]] size_t index_count() const { return resource.indexes.size(); }
  [[nodiscard]] IndexShape index(size_t i) const {
    const Index& index = resource.indexes[i];
    return {index.keys, index.unique, index.rows};
  }
};

std::optional<IndexUse> use_of(const Resource& resource, const std::optional<IndexWay>& way) {
  if (!way) return std::nullopt;
  const bool is_table = way->number == IndexWay::kTable;
  return IndexUse{*way, is_table ? nullptr : &resource.indexes[way->number]};
}

}  // namespace

std::optional<IndexUse> find_index(const Resource& resource, std::span<const AskedTest> tests,
                                   std::span<const IndexKey> order, RowScope rows) {
  const ResourceTable table{resource};
  return use_of(resource, IndexRule(table, tests, rows).for_order(order));
}

std::optional<IndexUse> find_count_index(const Resource& resource, std::span<const AskedTest> tests,
                                         RowScope rows) {
  const ResourceTable table{resource};
  return use_of(resource, IndexRule(table, tests, rows).for_count());
}

}  // namespace servanda

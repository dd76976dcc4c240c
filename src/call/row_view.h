// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rows as their reader has asked to see them: some fields, and rows that they are related to.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "call/call.h"
#include "contract/plan/resource.h"
#include "store/store.h"

namespace servanda {

// Bounds of one request's view of rows. Going over is 400.
struct ViewLimits {
  static constexpr size_t kFieldsTextMax = 2'000;  // Bytes of the fields parameter.
  static constexpr uint32_t kRelatedMax = 20;      // Rows of one to-many relation of one row.
  static constexpr size_t kRowsMax = 10'000;       // Rows looked from by one relation.
};

// Which properties are written: `fields=id,title,author(name)`. The key and the version counter
// always are.
struct FieldChoice {
  std::vector<bool> wanted;  // Per member, as append_member() has them; empty: all of them.
  // Members of an object that is stored as JSON, per property; empty: all of them.
  std::vector<std::vector<std::string_view>> inner;
  [[nodiscard]] bool is_all() const { return wanted.empty(); }
};

// The rows that one relation leads to from each of some rows.
struct RelatedRows {
  std::string_view name;
  const Relation* relation = nullptr;
  const Resource* resource = nullptr;      // Of the rows found.
  std::span<const Page> pages;             // One per value looked for.
  std::span<const std::string_view> next;  // Per page: see PagesFound.
  std::vector<uint32_t> page_of;           // Per row looked from; kNoPage where it has no value.
  std::vector<size_t> first_row;           // Per page: its first row among all rows found.
  std::vector<RelatedRows> below;          // From the rows found, all pages one after another.
  static constexpr uint32_t kNoPage = UINT32_MAX;
};

// What the call asks to see of the rows of its resource.
struct RowView {
  FieldChoice fields;
  std::vector<const Expansion*> expansions;
  std::vector<RelatedRows> related;  // Filled by fetch_related().
  Timestamp now;  // Computed values are of this moment, in all rows of one answer.
  // Whether values that C++ makes belong to what is shown, of the rows or of related ones. They are
  // made unless nobody sees them: compute_shown().
  bool shows_code = false;
};

namespace internal {

// Reads the fields and expand parameters. Nothing after the call was refused.
[[nodiscard]] std::optional<RowView> read_view(Call& call);
// Whether the answer to this call has a body that somebody sees: not to a HEAD.
[[nodiscard]] bool is_seen(const Call& call);
// Makes what C++ makes of the rows, if that is to be shown. Nothing after the call was refused.
[[nodiscard]] Task<std::optional<std::span<const Row>>> compute_shown(Call& call,
                                                                      std::span<const Row> rows,
                                                                      const RowView& view);
// What is left to say of an answer with the view: that it lacks what the schema may require.
void mark_view(Call& call, const RowView& view);
// Reads the related rows of all of `rows`: one round trip per relation. False after the call was
// refused.
[[nodiscard]] Task<bool> fetch_related(Call& call, std::span<const Row> rows, RowView& view);
// Appends the `index`-th of the rows that fetch_related() was given.
void append_view(Call& call, const Row& row, size_t index, const RowView& view);

}  // namespace internal
}  // namespace servanda

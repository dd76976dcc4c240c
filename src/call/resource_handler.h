// SPDX-License-Identifier: Apache-2.0
#pragma once
// The resource handlers: create, read, list, replace, update, delete and restore rows as the
// contract says.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/task.h"
#include "call/call.h"
#include "call/resource_rows.h"
#include "contract/plan/resource.h"
#include "store/unit_of_work.h"

namespace servanda {

// Writes are tried this often when rows move under them, while their deadline lasts; then 409 (or
// 412 under If-Match, which the second try finds out). Of writers that meet at one row one goes on
// with each try, so this is how many may meet.
inline constexpr int kWriteAttemptsMax = 100;

// Serves the call's operation from the store. The answer is complete before the commit, because
// the idempotency record holds it; it counts only once the commit has succeeded.
[[nodiscard]] Task<void> handle_resource(Call& call);

// Appends the body that the operation answers with for the row as it is now, whose key is
// `encoded_key` (percent-encoded text), to the answer's text, and sets the answer's version. False
// when there is no such row (no error) or when it cannot be read (an error).
[[nodiscard]] Task<bool> append_current_row(Call& call, std::string_view encoded_key);

// Adds an issue for each member of the call's body that a create may not send.
void check_create_members(Call& call);

// Whether the deadline lets store work begin; refuses with 504 when not.
[[nodiscard]] bool in_time(Call& call);

namespace internal {

[[nodiscard]] Task<void> list_resource(Call& call);
[[nodiscard]] Task<void> write_resource(Call& call);
// Several writes as one: see batch_items.h for what a batch holds.
[[nodiscard]] Task<void> write_batch(Call& call);

[[nodiscard]] const Resource& resource_of(const Call& call);
// The row's key from the path; nothing when the text cannot be a key, so that no row has it.
[[nodiscard]] std::optional<Value> key_of(Call& call);
// The resource inside the body; absent when the envelope does not hold it.
[[nodiscard]] JsonValue unwrap_body(const Call& call);
// "" or "/article".
[[nodiscard]] std::string_view body_prefix(const Call& call);
// A decoded parameter as a column's value.
[[nodiscard]] std::optional<Value> value_from_parameter(ColumnType type, JsonValue value,
                                                        Arena& arena);
// Open and close the operation's response envelope around a row.
void begin_item(Call& call);
void end_item(Call& call);
// Appends the row inside it.
void append_item(Call& call, const Row& row);
// The owners' keys from the path; nothing when the text of one cannot be a key.
[[nodiscard]] std::optional<std::span<const PathMember>> owners_of(Call& call);
// Whether the row is one of the owners that the path names.
[[nodiscard]] bool is_below_owners(Call& call, const Row& row);
bool refuse_missing_row(Call& call);
// Whether the request asks to see deleted rows, too.
[[nodiscard]] bool includes_deleted(const Call& call);
// What the engine puts into a row that a call writes now. `stored` is null on create.
[[nodiscard]] RowMakers makers_for(Call& call, const Row* stored);
// Whether a path can name the key: not with what looks like another path once decoded.
[[nodiscard]] bool can_stand_in_path(Call& call, std::string_view key);
// Refuses with the call's issues, as the operation declares it: 422 or 400.
bool refuse_issues(Call& call);

}  // namespace internal

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// How an event lies in the outbox, and the way back: see schema.h for the table.

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "store/sqlite/database.h"
#include "store/store.h"

namespace servanda::internal {

// What the column "fields" holds: a JSON object with the members of the event that are not empty
// among service, tenant, principal and trace_id.
[[nodiscard]] std::string outbox_fields(const OutboxEvent& event);

// See Store::read_events(). A page ends early, with `more`, above `bytes_max`; it has at least one
// event where one follows. kInternal "store-corrupt" for a row that no event has left.
[[nodiscard]] Result<StoredEvents> read_outbox(Database& database, int64_t after, size_t events_max,
                                               uint64_t bytes_max);

}  // namespace servanda::internal

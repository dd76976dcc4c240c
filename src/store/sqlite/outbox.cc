// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/outbox.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/json.h"

namespace servanda::internal {
namespace {

constexpr std::string_view kReadSql =
    "SELECT sequence, event_id, topic, fields, payload, created_at, delivered_at "
    "FROM _servanda_outbox WHERE sequence > ?1 ORDER BY sequence LIMIT ?2";

std::string text_of(JsonValue object, std::string_view name) {
  const JsonValue member = object.find(name);
  return member.exists() && member.is_string() ? std::string(member.text()) : std::string();
}

std::unexpected<Error> broken_row(int64_t sequence) {
  return fail(Code::kInternal,
              "Row " + std::to_string(sequence) +
                  " of the outbox is not as an event leaves it: another program wrote it, or the "
                  "file is damaged.",
              "store-corrupt");
}

Result<StoredEvent> read_event(const Statement& row) {
  StoredEvent event;
  event.sequence = row.integer(0);
  const std::string_view id = row.bytes(1);
  const Result<JsonDocument> fields = JsonDocument::parse(row.text(3));
  if (id.size() != event.id.bytes.size() || !fields || !fields->root().is_object()) {
    return broken_row(event.sequence);
  }
  std::memcpy(event.id.bytes.data(), id.data(), id.size());
  event.name = row.text(2);
  event.service = text_of(fields->root(), "service");
  event.tenant = text_of(fields->root(), "tenant");
  event.principal = text_of(fields->root(), "principal");
  event.trace_id = text_of(fields->root(), "trace_id");
  event.payload = row.bytes(4);
  event.time = {row.integer(5)};
  if (!row.is_null(6)) event.delivered_at = Timestamp{row.integer(6)};
  return event;
}

}  // namespace

std::string outbox_fields(const OutboxEvent& event) {
  std::string text;
  JsonWriter writer(text);
  const auto member = [&writer](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    writer.key(name);
    writer.string(value);
  };
  writer.begin_object();
  member("service", event.service);
  member("tenant", event.tenant);
  member("principal", event.principal);
  member("trace_id", event.trace_id);
  writer.end_object();
  return text;
}

Result<StoredEvents> read_outbox(Database& database, int64_t after, size_t events_max,
                                 uint64_t bytes_max) {
  StoredEvents found;
  Result<Statement> rows = database.prepare(std::string(kReadSql));
  if (!rows) return pass(rows);
  rows->bind_integer(1, after);
  // One more tells whether any follows.
  rows->bind_integer(2, static_cast<int64_t>(std::min(events_max, kEventsReadMax)) + 1);
  uint64_t bytes = 0;
  Step step = rows->step();
  for (; step == Step::kRow; step = rows->step()) {
    bytes += rows->bytes(4).size();
    const bool full = found.events.size() >= std::min(events_max, kEventsReadMax) ||
                      (!found.events.empty() && bytes > bytes_max);
    if (full) {
      found.more = true;
      break;
    }
    Result<StoredEvent> event = read_event(*rows);
    if (!event) return pass(event);
    found.events.push_back(std::move(*event));
  }
  rows->reset();
  if (step == Step::kFailed) return std::unexpected<Error>(database.error("reading events"));
  return found;
}

}  // namespace servanda::internal

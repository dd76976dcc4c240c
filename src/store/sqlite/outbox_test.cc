// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/outbox.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>
#include <vector>

#include "store/sqlite/fault_files_for_test.h"
#include "store/sqlite/fixture_for_test.h"

namespace servanda::internal {
namespace {

Uuid uuid_of(uint64_t n) {
  Uuid id;
  const std::string bytes = test_uuid(n);
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

// A store with one table, and batches of a row and events.
class Outbox {
 public:
  explicit Outbox(const SqliteOptions& options = {}) : fixture(1, options) {
    EXPECT_TRUE(fixture.prepare({&notes, 1}));
  }

  std::string commit(std::vector<OutboxEvent> events, std::vector<int64_t> rows = {}) {
    std::vector<Value> values;
    std::vector<Write> writes;
    values.reserve(rows.size());
    for (const int64_t row : rows) {
      values.push_back(Value::of_integer(row));
      writes.push_back({Write::Kind::kInsert, &notes, values.back(), {&values.back(), 1}, 0});
    }
    const CommitBatch batch{writes, nullptr, events};
    return outcome(run(*fixture.platform, fixture.session->commit(batch, Instant::never())));
  }
  StoredEvents read(int64_t after = 0, size_t events_max = kEventsReadMax) {
    Result<StoredEvents> found = fixture.store->read_events(after, events_max);
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(StoredEvents{});
  }
  std::string payloads(const StoredEvents& found) {
    std::string text;
    for (const StoredEvent& event : found.events) text += event.payload + " ";
    return text + (found.more ? "and more" : "");
  }
  bool has(int64_t row) { return fixture.get(notes, Value::of_integer(row)).value().has_value(); }

  Resource notes = test_resource("notes", ColumnType::kInteger, {});  // Outlives the store.
  StoreFixture fixture;
};

OutboxEvent event_of(std::string_view payload) {
  OutboxEvent event;
  event.name = "noted";
  event.payload = payload;
  return event;
}

TEST(Outbox, KeepsWhatIsKnownOfAnEvent) {
  Outbox outbox;
  OutboxEvent event;
  event.id = uuid_of(7);
  event.name = "orderPlaced";
  event.service = "orders";
  event.tenant = "ac\"me";
  event.principal = "anna";
  event.trace_id = "00ff";
  event.time = {1'700'000'000'123'456};
  event.payload = R"({"n":1})";
  EXPECT_EQ(outbox.commit({event}, {1}), "ok");
  outbox.fixture.close();
  outbox.fixture.open();
  const StoredEvents found = outbox.read();
  ASSERT_EQ(found.events.size(), 1u);
  EXPECT_FALSE(found.more);
  const StoredEvent& stored = found.events[0];
  EXPECT_EQ(stored.sequence, 1);
  EXPECT_EQ(stored.id, uuid_of(7));
  EXPECT_EQ(stored.name, "orderPlaced");
  EXPECT_EQ(stored.service, "orders");
  EXPECT_EQ(stored.tenant, "ac\"me");
  EXPECT_EQ(stored.principal, "anna");
  EXPECT_EQ(stored.trace_id, "00ff");
  EXPECT_EQ(stored.time, event.time);
  EXPECT_EQ(stored.payload, R"({"n":1})");
  EXPECT_FALSE(stored.delivered_at);
  EXPECT_EQ(outbox.fixture.look("SELECT key FROM _servanda_outbox"), "ac\"me");
  EXPECT_EQ(outbox.fixture.look("SELECT next_attempt_at = created_at FROM _servanda_outbox"), "1");
  outbox.fixture.look("UPDATE _servanda_outbox SET delivered_at = 5");
  EXPECT_EQ(outbox.read().events[0].delivered_at, Timestamp{5});
}

TEST(Outbox, KeepsEventsWithTheirRowsOrNeither) {
  Outbox outbox;
  EXPECT_EQ(outbox.commit({event_of("1"), event_of("2")}, {1, 2}), "ok");
  EXPECT_EQ(outbox.commit({event_of("3")}, {3, 1}), "key-exists");
  EXPECT_FALSE(outbox.has(3));
  EXPECT_EQ(outbox.commit({event_of("4")}), "ok") << "no row is needed";
  EXPECT_EQ(outbox.payloads(outbox.read()), "1 2 4 ");
}

TEST(Outbox, KeepsNeitherWhenTheEventCannotBeWritten) {
  Outbox outbox({.value_bytes_max = 4096});
  const std::string large(4097, 'x');
  EXPECT_EQ(outbox.commit({event_of("1"), event_of(large)}, {1}), "value-too-large");
  EXPECT_FALSE(outbox.has(1));
  EXPECT_EQ(outbox.payloads(outbox.read()), "");
}

TEST(Outbox, LosesBothWhenTheDiskFailsBeforeTheyAreDurable) {
  FaultFiles files;
  Outbox outbox(SqliteOptions{.vfs = files.name()});
  files.write_code = SQLITE_FULL;
  EXPECT_EQ(outbox.commit({event_of("1")}, {1}), "storage-full");
  files.write_code = SQLITE_OK;
  EXPECT_FALSE(outbox.has(1));
  EXPECT_EQ(outbox.payloads(outbox.read()), "");
  EXPECT_EQ(outbox.commit({event_of("2")}, {2}), "ok");
  EXPECT_EQ(outbox.payloads(outbox.read()), "2 ");
}

TEST(Outbox, IsReadInPagesUpToTheirBounds) {
  Outbox outbox;
  std::vector<OutboxEvent> events(1'000, event_of("x"));
  EXPECT_EQ(outbox.commit(events), "ok");
  EXPECT_EQ(outbox.read(0, 5'000).events.size(), 1'000u);
  EXPECT_FALSE(outbox.read(0, 5'000).more);
  EXPECT_EQ(outbox.commit({event_of("last")}), "ok");
  const StoredEvents page = outbox.read(0, 5'000);
  EXPECT_EQ(page.events.size(), 1'000u);
  EXPECT_TRUE(page.more);
  EXPECT_EQ(outbox.payloads(outbox.read(page.events.back().sequence)), "last ");
  EXPECT_EQ(outbox.payloads(outbox.read(998, 2)), "x x and more");
  EXPECT_EQ(outbox.payloads(outbox.read(999, 2)), "x last ");
  EXPECT_EQ(outbox.payloads(outbox.read(1'001)), "");
}

TEST(Outbox, EndsAPageEarlyAboveItsBytes) {
  Outbox outbox({.page_bytes_max = 6});
  EXPECT_EQ(
      outbox.commit({event_of("large than all"), event_of("abc"), event_of("def"), event_of("g")}),
      "ok");
  EXPECT_EQ(outbox.payloads(outbox.read()), "large than all and more") << "one at least";
  EXPECT_EQ(outbox.payloads(outbox.read(1)), "abc def and more");
}

TEST(Outbox, BoundsTheEventsOfABatchAndTheirBytes) {
  Outbox outbox({.batch_events_max = 2, .batch_bytes_max = 10});
  EXPECT_EQ(outbox.commit({event_of("1"), event_of("2"), event_of("3")}), "too-many-events");
  EXPECT_EQ(outbox.commit({event_of("12345"), event_of("678901")}), "batch-too-large");
  EXPECT_EQ(outbox.payloads(outbox.read()), "");
  EXPECT_EQ(outbox.commit({event_of("12345"), event_of("67890")}), "ok");
  EXPECT_EQ(outbox.payloads(outbox.read()), "12345 67890 ");
}

TEST(Outbox, NamesARowThatNoEventHasLeft) {
  Outbox outbox;
  EXPECT_EQ(outbox.commit({event_of("1")}), "ok");
  for (const char* change : {"fields = '{'", "fields = '[]'", "event_id = x'01'"}) {
    outbox.fixture.look("UPDATE _servanda_outbox SET fields = '{}', event_id = zeroblob(16)");
    EXPECT_EQ(outbox.payloads(outbox.read()), "1 ");
    outbox.fixture.look("UPDATE _servanda_outbox SET " + std::string(change));
    const Result<StoredEvents> found = outbox.fixture.store->read_events(0, 10);
    ASSERT_FALSE(found) << change;
    EXPECT_EQ(found.error().reason, "store-corrupt");
  }
}

}  // namespace
}  // namespace servanda::internal

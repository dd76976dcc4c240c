// SPDX-License-Identifier: Apache-2.0
// Rows that handlers read column by column are those that JSON would give.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gen/rows/operations.h"
#include "servanda/rows.h"
#include "servanda/test.h"
#include "things.h"

namespace gen::rows {
namespace {

using servanda::from;
using servanda::Task;

static_assert(servanda::internal::ReadsRows<Thing>);

// What handlers saw.
struct Seen {
  std::vector<Thing> inserted;
  std::vector<Thing> updated;
  std::vector<Thing> got;
  std::vector<Thing> listed;
  std::vector<Thing> first;
};

Task<op::WriteThings::Out> write_things(Ctx& c, Seen* seen) {
  Things things(11);
  for (int i = 0; i < kThings; ++i) {
    const Thing made = things.next();
    Thing stored = co_await c.db().insert(made);
    seen->inserted.push_back(stored);
    if (i % 3 != 0) continue;
    Thing change = things.next();
    change.id = stored.id;
    seen->updated.push_back(co_await c.db().update(change));
  }
  co_return op::WriteThings::NoContent204{};
}

Task<op::ReadThings::Out> read_things(Ctx& c, Seen* seen) {
  seen->listed = co_await c.db().list(from<Thing>().limit(servanda::QueryLimits::kLimitMax));
  for (const Thing& one : seen->listed) {
    auto first = co_await c.db().first(from<Thing>().where<&Thing::id>(*one.id));
    if (first) seen->first.push_back(*first);
  }
  auto nothing = co_await c.db().first(from<Thing>().where<&Thing::count>(5));
  EXPECT_FALSE(nothing);
  co_return op::ReadThings::NoContent204{};
}

Task<op::ReadThings::Out> get_things(Ctx& c, Seen* seen, std::vector<Thing> keys) {
  for (const Thing& one : keys) {
    auto got = co_await c.db().get<Thing>(*one.id);
    if (got) seen->got.push_back(*got);
  }
  co_return op::ReadThings::NoContent204{};
}

TEST(GeneratedRows, AreWhatJsonWouldGive) {
  Seen seen;
  bool gets = false;
  servanda::App app;
  app.handle<op::WriteThings>(
      [&seen](Ctx& c, op::WriteThings::In) { return write_things(c, &seen); });
  app.handle<op::ReadThings>([&seen, &gets](Ctx& c, op::ReadThings::In) {
    return gets ? get_things(c, &seen, seen.listed) : read_things(c, &seen);
  });
  servanda::TestServer server(app, {.contract = SERVANDA_SOURCE_DIR "/test/generated/rows.yaml"});
  EXPECT_EQ(server.request("POST", "/write").status, 204) << server.log();
  EXPECT_EQ(server.request("POST", "/read").status, 204) << server.log();
  gets = true;
  EXPECT_EQ(server.request("POST", "/read").status, 204) << server.log();

  const std::vector<Thing> wanted = server.rows<Thing>();  // By JSON.
  ASSERT_EQ(wanted.size(), size_t{kThings});
  EXPECT_EQ(seen.listed, wanted);
  EXPECT_EQ(seen.first, wanted);
  EXPECT_EQ(seen.got, wanted);
  ASSERT_EQ(seen.inserted.size(), wanted.size());
  size_t updates = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const bool was_updated = i % 3 == 0;
    const Thing& last = was_updated ? seen.updated[updates++] : seen.inserted[i];
    EXPECT_EQ(servanda::to_json_text(last), servanda::to_json_text(wanted[i])) << i;
    EXPECT_EQ(wanted[i].version, was_updated ? 2 : 1);
    EXPECT_EQ(wanted[i].secret, "hidden");
    EXPECT_FALSE(wanted[i].made || last.made || seen.got[i].made) << "nothing shows it";
    EXPECT_EQ(wanted[i].doubled, int64_t{2} * wanted[i].small);
  }
}

// A row by hand: what the store never holds is refused as JSON's reader refuses it.
class OddRow final : public servanda::RowSource {
 public:
  explicit OddRow(servanda::RowValue value) : value_(value) {}
  servanda::RowValue value(size_t) const override { return value_; }
  servanda::JsonValue json(const servanda::RowValue&) override {
    return value_.kind == servanda::RowValue::Kind::kJson ? servanda::JsonValue()
                                                          : servanda::JsonValue(&node_);
  }
  servanda::Result<servanda::JsonValue> object() override { return servanda::JsonValue(&node_); }

 private:
  servanda::RowValue value_;
  servanda::JsonNode node_{.kind = servanda::JsonKind::kBoolean};
};

template <typename T>
std::string refusal(servanda::RowValue::Kind kind, int64_t integer = 0) {
  servanda::RowValue value;
  value.kind = kind;
  value.integer = integer;
  OddRow row(value);
  T out{};
  servanda::ReadError error;
  if (servanda::read_member(row, 0, "m", out, error)) return "";
  return error.field().pointer + ": " + error.field().detail;
}

TEST(GeneratedRows, RefuseWhatTheirTypesCannotHold) {
  using Kind = servanda::RowValue::Kind;
  EXPECT_EQ(refusal<int64_t>(Kind::kAbsent), "/m: is missing");
  EXPECT_EQ(refusal<std::optional<int64_t>>(Kind::kAbsent), "");
  EXPECT_EQ(refusal<int32_t>(Kind::kInteger, 2'147'483'647), "");
  EXPECT_EQ(refusal<int32_t>(Kind::kInteger, 2'147'483'648),
            "/m: must be an integer, but is a boolean");
  EXPECT_EQ(refusal<int32_t>(Kind::kInteger, -2'147'483'648), "");
  EXPECT_EQ(refusal<std::string>(Kind::kInteger), "/m: must be a string, but is a boolean");
  EXPECT_EQ(refusal<std::vector<bool>>(Kind::kJson), "/m: cannot be read");
  EXPECT_EQ(refusal<servanda::Uuid>(Kind::kUuid), "/m: must be a UUID, but is a boolean");
}

}  // namespace
}  // namespace gen::rows

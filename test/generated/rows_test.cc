// SPDX-License-Identifier: Apache-2.0
// Rows that handlers read column by column are those that JSON would give.

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "base/seeded_rng.h"
#include "gen/rows/operations.h"
#include "gen/rows/schemas.h"
#include "servanda/rows.h"
#include "servanda/test.h"

namespace gen::rows {
namespace {

using servanda::Decimal;
using servanda::DecimalNumber;
using servanda::Is;
using servanda::Json;
using servanda::Query;
using servanda::Task;

static_assert(servanda::internal::ReadsRows<Thing>);

constexpr int kThings = 200;

// Things with the edges of every type, and members that are absent, null or there.
class Things {
 public:
  explicit Things(uint64_t seed) : rng_(seed) {}

  Thing next() {
    Thing out;
    out.text =
        one_of<std::string>({"", "plain", "\"\\\n\u0001", "ä€\U0001F600", std::string(300, 'x')});
    if (coin()) out.maybe = std::string(coin() ? "" : "there");
    if (coin()) out.note = one_of<std::string>({"", "noted"});
    if (coin()) out.gone.emplace();
    if (out.gone && coin()) *out.gone = whole();
    out.at.us = one_of<int64_t>({0, -1, 1'767'225'600'000'000, 1'767'225'600'123'456, kLastUs});
    out.day.days = static_cast<int32_t>(one_of<int64_t>({0, -1, 20'000, -719'528, 2'932'896}));
    out.price = *Decimal::parse(
        one_of<std::string>({"0", "-0.5", "39.9", "12345678901234567890123.000000000000000001"}));
    out.amount.value = *Decimal::parse(one_of<std::string>({"0", "-2.5", "1000000"}));
    out.count = whole();
    out.small = static_cast<int32_t>(one_of<int64_t>({0, -1'000'000'000, 1'000'000'000}));
    out.ratio = one_of<double>({0, -0.0, 0.1, 1e300, -5e-324, 3});
    out.flag = coin();
    out.level = one_of<Level>({Level::kLow, Level::kHigh});
    if (coin()) out.mood.emplace();
    if (out.mood && coin()) *out.mood = servanda::Open<ThingMood>(ThingMood::kBad);
    if (coin()) out.owner.emplace();
    if (out.owner && coin()) *out.owner = servanda::Uuid{{1, 2, 3, 0xff}};
    if (coin()) out.since = servanda::Timestamp{whole() % kLastUs};
    for (uint64_t i = rng_.next() % 3; i > 0; --i) out.list.push_back(coin());
    out.box.width = whole();
    if (coin()) out.box.label.emplace();
    if (coin()) out.prices.emplace();
    if (out.prices && coin()) (*out.prices)["a/b"] = Decimal::of(7);
    if (coin()) out.word = *servanda::from_json_text<ThingWord>(coin() ? "\"7\"" : "7");
    if (coin())
      out.raw = *Json::parse(one_of<std::string>({"null", "0", "\"\"", R"({"a":[1,{}]})"}));
    if (coin()) out.size = whole();
    out.secret = "hidden";
    return out;
  }

 private:
  static constexpr int64_t kLastUs = 253'402'300'799'999'999;  // The end of year 9999.

  bool coin() { return rng_.next() % 2 == 0; }
  int64_t whole() {
    return one_of<int64_t>(
        {0, 1, -7, std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()});
  }
  template <typename T>
  T one_of(std::vector<T> values) {
    return values[rng_.next() % values.size()];
  }

  servanda::SeededRng rng_;
};

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
  seen->listed = co_await c.db().list<Thing>(Query().limit(Query::kLimitMax));
  for (const Thing& one : seen->listed) {
    auto first = co_await c.db().first<Thing>(Query().where("id", Is::kEqual, *one.id));
    if (first) seen->first.push_back(*first);
  }
  auto nothing = co_await c.db().first<Thing>(Query().where("count", Is::kEqual, 5));
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

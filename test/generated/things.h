// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rows of rows.yaml for tests.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/seeded_rng.h"
#include "gen/rows/schemas.h"
#include "servanda/json.h"

namespace gen::rows {

inline constexpr int kThings = 200;

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
    out.price = *servanda::Decimal::parse(
        one_of<std::string>({"0", "-0.5", "39.9", "12345678901234567890123.000000000000000001"}));
    out.amount.value = *servanda::Decimal::parse(one_of<std::string>({"0", "-2.5", "1000000"}));
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
    if (out.prices && coin()) (*out.prices)["a/b"] = servanda::Decimal::of(7);
    if (coin()) out.word = *servanda::from_json_text<ThingWord>(coin() ? "\"7\"" : "7");
    if (coin())
      out.raw =
          *servanda::Json::parse(one_of<std::string>({"null", "0", "\"\"", R"({"a":[1,{}]})"}));
    if (coin()) out.size = whole();
    out.secret = "hidden";
    out.made = whole();  // Of no row: passed over.
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

}  // namespace gen::rows

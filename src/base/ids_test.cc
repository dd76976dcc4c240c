// SPDX-License-Identifier: Apache-2.0
#include "base/ids.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace servanda {
namespace {

class SettableClock : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return {}; }
  [[nodiscard]] Timestamp wall() const override { return time; }
  Timestamp time{1'777'636'800'123'456};
};

class SeededRng : public Rng {
 public:
  uint64_t next() override { return fixed ? *fixed : engine_(); }
  std::optional<uint64_t> fixed;

 private:
  std::mt19937_64 engine_{1};
};

int64_t millis_of(const Uuid& id) {
  int64_t ms = 0;
  for (size_t i = 0; i < 6; ++i) ms = ms << 8 | id.bytes[i];
  return ms;
}

TEST(Uuid, ReadsBothCasesAndWritesLower) {
  const std::optional<Uuid> id = Uuid::parse("0190A5C2-7e1b-7c3a-9f00-3A1B2c3d4e5f");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->text(), "0190a5c2-7e1b-7c3a-9f00-3a1b2c3d4e5f");
  EXPECT_EQ(Uuid().text(), "00000000-0000-0000-0000-000000000000");
}

TEST(Uuid, RefusesEveryOtherForm) {
  for (const char* const bad :
       {"", "0190a5c27e1b7c3a9f003a1b2c3d4e5f", "{0190a5c2-7e1b-7c3a-9f00-3a1b2c3d4e5f}",
        "0190a5c2-7e1b-7c3a-9f00-3a1b2c3d4e5", "0190a5c2-7e1b-7c3a-9f00-3a1b2c3d4e5f0",
        "0190a5c2-7e1b-7c3a-9f00-3a1b2c3d4e5g", "0190a5c2-7e1b-7c3a-9f003-a1b2c3d4e5f",
        "0190a5c2x7e1b-7c3a-9f00-3a1b2c3d4e5f", " 190a5c2-7e1b-7c3a-9f00-3a1b2c3d4e5f"}) {
    EXPECT_FALSE(Uuid::parse(bad)) << bad;
  }
}

TEST(UuidGenerator, MakesVersion7WithTheTimeInFront) {
  SettableClock clock;
  SeededRng rng;
  UuidGenerator generator(clock, rng);
  const Uuid id = generator.next();
  EXPECT_EQ(millis_of(id), 1'777'636'800'123);
  EXPECT_EQ(id.bytes[6] >> 4, 7);
  EXPECT_EQ(id.bytes[8] >> 6, 2);
  EXPECT_EQ(Uuid::parse(id.text()), id);
}

TEST(UuidGenerator, KeepsOrderWhileTheClockStandsOrGoesBack) {
  SettableClock clock;
  SeededRng rng;
  UuidGenerator generator(clock, rng);
  Uuid last = generator.next();
  for (int i = 0; i < 10'000; ++i) {
    if (i == 3000) clock.time.us -= 60'000'000;
    if (i == 6000) clock.time.us += 120'000'000;
    const Uuid id = generator.next();
    ASSERT_LT(last, id);
    last = id;
  }
}

TEST(UuidGenerator, MovesToTheNextMillisecondWhenTheCounterIsFull) {
  SettableClock clock;
  SeededRng rng;
  rng.fixed = (uint64_t{1} << 25) - 1;  // The highest seed: half the counter is left.
  UuidGenerator generator(clock, rng);
  Uuid last = generator.next();
  constexpr int kLeft = 1 << 25;
  for (int i = 1; i < kLeft; ++i) last = generator.next();
  last = generator.next();
  EXPECT_EQ(millis_of(last), 1'777'636'800'123);
  const Uuid id = generator.next();
  EXPECT_EQ(millis_of(id), 1'777'636'800'124);
  EXPECT_LT(last, id);
}

TEST(UuidGenerator, DoesNotRepeatItself) {
  SettableClock clock;
  SeededRng rng;
  UuidGenerator generator(clock, rng);
  std::set<Uuid> seen;
  for (int i = 0; i < 2000; ++i) EXPECT_TRUE(seen.insert(generator.next()).second);
}

TEST(UuidGenerator, ClampsTimesOutsideItsRange) {
  SettableClock clock;
  SeededRng rng;
  clock.time.us = -5'000'000;
  UuidGenerator generator(clock, rng);
  EXPECT_EQ(millis_of(generator.next()), 0);
}

}  // namespace
}  // namespace servanda

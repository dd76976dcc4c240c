// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests and benchmarks: a loop in virtual time, and bodies in memory.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "call/call.h"
#include "store/store.h"

namespace servanda::test {

// Nothing happens by itself: run_ready() runs what was posted, advance() lets time pass.
class VirtualLoop final : public Loop {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  [[nodiscard]] Timestamp wall() const override { return wall_; }
  void post(Work work) override { posted_.push_back(std::move(work)); }
  void at_turn_end(Work work) override { posted_.push_back(std::move(work)); }
  TimerId at(Instant when, Work work) override {
    timers_.emplace(when.ns, std::pair(++last_timer_, std::move(work)));
    return last_timer_;
  }
  void cancel(TimerId id) override {
    std::erase_if(timers_, [id](const auto& timer) { return timer.second.first == id; });
  }
  Result<std::unique_ptr<Listener>> listen(std::string_view) override {
    return fail(Code::kUnavailable, "There is no network here.");
  }
  Task<Result<std::unique_ptr<Stream>>> connect(std::string_view, Instant) override {
    co_return fail(Code::kUnavailable, "There is no network here.");
  }
  Rng& rng() override { return rng_; }
  [[nodiscard]] Duration busy() const override { return {}; }
  void run() override { run_ready(); }
  void stop() override {}

  void run_ready() {
    while (!posted_.empty()) {
      std::vector<Work> now = std::exchange(posted_, {});
      for (Work& work : now) work();
    }
  }
  void advance(Duration duration) {
    const Instant end = now_ + duration;
    run_ready();
    while (!timers_.empty() && timers_.begin()->first <= end.ns) {
      auto timer = timers_.extract(timers_.begin());
      if (timer.key() > now_.ns) now_ = Instant{timer.key()};
      timer.mapped().second();
      run_ready();
    }
    now_ = end;
  }
  void set_wall(Timestamp wall) { wall_ = wall; }

 private:
  class Sequence final : public Rng {
   public:
    uint64_t next() override {
      state_ = state_ * 6364136223846793005u + 1442695040888963407u;
      return state_ ^ (state_ >> 29);
    }

   private:
    uint64_t state_ = 42;
  };
  Instant now_{Duration::seconds(1000).ns};
  Timestamp wall_{1'777'636'800'000'000};  // 2026-05-01T12:00:00Z.
  Sequence rng_;
  std::vector<Work> posted_;
  std::multimap<int64_t, std::pair<TimerId, Work>> timers_;
  TimerId last_timer_ = 0;
};

// A body in memory that counts how often it is read.
class TextBody final : public BodySource {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  Task<Result<std::string_view>> read(size_t bytes_max) override {
    ++reads;
    if (failure) co_return std::unexpected<Error>(*failure);
    if (text_.size() > bytes_max) co_return fail(Code::kTooLarge, "The body is too large.");
    co_return std::string_view(text_);
  }
  [[nodiscard]] size_t size() const { return text_.size(); }
  int reads = 0;
  std::optional<Error> failure;

 private:
  std::string text_;
};

}  // namespace servanda::test

// SPDX-License-Identifier: Apache-2.0
#include "io/real_clock.h"

#include <sys/random.h>

#include <cerrno>
#include <ctime>
#include <utility>

#include "base/check.h"

namespace servanda::internal {

Instant RealClock::now() const {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return {int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec};
}

Timestamp RealClock::wall() const {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return {int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1'000};
}

uint64_t KernelRng::next() {
  if (used_ == block_.size()) {
    size_t filled = 0;
    auto* bytes = reinterpret_cast<char*>(block_.data());
    while (filled < sizeof block_) {
      const ssize_t got = getrandom(bytes + filled, sizeof block_ - filled, 0);
      SERVANDA_CHECK(got > 0 || errno == EINTR, "getrandom failed");
      if (got > 0) filled += static_cast<size_t>(got);
    }
    used_ = 0;
  }
  return std::exchange(block_[used_++], 0);
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#include "io/process.h"

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/check.h"
#include "io/socket.h"

namespace servanda {
namespace {

// Files under /proc have no size, so this reads until the end, at most 4 KiB.
std::string read_proc(const char* path) {
  char text[4096];
  std::FILE* file = std::fopen(path, "re");
  if (!file) return {};
  const size_t count = std::fread(text, 1, sizeof text, file);
  std::fclose(file);
  return std::string(text, count);
}

// The number that starts the `index`-th blank-separated word, 0 when there is none.
uint64_t word_number(std::string_view text, size_t index) {
  for (; index > 0; --index) {
    const size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return 0;
    text.remove_prefix(blank + 1);
  }
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

uint64_t count_descriptors() {
  DIR* directory = ::opendir("/proc/self/fd");
  if (!directory) return 0;
  uint64_t count = 0;
  while (::readdir(directory)) ++count;
  ::closedir(directory);
  return count < 3 ? 0 : count - 3;  // Without ".", ".." and the directory itself.
}

Timestamp started_at() {
  // Field 22 of /proc/self/stat, in ticks since boot; the name in field 2 may hold blanks.
  const std::string stat = read_proc("/proc/self/stat");
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos || name_end + 2 > stat.size()) return {};
  const uint64_t ticks = word_number(std::string_view(stat).substr(name_end + 2), 19);
  const int64_t ticks_per_s = ::sysconf(_SC_CLK_TCK);
  timespec boot{};
  timespec wall{};
  clock_gettime(CLOCK_BOOTTIME, &boot);
  clock_gettime(CLOCK_REALTIME, &wall);
  const int64_t boot_us = int64_t{boot.tv_sec} * 1'000'000 + boot.tv_nsec / 1000;
  const int64_t wall_us = int64_t{wall.tv_sec} * 1'000'000 + wall.tv_nsec / 1000;
  return {wall_us - boot_us + static_cast<int64_t>(ticks) * 1'000'000 / ticks_per_s};
}

Duration cpu_time() {
  timespec cpu{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  return {int64_t{cpu.tv_sec} * 1'000'000'000 + cpu.tv_nsec};
}

}  // namespace

ProcessUsage process_usage() {
  ProcessUsage usage;
  const std::string pages = read_proc("/proc/self/statm");
  const auto page_bytes = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  usage.virtual_bytes = word_number(pages, 0) * page_bytes;
  usage.resident_bytes = word_number(pages, 1) * page_bytes;
  usage.cpu = cpu_time();
  usage.open_descriptors = count_descriptors();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) usage.descriptors_max = limit.rlim_cur;
  usage.started_at = started_at();
  return usage;
}

uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t before = std::exchange(limit.rlim_cur, limit.rlim_max);
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

unsigned available_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
}

void ignore_broken_pipes() {
  std::signal(SIGPIPE, SIG_IGN);
}

struct SignalWatch::State {
  State(Loop& loop, const sigset_t& set, OnSignal on_signal)
      : loop(loop), set(set), on_signal(std::make_shared<const OnSignal>(std::move(on_signal))) {}

  void run() {
    for (;;) {
      pollfd ready[2] = {{signals.number(), POLLIN, 0}, {wake.number(), POLLIN, 0}};
      if (::poll(ready, 2, -1) < 0) continue;
      if (ready[1].revents != 0) return;
      signalfd_siginfo arrived{};
      if (::read(signals.number(), &arrived, sizeof arrived) != sizeof arrived) continue;
      loop.post(
          [call = on_signal, signal = static_cast<int>(arrived.ssi_signo)] { (*call)(signal); });
    }
  }

  Loop& loop;
  sigset_t set;
  sigset_t before{};
  std::shared_ptr<const OnSignal> on_signal;
  internal::Descriptor signals;
  internal::Descriptor wake;
  std::thread thread;
};

SignalWatch::SignalWatch(Loop& loop, const std::vector<int>& signals, OnSignal on_signal) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  state_ = std::make_unique<State>(loop, set, std::move(on_signal));
  pthread_sigmask(SIG_BLOCK, &state_->set, &state_->before);
  state_->signals = internal::Descriptor(::signalfd(-1, &state_->set, SFD_CLOEXEC | SFD_NONBLOCK));
  state_->wake = internal::Descriptor(::eventfd(0, EFD_CLOEXEC));
  SERVANDA_CHECK(state_->signals.is_open() && state_->wake.is_open(), "no signal descriptors");
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

SignalWatch::~SignalWatch() {
  const uint64_t one = 1;
  const bool woken = ::write(state_->wake.number(), &one, sizeof one) == sizeof one;
  SERVANDA_CHECK(woken, "cannot wake the signal thread");
  state_->thread.join();
  pthread_sigmask(SIG_SETMASK, &state_->before, nullptr);
}

}  // namespace servanda

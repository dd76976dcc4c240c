// SPDX-License-Identifier: Apache-2.0
#include "io/real_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/check.h"
#include "io/resolver.h"

namespace servanda::internal {
namespace {

constexpr int64_t kTickNs = 1'000'000;  // The resolution of timers.
constexpr size_t kEventsMax = 256;

}  // namespace

Watched::~Watched() {
  SERVANDA_CHECK(!watched_, "a watched descriptor is destroyed");
}

void Watched::leave() {
  if (!std::exchange(watched_, false)) return;
  loop_.left_.emplace_back(this);
  (previous_ ? previous_->next_ : loop_.first_watched_) = next_;
  if (next_) next_->previous_ = previous_;
  next_ = previous_ = nullptr;
}

void Watched::leave_open(int descriptor) {
  if (watched_) ::epoll_ctl(loop_.epoll_.number(), EPOLL_CTL_DEL, descriptor, nullptr);
  leave();
}

RealLoop::RealLoop()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  SERVANDA_CHECK(epoll_.is_open() && wake_.is_open(), "no descriptors for an event loop");
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;  // Never read: each write is an edge.
  SERVANDA_CHECK(::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, wake_.number(), &event) == 0,
                 "cannot watch the event loop's own descriptor");
}

RealLoop::~RealLoop() {
  resolver_.reset();  // Its threads post no more.
  // Callbacks own what waits for them, and that may own streams of this loop: they go one by one.
  while (!again_.empty()) {
    const Ref<Watched> last = std::move(again_.back());
    again_.pop_back();
    last->abandon();
  }
  while (first_watched_) Ref<Watched>(first_watched_)->abandon();
  left_.clear();
}

Result<void> RealLoop::watch(Watched& watched, int descriptor, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watched;
  if (::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    return fail(Code::kUnavailable, "Cannot watch a socket: " + system_reason(errno) + ".");
  }
  watched.watched_ = true;
  watched.next_ = first_watched_;
  if (first_watched_) first_watched_->previous_ = &watched;
  first_watched_ = &watched;
  return {};
}

void RealLoop::run() {
  runner_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  while (!stopping_.load(std::memory_order_acquire)) turn(timeout_ms());
  stopping_.store(false, std::memory_order_relaxed);
  runner_.store(std::thread::id(), std::memory_order_relaxed);
}

void RealLoop::stop() {
  stopping_.store(true, std::memory_order_release);
  wake();
}

void RealLoop::wake() {
  // The loop's own thread looks at what was posted before it waits.
  if (runner_.load(std::memory_order_relaxed) == std::this_thread::get_id()) return;
  const uint64_t one = 1;
  while (::write(wake_.number(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

int RealLoop::timeout_ms() const {
  if (!again_.empty() || !turn_end_.empty() || has_posted_.load(std::memory_order_acquire))
    return 0;
  const Instant next = timers_.next();
  if (next == Instant::never()) return -1;
  const int64_t ticks = ((next - clock_.now()).ns + kTickNs - 1) / kTickNs;
  return static_cast<int>(std::clamp<int64_t>(ticks, 0, 1'000'000));
}

void RealLoop::turn(int timeout_ms) {
  wait_for_events(timeout_ms);
  running_again_.swap(again_);
  for (const Ref<Watched>& watched : running_again_) watched->on_ready(0);
  running_again_.clear();
  run_posted();
  run_due();
  end_turn();
}

void RealLoop::wait_for_events(int timeout_ms) {
  std::array<epoll_event, kEventsMax> events;
  const int count = ::epoll_wait(epoll_.number(), events.data(), kEventsMax, timeout_ms);
  in_turn_ = true;
  turn_began_ = clock_.now();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<size_t>(i)];
    if (event.data.ptr) static_cast<Watched*>(event.data.ptr)->on_ready(event.events);
  }
  left_.clear();
}

void RealLoop::run_posted() {
  if (!has_posted_.load(std::memory_order_acquire)) return;
  {
    const std::lock_guard lock(posted_mutex_);
    running_.swap(posted_);
    has_posted_.store(false, std::memory_order_relaxed);
  }
  for (Work& work : running_) work();
  running_.clear();
}

void RealLoop::run_due() {
  if (timers_.next() > turn_began_) return;
  const uint64_t mark = timers_.mark();
  while (std::optional<Work> work = timers_.take_due(turn_began_, mark)) (*work)();
}

void RealLoop::end_turn() {
  // Work that is added here belongs to the next turn's end.
  std::vector<Work> work = std::exchange(turn_end_, {});
  for (Work& item : work) item();
  if (turn_end_.empty()) {
    work.clear();
    turn_end_ = std::move(work);  // Keeps the memory for the next turn.
  }
  left_.clear();
  busy_ = busy_ + (clock_.now() - turn_began_);
  in_turn_ = false;
}

void RealLoop::post(Work work) {
  {
    const std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(work));
    if (has_posted_.exchange(true, std::memory_order_release)) return;
  }
  wake();
}

Loop::TimerId RealLoop::at(Instant when, Work work) {
  // Whole ticks, rounded up: never early, and near timers share one wake-up.
  if (when.ns < INT64_MAX - kTickNs) when.ns = (when.ns + kTickNs - 1) / kTickNs * kTickNs;
  return timers_.add(when, std::move(work));
}

Duration RealLoop::busy() const {
  return in_turn_ ? busy_ + (clock_.now() - turn_began_) : busy_;
}

Result<std::unique_ptr<Listener>> RealLoop::listen(std::string_view address) {
  Result<SocketAddress> parsed = SocketAddress::parse(address);
  if (!parsed) return pass(parsed);
  Result<Descriptor> socket = listen_on(*parsed);
  if (!socket) return pass(socket);
  return adopt_listener(*this, std::move(*socket));
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/seeded_rng.h"
#include "io/simulated_wire.h"
#include "io/simulation.h"
#include "io/timer_queue.h"

namespace servanda {
namespace {

constexpr uint64_t kTurnsWithoutTimeMax = 10'000'000;
constexpr int kFirstFreePort = 20'000;  // What port 0 becomes, counted up.

class VirtualClock final : public Clock {
 public:
  Instant now() const override { return now_; }
  Timestamp wall() const override { return {wall_base_.us + now_.ns / 1000}; }
  void set_now(Instant now) { now_ = now; }
  void set_wall(Timestamp wall) { wall_base_ = {wall.us - now_.ns / 1000}; }

 private:
  Instant now_{1'000'000'000};
  Timestamp wall_base_{1'777'636'800'000'000};  // 2026-05-01T12:00:00Z.
};

// Something that takes turns: a loop or an executor.
class Actor {
 public:
  virtual ~Actor() = default;
  [[nodiscard]] virtual bool ready(Instant now) const = 0;
  [[nodiscard]] virtual Instant next_timer() const = 0;
  virtual void run_turn(Instant now) = 0;
};

class SimulatedListener;

// What loops, executors, listeners and the platform share. Lives in the platform.
struct World {
  explicit World(uint64_t seed) : rng(seed) {}
  VirtualClock clock;
  SeededRng rng;
  WireOptions options;
  std::vector<Actor*> actors;
  std::vector<SimulatedListener*> listeners;
  int next_port = kFirstFreePort;
  uint32_t next_peer_port = 40'000;

  std::string next_peer_address() {
    next_peer_port = next_peer_port == 65'535 ? 40'000 : next_peer_port + 1;
    return "192.0.2.1:" + std::to_string(next_peer_port);
  }
  // Runs one turn of an actor that is ready, chosen by the seed. False when none is.
  bool step();
  // The earliest timer of all.
  [[nodiscard]] Instant next_timer() const;
  // Moves to the next timer, at most to `end`. False when time is at `end` already.
  bool move_on(Instant end);
  [[nodiscard]] SimulatedListener* find_listener(std::string_view address);
};

class SimulatedListener final : public Listener {
 public:
  SimulatedListener(World& world, Loop& loop, std::string address)
      : world_(world), loop_(loop), address_(std::move(address)) {
    world_.listeners.push_back(this);
  }
  ~SimulatedListener() override { stop(); }
  void start(Accepted accepted) override { accepted_ = std::move(accepted); }
  void stop() override { std::erase(world_.listeners, this); }
  std::string address() const override { return address_; }
  [[nodiscard]] bool started() const { return static_cast<bool>(accepted_); }
  Loop& loop() { return loop_; }

  // Hands a connection over in one of the loop's turns.
  void deliver(std::unique_ptr<Stream> stream) {
    loop_.post([&world = world_, this, arriving = std::move(stream)]() mutable {
      const auto& open = world.listeners;
      if (std::find(open.begin(), open.end(), this) != open.end()) accepted_(std::move(arriving));
    });
  }

 private:
  World& world_;
  Loop& loop_;
  std::string address_;
  Accepted accepted_;
};

class SimulatedLoop final : public Loop, public Actor {
 public:
  SimulatedLoop(World& world, uint64_t seed) : world_(world), rng_(seed) {
    world_.actors.push_back(this);
  }
  ~SimulatedLoop() override { std::erase(world_.actors, static_cast<Actor*>(this)); }

  Instant now() const override { return world_.clock.now(); }
  Timestamp wall() const override { return world_.clock.wall(); }
  void post(Work work) override { posted_.push_back(std::move(work)); }
  void at_turn_end(Work work) override { turn_end_.push_back(std::move(work)); }
  TimerId at(Instant when, Work work) override { return timers_.add(when, std::move(work)); }
  void cancel(TimerId id) override { timers_.cancel(id); }
  Result<std::unique_ptr<Listener>> listen(std::string_view address) override;
  Task<Result<std::unique_ptr<Stream>>> connect(std::string_view address,
                                                Instant deadline) override;
  Rng& rng() override { return rng_; }
  Duration busy() const override { return {}; }
  void run() override {
    stopped_ = false;
    while (!stopped_ && (world_.step() || world_.move_on(Instant::never()))) {
    }
  }
  void stop() override { stopped_ = true; }

  bool ready(Instant now) const override {
    return !posted_.empty() || !turn_end_.empty() || timers_.next() <= now;
  }
  Instant next_timer() const override { return timers_.next(); }
  void run_turn(Instant now) override;

 private:
  World& world_;
  SeededRng rng_;
  std::vector<Work> posted_;
  std::vector<Work> turn_end_;
  internal::TimerQueue timers_;
  bool stopped_ = false;
};

class SimulatedExecutor final : public Executor, public Actor {
 public:
  explicit SimulatedExecutor(World& world) : world_(world) { world_.actors.push_back(this); }
  ~SimulatedExecutor() override {
    while (!posted_.empty()) run_turn({});
    std::erase(world_.actors, static_cast<Actor*>(this));
  }
  void post(Loop::Work work) override { posted_.push_back(std::move(work)); }
  bool ready(Instant) const override { return !posted_.empty(); }
  Instant next_timer() const override { return Instant::never(); }
  void run_turn(Instant) override {
    std::vector<Loop::Work> batch = std::exchange(posted_, {});
    for (Loop::Work& work : batch) work();
  }

 private:
  World& world_;
  std::vector<Loop::Work> posted_;
};

bool World::step() {
  std::vector<Actor*> ready;
  for (Actor* actor : actors) {
    if (actor->ready(clock.now())) ready.push_back(actor);
  }
  if (ready.empty()) return false;
  ready[ready.size() == 1 ? 0 : rng.next() % ready.size()]->run_turn(clock.now());
  return true;
}

Instant World::next_timer() const {
  Instant next = Instant::never();
  for (const Actor* actor : actors) next = std::min(next, actor->next_timer());
  return next;
}

bool World::move_on(Instant end) {
  const Instant next = std::min(next_timer(), end);
  if (next == Instant::never() || next <= clock.now()) return false;
  clock.set_now(next);
  return true;
}

SimulatedListener* World::find_listener(std::string_view address) {
  std::vector<SimulatedListener*> found;
  for (SimulatedListener* listener : listeners) {
    if (listener->address() == address && listener->started()) found.push_back(listener);
  }
  if (found.empty()) return nullptr;
  return found[found.size() == 1 ? 0 : rng.next() % found.size()];
}

void SimulatedLoop::run_turn(Instant now) {
  std::vector<Work> batch = std::exchange(posted_, {});
  for (Work& work : batch) work();
  const uint64_t mark = timers_.mark();
  while (std::optional<Work> work = timers_.take_due(now, mark)) (*work)();
  std::vector<Work> ending = std::exchange(turn_end_, {});
  for (Work& work : ending) work();
}

Result<std::unique_ptr<Listener>> SimulatedLoop::listen(std::string_view address) {
  std::string name(address);
  const size_t colon = name.rfind(':');
  if (colon == std::string::npos) {
    return fail(Code::kInvalidArgument, "The address \"" + name + "\" has no port.");
  }
  if (name.substr(colon) == ":0") {
    name = name.substr(0, colon + 1) + std::to_string(world_.next_port++);
  }
  return std::unique_ptr<Listener>(
      std::make_unique<SimulatedListener>(world_, *this, std::move(name)));
}

std::pair<internal::WireEnd, internal::WireEnd> make_wire(World& world, const WireOptions& forth) {
  Ref<internal::Direction> there(new internal::Direction(world.clock, forth));
  Ref<internal::Direction> back(new internal::Direction(world.clock, world.options));
  return {internal::WireEnd{back, there}, internal::WireEnd{there, back}};
}

Task<Result<std::unique_ptr<Stream>>> SimulatedLoop::connect(std::string_view address,
                                                             Instant deadline) {
  using Connected = Result<std::unique_ptr<Stream>>;
  constexpr std::string_view kLocal = "localhost:";
  const std::string name = address.starts_with(kLocal)
                               ? "127.0.0.1:" + std::string(address.substr(kLocal.size()))
                               : std::string(address);
  const Instant arrives = now() + world_.options.latency + world_.options.latency;
  Task<void> travel = sleep_until(std::min(arrives, deadline));
  co_await std::move(travel);
  if (arrives > deadline) {
    co_return Connected(fail(Code::kDeadlineExceeded, "Connecting took too long.", "connect"));
  }
  SimulatedListener* listener = world_.find_listener(name);
  if (!listener) {
    co_return Connected(fail(Code::kUnavailable, "Cannot connect: connection refused.", "connect"));
  }
  auto [near, far] = make_wire(world_, world_.options);
  listener->deliver(internal::make_simulated_stream(listener->loop(), world_.rng, std::move(far),
                                                    world_.next_peer_address()));
  co_return Connected(internal::make_simulated_stream(*this, world_.rng, std::move(near), name));
}

class Simulation final : public SimulatedPlatform {
 public:
  explicit Simulation(uint64_t seed) : world_(seed) {}
  ~Simulation() override {
    SERVANDA_CHECK(world_.actors.empty(), "a loop or executor outlives its platform");
  }

  std::unique_ptr<Loop> make_loop() override {
    return std::make_unique<SimulatedLoop>(world_, world_.rng.next());
  }
  std::unique_ptr<Executor> make_executor(std::string_view) override {
    return std::make_unique<SimulatedExecutor>(world_);
  }
  const Clock& clock() const override { return world_.clock; }

  void set_wall(Timestamp wall) override { world_.clock.set_wall(wall); }
  void run_ready() override {
    for (uint64_t turns = 0; world_.step(); ++turns) {
      SERVANDA_CHECK(turns < kTurnsWithoutTimeMax, "work posts itself for ever");
    }
  }
  void advance(Duration span) override {
    (void)run_until([] { return false; }, span);
  }
  bool run_until(const std::function<bool()>& condition, Duration at_most) override {
    const Instant end = world_.clock.now() + at_most;
    uint64_t turns = 0;
    for (;;) {
      if (condition()) return true;
      if (world_.step()) {
        SERVANDA_CHECK(++turns < kTurnsWithoutTimeMax, "work posts itself for ever");
      } else if (world_.move_on(end)) {
        turns = 0;
      } else {
        return false;
      }
    }
  }

  void set_wire_options(const WireOptions& options) override { world_.options = options; }
  std::pair<std::unique_ptr<Stream>, std::unique_ptr<SimulatedPeer>> make_stream(
      Loop& loop) override {
    WireOptions to_peer = world_.options;
    to_peer.latency = {};
    auto [near, far] = make_wire(world_, to_peer);
    // The peer's hooks come first, so that nothing the stream does goes unseen.
    std::unique_ptr<SimulatedPeer> peer = internal::make_simulated_peer(std::move(far));
    return {internal::make_simulated_stream(loop, world_.rng, std::move(near),
                                            world_.next_peer_address()),
            std::move(peer)};
  }
  std::unique_ptr<SimulatedPeer> connect_peer(std::string_view address) override {
    SimulatedListener* listener = world_.find_listener(address);
    if (!listener) return nullptr;
    auto [stream, peer] = make_stream(listener->loop());
    listener->deliver(std::move(stream));
    return std::move(peer);
  }

 private:
  World world_;
};

}  // namespace

std::unique_ptr<SimulatedPlatform> make_simulated_platform(uint64_t seed) {
  return std::make_unique<Simulation>(seed);
}

}  // namespace servanda

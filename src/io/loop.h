// SPDX-License-Identifier: Apache-2.0
#pragma once
// One worker's event loop: time, timers, work from other threads, streams. Real or simulated.

#include <coroutine>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"

namespace servanda {

// A connected byte stream. Belongs to the loop that made it; one read and one write may be pending
// at a time. Destroying it closes it; pending completions are then called with kCancelled at the
// latest from the loop's next turn, never from inside the destructor.
class Stream {
 public:
  virtual ~Stream() = default;
  using ReadDone = std::move_only_function<void(Result<size_t>)>;  // 0 = the peer ended its side.
  using WriteDone = std::move_only_function<void(Result<void>)>;
  // Reads what is there now, without waiting: bytes read, 0 at the end, kUnavailable when nothing
  // has arrived.
  virtual Result<size_t> try_read(std::span<char> into) = 0;
  // `into` must live until `done`, which is never called from inside this function.
  virtual void read_some(std::span<char> into, ReadDone done) = 0;
  // Writes as much as fits now, without waiting: bytes taken, possibly 0.
  virtual Result<size_t> try_write(std::string_view bytes) = 0;
  // Writes everything; `bytes` must live until `done`.
  virtual void write_all(std::string_view bytes, WriteDone done) = 0;
  // Ends our direction; reads go on.
  virtual void end_writing() = 0;
  // Closes now, dropping what was not yet sent. Pending completions get kCancelled.
  virtual void close() = 0;
  // "192.0.2.1:4711" or "[::1]:80" of the peer.
  [[nodiscard]] virtual std::string_view peer_address() const = 0;
};

// A place where connections arrive. Belongs to the loop that made it; destroying it stops it.
class Listener {
 public:
  virtual ~Listener() = default;
  using Accepted = std::move_only_function<void(std::unique_ptr<Stream>)>;
  // Calls `accepted` for each connection until stop(). When descriptors run out it pauses without
  // spinning and goes on when some are free again.
  virtual void start(Accepted accepted) = 0;
  virtual void stop() = 0;
  // The bound address with the real port, "127.0.0.1:43121".
  [[nodiscard]] virtual std::string address() const = 0;
};

// Threads: post() and stop() from any thread, everything else on the loop's own thread.
class Loop : public Clock {
 public:
  using Work = std::move_only_function<void()>;
  // Runs `work` on the loop's thread in a later turn, in the order of posting.
  virtual void post(Work work) = 0;
  // Runs `work` when the completions that are ready now have run: the place to end what is shared
  // by one turn, such as a read transaction. Loop thread only.
  virtual void at_turn_end(Work work) = 0;
  // Runs `work` once at `when`, at 1 ms resolution. The returned id cancels it; ids are not reused.
  using TimerId = uint64_t;
  virtual TimerId at(Instant when, Work work) = 0;
  virtual void cancel(TimerId id) = 0;
  // Listens on "host:port"; port 0 picks a free one. With several loops on one address the kernel
  // spreads connections (SO_REUSEPORT). Errors: kUnavailable with the reason (in use, no rights).
  virtual Result<std::unique_ptr<Listener>> listen(std::string_view address) = 0;
  // Connects to "host:port": an IP address ("192.0.2.1:80", "[::1]:80"), "localhost", or a name
  // that the system resolves anew each time ("accounts.internal:8080"). Every address of a host is
  // tried in turn, each with its share of the time. Errors: kInvalidArgument (not such a text),
  // kUnavailable (unknown, refused, unreachable), kDeadlineExceeded. The simulated loop knows
  // "localhost", the addresses of its listeners and no other names.
  virtual Task<Result<std::unique_ptr<Stream>>> connect(std::string_view address,
                                                        Instant deadline) = 0;
  // Randomness of this worker.
  virtual Rng& rng() = 0;
  // Nanoseconds spent running work since the start, for the saturation metric.
  [[nodiscard]] virtual Duration busy() const = 0;
  // Runs until stop().
  virtual void run() = 0;
  virtual void stop() = 0;

  // Awaits a moment: `co_await loop.sleep_until(t)`.
  Task<void> sleep_until(Instant when);
};

// A thread that runs work in order: the store's writer and the log writer. In the simulation it is
// a task on the virtual loop, so that every run repeats.
//
// Threads: post() from any thread.
class Executor {
 public:
  virtual ~Executor() = default;  // Runs what was posted, then ends.
  virtual void post(Loop::Work work) = 0;
};

// Makes loops and executors, real or simulated.
class Platform {
 public:
  virtual ~Platform() = default;
  virtual std::unique_ptr<Loop> make_loop() = 0;
  virtual std::unique_ptr<Executor> make_executor(std::string_view name) = 0;
  virtual const Clock& clock() const = 0;
};

}  // namespace servanda

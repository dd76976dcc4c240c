// SPDX-License-Identifier: Apache-2.0
#pragma once
// Controls of the simulated platform: virtual time, in-memory connections, faults.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "io/loop.h"
#include "io/platform.h"

namespace servanda {

// How bytes travel over one simulated connection.
struct WireOptions {
  enum class Chunks : uint8_t {
    kWhole,       // A read gets all that has arrived.
    kRandom,      // A read gets a random part of it, and try_read() sometimes nothing.
    kSingleByte,  // A read gets one byte.
  };
  Chunks reads = Chunks::kWhole;
  enum class Writes : uint8_t { kWhole, kPartial } writes = Writes::kWhole;  // For try_write().
  Duration latency;                 // Each way; a SimulatedPeer receives at once.
  size_t window_bytes = 64 * 1024;  // Sent and not yet read by the other side; then writes wait.
};

// The far end of a connection in a test's hand: sends, collects and breaks things at will.
//
// Lifetime: may outlive the stream at the other end, not the platform.
class SimulatedPeer {
 public:
  virtual ~SimulatedPeer() = default;  // Ends the connection as a closed socket would.
  // Sends at once; the window does not hold the peer back.
  virtual void send(std::string_view bytes) = 0;
  // Ends the peer's direction; it goes on receiving.
  virtual void end() = 0;
  // Breaks the connection: pending and later operations of the stream fail.
  virtual void reset() = 0;
  // Stops taking bytes, so that the stream's writes wait once the window is full.
  virtual void stop_reading() = 0;
  virtual void resume_reading() = 0;
  // Everything received so far.
  [[nodiscard]] virtual const std::string& received() const = 0;
  virtual void clear_received() = 0;
  // Whether the other side has ended its direction or closed.
  [[nodiscard]] virtual bool ended() const = 0;
  // Whether the other side has closed altogether.
  [[nodiscard]] virtual bool closed() const = 0;
};

// One thread, virtual time. Loops and executors made here take turns in an order drawn from the
// seed; what each of them runs keeps its order. Time moves only through the calls below (and
// Loop::run()), so work takes no time.
//
// Threads: one.
class SimulatedPlatform : public Platform {
 public:
  // Moves the calendar without moving monotonic time; it then goes on with it.
  virtual void set_wall(Timestamp wall) = 0;

  // Runs what is ready at this instant, and what that makes ready, without moving time. Work that
  // posts itself for ever is a bug and ends the process after ten million turns.
  virtual void run_ready() = 0;
  // Moves time forward by `span`, running everything that falls due on the way at its own instant.
  virtual void advance(Duration span) = 0;
  // As advance(), but stops as soon as `condition` holds. Whether it came to hold.
  virtual bool run_until(const std::function<bool()>& condition, Duration at_most) = 0;

  // Options of connections made from now on through listeners, connect() and the calls below.
  virtual void set_wire_options(const WireOptions& options) = 0;
  // A stream of `loop` whose far end the test holds. A null loop is a bug.
  virtual std::pair<std::unique_ptr<Stream>, std::unique_ptr<SimulatedPeer>> make_stream(
      Loop& loop) = 0;
  // Connects to a simulated listener; null when nothing listens there. With several listeners on
  // one address the seed chooses.
  virtual std::unique_ptr<SimulatedPeer> connect_peer(std::string_view address) = 0;
};

}  // namespace servanda

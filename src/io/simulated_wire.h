// SPDX-License-Identifier: Apache-2.0
#pragma once
// In-memory connections between two simulated ends.

#include <deque>
#include <string>
#include <string_view>

#include "io/ref.h"
#include "io/simulation.h"

namespace servanda::internal {

// One direction of a connection: bytes on their way, in order, each batch with its arrival time.
// Both ends hold it; each end is told of changes through its hook.
//
// Threads: one.
class Direction final : public Counted {
 public:
  Direction(const Clock& clock, const WireOptions& options) : clock_(clock), options_(options) {}
  ~Direction() override = default;

  // Sending side. room() is what the window still takes.
  [[nodiscard]] size_t room() const;
  void push(std::string_view bytes);
  void end();
  // Receiving side: bytes that have arrived, whether nothing more will come.
  [[nodiscard]] size_t arrived() const;
  [[nodiscard]] bool at_end() const { return ended_ && batches_.empty(); }
  [[nodiscard]] bool ended() const { return ended_; }
  // Takes up to `into.size()` arrived bytes.
  size_t take(std::span<char> into);
  // When the next batch arrives; never() when nothing is on its way.
  [[nodiscard]] Instant next_arrival() const;

  [[nodiscard]] const WireOptions& options() const { return options_; }
  // Called when bytes or the end were sent, and when room was made. Empty when the end is gone.
  std::function<void()> on_sent;
  std::function<void()> on_room;
  // Set when the connection was broken; both directions of a connection break together.
  bool broken = false;

 private:
  struct Batch {
    Instant at;
    std::string bytes;
    size_t taken = 0;
  };
  const Clock& clock_;
  WireOptions options_;
  std::deque<Batch> batches_;
  size_t pending_ = 0;
  bool ended_ = false;
};

// The two directions of one connection seen from one end.
struct WireEnd {
  Ref<Direction> in;
  Ref<Direction> out;
};

// A stream of `loop` at `end`. Random choices come from `rng`.
[[nodiscard]] std::unique_ptr<Stream> make_simulated_stream(Loop& loop, Rng& rng, WireEnd end,
                                                            std::string peer_address);
// A test's hand at `end`.
[[nodiscard]] std::unique_ptr<SimulatedPeer> make_simulated_peer(WireEnd end);

}  // namespace servanda::internal

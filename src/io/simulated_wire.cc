// SPDX-License-Identifier: Apache-2.0
#include "io/simulated_wire.h"

#include <algorithm>
#include <utility>

namespace servanda::internal {

size_t Direction::room() const {
  return pending_ >= options_.window_bytes ? 0 : options_.window_bytes - pending_;
}

void Direction::push(std::string_view bytes) {
  if (bytes.empty() || ended_ || broken) return;
  const Instant at = clock_.now() + options_.latency;
  pending_ += bytes.size();
  if (!batches_.empty() && batches_.back().at == at) {
    batches_.back().bytes.append(bytes);
  } else {
    batches_.push_back({at, std::string(bytes), 0});
  }
  if (on_sent) on_sent();
}

void Direction::end() {
  if (std::exchange(ended_, true)) return;
  if (on_sent) on_sent();
}

size_t Direction::arrived() const {
  size_t count = 0;
  for (const Batch& batch : batches_) {
    if (batch.at > clock_.now()) break;
    count += batch.bytes.size() - batch.taken;
  }
  return count;
}

size_t Direction::take(std::span<char> into) {
  size_t count = 0;
  while (count < into.size() && !batches_.empty() && batches_.front().at <= clock_.now()) {
    Batch& batch = batches_.front();
    const size_t part = std::min(into.size() - count, batch.bytes.size() - batch.taken);
    std::copy_n(batch.bytes.data() + batch.taken, part, into.data() + count);
    batch.taken += part;
    count += part;
    if (batch.taken == batch.bytes.size()) batches_.pop_front();
  }
  pending_ -= count;
  if (count > 0 && on_room) on_room();
  return count;
}

Instant Direction::next_arrival() const {
  for (const Batch& batch : batches_) {
    if (batch.at > clock_.now()) return batch.at;
  }
  return Instant::never();
}

namespace {

std::unexpected<Error> closed() {
  return fail(Code::kCancelled, "Closed.", "closed");
}

std::unexpected<Error> broke() {
  return fail(Code::kCancelled, "The connection broke: reset by the peer.", "reset");
}

void break_both(const WireEnd& end) {
  end.in->broken = true;
  end.out->broken = true;
  if (end.in->on_sent) end.in->on_sent();
  if (end.out->on_sent) end.out->on_sent();
  if (end.in->on_room) end.in->on_room();
  if (end.out->on_room) end.out->on_room();
}

// What a stream and the checks it has posted share.
class StreamState final : public Counted {
 public:
  StreamState(Loop& loop, Rng& rng, WireEnd end) : loop_(loop), rng_(rng), end_(std::move(end)) {}
  ~StreamState() override = default;

  void attach() {
    end_.in->on_sent = [this] { schedule_read_check(); };
    end_.out->on_room = [this] { post_check(); };
  }

  Result<size_t> try_read(std::span<char> into) {
    if (closed_) return closed();
    if (end_.in->broken) return broke();
    const size_t ready = end_.in->arrived();
    if (ready == 0) {
      if (end_.in->at_end()) return size_t{0};
      return fail(Code::kUnavailable, "No data.");
    }
    if (end_.in->options().reads == WireOptions::Chunks::kRandom && rng_.next() % 4 == 0) {
      return fail(Code::kUnavailable, "No data.");
    }
    return take(into, ready);
  }

  void read_some(std::span<char> into, Stream::ReadDone done) {
    read_into_ = into;
    read_done_ = std::move(done);
    schedule_read_check();
  }

  Result<size_t> try_write(std::string_view bytes) {
    if (closed_) return closed();
    if (end_.out->broken) return broke();
    size_t part = std::min(bytes.size(), end_.out->room());
    if (part > 0 && end_.out->options().writes == WireOptions::Writes::kPartial) {
      part = rng_.next() % (part + 1);
    }
    end_.out->push(bytes.substr(0, part));
    return part;
  }

  void write_all(std::string_view bytes, Stream::WriteDone done) {
    write_rest_ = bytes;
    write_done_ = std::move(done);
    post_check();
  }

  void end_writing() {
    if (!closed_) end_.out->end();
  }

  void close() {
    if (std::exchange(closed_, true)) return;
    end_.in->on_sent = nullptr;
    end_.out->on_room = nullptr;
    end_.out->end();
    // What the other side still sends has nowhere to go: its writes must fail.
    end_.in->broken = true;
    if (end_.in->on_room) end_.in->on_room();
    // The posted work owns what it will call: if the loop ends first, both go together.
    if (read_done_) {
      loop_.post([done = std::exchange(read_done_, nullptr)]() mutable { done(closed()); });
    }
    if (write_done_) {
      loop_.post([done = std::exchange(write_done_, nullptr)]() mutable { done(closed()); });
    }
  }

 private:
  size_t take(std::span<char> into, size_t ready) {
    size_t part = std::min(into.size(), ready);
    if (end_.in->options().reads == WireOptions::Chunks::kSingleByte) part = 1;
    if (end_.in->options().reads == WireOptions::Chunks::kRandom) part = 1 + rng_.next() % part;
    return end_.in->take(into.subspan(0, part));
  }

  void schedule_read_check() {
    if (!read_done_) return;
    const bool ready = closed_ || end_.in->broken || end_.in->arrived() > 0 || end_.in->at_end();
    if (ready) {
      post_check();
    } else if (end_.in->next_arrival() != Instant::never()) {
      (void)loop_.at(end_.in->next_arrival(), [self = Ref(this)] { self->check(); });
    }
  }
  void post_check() {
    if (std::exchange(check_posted_, true)) return;
    loop_.post([self = Ref(this)] {
      self->check_posted_ = false;
      self->check();
    });
  }
  void check() {
    check_read();
    check_write();
  }
  void check_read() {
    if (!read_done_) return;
    if (closed_) return std::exchange(read_done_, nullptr)(closed());
    if (end_.in->broken) return std::exchange(read_done_, nullptr)(broke());
    const size_t ready = end_.in->arrived();
    if (ready == 0 && !end_.in->at_end()) return schedule_read_check();
    const size_t got = ready == 0 ? 0 : take(read_into_, ready);
    std::exchange(read_done_, nullptr)(got);
  }
  void check_write() {
    if (!write_done_) return;
    if (closed_) return std::exchange(write_done_, nullptr)(closed());
    if (end_.out->broken) return std::exchange(write_done_, nullptr)(broke());
    const size_t part = std::min(write_rest_.size(), end_.out->room());
    const std::string_view now = write_rest_.substr(0, part);
    write_rest_.remove_prefix(part);
    end_.out->push(now);
    if (write_rest_.empty()) std::exchange(write_done_, nullptr)(Result<void>());
  }

  Loop& loop_;
  Rng& rng_;
  WireEnd end_;
  bool closed_ = false;
  bool check_posted_ = false;
  std::span<char> read_into_;
  Stream::ReadDone read_done_;
  std::string_view write_rest_;
  Stream::WriteDone write_done_;
};

class SimulatedStream final : public Stream {
 public:
  SimulatedStream(Ref<StreamState> state, std::string peer)
      : state_(std::move(state)), peer_(std::move(peer)) {
    state_->attach();
  }
  ~SimulatedStream() override { state_->close(); }
  Result<size_t> try_read(std::span<char> into) override { return state_->try_read(into); }
  void read_some(std::span<char> into, ReadDone done) override {
    state_->read_some(into, std::move(done));
  }
  Result<size_t> try_write(std::string_view bytes) override { return state_->try_write(bytes); }
  void write_all(std::string_view bytes, WriteDone done) override {
    state_->write_all(bytes, std::move(done));
  }
  void end_writing() override { state_->end_writing(); }
  void close() override { state_->close(); }
  std::string_view peer_address() const override { return peer_; }

 private:
  Ref<StreamState> state_;
  std::string peer_;
};

class Peer final : public SimulatedPeer {
 public:
  explicit Peer(WireEnd end) : end_(std::move(end)) {
    end_.in->on_sent = [this] { collect(); };
  }
  ~Peer() override {
    end_.in->on_sent = nullptr;
    end_.out->end();
    end_.in->broken = true;
    if (end_.in->on_room) end_.in->on_room();
  }
  void send(std::string_view bytes) override { end_.out->push(bytes); }
  void end() override { end_.out->end(); }
  void reset() override { break_both(end_); }
  void stop_reading() override { reading_ = false; }
  void resume_reading() override {
    reading_ = true;
    collect();
  }
  const std::string& received() const override {
    const_cast<Peer*>(this)->collect();
    return received_;
  }
  void clear_received() override {
    collect();
    received_.clear();
  }
  bool ended() const override { return end_.in->ended(); }
  bool closed() const override { return end_.out->broken; }

 private:
  void collect() {
    char part[4096];
    while (reading_ && end_.in->arrived() > 0) {
      const size_t got = end_.in->take(part);
      received_.append(part, got);
    }
  }
  WireEnd end_;
  std::string received_;
  bool reading_ = true;
};

}  // namespace

std::unique_ptr<Stream> make_simulated_stream(Loop& loop, Rng& rng, WireEnd end,
                                              std::string peer_address) {
  Ref<StreamState> state(new StreamState(loop, rng, std::move(end)));
  return std::make_unique<SimulatedStream>(std::move(state), std::move(peer_address));
}

std::unique_ptr<SimulatedPeer> make_simulated_peer(WireEnd end) {
  return std::make_unique<Peer>(std::move(end));
}

}  // namespace servanda::internal

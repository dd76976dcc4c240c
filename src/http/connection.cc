// SPDX-License-Identifier: Apache-2.0
#include "http/connection.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace servanda::internal {
namespace {

constexpr size_t kInputBytes = 2048;      // Of an idle connection; most heads fit.
constexpr size_t kInputKeptBytes = 4096;  // Larger memory is given back when the connection idles.
constexpr size_t kReadBytesMin = 512;     // Less room than this is made larger before reading.
constexpr size_t kChunkedInputBytes = 16 * 1024;
constexpr Duration kLingerTime = Duration::seconds(2);
constexpr uint64_t kLingerBytesMax = 256 * 1024;

}  // namespace

Connection::Connection(Ref<ServerState> server, std::unique_ptr<Stream> stream)
    : server_hold_(std::move(server)), server_(*server_hold_), stream_(std::move(stream)) {}

Connection::~Connection() = default;

void Connection::start() {
  const Ref self(this);
  server_.events.on_connection_opened();
  deadline_ = server_.now + server_.limits.head_timeout;
  start_read();
}

void Connection::start_refused() {
  const Ref self(this);
  server_.events.on_connection_opened();
  refuse({503, "too-many-connections", "The server has too many connections."});
  process(Flush::kNow);
}

bool Connection::is_busy() const {
  return phase_ == Phase::kHead || phase_ == Phase::kExchange || handler_running_ || backlog() > 0;
}

void Connection::close_if_idle() {
  if (phase_ == Phase::kIdle && in_.empty() && backlog() == 0) close();
}

// --- Reading -------------------------------------------------------------------------------------

void Connection::start_read() {
  if (reading_ || input_ended_ || deferred_) return;
  if (phase_ == Phase::kClosed || phase_ == Phase::kFlush) return;
  const std::span<char> room = read_room();
  if (room.empty()) return;
  reading_ = true;
  stream_->read_some(room,
                     [self = Ref(this)](Result<size_t> got) { self->on_read(std::move(got)); });
}

// Where the next read goes. Requires: no read is pending, so the input memory may move unless the
// head still points into it.
std::span<char> Connection::read_room() {
  if (phase_ == Phase::kLinger) {
    in_.clear();
    if (in_.capacity() == 0) in_.grow(kInputBytes);
    return in_.room();
  }
  if (phase_ == Phase::kExchange) {
    const bool reads_body = exchange_->body_at_ == Http1Exchange::BodyAt::kReading;
    return reads_body ? body_room() : in_.room();
  }
  if (in_.empty()) in_.clear();
  if (in_.room().size() < kReadBytesMin) {
    in_.compact();
    if (in_.room().size() < kReadBytesMin) {
      const size_t largest = server_.limits.head_bytes_max + kInputBytes;
      in_.grow(std::max(in_.capacity() + kReadBytesMin,
                        std::min(std::max(in_.capacity() * 2, kInputBytes), largest)));
    }
  }
  return in_.room();
}

std::span<char> Connection::body_room() {
  Http1Exchange& exchange = *exchange_;
  if (exchange.head_.body == RequestHead::BodyKind::kSized) {
    // Exactly the body and nothing behind it, in growing steps: a large Content-Length alone must
    // not cost memory.
    ByteBuffer& body = exchange.body_;
    if (body.room().empty()) {
      const uint64_t wanted = body.size() + exchange.body_left_;
      const size_t step = std::max(kChunkedInputBytes, body.capacity() * 2);
      body.grow(static_cast<size_t>(std::min<uint64_t>(wanted, step)));
    }
    reading_body_ = true;
    const std::span<char> room = body.room();
    return room.first(static_cast<size_t>(std::min<uint64_t>(room.size(), exchange.body_left_)));
  }
  if (in_.room().size() >= kReadBytesMin) return in_.room();
  if (head_in_input_) {
    ByteBuffer fresh;
    fresh.grow(kChunkedInputBytes);
    fresh.append(in_.content());
    exchange.retired_.push_back(std::move(in_));
    in_ = std::move(fresh);
    head_in_input_ = false;
  } else {
    in_.compact();
    if (in_.room().size() < kReadBytesMin) in_.grow(in_.capacity() + kChunkedInputBytes);
  }
  return in_.room();
}

void Connection::on_read(Result<size_t> got) {
  reading_ = false;
  const bool into_body = std::exchange(reading_body_, false);
  if (phase_ == Phase::kClosed) return;
  server_.now = server_.loop.now();
  if (!got) return close();
  if (*got == 0) {
    input_ended_ = true;
    return on_end_of_input();
  }
  if (phase_ == Phase::kLinger) {
    dropped_ += *got;
    if (dropped_ > kLingerBytesMax) return close();
    return start_read();
  }
  if (phase_ == Phase::kFlush) return;
  if (into_body) {
    exchange_->body_.filled(*got);
    exchange_->body_left_ -= *got;
    exchange_->body_bytes_ += *got;
  } else {
    in_.filled(*got);
  }
  if (phase_ == Phase::kExchange && exchange_->body_at_ == Http1Exchange::BodyAt::kReading) {
    processing_ = true;
    advance_body();
    processing_ = false;
  }
  process(Flush::kNow);
}

void Connection::on_end_of_input() {
  switch (phase_) {
    case Phase::kIdle:
    case Phase::kHead:
      return process(Flush::kNow);
    case Phase::kExchange:
      exchange_->client_gone_ = true;
      if (exchange_->body_at_ == Http1Exchange::BodyAt::kReading) {
        processing_ = true;
        end_body(fail(Code::kInvalidArgument, "The request body ended early.", "body-incomplete"));
        processing_ = false;
        process(Flush::kNow);
      }
      return;
    case Phase::kDiscard:
      finish_and_close();
      return process(Flush::kNow);
    case Phase::kFlush:
    case Phase::kClosed:
      return;
    case Phase::kLinger:
      return close();
  }
}

// --- The order of things -------------------------------------------------------------------------

void Connection::process(Flush how) {
  if (processing_ || phase_ == Phase::kClosed) return;
  const Ref self(this);
  processing_ = true;
  do {
    deferred_ = false;
    while (step()) {
    }
    if (how == Flush::kNow || deferred_) {
      flush();
    } else {
      schedule_flush();
    }
  } while (deferred_ && phase_ != Phase::kClosed && backlog() == 0);
  processing_ = false;
  start_read();
}

// Takes one step on what was received; false when more input or the handler is needed first.
bool Connection::step() {
  switch (phase_) {
    case Phase::kIdle:
    case Phase::kHead:
      return step_head();
    case Phase::kDiscard:
      return step_discard();
    default:
      return false;
  }
}

bool Connection::step_head() {
  if (in_.empty()) {
    if (phase_ == Phase::kIdle) release_memory();
    if (input_ended_) finish_and_close();
    return false;
  }
  if (backlog() > server_.limits.output_buffer_bytes_max) {
    deferred_ = true;
    return false;
  }
  if (phase_ == Phase::kIdle) {
    phase_ = Phase::kHead;
    deadline_ = server_.now + server_.limits.head_timeout;
    if (!exchange_) {
      exchange_ = server_.take_exchange();
      exchange_->attach(*this);
    }
  }
  switch (exchange_->parser_.advance(in_.content())) {
    case HeadParser::Progress::kMore:
      if (input_ended_) refuse({400, "head-incomplete", "The request head ended early."});
      return false;
    case HeadParser::Progress::kRefused:
      refuse(exchange_->parser_.refusal());
      return false;
    case HeadParser::Progress::kComplete:
      begin_exchange();
      return true;
  }
  return false;
}

void Connection::begin_exchange() {
  Http1Exchange& exchange = *exchange_;
  exchange.parser_.fill(in_.content(), exchange.head_);
  exchange.head_.received_at = server_.now;
  in_.consume(exchange.parser_.head_bytes());
  if (exchange.head_.content_length > server_.limits.body_bytes_max) {
    return refuse({413, "body-too-large", "The request body is larger than this server takes."});
  }
  head_in_input_ = true;
  ++requests_;
  exchange.owes_continue_ = exchange.parser_.expects_continue();
  exchange.body_left_ = exchange.head_.content_length;
  exchange.body_at_ = exchange.head_.body == RequestHead::BodyKind::kNone
                          ? Http1Exchange::BodyAt::kComplete
                          : Http1Exchange::BodyAt::kWaiting;
  phase_ = Phase::kExchange;
  handler_running_ = true;
  spawn(run(Ref(this)));
}

Task<void> Connection::run(Ref<Connection> self) {
  Task<void> handled = self->server_.handler.handle(*self->exchange_);
  co_await handled;
  self->on_handler_done();
}

void Connection::on_handler_done() {
  handler_running_ = false;
  if (phase_ == Phase::kClosed) return unlist();
  if (exchange_->answer_at_ == Http1Exchange::AnswerAt::kNone) {
    SERVANDA_BUG("a handler ended without an answer");
    append_problem({500, "internal", "The server failed to answer."}, server_.new_trace_id());
    close_after_ = true;
  } else if (exchange_->answer_at_ == Http1Exchange::AnswerAt::kStreaming) {
    SERVANDA_BUG("a handler ended in the middle of its answer");
    close_after_ = true;  // Without the last chunk the client knows that something is missing.
  }
  if (!processing_) server_.now = server_.loop.now();
  after_exchange();
  process(Flush::kAtTurnEnd);
}

void Connection::after_exchange() {
  // A read into the body that nobody waits for any more cannot be taken back.
  if (close_after_ || reading_body_) return finish_and_close();
  if (exchange_->wants_body()) {
    phase_ = Phase::kDiscard;
    dropped_ = 0;
    exchange_->body_at_ = Http1Exchange::BodyAt::kReading;
    exchange_->body_began_ = exchange_->body_progress_ = server_.now;
    return;
  }
  phase_ = Phase::kIdle;
  head_in_input_ = false;
  deadline_ = server_.now + server_.limits.keep_alive_timeout;
  exchange_->recycle();
  if (server_.draining && in_.empty()) finish_and_close();
}

bool Connection::step_discard() {
  head_in_input_ = false;
  const uint64_t before = exchange_->body_bytes_;
  advance_body();
  dropped_ += exchange_->body_bytes_ - before;
  const bool failed = exchange_->body_at_ == Http1Exchange::BodyAt::kFailed;
  if (failed || dropped_ > Http1Exchange::kDiscardBytesMax) {
    finish_and_close();
    return false;
  }
  if (exchange_->wants_body()) return false;
  after_exchange();
  return true;
}

void Connection::refuse(const Refusal& refusal) {
  const std::string trace_id = server_.new_trace_id();
  append_problem(refusal, trace_id);
  finish_and_close();
  server_.events.on_refused(refusal.status, refusal.reason, stream_->peer_address(), trace_id);
}

// --- Closing -------------------------------------------------------------------------------------

void Connection::finish_and_close() {
  phase_ = Phase::kFlush;
  close_after_ = true;
}

void Connection::on_flushed() {
  wake_writer({});
  if (phase_ == Phase::kFlush) {
    begin_linger();
  } else if (deferred_) {
    process(Flush::kNow);
  }
}

// RFC 9112 section 9.6: closing at once while the client still sends would destroy the answer
// before it is read.
void Connection::begin_linger() {
  if (input_ended_) return close();
  phase_ = Phase::kLinger;
  dropped_ = 0;
  deadline_ = server_.now + kLingerTime;
  stream_->end_writing();
  release_memory();
  start_read();
}

void Connection::close() {
  if (phase_ == Phase::kClosed) return;
  const Ref self(this);
  phase_ = Phase::kClosed;
  stream_->close();
  server_.events.on_connection_closed();
  if (exchange_ && handler_running_) {
    exchange_->client_gone_ = true;
    if (exchange_->wants_body()) {
      end_body(fail(Code::kCancelled, "The client is gone.", "client-gone"));
    }
    wake_writer(fail(Code::kCancelled, "The client is gone.", "client-gone"));
  }
  if (!handler_running_) unlist();
}

void Connection::unlist() {
  if (list_hold) server_.unlist(*this);
}

// Gives back what an idle connection does not need. Memory that a pending read fills stays.
void Connection::release_memory() {
  if (exchange_ && !handler_running_ && !reading_body_) {
    exchange_->recycle();
    server_.give_exchange(std::move(exchange_));
  }
  if (!reading_ && in_.empty() && in_.capacity() > kInputKeptBytes) in_.release();
}

// --- Time ----------------------------------------------------------------------------------------

bool Connection::is_overdue(Instant now) const {
  const ServerLimits& limits = server_.limits;
  if (phase_ == Phase::kClosed) return false;
  if (!sending_.empty()) return now - write_progress_ >= limits.write_stall_timeout;
  switch (phase_) {
    case Phase::kIdle:
    case Phase::kHead:
    case Phase::kLinger:
      return now >= deadline_;
    case Phase::kExchange:
    case Phase::kDiscard:
      return body_is_slow(now);
    default:
      return false;
  }
}

void Connection::act_on_overdue(Instant now) {
  if (!is_overdue(now)) return;
  const Ref self(this);
  if (!sending_.empty()) {
    server_.events.on_refused(0, "write-stalled", stream_->peer_address(), {});
    return close();
  }
  switch (phase_) {
    case Phase::kIdle:
      if (requests_ > 0) return close();
      [[fallthrough]];
    case Phase::kHead:
      refuse({408, "head-timeout", "The request head took too long."});
      return process(Flush::kNow);
    case Phase::kExchange:
      processing_ = true;
      end_body(fail(Code::kRequestTimeout, "The request body took too long.", "body-timeout"));
      processing_ = false;
      return process(Flush::kNow);
    default:
      return close();
  }
}

}  // namespace servanda::internal

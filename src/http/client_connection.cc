// SPDX-License-Identifier: Apache-2.0
#include "http/client_connection.h"

#include <algorithm>
#include <utility>

namespace servanda::internal {
namespace {

constexpr size_t kInputBytes = 16 * 1024;  // For reading; most answers fit.
constexpr size_t kReadBytesMin = 512;      // Less room than this is made larger before reading.
constexpr size_t kPieceBytes = 64 * 1024;  // Of a body that is copied to be sent.
constexpr size_t kOutputKeptBytes = 80 * 1024;  // Larger memory is given back after an exchange.
constexpr int kReadsInARowMax = 16;             // Then others have their turn.

}  // namespace

ClientConnection::ClientConnection(Ref<ClientState> state)
    : state_(std::move(state)),
      parser_({.head_bytes_max = state_->limits.head_bytes_max}),
      chunks_({}) {}

ClientConnection::~ClientConnection() = default;

// --- Connecting ----------------------------------------------------------------------------------

void ClientConnection::connect(ClientExchange& first) {
  const Ref self(this);
  exchange_ = &first;
  first.connection = this;
  connect_waits_ = true;
  const Instant latest = state_->loop.now() + state_->limits.connect_max;
  connecting_.emplace(run_connect(*this, std::min(first.deadline, latest)));
  connecting_->await_suspend(std::noop_coroutine());
}

// Destroyed by close() while it waits; therefore holds nothing that closes.
Task<void> ClientConnection::run_connect(ClientConnection& self, Instant until) {
  Task<Result<std::unique_ptr<Stream>>> connecting =
      self.state_->loop.connect(self.state_->address, until);
  Result<std::unique_ptr<Stream>> stream = co_await connecting;
  self.on_connected(std::move(stream));
}

void ClientConnection::on_connected(Result<std::unique_ptr<Stream>> stream) {
  connect_waits_ = false;
  // The coroutine that calls this cannot be destroyed from inside it.
  state_->loop.at_turn_end([self = Ref(this)] { self->connecting_.reset(); });
  if (stream) {
    stream_ = std::move(*stream);
    return begin(*exchange_);
  }
  if (state_->loop.now() >= exchange_->deadline) return fail_exchange(upstream_timeout());
  fail_exchange(upstream_error(Code::kUnavailable, "upstream-unreachable",
                               "The service behind this one cannot be reached."));
}

// --- One exchange --------------------------------------------------------------------------------

void ClientConnection::begin(ClientExchange& exchange) {
  const Ref self(this);
  exchange_ = &exchange;
  exchange.connection = this;
  exchange.into.clear();
  parser_.reset(exchange.request.method == "HEAD" ? ResponseParser::Asked::kHead
                                                  : ResponseParser::Asked::kOther);
  phase_ = Phase::kHead;
  sent_any_ = heard_any_ = false;
  send_request();
  start_read();
}

// The pending read stays: a look takes nothing from a connection that is sound.
bool ClientConnection::has_gone() {
  char unasked = 0;
  const Result<size_t> got = stream_->try_read({&unasked, 1});
  return got || got.error().code != Code::kUnavailable;
}

void ClientConnection::finish() {
  ClientExchange& exchange = *exchange_;
  const bool stays = parser_.head().keeps_alive && !writing_ && in_.empty();
  if (!stays) {
    close(Place::kFreed);
    return exchange.end({});
  }
  exchange.connection = nullptr;
  exchange_ = nullptr;
  was_used_ = true;
  phase_ = Phase::kIdle;
  if (in_.capacity() > kInputBytes) in_.release();
  if (out_.capacity() > kOutputKeptBytes) out_ = std::string();
  state_->release(*this);
  start_read();
  exchange.end({});
}

void ClientConnection::fail_exchange(std::unexpected<Error> error) {
  ClientExchange& exchange = *exchange_;
  close(Place::kFreed);
  exchange.end(std::move(error));
}

void ClientConnection::refuse_answer(const Refusal& refusal) {
  if (refusal.reason == "head-too-large") return refuse_size();
  fail_exchange(
      upstream_error(Code::kInternal, "upstream-answer",
                     "The service behind this one gave an answer that is not valid HTTP. " +
                         std::string(refusal.detail)));
}

void ClientConnection::refuse_size() {
  fail_exchange(upstream_error(Code::kInternal, "upstream-answer-size",
                               "The answer of the service behind this one is too large."));
}

// The connection ended before a whole answer was there.
void ClientConnection::lose() {
  ClientExchange& exchange = *exchange_;
  const bool may_be_twice =
      was_used_ && exchange.request.repeat == ClientRequest::Repeat::kOnLostConnection;
  const bool repeats = !exchange.was_repeated && !heard_any_ && (may_be_twice || !sent_any_);
  if (!repeats) {
    return fail_exchange(upstream_error(
        Code::kUnavailable, "upstream-lost",
        "The connection to the service behind this one broke before the whole answer came."));
  }
  exchange.was_repeated = true;
  close(Place::kKept);
  state_->connect(exchange);
}

void ClientConnection::close(Place place) {
  if (phase_ == Phase::kClosed) return;
  const Ref self(this);
  if (phase_ == Phase::kIdle) --state_->idle_count;
  phase_ = Phase::kClosed;
  unlink();
  list_hold = {};
  if (exchange_) std::exchange(exchange_, nullptr)->connection = nullptr;
  if (std::exchange(connect_waits_, false)) connecting_.reset();
  if (stream_) stream_->close();
  if (place == Place::kFreed) state_->free_place();
}

// --- The request ---------------------------------------------------------------------------------

void ClientConnection::send_request() {
  const ClientRequest& request = exchange_->request;
  out_.clear();
  append_request_head(out_, request);
  const size_t copied = std::min(request.body.size(), kPieceBytes);
  out_.append(request.body.substr(0, copied));
  body_left_ = request.body.substr(copied);
  sent_ = 0;
  writing_ = true;
  write_on();
}

void ClientConnection::write_on() {
  for (;;) {
    const bool from_output = sent_ < out_.size();
    const std::string_view next = from_output ? std::string_view(out_).substr(sent_) : body_left_;
    if (next.empty()) {
      writing_ = false;
      return;
    }
    Result<size_t> taken = stream_->try_write(next);
    if (!taken) return on_write_failed();
    sent_any_ = sent_any_ || *taken > 0;
    if (from_output) {
      sent_ += *taken;
    } else {
      body_left_.remove_prefix(*taken);
    }
    if (*taken < next.size()) return wait_to_write();
  }
}

void ClientConnection::wait_to_write() {
  if (sent_ == out_.size()) {
    out_.assign(body_left_.substr(0, kPieceBytes));
    body_left_.remove_prefix(out_.size());
    sent_ = 0;
  }
  sent_any_ = true;  // A write that fails does not tell how far it came.
  stream_->write_all(
      std::string_view(out_).substr(sent_),
      [self = Ref(this)](Result<void> written) { self->on_written(std::move(written)); });
}

void ClientConnection::on_written(Result<void> written) {
  if (phase_ == Phase::kClosed) return;
  if (!written) return on_write_failed();
  sent_ = out_.size();
  write_on();
}

// A server may answer and close without reading the whole request: its answer can still be read, or
// reading tells that there is none.
void ClientConnection::on_write_failed() {
  if (!sent_any_) lose();
}

// --- The answer ----------------------------------------------------------------------------------

void ClientConnection::start_read() {
  if (reading_ || phase_ == Phase::kClosed) return;
  if (in_.empty()) in_.clear();
  if (in_.room().size() < kReadBytesMin) in_.grow(std::max(in_.capacity() * 2, kInputBytes));
  reading_ = true;
  stream_->read_some(in_.room(),
                     [self = Ref(this)](Result<size_t> got) { self->on_read(std::move(got)); });
}

void ClientConnection::on_read(Result<size_t> got) {
  reading_ = false;
  if (phase_ == Phase::kClosed) return;
  if (!exchange_) return close(Place::kFreed);
  if (!got) return lose();
  if (*got == 0) return on_end_of_input();
  heard_any_ = true;
  const size_t room = in_.room().size();
  in_.filled(*got);
  advance(room - *got);
}

void ClientConnection::on_end_of_input() {
  if (phase_ == Phase::kUntilClose) return finish();
  lose();
}

// Goes on with what was read, and with what more is there: a read that left room in its memory has
// emptied the socket.
void ClientConnection::advance(size_t room) {
  for (int reads = 0;; ++reads) {
    if (take() == Step::kOver) return;
    if (room > 0 || reads == kReadsInARowMax) break;
    Result<size_t> got = read_now(room);
    if (!got && got.error().code == Code::kUnavailable) break;
    if (!got) return lose();
    if (*got == 0) return on_end_of_input();
  }
  start_read();
}

// Reads without waiting; `room` becomes what was left of the memory offered. What is left of a
// large sized body goes straight to its place, in growing steps: a large Content-Length alone must
// not cost memory.
Result<size_t> ClientConnection::read_now(size_t& room) {
  Result<size_t> got = size_t{0};
  if (phase_ == Phase::kSized) {
    std::string& body = exchange_->into.body;
    const size_t before = body.size();
    const size_t wanted =
        static_cast<size_t>(std::min<uint64_t>(answer_left_, std::max(before, kPieceBytes)));
    body.resize_and_overwrite(before + wanted, [&](char* bytes, size_t) {
      got = stream_->try_read({bytes + before, wanted});
      return before + got.value_or(0);
    });
    answer_left_ -= got.value_or(0);
    room = wanted - got.value_or(0);
    return got;
  }
  if (in_.empty()) in_.clear();
  if (in_.room().size() < kReadBytesMin) in_.grow(std::max(in_.capacity() * 2, kInputBytes));
  got = stream_->try_read(in_.room());
  room = in_.room().size() - got.value_or(0);
  in_.filled(got.value_or(0));
  return got;
}

ClientConnection::Step ClientConnection::take() {
  if (phase_ == Phase::kHead && take_head() == Step::kOver) return Step::kOver;
  switch (phase_) {
    case Phase::kSized:
      return take_sized();
    case Phase::kChunked:
      return take_chunks();
    case Phase::kUntilClose: {
      const std::string_view content = in_.content();
      in_.consume(content.size());
      return take_content(content);
    }
    default:
      return Step::kMore;
  }
}

ClientConnection::Step ClientConnection::take_head() {
  switch (parser_.advance(in_.content())) {
    case ResponseParser::Progress::kMore:
      return Step::kMore;
    case ResponseParser::Progress::kRefused:
      refuse_answer(parser_.refusal());
      return Step::kOver;
    case ResponseParser::Progress::kComplete:
      break;
  }
  const ResponseHead& head = parser_.head();
  ClientAnswer& answer = exchange_->into;
  answer.status = head.status;
  answer.head.assign(in_.content().substr(0, parser_.head_bytes()));
  parser_.fill(answer.head, answer.fields);
  in_.consume(parser_.head_bytes());
  switch (head.body) {
    case ResponseHead::BodyKind::kNone:
      finish();
      return Step::kOver;
    case ResponseHead::BodyKind::kSized:
      if (head.content_length > state_->limits.answer_bytes_max) {
        refuse_size();
        return Step::kOver;
      }
      phase_ = Phase::kSized;
      answer_left_ = head.content_length;
      answer.body.reserve(static_cast<size_t>(std::min<uint64_t>(answer_left_, kPieceBytes)));
      return Step::kMore;
    case ResponseHead::BodyKind::kChunked:
      phase_ = Phase::kChunked;
      chunks_.reset();
      return Step::kMore;
    case ResponseHead::BodyKind::kUntilClose:
      phase_ = Phase::kUntilClose;
      return Step::kMore;
  }
  return Step::kMore;
}

ClientConnection::Step ClientConnection::take_sized() {
  const std::string_view content =
      in_.content().substr(0, static_cast<size_t>(std::min<uint64_t>(answer_left_, in_.size())));
  exchange_->into.body.append(content);
  in_.consume(content.size());
  answer_left_ -= content.size();
  if (answer_left_ > 0) return Step::kMore;
  finish();
  return Step::kOver;
}

ClientConnection::Step ClientConnection::take_chunks() {
  for (;;) {
    const ChunkedDecoder::Step step = chunks_.next(in_.content());
    in_.consume(step.consumed);
    switch (step.kind) {
      case ChunkedDecoder::Step::Kind::kMore:
        return Step::kMore;
      case ChunkedDecoder::Step::Kind::kContent:
        if (take_content(step.content) == Step::kOver) return Step::kOver;
        break;
      case ChunkedDecoder::Step::Kind::kComplete:
        finish();
        return Step::kOver;
      case ChunkedDecoder::Step::Kind::kRefused:
        refuse_answer(chunks_.refusal());
        return Step::kOver;
    }
  }
}

ClientConnection::Step ClientConnection::take_content(std::string_view content) {
  std::string& body = exchange_->into.body;
  if (content.size() > state_->limits.answer_bytes_max - body.size()) {
    refuse_size();
    return Step::kOver;
  }
  body.append(content);
  return Step::kMore;
}

}  // namespace servanda::internal

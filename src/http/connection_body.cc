// SPDX-License-Identifier: Apache-2.0
// Request bodies: sized and chunked, stored for the handler or dropped behind it.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "http/connection.h"

namespace servanda::internal {
namespace {

// Bytes in the first seconds prove nothing: a slow start is no attack.
constexpr Duration kRateGrace = Duration::seconds(5);
constexpr size_t kBodyKeptBytes = 64 * 1024;

std::unexpected<Error> too_large(size_t bytes_max) {
  return fail(Code::kTooLarge, "The request body is larger than " + bytes_text(bytes_max) + ".",
              "body-too-large");
}

struct WaiterGuard {
  Completion<Result<void>>*& waiter;
  ~WaiterGuard() { waiter = nullptr; }
};

}  // namespace

Http1Exchange::Http1Exchange(const ServerLimits& limits)
    : parser_({limits.request_line_bytes_max, limits.head_bytes_max, limits.header_count_max}),
      chunks_({limits.chunk_extension_bytes_max, limits.trailer_bytes_max}) {}

std::string_view Http1Exchange::peer_address() const {
  return connection_->stream_->peer_address();
}

void Http1Exchange::recycle() {
  parser_.reset();
  chunks_.reset();
  arena_.reset();
  body_at_ = BodyAt::kComplete;
  body_left_ = body_bytes_ = body_max_ = 0;
  owes_continue_ = false;
  body_.clear();
  if (body_.capacity() > kBodyKeptBytes) body_.release();
  body_view_ = {};
  body_error_ = {};
  body_waiter_ = nullptr;
  retired_.clear();
  answer_at_ = AnswerAt::kNone;
  answer_is_chunked_ = answer_is_bare_ = client_gone_ = false;
  answer_bytes_ = 0;
  write_waiter_ = nullptr;
}

bool Http1Exchange::can_discard() const {
  if (body_at_ == BodyAt::kComplete) return true;
  if (body_at_ == BodyAt::kFailed || owes_continue_) return false;
  return head_.body == RequestHead::BodyKind::kChunked || body_left_ <= kDiscardBytesMax;
}

Task<Result<std::string_view>> Http1Exchange::read_body(size_t bytes_max) {
  using Body = Result<std::string_view>;
  if (body_at_ == BodyAt::kWaiting) connection_->start_body(bytes_max);
  if (body_at_ == BodyAt::kReading) {
    Completion<Result<void>> ended;
    body_waiter_ = &ended;
    const WaiterGuard guard{body_waiter_};
    connection_->start_read();
    Result<void> result = co_await ended;
    if (!result) co_return Body(pass(result));
  }
  if (body_at_ == BodyAt::kFailed) co_return Body(std::unexpected<Error>(body_error_));
  if (body_view_.size() > bytes_max) co_return Body(too_large(bytes_max));
  co_return Body(body_view_);
}

void Connection::start_body(size_t bytes_max) {
  Http1Exchange& exchange = *exchange_;
  exchange.body_max_ = std::min(bytes_max, server_.limits.body_bytes_max);
  exchange.body_at_ = Http1Exchange::BodyAt::kReading;
  if (phase_ == Phase::kClosed) {
    return end_body(fail(Code::kCancelled, "The client is gone.", "client-gone"));
  }
  if (exchange.body_left_ > exchange.body_max_) return end_body(too_large(exchange.body_max_));
  server_.now = server_.loop.now();
  exchange.body_began_ = exchange.body_progress_ = server_.now;
  if (exchange.owes_continue_) {
    exchange.owes_continue_ = false;
    output() += "HTTP/1.1 100 Continue\r\n\r\n";
    flush();
    if (phase_ == Phase::kClosed) return;
  }
  const bool is_sized = exchange.head_.body == RequestHead::BodyKind::kSized;
  if (is_sized && in_.size() >= exchange.body_left_) {
    const size_t size = static_cast<size_t>(exchange.body_left_);
    exchange.body_view_ = in_.content().substr(0, size);
    exchange.body_bytes_ = size;
    exchange.body_left_ = 0;
    exchange.body_at_ = Http1Exchange::BodyAt::kComplete;
    in_.consume(size);
    return;
  }
  advance_body();
  if (exchange.body_at_ == Http1Exchange::BodyAt::kReading && input_ended_) {
    end_body(fail(Code::kInvalidArgument, "The request body ended early.", "body-incomplete"));
  }
}

// Takes what has arrived. May run the handler on, if that ends its wait.
void Connection::advance_body() {
  Http1Exchange& exchange = *exchange_;
  exchange.body_progress_ = server_.now;
  if (exchange.head_.body == RequestHead::BodyKind::kChunked) return take_chunks();
  const size_t part = static_cast<size_t>(std::min<uint64_t>(exchange.body_left_, in_.size()));
  if (phase_ == Phase::kExchange) exchange.body_.append(in_.content().substr(0, part));
  in_.consume(part);
  exchange.body_left_ -= part;
  exchange.body_bytes_ += part;
  if (exchange.body_left_ == 0) end_body({});
}

void Connection::take_chunks() {
  Http1Exchange& exchange = *exchange_;
  for (;;) {
    const ChunkedDecoder::Step step = exchange.chunks_.next(in_.content());
    in_.consume(step.consumed);
    switch (step.kind) {
      case ChunkedDecoder::Step::Kind::kMore:
        return;
      case ChunkedDecoder::Step::Kind::kContent:
        exchange.body_bytes_ += step.content.size();
        if (phase_ != Phase::kExchange) {
          if (exchange.body_bytes_ > server_.limits.body_bytes_max) {
            return end_body(too_large(server_.limits.body_bytes_max));
          }
          break;
        }
        if (exchange.body_bytes_ > exchange.body_max_)
          return end_body(too_large(exchange.body_max_));
        exchange.body_.append(step.content);
        break;
      case ChunkedDecoder::Step::Kind::kComplete:
        return end_body({});
      case ChunkedDecoder::Step::Kind::kRefused: {
        const Refusal& refusal = exchange.chunks_.refusal();
        const Code code = refusal.status == 431 ? Code::kHeadersTooLarge : Code::kInvalidArgument;
        return end_body(fail(code, std::string(refusal.detail), std::string(refusal.reason)));
      }
    }
  }
}

void Connection::end_body(Result<void> result) {
  Http1Exchange& exchange = *exchange_;
  if (result) {
    exchange.body_at_ = Http1Exchange::BodyAt::kComplete;
    exchange.body_view_ = exchange.body_.content();
  } else {
    exchange.body_at_ = Http1Exchange::BodyAt::kFailed;
    exchange.body_error_ = result.error();
    close_after_ = true;
  }
  if (!exchange.body_waiter_) return;
  std::exchange(exchange.body_waiter_, nullptr)->set(std::move(result));
}

bool Connection::body_is_slow(Instant now) const {
  const Http1Exchange& exchange = *exchange_;
  if (exchange.body_at_ != Http1Exchange::BodyAt::kReading) return false;
  const ServerLimits& limits = server_.limits;
  if (now - exchange.body_progress_ >= limits.body_stall_timeout) return true;
  const Duration taken = now - exchange.body_began_;
  if (taken <= kRateGrace) return false;
  const double rate = static_cast<double>(exchange.body_bytes_) / taken.to_seconds();
  return rate < static_cast<double>(limits.body_rate_min);
}

}  // namespace servanda::internal

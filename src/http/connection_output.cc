// SPDX-License-Identifier: Apache-2.0
// Answers and their way to the stream.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/check.h"
#include "base/problem.h"
#include "http/answer_head.h"
#include "http/connection.h"

namespace servanda::internal {
namespace {

// So that progress shows at least this often while a slow client reads a large answer.
constexpr size_t kSendPieceBytes = 64 * 1024;

Code code_for(int status) {
  switch (status) {
    case 405:
      return Code::kMethodNotAllowed;
    case 408:
      return Code::kRequestTimeout;
    case 413:
      return Code::kTooLarge;
    case 414:
      return Code::kTargetTooLong;
    case 417:
      return Code::kExpectationFailed;
    case 431:
      return Code::kHeadersTooLarge;
    case 500:
      return Code::kInternal;
    case 501:
      return Code::kUnimplemented;
    case 503:
      return Code::kUnavailable;
    default:
      return Code::kInvalidArgument;
  }
}

std::unexpected<Error> gone() {
  return fail(Code::kCancelled, "The client is gone.", "client-gone");
}

// Takes the waiter back when the waiting coroutine ends or is destroyed.
struct WaiterGuard {
  Completion<Result<void>>*& waiter;
  ~WaiterGuard() { waiter = nullptr; }
};

}  // namespace

std::string& Connection::output() {
  if (out_.capacity() <= std::string().capacity()) out_ = server_.take_output();
  return out_;
}

void Connection::append_problem(const Refusal& refusal, std::string_view trace_id) {
  const Error error{
      code_for(refusal.status), std::string(refusal.detail), std::string(refusal.reason), {}};
  const std::string body = problem_body(error, trace_id, refusal.status);
  std::array<HeaderField, 2> fields{{{"Content-Type", "application/problem+json"}, {}}};
  size_t count = 1;
  if (refusal.status == 405) {
    fields[count++] = {"Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"};
  } else if (refusal.status == 503) {
    fields[count++] = {"Retry-After", "1"};
  }
  append_answer_head(output(), {.status = refusal.status,
                                .fields = std::span(fields).first(count),
                                .content_length = body.size(),
                                .connection = AnswerHead::Connection::kClose,
                                .date_line = server_.date_line()});
  out_ += body;
}

void Connection::schedule_flush() {
  if (flush_scheduled_ || phase_ == Phase::kClosed) return;
  flush_scheduled_ = true;
  server_.loop.at_turn_end([self = Ref(this)] {
    self->flush_scheduled_ = false;
    self->flush();
  });
}

void Connection::flush() {
  if (phase_ == Phase::kClosed || !sending_.empty()) return;
  if (out_.empty()) return on_flushed();
  Result<size_t> taken = stream_->try_write(out_);
  if (!taken) return close();
  if (*taken == out_.size()) {
    server_.give_output(std::exchange(out_, {}));
    return on_flushed();
  }
  sending_ = std::exchange(out_, {});
  sent_ = *taken;
  write_progress_ = server_.loop.now();
  send_rest();
}

void Connection::send_rest() {
  piece_ = std::min(kSendPieceBytes, sending_.size() - sent_);
  stream_->write_all(
      std::string_view(sending_).substr(sent_, piece_),
      [self = Ref(this)](Result<void> written) { self->on_written(std::move(written)); });
}

void Connection::on_written(Result<void> written) {
  if (phase_ == Phase::kClosed) return;
  server_.now = server_.loop.now();
  if (!written) return close();
  sent_ += piece_;
  write_progress_ = server_.now;
  if (sent_ < sending_.size()) {
    send_rest();
    if (backlog() <= server_.limits.output_buffer_bytes_max) wake_writer({});
    return;
  }
  server_.give_output(std::exchange(sending_, {}));
  sent_ = 0;
  // An idle connection's time counts from when its client has read everything.
  if (phase_ == Phase::kIdle) deadline_ = server_.now + server_.limits.keep_alive_timeout;
  flush();
}

void Connection::wake_writer(Result<void> result) {
  if (!exchange_ || !exchange_->write_waiter_) return;
  std::exchange(exchange_->write_waiter_, nullptr)->set(std::move(result));
}

bool Http1Exchange::answer_has_no_body(int status) const {
  return head_.method == "HEAD" || status == 204 || status == 304;
}

// Decides whether the connection ends with this answer. Depends on nothing but what the client
// sent, so that the same bytes get the same answer however they were split.
void Http1Exchange::decide_close() {
  Connection& connection = *connection_;
  const bool stays = parser_.keeps_alive() && can_discard() && !connection.server_.draining &&
                     connection.requests_ < connection.server_.limits.requests_per_connection_max;
  if (!stays) connection.close_after_ = true;
}

void Http1Exchange::append_head(int status, std::span<const HeaderField> fields, uint64_t length,
                                Delivery delivery) {
  using Framing = AnswerHead::Framing;
  Connection& connection = *connection_;
  if (!connection.processing_) connection.server_.now = connection.server_.loop.now();
  AnswerHead head{.status = status,
                  .fields = fields,
                  .content_length = length,
                  .date_line = connection.server_.date_line()};
  if (status == 204 || status == 304) {
    head.framing = Framing::kNone;
  } else if (delivery == Delivery::kStreamed) {
    head.framing = head_.version == HttpVersion::k10 ? Framing::kUntilClose : Framing::kChunked;
    if (head.framing == Framing::kUntilClose) connection.close_after_ = true;
  }
  answer_is_chunked_ = head.framing == Framing::kChunked;
  answer_is_bare_ = answer_has_no_body(status);
  if (connection.close_after_) {
    head.connection = AnswerHead::Connection::kClose;
  } else if (head_.version == HttpVersion::k10) {
    head.connection = AnswerHead::Connection::kKeepAlive;
  }
  append_answer_head(connection.output(), head);
}

void Http1Exchange::answer(int status, std::span<const HeaderField> fields, std::string_view body) {
  if (answer_at_ != AnswerAt::kNone) return SERVANDA_BUG("an exchange was answered twice");
  answer_at_ = AnswerAt::kComplete;
  Connection& connection = *connection_;
  if (connection.phase_ == Connection::Phase::kClosed) return;
  decide_close();
  append_head(status, fields, body.size(), Delivery::kWhole);
  if (!answer_is_bare_) {
    connection.out_.append(body);
    answer_bytes_ = body.size();
  }
  if (!connection.processing_) connection.schedule_flush();
}

void Http1Exchange::start_answer(int status, std::span<const HeaderField> fields) {
  if (answer_at_ != AnswerAt::kNone) return SERVANDA_BUG("an exchange was answered twice");
  answer_at_ = AnswerAt::kStreaming;
  Connection& connection = *connection_;
  if (connection.phase_ == Connection::Phase::kClosed) return;
  decide_close();
  append_head(status, fields, 0, Delivery::kStreamed);
  if (!connection.processing_) connection.schedule_flush();
}

Task<Result<void>> Http1Exchange::write(std::string_view bytes) {
  Connection& connection = *connection_;
  if (answer_at_ != AnswerAt::kStreaming) {
    SERVANDA_BUG("write() outside of a streamed answer");
    co_return Result<void>(fail(Code::kInternal, "No answer was started.", "bug"));
  }
  if (connection.phase_ == Connection::Phase::kClosed) co_return Result<void>(gone());
  if (!bytes.empty() && !answer_is_bare_) {
    std::string& out = connection.output();
    if (answer_is_chunked_) {
      char size[20];
      const auto size_end = std::to_chars(size, size + sizeof size, bytes.size(), 16).ptr;
      out.append(size, size_end);
      out += "\r\n";
    }
    out += bytes;
    if (answer_is_chunked_) out += "\r\n";
    answer_bytes_ += bytes.size();
  }
  connection.flush();
  if (connection.phase_ == Connection::Phase::kClosed) co_return Result<void>(gone());
  if (connection.backlog() <= connection.server_.limits.output_buffer_bytes_max) {
    co_return Result<void>();
  }
  Completion<Result<void>> drained;
  write_waiter_ = &drained;
  const WaiterGuard guard{write_waiter_};
  Result<void> result = co_await drained;
  co_return result;
}

void Http1Exchange::end_answer() {
  if (answer_at_ != AnswerAt::kStreaming) return SERVANDA_BUG("end_answer() without a start");
  answer_at_ = AnswerAt::kComplete;
  Connection& connection = *connection_;
  if (connection.phase_ == Connection::Phase::kClosed) return;
  if (answer_is_chunked_ && !answer_is_bare_) connection.output() += "0\r\n\r\n";
  if (!connection.processing_) connection.schedule_flush();
}

}  // namespace servanda::internal

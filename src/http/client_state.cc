// SPDX-License-Identifier: Apache-2.0
#include "http/client_state.h"

#include <algorithm>
#include <utility>

#include "http/client_connection.h"

namespace servanda::internal {
namespace {

std::unexpected<Error> client_closed() {
  return fail(Code::kCancelled, "The client was closed.", "client-closed");
}

}  // namespace

std::unexpected<Error> upstream_error(Code code, std::string_view reason,
                                      std::string_view sentence) {
  return fail(code, std::string(sentence), std::string(reason));
}

std::unexpected<Error> upstream_timeout() {
  return upstream_error(Code::kDeadlineExceeded, "upstream-timeout",
                        "The service behind this one did not answer in time.");
}

// --- One exchange --------------------------------------------------------------------------------

ClientExchange::~ClientExchange() {
  if (connection) connection->close(ClientConnection::Place::kFreed);
  state_.leave_queue(*this);
}

void ClientExchange::end(Result<void> result) {
  state_.leave_queue(*this);
  unlink();
  ended.set(std::move(result));
}

void ClientExchange::time_out() {
  if (connection) connection->close(ClientConnection::Place::kFreed);
  end(upstream_timeout());
}

// --- The pool ------------------------------------------------------------------------------------

ClientState::ClientState(Loop& loop, std::string address, const ClientLimits& limits)
    : loop(loop), address(std::move(address)), limits(limits) {}

ClientState::~ClientState() = default;

bool ClientState::has_room() const {
  return idle_count > 0 || connections < std::max(limits.connections_max, 1u);
}

void ClientState::start(ClientExchange& exchange) {
  if (closed) return exchange.end(client_closed());
  if (exchange.deadline <= loop.now()) return exchange.end(upstream_timeout());
  if (waiting_.empty() && has_room()) return assign(exchange);
  if (waiting_count >= limits.waiting_max) {
    return exchange.end(
        upstream_error(Code::kUnavailable, "upstream-busy",
                       "Too many requests already wait for the service behind this one."));
  }
  exchange.waits = true;
  ++waiting_count;
  waiting_.push_back(exchange);
  watch(exchange.deadline);
}

void ClientState::assign(ClientExchange& exchange) {
  active_.push_back(exchange);
  watch(exchange.deadline);
  while (idle_count > 0) {
    ClientConnection& connection = idle_.last();
    // What may be sent again needs no look at the socket: a loss costs it no more than a repeat.
    if (exchange.request.repeat == ClientRequest::Repeat::kNever && connection.has_gone()) {
      connection.close(ClientConnection::Place::kFreed);
      continue;
    }
    --idle_count;
    busy_.push_back(connection);
    return connection.begin(exchange);
  }
  ++connections;
  connect(exchange);
}

void ClientState::connect(ClientExchange& exchange) {
  const Ref<ClientConnection> connection(new ClientConnection(Ref(this)));
  busy_.push_back(*connection);
  connection->list_hold = connection;
  connection->connect(exchange);
}

void ClientState::release(ClientConnection& connection) {
  ++idle_count;
  idle_.push_back(connection);
  connection.idle_until = loop.now() + limits.idle_max;
  watch(connection.idle_until);
  schedule_queue();
}

void ClientState::free_place() {
  --connections;
  schedule_queue();
}

void ClientState::leave_queue(ClientExchange& exchange) {
  if (std::exchange(exchange.waits, false)) --waiting_count;
}

// Behind what is ready now, so that one exchange never begins inside the end of another.
void ClientState::schedule_queue() {
  if (closed || waiting_.empty() || std::exchange(queue_scheduled_, true)) return;
  loop.at_turn_end([self = Ref(this)] { self->serve_queue(); });
}

void ClientState::serve_queue() {
  queue_scheduled_ = false;
  // No more than wait now: those who come while others fail at once have their own turn.
  for (size_t left = waiting_count; left > 0; --left) {
    if (closed || waiting_.empty() || !has_room()) return;
    ClientExchange& first = waiting_.first();
    leave_queue(first);
    assign(first);
  }
  if (has_room()) schedule_queue();
}

void ClientState::close() {
  if (std::exchange(closed, true)) return;
  if (std::exchange(timer_at_, Instant::never()) != Instant::never()) loop.cancel(timer_);
  while (!idle_.empty()) idle_.first().close(ClientConnection::Place::kFreed);
  while (!busy_.empty()) busy_.first().close(ClientConnection::Place::kFreed);
  while (!active_.empty()) active_.first().end(client_closed());
  while (!waiting_.empty()) waiting_.first().end(client_closed());
}

// --- Time ----------------------------------------------------------------------------------------

void ClientState::watch(Instant when) {
  if (when >= timer_at_) return;
  if (timer_at_ != Instant::never()) loop.cancel(timer_);
  timer_at_ = when;
  timer_ = loop.at(when, [self = Ref(this)] { self->on_timer(); });
}

void ClientState::on_timer() {
  timer_at_ = Instant::never();
  const Instant now = loop.now();
  while (!idle_.empty() && idle_.first().idle_until <= now) {
    idle_.first().close(ClientConnection::Place::kFreed);
  }
  Instant next = idle_.empty() ? Instant::never() : idle_.first().idle_until;
  // Ending one may destroy others, which then leave this list.
  Link<ClientExchange> overdue;
  for (Link<ClientExchange>* const list : {&active_, &waiting_}) {
    for (ClientExchange* exchange = list->front(); exchange;) {
      ClientExchange* const after = exchange->after(*list);
      if (exchange->deadline <= now) {
        overdue.push_back(*exchange);
      } else {
        next = std::min(next, exchange->deadline);
      }
      exchange = after;
    }
  }
  watch(next);
  while (!overdue.empty()) overdue.first().time_out();
}

}  // namespace servanda::internal

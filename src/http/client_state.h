// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the requests and connections of one client share: the pool, the queue, the one timer.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/task.h"
#include "http/client.h"
#include "io/link.h"
#include "io/loop.h"
#include "io/ref.h"

namespace servanda::internal {

class ClientConnection;
class ClientState;

// One send() under way; stands in its coroutine, whose end or destruction gives up what is not
// done. It waits for a connection, or has one, or has ended.
class ClientExchange final : public Link<ClientExchange> {
 public:
  ClientExchange(ClientState& state, const ClientRequest& request, ClientAnswer& into,
                 Instant deadline)
      : request(request), into(into), deadline(deadline), state_(state) {}
  ClientExchange(const ClientExchange&) = delete;
  ClientExchange& operator=(const ClientExchange&) = delete;
  ~ClientExchange();

  // Ends it once. Whoever awaits `ended` goes on inside the call, and the object may be gone behind
  // it. Requires: it has no connection any more.
  void end(Result<void> result);
  // Ends it because of its deadline.
  void time_out();

  const ClientRequest& request;
  ClientAnswer& into;
  const Instant deadline;
  ClientConnection* connection = nullptr;
  bool was_repeated = false;
  bool waits = false;  // In the queue, and counted there.
  Completion<Result<void>> ended;

 private:
  ClientState& state_;
};

// Lives until the client and the last of its sends are gone. Once `closed`, the loop may be gone
// and is not touched.
class ClientState final : public Counted {
 public:
  ClientState(Loop& loop, std::string address, const ClientLimits& limits);
  ~ClientState() override;

  // Gives the exchange a connection, or a place in the queue, or its end.
  void start(ClientExchange& exchange);
  // A new connection in the place of one that was closed with Place::kKept.
  void connect(ClientExchange& exchange);
  // A connection can be used again. It stays listed.
  void release(ClientConnection& connection);
  // A connection is closed and its place is free.
  void free_place();
  void leave_queue(ClientExchange& exchange);
  // Closes everything.
  void close();

  Loop& loop;
  const std::string address;
  const ClientLimits limits;
  bool closed = false;
  size_t connections = 0;
  size_t idle_count = 0;
  size_t waiting_count = 0;

 private:
  [[nodiscard]] bool has_room() const;
  void assign(ClientExchange& exchange);
  void schedule_queue();
  void serve_queue();
  void watch(Instant when);
  void on_timer();

  Link<ClientConnection> idle_;  // The longest unused first, so the first to be closed.
  Link<ClientConnection> busy_;
  Link<ClientExchange> active_;
  Link<ClientExchange> waiting_;  // In order of arrival.
  bool queue_scheduled_ = false;
  // One timer for all: set to the earliest moment that matters when it was set, so that an exchange
  // seldom moves it.
  Instant timer_at_ = Instant::never();
  Loop::TimerId timer_ = 0;
};

// How sends fail.
[[nodiscard]] std::unexpected<Error> upstream_error(Code code, std::string_view reason,
                                                    std::string_view sentence);
[[nodiscard]] std::unexpected<Error> upstream_timeout();

// Whether the client may send this: see ClientRequest.
[[nodiscard]] bool is_sound(const ClientRequest& request);
// Appends the head with its final empty line.
void append_request_head(std::string& out, const ClientRequest& request);

}  // namespace servanda::internal

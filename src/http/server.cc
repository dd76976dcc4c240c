// SPDX-License-Identifier: Apache-2.0
#include "http/server.h"

#include <utility>

#include "http/connection.h"
#include "http/server_state.h"

namespace servanda {

using internal::Connection;
using internal::ServerState;

Server::Server(Loop& loop, const ServerLimits& limits, RequestHandler& handler,
               ServerEvents& events)
    : state_(new ServerState(loop, limits, handler, events)) {}

Server::~Server() {
  state_->drained = nullptr;
  if (state_->listener) state_->listener->stop();
  state_->listener.reset();
  for (const Ref<Connection>& connection : state_->all()) connection->close();
  state_->stop_sweep();
}

void Server::start(std::unique_ptr<Listener> listener) {
  state_->listener = std::move(listener);
  state_->listener->start(
      [state = state_.get()](std::unique_ptr<Stream> stream) { state->serve(std::move(stream)); });
}

void Server::serve(std::unique_ptr<Stream> stream) {
  state_->serve(std::move(stream));
}

size_t Server::connections() const {
  return state_->connections;
}

namespace {

// Requests that were on their way when the drain began are still served.
constexpr Duration kDrainGrace = Duration::milliseconds(50);

// Takes the wait back when the draining coroutine ends or is destroyed.
struct DrainGuard {
  ServerState& state;
  Loop::TimerId grace;
  Loop::TimerId end;
  ~DrainGuard() {
    state.drained = nullptr;
    state.loop.cancel(grace);
    state.loop.cancel(end);
  }
};

void close_idle(ServerState& state) {
  for (const Ref<Connection>& connection : state.all()) connection->close_if_idle();
}

}  // namespace

Task<size_t> Server::drain(Instant deadline) {
  ServerState& state = *state_;
  state.draining = true;
  if (state.listener) state.listener->stop();
  if (state.connections == 0) co_return size_t{0};
  Completion<char> drained;
  state.drained = &drained;
  const DrainGuard guard{
      state, state.loop.at(state.loop.now() + kDrainGrace, [&state] { close_idle(state); }),
      state.loop.at(deadline, [&state] {
        if (state.drained) std::exchange(state.drained, nullptr)->set(0);
      })};
  co_await drained;
  size_t cut_off = 0;
  for (const Ref<Connection>& connection : state.all()) {
    if (connection->is_busy()) ++cut_off;
    connection->close();
  }
  co_return cut_off;
}

}  // namespace servanda

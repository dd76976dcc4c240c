// SPDX-License-Identifier: Apache-2.0
#include "http/server_state.h"

#include <array>
#include <utility>

#include "base/text.h"
#include "http/connection.h"

namespace servanda::internal {
namespace {

constexpr Duration kSweepInterval = Duration::milliseconds(500);
constexpr size_t kSparesMax = 64;
constexpr size_t kSpareOutputBytesMax = 64 * 1024;
constexpr size_t kOutputBytes = 2048;
constexpr size_t kRefusalsMax = 128;  // Connections that are being told of the limit at a time.

}  // namespace

ServerState::ServerState(Loop& loop, const ServerLimits& limits, RequestHandler& handler,
                         ServerEvents& events)
    : loop(loop), limits(limits), handler(handler), events(events), now(loop.now()) {}

ServerState::~ServerState() = default;

std::unique_ptr<Http1Exchange> ServerState::take_exchange() {
  if (spare_exchanges_.empty()) return std::make_unique<Http1Exchange>(limits);
  std::unique_ptr<Http1Exchange> exchange = std::move(spare_exchanges_.back());
  spare_exchanges_.pop_back();
  return exchange;
}

void ServerState::give_exchange(std::unique_ptr<Http1Exchange> exchange) {
  if (spare_exchanges_.size() < kSparesMax) spare_exchanges_.push_back(std::move(exchange));
}

std::string ServerState::take_output() {
  if (spare_outputs_.empty()) {
    std::string fresh;
    fresh.reserve(kOutputBytes);
    return fresh;
  }
  std::string output = std::move(spare_outputs_.back());
  spare_outputs_.pop_back();
  return output;
}

void ServerState::give_output(std::string output) {
  if (spare_outputs_.size() >= kSparesMax || output.capacity() > kSpareOutputBytesMax) return;
  output.clear();
  spare_outputs_.push_back(std::move(output));
}

void ServerState::serve(std::unique_ptr<Stream> stream) {
  now = loop.now();
  const bool is_full = connections >= limits.connections_max;
  if (connections >= size_t{limits.connections_max} + kRefusalsMax) {
    events.on_refused(0, "too-many-connections", stream->peer_address(), {});
    return;
  }
  const Ref<Connection> connection(new Connection(Ref(this), std::move(stream)));
  list(connection);
  if (is_full) {
    connection->start_refused();
  } else {
    connection->start();
  }
}

void ServerState::list(Ref<Connection> connection) {
  connection->next = first;
  if (first) first->previous = connection.get();
  first = connection.get();
  ++connections;
  Connection& listed = *connection;
  listed.list_hold = std::move(connection);
  arm_sweep();
}

void ServerState::unlist(Connection& connection) {
  if (connection.previous) connection.previous->next = connection.next;
  if (connection.next) connection.next->previous = connection.previous;
  if (first == &connection) first = connection.next;
  connection.next = connection.previous = nullptr;
  --connections;
  const Ref<Connection> hold = std::move(connection.list_hold);
  check_drained();
}

std::vector<Ref<Connection>> ServerState::all() const {
  std::vector<Ref<Connection>> found;
  found.reserve(connections);
  for (Connection* connection = first; connection; connection = connection->next) {
    found.emplace_back(connection);
  }
  return found;
}

void ServerState::check_drained() {
  if (connections == 0 && drained) std::exchange(drained, nullptr)->set(0);
}

void ServerState::arm_sweep() {
  if (std::exchange(sweep_armed_, true)) return;
  sweep_timer_ = loop.at(loop.now() + kSweepInterval, [this] { sweep(); });
}

void ServerState::stop_sweep() {
  if (std::exchange(sweep_armed_, false)) loop.cancel(sweep_timer_);
}

void ServerState::sweep() {
  sweep_armed_ = false;
  now = loop.now();
  // Acting on one connection may end others, so those that are due are held first.
  std::vector<Ref<Connection>> due;
  for (Connection* connection = first; connection; connection = connection->next) {
    if (connection->is_overdue(now)) due.emplace_back(connection);
  }
  for (const Ref<Connection>& connection : due) connection->act_on_overdue(now);
  if (connections > 0) arm_sweep();
}

std::string ServerState::new_trace_id() {
  std::array<uint8_t, 16> bytes{};
  for (size_t half = 0; half < 2; ++half) {
    uint64_t bits = loop.rng().next();
    for (size_t i = 0; i < 8; ++i, bits >>= 8) bytes[half * 8 + i] = static_cast<uint8_t>(bits);
  }
  return hex(bytes);
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the connections of one server share: limits, recycled memory, the sweep, the drain.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "http/answer_head.h"
#include "http/exchange.h"
#include "http/server.h"
#include "io/loop.h"
#include "io/ref.h"

namespace servanda::internal {

class Connection;

// Lives until the server and its last connection are gone: a handler that is still waiting when the
// server is destroyed keeps its connection and so this. Once `orphaned`, the loop, the handler and
// the events may be gone and are not touched.
class ServerState final : public Counted {
 public:
  ServerState(Loop& loop, const ServerLimits& limits, RequestHandler& handler,
              ServerEvents& events);
  ~ServerState() override;

  // Recycled memory.
  [[nodiscard]] std::unique_ptr<Http1Exchange> take_exchange();
  void give_exchange(std::unique_ptr<Http1Exchange> exchange);
  [[nodiscard]] std::string take_output();
  void give_output(std::string output);

  // Serves a connected stream, or refuses it when there are too many.
  void serve(std::unique_ptr<Stream> stream);
  void list(Ref<Connection> connection);
  void unlist(Connection& connection);
  // Every connection, held, so that they can be acted on in turn.
  [[nodiscard]] std::vector<Ref<Connection>> all() const;
  void stop_sweep();

  [[nodiscard]] std::string_view date_line() { return date_.at(now, loop); }
  // 32 random hex digits that tie a refusal's answer to its event.
  [[nodiscard]] std::string new_trace_id();

  Loop& loop;
  const ServerLimits limits;
  RequestHandler& handler;
  ServerEvents& events;
  Instant now;  // Of the latest read, timer or call from outside.
  size_t connections = 0;
  bool draining = false;
  Connection* first = nullptr;
  std::unique_ptr<Listener> listener;
  Completion<char>* drained = nullptr;

 private:
  void check_drained();
  void arm_sweep();
  void sweep();
  DateLine date_;
  std::vector<std::unique_ptr<Http1Exchange>> spare_exchanges_;
  std::vector<std::string> spare_outputs_;
  Loop::TimerId sweep_timer_ = 0;
  bool sweep_armed_ = false;
};

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#pragma once
// One server connection: reads requests, runs one exchange at a time, writes answers in order.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/task.h"
#include "http/byte_buffer.h"
#include "http/exchange.h"
#include "http/server_state.h"
#include "io/loop.h"
#include "io/ref.h"

namespace servanda::internal {

// Lifetime: held by the server's list while it is open or its handler runs, and by every pending
// read, write and deferred flush, so none of them can outlive it.
//
// Threads: one worker.
class Connection final : public Counted {
 public:
  Connection(Ref<ServerState> server, std::unique_ptr<Stream> stream);
  ~Connection() override;

  void start();
  // Answers 503 and closes: the server has too many connections.
  void start_refused();
  // Whether something has taken too long at `now`, and what follows from it.
  [[nodiscard]] bool is_overdue(Instant now) const;
  void act_on_overdue(Instant now);
  // Closes if nothing is in progress; otherwise the answer closes.
  void close_if_idle();
  // Closes at once. A running handler sees that the client is gone.
  void close();
  // Whether a request or an answer is in progress.
  [[nodiscard]] bool is_busy() const;

  // The server's list, and its hold.
  Connection* next = nullptr;
  Connection* previous = nullptr;
  Ref<Connection> list_hold;

 private:
  friend class Http1Exchange;
  enum class Phase : uint8_t {
    kIdle,      // Waits for a request's first byte.
    kHead,      // Has part of a head.
    kExchange,  // The handler runs.
    kDiscard,   // Answered; drops the rest of the body.
    kFlush,     // Sends what is left, then lingers or closes.
    kLinger,    // Has ended its direction; drops input until the client closes.
    kClosed,
  };

  // connection.cc: reading and the order of things.
  void start_read();
  [[nodiscard]] std::span<char> read_room();
  void on_read(Result<size_t> got);
  void on_end_of_input();
  enum class Flush : uint8_t { kNow, kAtTurnEnd };
  void process(Flush flush);
  bool step();
  bool step_head();
  bool step_discard();
  void begin_exchange();
  void on_handler_done();
  void after_exchange();
  void refuse(const Refusal& refusal);
  void finish_and_close();
  void on_flushed();
  void begin_linger();
  void release_memory();
  void unlist();
  static Task<void> run(Ref<Connection> self);

  // connection_output.cc: answers and the way to the stream.
  [[nodiscard]] std::string& output();
  void flush();
  void schedule_flush();
  void append_problem(const Refusal& refusal, std::string_view trace_id);
  void send_rest();
  void on_written(Result<void> written);
  [[nodiscard]] size_t backlog() const { return out_.size() + sending_.size() - sent_; }
  void wake_writer(Result<void> result);

  // connection_body.cc: request bodies.
  void start_body(size_t bytes_max);
  void advance_body();
  void take_chunks();
  void end_body(Result<void> result);
  [[nodiscard]] std::span<char> body_room();
  [[nodiscard]] bool body_is_slow(Instant now) const;

  Ref<ServerState> server_hold_;
  ServerState& server_;
  std::unique_ptr<Stream> stream_;
  ByteBuffer in_;
  std::unique_ptr<Http1Exchange> exchange_;
  std::string out_;      // Formatted, not yet offered to the stream.
  std::string sending_;  // Being sent; the first sent_ bytes are gone.
  size_t sent_ = 0;
  size_t piece_ = 0;  // Bytes of the pending write.
  Instant deadline_;  // Of the phase; in kExchange only while a body is awaited.
  Instant write_progress_;
  uint64_t dropped_ = 0;  // Bytes read and thrown away in this phase.
  uint32_t requests_ = 0;
  Phase phase_ = Phase::kIdle;
  bool reading_ = false;
  bool reading_body_ = false;  // The pending read goes straight into the body.
  bool processing_ = false;
  bool handler_running_ = false;
  bool flush_scheduled_ = false;
  bool close_after_ = false;  // No request after the current one.
  bool input_ended_ = false;
  bool deferred_ = false;       // Requests wait until the client has read earlier answers.
  bool head_in_input_ = false;  // The head's views point into in_, which must not move.
};

}  // namespace servanda::internal

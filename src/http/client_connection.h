// SPDX-License-Identifier: Apache-2.0
#pragma once
// One connection of a client: sends requests, reads answers, tells whether it can be used again.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/task.h"
#include "http/byte_buffer.h"
#include "http/chunked.h"
#include "http/client_state.h"
#include "http/response_parser.h"
#include "io/link.h"
#include "io/loop.h"
#include "io/ref.h"

namespace servanda::internal {

// A read is pending whenever nothing is being done: an exchange's answer needs no read of its own,
// and an unused connection notices at once when its peer ends it or speaks unasked.
//
// Lifetime: held by the client's lists until it is closed, and by every pending read and write. A
// request's memory is never given to a pending write, so it may go at any moment.
//
// Threads: one worker.
class ClientConnection final : public Counted, public Link<ClientConnection> {
 public:
  explicit ClientConnection(Ref<ClientState> state);
  ~ClientConnection() override;

  // Connects, then begins with this exchange. Called once.
  void connect(ClientExchange& first);
  // Sends the request of an exchange and reads its answer into it. Requires: unused.
  void begin(ClientExchange& exchange);
  // Of an unused one: whether its peer has ended it or sent anything of which no turn of the loop
  // has told yet. A look at the socket.
  [[nodiscard]] bool has_gone();
  // Closes at once; an exchange is left without a connection. kKept: the caller connects anew in
  // its place.
  enum class Place : uint8_t { kFreed, kKept };
  void close(Place place);

  Ref<ClientConnection> list_hold;  // The client's.
  Instant idle_until;

 private:
  enum class Phase : uint8_t { kConnecting, kIdle, kHead, kSized, kChunked, kUntilClose, kClosed };
  enum class Step : uint8_t { kMore, kOver };  // kOver: the exchange has ended.

  static Task<void> run_connect(ClientConnection& self, Instant until);
  void on_connected(Result<std::unique_ptr<Stream>> stream);
  void finish();
  void fail_exchange(std::unexpected<Error> error);
  void refuse_answer(const Refusal& refusal);
  void refuse_size();
  void lose();

  void send_request();
  void write_on();
  void wait_to_write();
  void on_written(Result<void> written);
  void on_write_failed();

  void start_read();
  void on_read(Result<size_t> got);
  void on_end_of_input();
  void advance(size_t room);
  [[nodiscard]] Result<size_t> read_now(size_t& room);
  [[nodiscard]] Step take();
  [[nodiscard]] Step take_head();
  [[nodiscard]] Step take_sized();
  [[nodiscard]] Step take_chunks();
  [[nodiscard]] Step take_content(std::string_view content);

  Ref<ClientState> state_;
  std::unique_ptr<Stream> stream_;
  std::optional<Task<void>> connecting_;
  ClientExchange* exchange_ = nullptr;
  ResponseParser parser_;
  ChunkedDecoder chunks_;
  ByteBuffer in_;
  std::string out_;             // The head, and body that was copied behind it or after it.
  size_t sent_ = 0;             // Of out_.
  std::string_view body_left_;  // Of the request, behind out_.
  uint64_t answer_left_ = 0;    // Of a sized body.
  Phase phase_ = Phase::kConnecting;
  bool connect_waits_ = false;
  bool reading_ = false;
  bool writing_ = false;    // Not all of the request is sent.
  bool sent_any_ = false;   // Some of the request may have been sent.
  bool heard_any_ = false;  // Some of the answer has come.
  bool was_used_ = false;   // For an earlier exchange.
};

}  // namespace servanda::internal

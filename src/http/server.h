// SPDX-License-Identifier: Apache-2.0
#pragma once
// The HTTP front door of one worker: connections, framing, limits, timeouts, drain.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/result.h"
#include "base/task.h"
#include "http/message.h"
#include "io/loop.h"
#include "io/ref.h"

namespace servanda {
namespace internal {
class ServerState;
}

// Every limit of the wire, in one place. Reaching one ends in the answer named here.
struct ServerLimits {
  size_t request_line_bytes_max = 8 * 1024;             // 414.
  size_t head_bytes_max = 32 * 1024;                    // 431.
  uint32_t header_count_max = 100;                      // 431.
  size_t body_bytes_max = 8u << 20;                     // 413; an operation may set a lower one.
  size_t chunk_extension_bytes_max = 256;               // 400, per body.
  size_t trailer_bytes_max = 4 * 1024;                  // 431.
  Duration head_timeout = Duration::seconds(10);        // 408 and close.
  Duration body_stall_timeout = Duration::seconds(10);  // 408 and close: no byte for so long.
  uint64_t body_rate_min = 500;  // Bytes per second after the first 5 s, else 408.
  Duration keep_alive_timeout = Duration::seconds(75);   // Idle connections close silently.
  Duration write_stall_timeout = Duration::seconds(30);  // The client does not read: close.
  uint32_t requests_per_connection_max = 100'000;        // Then "Connection: close".
  uint32_t connections_max = 20'000;          // Per worker; more are answered 503 and closed.
  size_t output_buffer_bytes_max = 1u << 20;  // Streams wait above it.
};

// One request and its answer. Alive from the complete head until the answer is fully handed to the
// connection. Everything runs on the connection's worker.
class Exchange {
 public:
  virtual ~Exchange() = default;
  [[nodiscard]] virtual const RequestHead& head() const = 0;
  // Recycled per exchange: gone when handle() ends.
  [[nodiscard]] virtual Arena& arena() = 0;
  [[nodiscard]] virtual std::string_view peer_address() const = 0;
  // Whether the client has ended or broken the connection, as far as known without asking the
  // network. One that only ended its own direction counts as gone, but still gets the answer.
  [[nodiscard]] virtual bool client_gone() const = 0;

  // The whole body, at most `bytes_max` (kTooLarge before reading further; a Content-Length above
  // it fails at once). Sends 100 Continue first if the client waits for it. Errors: kTooLarge,
  // kRequestTimeout (stalled or too slow), kInvalidArgument (framing), kCancelled (client gone).
  // After any error the answer may still be sent and the connection then closes.
  virtual Task<Result<std::string_view>> read_body(size_t bytes_max) = 0;
  // Bytes of body received so far, for the access log.
  [[nodiscard]] virtual uint64_t body_bytes_read() const = 0;

  // The whole answer in one go; copied into the connection's output. Content-Length, Date and
  // Connection are added here; a body given for HEAD, 204 or 304 is not sent (but HEAD announces
  // its length). Requires: called once, or start_answer() once, per exchange. Field values are
  // checked: one with CR, LF or NUL is a bug and the field is left out.
  virtual void answer(int status, std::span<const HeaderField> fields, std::string_view body) = 0;

  // A streamed answer (chunked for 1.1, to the connection's end for 1.0). write() waits while the
  // client is slow; kCancelled when it is gone.
  virtual void start_answer(int status, std::span<const HeaderField> fields) = 0;
  virtual Task<Result<void>> write(std::string_view bytes) = 0;
  virtual void end_answer() = 0;

  // Bytes of answer body handed over so far, for the access log.
  [[nodiscard]] virtual uint64_t answer_bytes() const = 0;
};

// What the server serves. Requires: every handle() ends with an answer; one that ends without is a
// bug and is answered 500.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  virtual Task<void> handle(Exchange& exchange) = 0;
};

// What the server tells about itself, for metrics. Called on the worker's thread.
class ServerEvents {
 public:
  virtual ~ServerEvents() = default;
  virtual void on_connection_opened() = 0;
  virtual void on_connection_closed() = 0;
  // A request that never reached the handler: framing error, timeout or limit. `status` is the
  // answer sent, 0 when the connection was just closed; `trace_id` is the one in the answer's body,
  // empty when there was none.
  virtual void on_refused(int status, std::string_view reason, std::string_view peer,
                          std::string_view trace_id) = 0;
};

// Threads: one Server per worker, on that worker's thread.
class Server {
 public:
  Server(Loop& loop, const ServerLimits& limits, RequestHandler& handler, ServerEvents& events);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  // Closes every connection. A handler that still waits may end later: its answer goes nowhere.
  ~Server();

  // Serves connections from `listener` until drain().
  void start(std::unique_ptr<Listener> listener);
  // Serves one stream that is already connected.
  void serve(std::unique_ptr<Stream> stream);
  // Stops accepting, closes idle connections, lets exchanges finish with "Connection: close", and
  // ends when all are gone or at `deadline` (then closes the rest). Returns how many were cut off.
  Task<size_t> drain(Instant deadline);
  [[nodiscard]] size_t connections() const;

 private:
  Ref<internal::ServerState> state_;
};

}  // namespace servanda

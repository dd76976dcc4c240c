// SPDX-License-Identifier: Apache-2.0
#pragma once
// An HTTP/1.1 client of one upstream for one worker, with a pool of kept connections.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/header_field.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "io/loop.h"
#include "io/ref.h"

namespace servanda {
namespace internal {
class ClientState;
}

// The bounds of one client. Reaching one ends in the error named here.
struct ClientLimits {
  uint32_t connections_max = 128;  // Open or being opened; at least 1. Further requests wait.
  uint32_t waiting_max = 1024;     // Requests that wait for a connection; beyond: upstream-busy.
  size_t answer_bytes_max = 64u << 20;  // Of a body, decoded; beyond: upstream-answer-size.
  size_t head_bytes_max = 32 * 1024;    // Of an answer, interim heads included; beyond: the same.
  Duration idle_max = Duration::seconds(20);    // An unused connection is closed after so long.
  Duration connect_max = Duration::seconds(5);  // Connecting takes no longer: upstream-unreachable.
};

// What to send. Everything it points to lives until send() has ended.
//
// Requires: the method is a token; target, host and field values hold no control character and no
// blank where HTTP has none; `fields` has none of Host, Content-Length, Transfer-Encoding and
// Connection, which the client writes. Anything else is a bug and fails the call.
struct ClientRequest {
  std::string_view method;
  std::string_view target;  // Origin form: "/v1/orders?limit=5".
  std::string_view host;    // The Host field.
  std::span<const HeaderField> fields;
  std::string_view body;
  // kNone sends no Content-Length, and then `body` is empty; kPresent sends it, even of nothing.
  enum class Body : uint8_t { kNone, kPresent } has_body = Body::kNone;
  // Whether sending it twice does no harm: GET, HEAD, PUT, DELETE, or with an idempotency key.
  enum class Repeat : uint8_t { kNever, kOnLostConnection } repeat = Repeat::kNever;
};

// One answer. Using it again for other requests keeps its memory.
struct ClientAnswer {
  ClientAnswer() = default;
  ClientAnswer(const ClientAnswer&) = delete;
  ClientAnswer& operator=(const ClientAnswer&) = delete;
  ClientAnswer(ClientAnswer&&) = default;
  ClientAnswer& operator=(ClientAnswer&&) = default;

  int status = 0;  // 200 .. 599; 0 before there is an answer.
  std::vector<HeaderField>
      fields;        // As received, those of the framing included; views into `head`.
  std::string body;  // Decoded; empty for HEAD, 204 and 304. Trailers are dropped.
  std::string head;  // The text that `fields` points into.

  // The first field with this name (given in lower case), compared ignoring case; empty view with
  // null data() when absent.
  [[nodiscard]] std::string_view field(std::string_view lower_case_name) const;
  // Forgets the answer and keeps the memory.
  void clear();
};

// Sends requests to one upstream over connections that are kept and used again, the latest one
// first. A connection carries one exchange at a time.
//
// Threads: one worker; each worker has its own.
class HttpClient {
 public:
  // `address` is "host:port" as Loop::connect() takes it. Nothing happens before the first send().
  HttpClient(Loop& loop, std::string address, const ClientLimits& limits);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  // Closes every connection; sends in flight end with kCancelled from inside the destructor.
  ~HttpClient();

  // One exchange. Replaces what `into` holds; after an error its content means nothing. Destroying
  // the Task gives the exchange up and closes its connection. Errors, by reason:
  //   upstream-unreachable  kUnavailable: no connection could be made.
  //   upstream-lost         kUnavailable: the connection ended before a whole answer was there.
  //   upstream-busy         kUnavailable: too many requests wait already.
  //   upstream-timeout      kDeadlineExceeded: `deadline` came first, in whichever phase.
  //   upstream-answer       kInternal: the answer is not valid HTTP.
  //   upstream-answer-size  kInternal: the answer is above a limit of ClientLimits.
  //   client-closed         kCancelled: the client was destroyed.
  // A kept connection that its peer has ended is not used: the loop tells of the end at once, and
  // before a request that cannot be repeated the socket is asked as well.
  // A request is sent once more, on a new connection, when its connection is lost before the first
  // byte of an answer, and either nothing of it was sent or `repeat` allows it and the connection
  // was a kept one (whose end may have crossed the request on the way).
  [[nodiscard]] Task<Result<void>> send(const ClientRequest& request, ClientAnswer& into,
                                        Instant deadline);

  // Connections that are open or being opened.
  [[nodiscard]] size_t connections() const;
  // Those of them that no request uses.
  [[nodiscard]] size_t idle() const;
  // Requests that wait for a connection.
  [[nodiscard]] size_t waiting() const;

 private:
  Ref<internal::ClientState> state_;
};

}  // namespace servanda

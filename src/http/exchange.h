// SPDX-License-Identifier: Apache-2.0
#pragma once
// The HTTP/1.x exchange: what a handler sees of one request on a connection.

#include <memory>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/task.h"
#include "http/byte_buffer.h"
#include "http/chunked.h"
#include "http/head_parser.h"
#include "http/server.h"

namespace servanda::internal {

class Connection;

// Recycled by the server, so a warm one allocates nothing. Belongs to a connection from a request's
// first byte until its answer is complete.
class Http1Exchange final : public Exchange {
 public:
  explicit Http1Exchange(const ServerLimits& limits);

  const RequestHead& head() const override { return head_; }
  Arena& arena() override { return arena_; }
  std::string_view peer_address() const override;
  bool client_gone() const override { return client_gone_; }
  Task<Result<std::string_view>> read_body(size_t bytes_max) override;
  uint64_t body_bytes_read() const override { return body_bytes_; }
  void answer(int status, std::span<const HeaderField> fields, std::string_view body) override;
  void start_answer(int status, std::span<const HeaderField> fields) override;
  Task<Result<void>> write(std::string_view bytes) override;
  void end_answer() override;
  uint64_t answer_bytes() const override { return answer_bytes_; }

  // More unread body than this ends the connection instead of being dropped.
  static constexpr uint64_t kDiscardBytesMax = 64 * 1024;

 private:
  friend class Connection;
  void attach(Connection& connection) { connection_ = &connection; }
  // Forgets the request and keeps the memory, up to a bound.
  void recycle();
  [[nodiscard]] bool wants_body() const { return body_at_ != BodyAt::kComplete; }
  // Whether a body that the handler did not read can be dropped without closing the connection.
  [[nodiscard]] bool can_discard() const;
  [[nodiscard]] bool answer_has_no_body(int status) const;
  void decide_close();
  enum class Delivery : uint8_t { kWhole, kStreamed };
  void append_head(int status, std::span<const HeaderField> fields, uint64_t length,
                   Delivery delivery);

  Connection* connection_ = nullptr;
  HeadParser parser_;
  RequestHead head_;
  Arena arena_;

  // The body. kWaiting: nothing asked for yet.
  enum class BodyAt : uint8_t {
    kWaiting,
    kReading,
    kComplete,
    kFailed
  } body_at_ = BodyAt::kComplete;
  ChunkedDecoder chunks_;
  uint64_t body_left_ = 0;   // Of a sized body.
  uint64_t body_bytes_ = 0;  // Received so far.
  size_t body_max_ = 0;
  bool owes_continue_ = false;
  Instant body_began_;
  Instant body_progress_;
  ByteBuffer body_;
  std::string_view body_view_;  // Of a complete body.
  Error body_error_;
  Completion<Result<void>>* body_waiter_ = nullptr;
  std::vector<ByteBuffer> retired_;  // Input memory that the head still points into.

  // The answer.
  enum class AnswerAt : uint8_t { kNone, kStreaming, kComplete } answer_at_ = AnswerAt::kNone;
  bool answer_is_chunked_ = false;
  bool answer_is_bare_ = false;  // HEAD, 204, 304: the body is not sent.
  bool client_gone_ = false;
  uint64_t answer_bytes_ = 0;
  Completion<Result<void>>* write_waiter_ = nullptr;
};

}  // namespace servanda::internal

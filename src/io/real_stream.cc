// SPDX-License-Identifier: Apache-2.0
// Connected sockets of the real loop: edge-triggered, so that a connection is registered once.
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "io/real_loop.h"

namespace servanda::internal {
namespace {

std::unexpected<Error> cancelled() {
  return fail(Code::kCancelled, "Closed.", "closed");
}

std::unexpected<Error> nothing_yet() {
  return fail(Code::kUnavailable, "No data.");
}

std::unexpected<Error> stream_failed(int error) {
  return fail(Code::kCancelled, "The connection broke: " + system_reason(error) + ".", "reset");
}

// What a stream and the loop share; it goes when the last of them lets go. A socket counts as
// readable or writable until a call says that it would block.
class StreamCore final : public Watched {
 public:
  StreamCore(RealLoop& loop, Descriptor socket) : Watched(loop), socket_(std::move(socket)) {}
  ~StreamCore() override = default;

  Result<void> start() {
    return loop().watch(*this, socket_.number(), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
  }
  Result<size_t> try_read(std::span<char> into) {
    if (!socket_.is_open()) return cancelled();
    ssize_t got = 0;
    do {
      got = ::recv(socket_.number(), into.data(), into.size(), 0);
    } while (got < 0 && errno == EINTR);
    if (got >= 0) {
      // Less than asked for: nothing is left, unless the peer's end is waiting behind it.
      readable_ = hung_up_ || static_cast<size_t>(got) == into.size();
      return static_cast<size_t>(got);
    }
    if (errno != EAGAIN) return stream_failed(errno);
    readable_ = false;
    return nothing_yet();
  }
  Result<size_t> try_write(std::string_view bytes) {
    if (!socket_.is_open()) return cancelled();
    ssize_t sent = 0;
    do {
      sent = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) return static_cast<size_t>(sent);
    if (errno != EAGAIN) return stream_failed(errno);
    writable_ = false;
    return size_t{0};
  }
  void read_some(std::span<char> into, Stream::ReadDone done) {
    read_into_ = into;
    read_done_ = std::move(done);
    if (readable_ || !socket_.is_open()) loop().run_again(*this);
  }
  void write_all(std::string_view bytes, Stream::WriteDone done) {
    write_from_ = bytes;
    write_done_ = std::move(done);
    if (writable_ || !socket_.is_open()) loop().run_again(*this);
  }
  void end_writing() {
    // A peer that is gone already makes this fail; reads will tell.
    if (socket_.is_open()) ::shutdown(socket_.number(), SHUT_WR);
  }
  void close() {
    if (!socket_.is_open()) return;
    leave();
    socket_.close();
    if (read_done_ || write_done_) loop().run_again(*this);
  }

  void on_ready(uint32_t events) override {
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) hung_up_ = true;
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) readable_ = true;
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) writable_ = true;
    const Ref<Watched> self(this);  // A callback may drop the stream.
    if (read_done_ && (readable_ || !socket_.is_open())) go_on_reading();
    if (write_done_ && (writable_ || !socket_.is_open())) go_on_writing();
  }
  void abandon() override {
    leave();
    socket_.close();
    const Stream::ReadDone read = std::exchange(read_done_, nullptr);
    const Stream::WriteDone write = std::exchange(write_done_, nullptr);
  }

 private:
  void go_on_reading() {
    Result<size_t> got = try_read(read_into_);
    if (!got && got.error().code == Code::kUnavailable) return;
    std::exchange(read_done_, nullptr)(std::move(got));
  }
  void go_on_writing() {
    Result<size_t> sent = try_write(write_from_);
    if (sent) {
      write_from_.remove_prefix(*sent);
      if (!write_from_.empty()) {
        if (writable_) loop().run_again(*this);
        return;
      }
    }
    std::exchange(write_done_, nullptr)(sent ? Result<void>() : Result<void>(pass(sent)));
  }

  Descriptor socket_;
  bool readable_ = false;
  bool writable_ = true;
  bool hung_up_ = false;
  std::span<char> read_into_;
  std::string_view write_from_;
  Stream::ReadDone read_done_;
  Stream::WriteDone write_done_;
};

class RealStream final : public Stream {
 public:
  RealStream(Ref<StreamCore> core, std::string peer)
      : core_(std::move(core)), peer_(std::move(peer)) {}
  ~RealStream() override { core_->close(); }

  Result<size_t> try_read(std::span<char> into) override { return core_->try_read(into); }
  void read_some(std::span<char> into, ReadDone done) override {
    core_->read_some(into, std::move(done));
  }
  Result<size_t> try_write(std::string_view bytes) override { return core_->try_write(bytes); }
  void write_all(std::string_view bytes, WriteDone done) override {
    core_->write_all(bytes, std::move(done));
  }
  void end_writing() override { core_->end_writing(); }
  void close() override { core_->close(); }
  std::string_view peer_address() const override { return peer_; }

 private:
  Ref<StreamCore> core_;
  std::string peer_;
};

}  // namespace

std::unique_ptr<Stream> adopt_stream(RealLoop& loop, Descriptor socket, std::string peer) {
  set_no_delay(socket.number());
  const Ref<StreamCore> core(new StreamCore(loop, std::move(socket)));
  if (!core->start()) return nullptr;
  return std::make_unique<RealStream>(core, std::move(peer));
}

}  // namespace servanda::internal

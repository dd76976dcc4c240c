// SPDX-License-Identifier: Apache-2.0
#include "io/real_loop.h"

#include <fcntl.h>

#define BOOST_ASIO_NO_DEPRECATED
#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

#include "base/check.h"
#include "io/real_clock.h"
#include "io/ref.h"
#include "io/socket.h"
#include "io/timer_queue.h"

namespace servanda::internal {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using Executor = asio::io_context::executor_type;  // Concrete: the erased one costs 1 us a request.
using TcpSocket = asio::basic_stream_socket<tcp, Executor>;
using TcpAcceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

constexpr int kAcceptsPerTurnMax = 64;  // So that a flood of connections does not starve requests.
constexpr Duration kAcceptPause = Duration::milliseconds(100);

std::unexpected<Error> cancelled() {
  return fail(Code::kCancelled, "Closed.", "closed");
}

std::unexpected<Error> nothing_yet() {
  return fail(Code::kUnavailable, "No data.");
}

std::unexpected<Error> stream_failed(const ErrorCode& error) {
  if (error == asio::error::operation_aborted) return cancelled();
  return fail(Code::kCancelled, "The connection broke: " + error.message() + ".", "reset");
}

class RealLoop final : public Loop {
 public:
  RealLoop() : timer_(context_.get_executor()) {}

  Instant now() const override { return clock_.now(); }
  Timestamp wall() const override { return clock_.wall(); }
  void post(Work work) override;
  void at_turn_end(Work work) override;
  TimerId at(Instant when, Work work) override;
  void cancel(TimerId id) override { timers_.cancel(id); }
  Result<std::unique_ptr<Listener>> listen(std::string_view address) override;
  Task<Result<std::unique_ptr<Stream>>> connect(std::string_view address,
                                                Instant deadline) override;
  Rng& rng() override { return rng_; }
  Duration busy() const override;
  void run() override;
  void stop() override { context_.stop(); }

  // Every completion calls this first. A turn begins with the first completion after the loop was
  // idle and ends behind those that were ready by then.
  void enter_turn();
  asio::io_context& context() { return context_; }

 private:
  void end_turn();
  void run_posted();
  void arm_timer();
  void on_timer();

  RealClock clock_;
  KernelRng rng_;
  asio::io_context context_{1};
  Timer timer_;
  Instant armed_ = Instant::never();
  TimerQueue timers_;
  std::vector<Work> turn_end_;
  bool in_turn_ = false;
  Instant turn_began_;
  Duration busy_;

  std::mutex posted_mutex_;
  std::vector<Work> posted_;     // Guarded by posted_mutex_.
  bool post_scheduled_ = false;  // Guarded by posted_mutex_.
  std::vector<Work> running_;
};

// What a stream and its pending operations share; it goes when the last of them is gone.
class StreamCore final : public Counted {
 public:
  StreamCore(RealLoop& loop, TcpSocket socket) : loop_(loop), socket_(std::move(socket)) {}
  ~StreamCore() override = default;

  // The pending operation owns `done`: if the loop ends first, both go together.
  void read_some(std::span<char> into, Stream::ReadDone done) {
    socket_.async_read_some(asio::buffer(into.data(), into.size()),
                            OnRead{Ref(this), std::move(done)});
  }
  void write_all(std::string_view bytes, Stream::WriteDone done) {
    asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()),
                      OnWritten{Ref(this), std::move(done)});
  }
  TcpSocket& socket() { return socket_; }

 private:
  struct OnRead {
    Ref<StreamCore> core;
    Stream::ReadDone done;
    void operator()(const ErrorCode& error, size_t count) {
      core->loop_.enter_turn();
      if (!core->socket_.is_open()) {
        done(cancelled());
      } else if (error && error != asio::error::eof) {
        done(stream_failed(error));
      } else {
        done(count);
      }
    }
  };
  struct OnWritten {
    Ref<StreamCore> core;
    Stream::WriteDone done;
    void operator()(const ErrorCode& error, size_t) {
      core->loop_.enter_turn();
      if (!core->socket_.is_open()) {
        done(cancelled());
      } else if (error) {
        done(stream_failed(error));
      } else {
        done(Result<void>());
      }
    }
  };

  RealLoop& loop_;
  TcpSocket socket_;
};

class RealStream final : public Stream {
 public:
  RealStream(Ref<StreamCore> core, std::string peer)
      : core_(std::move(core)), peer_(std::move(peer)) {}
  ~RealStream() override { shut(); }

  Result<size_t> try_read(std::span<char> into) override {
    if (!core_->socket().is_open()) return cancelled();
    const ssize_t got =
        ::recv(core_->socket().native_handle(), into.data(), into.size(), MSG_DONTWAIT);
    if (got >= 0) return static_cast<size_t>(got);
    if (errno == EAGAIN || errno == EINTR) return nothing_yet();
    return stream_failed(ErrorCode(errno, boost::system::system_category()));
  }
  void read_some(std::span<char> into, ReadDone done) override {
    core_->read_some(into, std::move(done));
  }
  Result<size_t> try_write(std::string_view bytes) override {
    if (!core_->socket().is_open()) return cancelled();
    const ssize_t sent = ::send(core_->socket().native_handle(), bytes.data(), bytes.size(),
                                MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<size_t>(sent);
    if (errno == EAGAIN || errno == EINTR) return size_t{0};
    return stream_failed(ErrorCode(errno, boost::system::system_category()));
  }
  void write_all(std::string_view bytes, WriteDone done) override {
    core_->write_all(bytes, std::move(done));
  }
  void end_writing() override {
    ErrorCode ignored;  // A peer that is gone already makes this fail; reads will tell.
    core_->socket().shutdown(TcpSocket::shutdown_send, ignored);
  }
  void close() override { shut(); }
  std::string_view peer_address() const override { return peer_; }

 private:
  void shut() {
    ErrorCode ignored;  // The descriptor is gone either way.
    core_->socket().close(ignored);
  }
  Ref<StreamCore> core_;
  std::string peer_;
};

std::unique_ptr<Stream> adopt(RealLoop& loop, Descriptor socket, const SocketAddress& peer) {
  set_no_delay(socket.number());
  ErrorCode error;
  TcpSocket adopted(loop.context().get_executor());
  adopted.assign(peer.family() == AF_INET6 ? tcp::v6() : tcp::v4(), socket.number(), error);
  if (error) return nullptr;
  (void)socket.release();
  adopted.native_non_blocking(true, error);
  Ref<StreamCore> core(new StreamCore(loop, std::move(adopted)));
  return std::make_unique<RealStream>(std::move(core), peer.text());
}

// Descriptors held back so that files can still be opened when clients have taken all others: given
// up while accepting pauses, and accepting goes on only when they could be taken back.
class Reserve {
 public:
  Reserve() { (void)take(); }
  // Whether the whole reserve is held.
  bool take() {
    for (Descriptor& held : held_) {
      if (!held.is_open()) held = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      if (!held.is_open()) {
        give();
        return false;
      }
    }
    return true;
  }
  void give() {
    for (Descriptor& held : held_) held.close();
  }

 private:
  std::array<Descriptor, 4> held_;
};

class ListenerCore final : public Counted {
 public:
  ListenerCore(RealLoop& loop, TcpAcceptor acceptor)
      : loop_(loop), acceptor_(std::move(acceptor)) {}
  ~ListenerCore() override = default;

  void start(Listener::Accepted accepted) {
    accepted_ = std::move(accepted);
    wait();
  }
  // Connections that the kernel has completed already are handed over first: their clients believe
  // that they are being served.
  void stop() {
    if (!acceptor_.is_open()) return;
    if (accepted_) (void)accept_ready(kAcceptsPerTurnMax);
    if (paused_) loop_.cancel(pause_timer_);
    ErrorCode ignored;  // The descriptor is gone either way.
    acceptor_.close(ignored);
  }
  [[nodiscard]] std::string address() {
    return acceptor_.is_open() ? bound_address(acceptor_.native_handle()).text() : "";
  }

 private:
  enum class Outcome { kDrained, kMore, kExhausted };

  void wait() {
    acceptor_.async_wait(TcpAcceptor::wait_read, [self = Ref(this)](const ErrorCode& error) {
      self->loop_.enter_turn();
      if (!error) self->on_ready();
    });
  }
  void on_ready() {
    if (!acceptor_.is_open()) return;
    if (accept_ready(kAcceptsPerTurnMax) == Outcome::kExhausted) {
      reserve_.give();
      pause();
    } else if (acceptor_.is_open()) {
      wait();
    }
  }
  void pause() {
    paused_ = true;
    pause_timer_ = loop_.at(loop_.now() + kAcceptPause, [self = Ref(this)] {
      self->paused_ = false;
      if (!self->acceptor_.is_open()) return;
      if (self->reserve_.take()) {
        self->on_ready();
      } else {
        self->pause();
      }
    });
  }
  Outcome accept_ready(int count_max) {
    for (int count = 0; count < count_max; ++count) {
      SocketAddress peer;
      peer.size = sizeof peer.storage;
      Descriptor socket(::accept4(acceptor_.native_handle(),
                                  reinterpret_cast<sockaddr*>(&peer.storage), &peer.size,
                                  SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (socket.is_open()) {
        std::unique_ptr<Stream> stream = adopt(loop_, std::move(socket), peer);
        if (stream) accepted_(std::move(stream));
        if (!acceptor_.is_open()) return Outcome::kDrained;
        continue;
      }
      if (errno == EAGAIN) return Outcome::kDrained;
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        return Outcome::kExhausted;
      }
      // Anything else concerns only the one connection, which gave up in the queue.
    }
    return Outcome::kMore;
  }

  RealLoop& loop_;
  TcpAcceptor acceptor_;
  Listener::Accepted accepted_;
  Reserve reserve_;
  bool paused_ = false;
  Loop::TimerId pause_timer_ = 0;
};

class RealListener final : public Listener {
 public:
  explicit RealListener(Ref<ListenerCore> core) : core_(std::move(core)) {}
  ~RealListener() override { core_->stop(); }
  void start(Accepted accepted) override { core_->start(std::move(accepted)); }
  void stop() override { core_->stop(); }
  std::string address() const override { return core_->address(); }

 private:
  Ref<ListenerCore> core_;
};

void RealLoop::enter_turn() {
  if (in_turn_) return;
  in_turn_ = true;
  turn_began_ = clock_.now();
  asio::post(context_, [this] { end_turn(); });
}

void RealLoop::end_turn() {
  // Work that is added here belongs to the next turn's end.
  std::vector<Work> work = std::exchange(turn_end_, {});
  for (Work& item : work) item();
  if (turn_end_.empty()) {
    work.clear();
    turn_end_ = std::move(work);  // Keeps the memory for the next turn.
  }
  busy_ = busy_ + (clock_.now() - turn_began_);
  in_turn_ = false;
  if (!turn_end_.empty()) enter_turn();
}

void RealLoop::at_turn_end(Work work) {
  turn_end_.push_back(std::move(work));
  enter_turn();
}

void RealLoop::post(Work work) {
  {
    const std::lock_guard lock(posted_mutex_);
    posted_.push_back(std::move(work));
    if (std::exchange(post_scheduled_, true)) return;
  }
  asio::post(context_, [this] { run_posted(); });
}

void RealLoop::run_posted() {
  enter_turn();
  {
    const std::lock_guard lock(posted_mutex_);
    running_.swap(posted_);
    post_scheduled_ = false;
  }
  for (Work& work : running_) work();
  running_.clear();
}

Loop::TimerId RealLoop::at(Instant when, Work work) {
  // Whole milliseconds, rounded up: never early, and near timers share one wake-up.
  constexpr int64_t kTick = 1'000'000;
  if (when.ns < INT64_MAX - kTick) when.ns = (when.ns + kTick - 1) / kTick * kTick;
  const TimerId id = timers_.add(when, std::move(work));
  arm_timer();
  return id;
}

void RealLoop::arm_timer() {
  const Instant next = timers_.next();
  if (next >= armed_) return;  // The wake-up that is set comes first and arms the next one.
  armed_ = next;
  timer_.expires_at(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(next.ns)));
  timer_.async_wait([this](const ErrorCode& error) {
    if (!error) on_timer();
  });
}

void RealLoop::on_timer() {
  enter_turn();
  armed_ = Instant::never();
  const Instant now = clock_.now();
  const uint64_t mark = timers_.mark();
  while (std::optional<Work> work = timers_.take_due(now, mark)) (*work)();
  arm_timer();
}

Duration RealLoop::busy() const {
  return in_turn_ ? busy_ + (clock_.now() - turn_began_) : busy_;
}

void RealLoop::run() {
  const auto keep_running = asio::make_work_guard(context_);
  if (context_.stopped()) context_.restart();
  context_.run();
}

Result<std::unique_ptr<Listener>> RealLoop::listen(std::string_view address) {
  Result<SocketAddress> parsed = SocketAddress::parse(address);
  if (!parsed) return pass(parsed);
  Result<Descriptor> socket = listen_on(*parsed);
  if (!socket) return pass(socket);
  TcpAcceptor acceptor(context_.get_executor());
  ErrorCode error;
  acceptor.assign(parsed->family() == AF_INET6 ? tcp::v6() : tcp::v4(), socket->number(), error);
  if (error) {
    return fail(Code::kUnavailable,
                "Cannot listen on " + std::string(address) + ": " + error.message(), "listen");
  }
  (void)socket->release();
  Ref<ListenerCore> core(new ListenerCore(*this, std::move(acceptor)));
  return std::unique_ptr<Listener>(std::make_unique<RealListener>(std::move(core)));
}

// One try to connect: shared by the waiting coroutine, the kernel's answer and the deadline.
class ConnectAttempt final : public Counted {
 public:
  ConnectAttempt(RealLoop& loop, TcpSocket socket) : loop(loop), socket(std::move(socket)) {}
  ~ConnectAttempt() override = default;
  void end(Result<void> result) {
    loop.cancel(deadline);
    if (waiter) std::exchange(waiter, nullptr)->set(std::move(result));
  }
  RealLoop& loop;
  TcpSocket socket;
  Loop::TimerId deadline = 0;
  Completion<Result<void>>* waiter = nullptr;
};

// Ends the attempt when the coroutine that waits for it is destroyed.
struct ConnectGuard {
  ConnectAttempt& attempt;
  ~ConnectGuard() {
    attempt.waiter = nullptr;
    attempt.loop.cancel(attempt.deadline);
    ErrorCode ignored;  // Closing a socket that was handed over already does nothing.
    attempt.socket.close(ignored);
  }
};

void begin_connect(Ref<ConnectAttempt> attempt, const SocketAddress& address, Instant deadline) {
  tcp::endpoint endpoint;
  std::memcpy(endpoint.data(), &address.storage, address.size);
  endpoint.resize(address.size);
  attempt->socket.async_connect(endpoint, [attempt](const ErrorCode& error) {
    attempt->loop.enter_turn();
    if (!error) return attempt->end(Result<void>());
    attempt->end(fail(Code::kUnavailable, "Cannot connect: " + error.message() + ".", "connect"));
  });
  attempt->deadline = attempt->loop.at(deadline, [attempt] {
    attempt->end(fail(Code::kDeadlineExceeded, "Connecting took too long.", "connect"));
  });
}

Task<Result<std::unique_ptr<Stream>>> RealLoop::connect(std::string_view address,
                                                        Instant deadline) {
  using Connected = Result<std::unique_ptr<Stream>>;
  Result<SocketAddress> parsed = SocketAddress::parse(address);
  if (!parsed) co_return Connected(pass(parsed));
  Descriptor socket(
      ::socket(parsed->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!socket.is_open()) {
    co_return Connected(
        fail(Code::kUnavailable, "Cannot connect: " + system_reason(errno) + ".", "connect"));
  }
  ErrorCode error;
  TcpSocket adopted(context_.get_executor());
  adopted.assign(parsed->family() == AF_INET6 ? tcp::v6() : tcp::v4(), socket.number(), error);
  if (error) {
    co_return Connected(
        fail(Code::kUnavailable, "Cannot connect: " + error.message() + ".", "connect"));
  }
  (void)socket.release();
  adopted.native_non_blocking(true, error);
  Ref<ConnectAttempt> attempt(new ConnectAttempt(*this, std::move(adopted)));
  Completion<Result<void>> done;
  attempt->waiter = &done;
  const ConnectGuard guard{*attempt};
  begin_connect(attempt, *parsed, deadline);
  Result<void> connected = co_await done;
  if (!connected) co_return Connected(pass(connected));
  set_no_delay(attempt->socket.native_handle());
  Ref<StreamCore> core(new StreamCore(*this, std::move(attempt->socket)));
  co_return Connected(std::make_unique<RealStream>(std::move(core), parsed->text()));
}

}  // namespace

std::unique_ptr<Loop> make_real_loop() {
  return std::make_unique<RealLoop>();
}

}  // namespace servanda::internal

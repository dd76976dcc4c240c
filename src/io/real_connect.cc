// SPDX-License-Identifier: Apache-2.0
// Connecting of the real loop: a host's addresses one after the other, within one deadline.
#include <netinet/in.h>
#include <sys/epoll.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "io/real_loop.h"
#include "io/resolver.h"

namespace servanda::internal {
namespace {

using Connected = Result<std::unique_ptr<Stream>>;

std::unexpected<Error> too_late() {
  return fail(Code::kDeadlineExceeded, "Connecting took too long.", "connect");
}

// One try to connect: shared by the waiting coroutine, the kernel's answer and the deadline.
class ConnectAttempt final : public Watched {
 public:
  ConnectAttempt(RealLoop& loop, Descriptor socket) : Watched(loop), socket_(std::move(socket)) {}
  ~ConnectAttempt() override = default;

  Result<void> start(const SocketAddress& address, Instant deadline,
                     Completion<Result<void>>& waiter) {
    const auto* name = reinterpret_cast<const sockaddr*>(&address.storage);
    if (::connect(socket_.number(), name, address.size) != 0 && errno != EINPROGRESS) {
      return refused(errno);
    }
    if (Result<void> watched = loop().watch(*this, socket_.number(), EPOLLOUT | EPOLLET);
        !watched) {
      return watched;
    }
    waiter_ = &waiter;
    deadline_ = loop().at(deadline, [self = Ref(this)] { self->end(too_late()); });
    return {};
  }
  void on_ready(uint32_t) override {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_.number(), SOL_SOCKET, SO_ERROR, &error, &size);
    end(error == 0 ? Result<void>() : refused(error));
  }
  void abandon() override {
    waiter_ = nullptr;
    leave();
    socket_.close();
  }
  // Ends the wait; the socket stays with the attempt until it is taken.
  void give_up() {
    waiter_ = nullptr;
    loop().cancel(deadline_);
    leave_open(socket_.number());
  }
  Descriptor take_socket() { return std::move(socket_); }

  static Result<void> refused(int error) {
    return fail(Code::kUnavailable, "Cannot connect: " + system_reason(error) + ".", "connect");
  }

 private:
  void end(Result<void> result) {
    if (Completion<Result<void>>* const waiter = std::exchange(waiter_, nullptr)) {
      waiter->set(std::move(result));
    }
  }

  Descriptor socket_;
  Loop::TimerId deadline_ = 0;
  Completion<Result<void>>* waiter_ = nullptr;
};

// Ends the attempt when the coroutine that waits for it is destroyed.
struct ConnectGuard {
  ConnectAttempt& attempt;
  ~ConnectGuard() { attempt.give_up(); }
};

Task<Connected> connect_to(RealLoop& loop, SocketAddress address, Instant deadline) {
  Descriptor socket(
      ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!socket.is_open()) {
    Result<void> refused = ConnectAttempt::refused(errno);
    co_return Connected(pass(refused));
  }
  const Ref<ConnectAttempt> attempt(new ConnectAttempt(loop, std::move(socket)));
  Completion<Result<void>> done;
  Result<void> connected = attempt->start(address, deadline, done);
  if (connected) {
    const ConnectGuard guard{*attempt};
    connected = co_await done;
  }
  if (!connected) co_return Connected(pass(connected));
  std::unique_ptr<Stream> stream = adopt_stream(loop, attempt->take_socket(), address.text());
  if (!stream) {
    co_return Connected(fail(Code::kUnavailable, "Cannot watch the connection.", "connect"));
  }
  co_return Connected(std::move(stream));
}

}  // namespace

Task<Connected> RealLoop::connect(std::string_view address, Instant deadline) {
  Result<HostAndPort> to = HostAndPort::parse(address);
  if (!to) co_return Connected(pass(to));
  if (to->is_name() && !resolver_) resolver_ = std::make_unique<Resolver>(*this);
  std::vector<SocketAddress> addresses = to->addresses();
  if (to->is_name()) {
    Task<Result<std::vector<SocketAddress>>> resolving = resolver_->resolve(to->host, deadline);
    Result<std::vector<SocketAddress>> found = co_await resolving;
    if (!found) co_return Connected(pass(found));
    addresses = std::move(*found);
  }
  Connected connected(too_late());
  for (size_t i = 0; i < addresses.size(); ++i) {
    addresses[i].set_port(to->port);
    // An address that never answers leaves the others their share of the time.
    const int64_t share = (deadline - now()).ns / static_cast<int64_t>(addresses.size() - i);
    if (share <= 0) co_return Connected(too_late());
    const Instant until = deadline == Instant::never() ? deadline : now() + Duration{share};
    Task<Connected> connecting = connect_to(*this, addresses[i], until);
    connected = co_await connecting;
    if (connected) break;
  }
  co_return connected;
}

}  // namespace servanda::internal

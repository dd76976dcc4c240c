// SPDX-License-Identifier: Apache-2.0
// Listening sockets of the real loop: level-triggered, a bounded number of connections a turn.
#include <fcntl.h>
#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <utility>

#include "io/real_loop.h"

namespace servanda::internal {
namespace {

constexpr int kAcceptsPerTurnMax = 64;  // So that a flood of connections does not starve requests.
constexpr Duration kAcceptPause = Duration::milliseconds(100);

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

class ListenerCore final : public Watched {
 public:
  ListenerCore(RealLoop& loop, Descriptor socket) : Watched(loop), socket_(std::move(socket)) {}
  ~ListenerCore() override = default;

  void start(Listener::Accepted accepted) {
    accepted_ = std::move(accepted);
    go_on();
  }
  // Connections that the kernel has completed already are handed over first: their clients believe
  // that they are being served.
  void stop() {
    if (!socket_.is_open()) return;
    if (accepted_) (void)accept_ready();
    abandon();
  }
  void on_ready(uint32_t) override {
    if (!socket_.is_open() || accept_ready()) return;
    reserve_.give();
    leave_open(socket_.number());
    pause();
  }
  void abandon() override {
    loop().cancel(pause_timer_);
    leave();
    socket_.close();
  }
  [[nodiscard]] std::string address() const {
    return socket_.is_open() ? bound_address(socket_.number()).text() : "";
  }

 private:
  // What the kernel refuses to watch now is tried again after a pause.
  void go_on() {
    if (!loop().watch(*this, socket_.number(), EPOLLIN)) pause();
  }
  void pause() {
    pause_timer_ = loop().at(loop().now() + kAcceptPause, [self = Ref(this)] {
      if (self->reserve_.take()) {
        self->go_on();
      } else {
        self->pause();
      }
    });
  }
  // False when the system has no descriptor or memory left for another connection.
  bool accept_ready() {
    for (int count = 0; count < kAcceptsPerTurnMax && socket_.is_open(); ++count) {
      SocketAddress peer;
      peer.size = sizeof peer.storage;
      Descriptor client(::accept4(socket_.number(), reinterpret_cast<sockaddr*>(&peer.storage),
                                  &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (client.is_open()) {
        std::unique_ptr<Stream> stream = adopt_stream(loop(), std::move(client), peer.text());
        if (stream) accepted_(std::move(stream));
        continue;
      }
      if (errno == EAGAIN) return true;
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return false;
      // Anything else concerns only the one connection, which gave up in the queue.
    }
    return true;
  }

  Descriptor socket_;
  Listener::Accepted accepted_;
  Reserve reserve_;
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

}  // namespace

std::unique_ptr<Listener> adopt_listener(RealLoop& loop, Descriptor socket) {
  return std::make_unique<RealListener>(
      Ref<ListenerCore>(new ListenerCore(loop, std::move(socket))));
}

}  // namespace servanda::internal

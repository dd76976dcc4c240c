// SPDX-License-Identifier: Apache-2.0
// The limit: a bare epoll loop that answers every read with the same bytes and parses nothing.
// What it costs is the kernel's; what a server costs above it is the server's own.
//
// limit_server [PORT]   0 or nothing picks a free port; prints "listening on 127.0.0.1:PORT".
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Fri, 01 May 2026 12:00:00 GMT\r\n"
    "Content-Length: 19\r\n\r\n{\"message\":\"hello\"}";

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

int listen_on(uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) die("socket");
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("bind");
  if (::listen(listener, 4096) != 0) die("listen");
  socklen_t size = sizeof address;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

void watch(int poll, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  if (::epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) != 0) die("epoll_ctl");
}

void accept_all(int poll, int listener) {
  for (;;) {
    const int client = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return;
    const int on = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(poll, client);
  }
}

void serve(int client) {
  std::array<char, 4096> request;
  const ssize_t got = ::recv(client, request.data(), request.size(), 0);
  if (got < 0 && errno == EAGAIN) return;
  const bool answered = got > 0 && ::send(client, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) > 0;
  if (!answered) ::close(client);
}

}  // namespace

int main(int argc, char** argv) {
  const int listener = listen_on(static_cast<uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0));
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  if (poll < 0) die("epoll_create1");
  watch(poll, listener);
  std::array<epoll_event, 256> events;
  for (;;) {
    const int count = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int descriptor = events[static_cast<size_t>(i)].data.fd;
      if (descriptor == listener) {
        accept_all(poll, listener);
      } else {
        serve(descriptor);
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Descriptors and socket addresses: the plain system calls under the real loop.

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace servanda::internal {

// Owns one file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  // Gives the descriptor away.
  [[nodiscard]] int release() { return std::exchange(number_, -1); }
  void close();

 private:
  int number_ = -1;
};

// An IPv4 or IPv6 address with a port.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  // "192.0.2.1:80", "[::1]:80", or "localhost:80" for 127.0.0.1. Names are not resolved.
  // Errors: kInvalidArgument.
  [[nodiscard]] static Result<SocketAddress> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  [[nodiscard]] int family() const { return storage.ss_family; }
  [[nodiscard]] uint16_t port() const;
  void set_port(uint16_t port);
};

// Where to connect to: an address, "localhost", or a name that must be resolved.
struct HostAndPort {
  std::string host;  // Without brackets; of a name: as given.
  uint16_t port = 0;

  // A name has labels of letters, digits, '-' and '_', the last of them not a number, and 253
  // characters at most. Errors: kInvalidArgument.
  [[nodiscard]] static Result<HostAndPort> parse(std::string_view text);
  [[nodiscard]] bool is_name() const { return fixed_.empty(); }
  // Of anything but a name. "localhost" is 127.0.0.1 and ::1, whatever the system has it be (RFC
  // 6761 section 6.3), so it needs no resolver.
  [[nodiscard]] const std::vector<SocketAddress>& addresses() const { return fixed_; }

 private:
  std::vector<SocketAddress> fixed_;
};

// A listening TCP socket: non-blocking, closed on exec, sharing its port with the other workers.
// Errors: kUnavailable with the system's reason.
[[nodiscard]] Result<Descriptor> listen_on(const SocketAddress& address);
// The address a socket is bound to.
[[nodiscard]] SocketAddress bound_address(int socket);
// A connected or fresh TCP socket gets its options; failures of options are harmless and ignored.
void set_no_delay(int socket);
// The system's text for an errno value.
[[nodiscard]] std::string system_reason(int error);

}  // namespace servanda::internal

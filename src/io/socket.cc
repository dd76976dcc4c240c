// SPDX-License-Identifier: Apache-2.0
#include "io/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <system_error>

namespace servanda::internal {
namespace {

constexpr int kListenBacklog = 4096;  // The kernel cuts it to net.core.somaxconn.

std::unexpected<Error> bad_address(std::string_view text) {
  return fail(Code::kInvalidArgument,
              "The address \"" + std::string(text) +
                  "\" is not an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080.");
}

constexpr size_t kNameBytesMax = 253;
constexpr size_t kLabelBytesMax = 63;

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLabelBytesMax && std::ranges::all_of(label, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

// Text such as "1.2.3" is no name: the system would read it as an address of its own making.
bool is_host_name(std::string_view host) {
  if (host.size() > kNameBytesMax) return false;
  for (;;) {
    const size_t dot = host.find('.');
    const std::string_view label = host.substr(0, dot);
    if (!is_label(label)) return false;
    if (dot == std::string_view::npos) {
      return !label.starts_with("0x") && !label.starts_with("0X") &&
             label.find_first_not_of("0123456789") != std::string_view::npos;
    }
    host.remove_prefix(dot + 1);
  }
}

}  // namespace

Descriptor::~Descriptor() {
  close();
}

void Descriptor::close() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

std::string system_reason(int error) {
  return std::generic_category().message(error);
}

Result<SocketAddress> SocketAddress::parse(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad_address(text);
  std::string host(text.substr(0, colon));
  const std::string_view port_text = text.substr(colon + 1);
  uint16_t port = 0;
  const auto [end, error] =
      std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc() || end != port_text.data() + port_text.size()) return bad_address(text);

  SocketAddress address;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    if (inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6.sin6_addr) != 1) {
      return bad_address(text);
    }
    std::memcpy(&address.storage, &v6, sizeof v6);
    address.size = sizeof v6;
    return address;
  }
  if (host == "localhost") host = "127.0.0.1";
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) != 1) return bad_address(text);
  std::memcpy(&address.storage, &v4, sizeof v4);
  address.size = sizeof v4;
  return address;
}

// The port stands at the same place in both kinds of address.
static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));

uint16_t SocketAddress::port() const {
  sockaddr_in v4;
  std::memcpy(&v4, &storage, sizeof v4);
  return ntohs(v4.sin_port);
}

void SocketAddress::set_port(uint16_t port) {
  sockaddr_in v4;
  std::memcpy(&v4, &storage, sizeof v4);
  v4.sin_port = htons(port);
  std::memcpy(&storage, &v4, sizeof v4);
}

Result<HostAndPort> HostAndPort::parse(std::string_view text) {
  const size_t colon = std::min(text.rfind(':'), text.size());
  // The same reading of the port for all hosts.
  Result<SocketAddress> any = SocketAddress::parse("0.0.0.0" + std::string(text.substr(colon)));
  const std::string_view host = text.substr(0, colon);
  Result<SocketAddress> address = SocketAddress::parse(text);
  if (!any || (!address && !is_host_name(host))) {
    return fail(Code::kInvalidArgument,
                "The address \"" + std::string(text) +
                    "\" is not a host and a port, such as 127.0.0.1:8080, [::1]:8080 or "
                    "accounts.internal:8080.");
  }
  HostAndPort result;
  result.host = host;
  result.port = any->port();
  if (address) result.fixed_.push_back(*address);
  if (host == "localhost") {
    Result<SocketAddress> v6 = SocketAddress::parse("[::1]" + std::string(text.substr(colon)));
    if (v6) result.fixed_.push_back(*v6);
  }
  return result;
}

std::string SocketAddress::text() const {
  char host[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &storage, sizeof v6);
    inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof host);
    return "[" + std::string(host) + "]:" + std::to_string(ntohs(v6.sin6_port));
  }
  sockaddr_in v4;
  std::memcpy(&v4, &storage, sizeof v4);
  inet_ntop(AF_INET, &v4.sin_addr, host, sizeof host);
  return std::string(host) + ":" + std::to_string(ntohs(v4.sin_port));
}

Result<Descriptor> listen_on(const SocketAddress& address) {
  const auto refuse = [&](const char* step) {
    const int error = errno;
    return fail(Code::kUnavailable,
                "Cannot listen on " + address.text() + ": " + step + ": " + system_reason(error),
                "listen");
  };
  Descriptor socket(
      ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!socket.is_open()) return refuse("socket");
  const int on = 1;
  ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
    return refuse("SO_REUSEPORT");
  }
  if (address.family() == AF_INET6) {
    ::setsockopt(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  const auto* name = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::bind(socket.number(), name, address.size) != 0) return refuse("bind");
  if (::listen(socket.number(), kListenBacklog) != 0) return refuse("listen");
  return socket;
}

SocketAddress bound_address(int socket) {
  SocketAddress address;
  address.size = sizeof address.storage;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address.storage), &address.size);
  return address;
}

void set_no_delay(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The other processes of a backend, as its deployment names them.

#include <string>
#include <vector>

namespace servanda {

// Where the services of other processes are, and how processes know each other.
struct PeerOptions {
  // What all processes of the backend share and nobody else knows. "": no word of another process
  // is taken. Requires: at least kSecretBytesMin otherwise.
  std::string secret;
  static constexpr size_t kSecretBytesMin = 32;

  struct Service {
    std::string name;
    std::vector<std::string> addresses;  // "host:port", at least one; asked in turn.
  };
  std::vector<Service> services;

  // The service with this name, or null.
  [[nodiscard]] const Service* find(const std::string& name) const {
    for (const Service& service : services) {
      if (service.name == name) return &service;
    }
    return nullptr;
  }
};

}  // namespace servanda

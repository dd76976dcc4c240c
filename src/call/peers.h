// SPDX-License-Identifier: Apache-2.0
#pragma once
// The way to the services that run in other processes.

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "call/peer_options.h"
#include "http/client.h"
#include "io/loop.h"

namespace servanda {

// Kept connections to every process that PeerOptions names.
//
// Threads: belongs to its worker. Lifetime: closed while those who wait for answers are still
// there.
class Peers {
 public:
  // `options` outlives this.
  Peers(Loop& loop, const PeerOptions& options);

  [[nodiscard]] const std::string& secret() const { return options_.secret; }
  // Ends what is in flight with kCancelled, from inside this call; nothing is sent from then on.
  void close();
  // Sends to one of the processes that run the service, in turn, and to the next one when no
  // connection can be made. `host` of the request is filled in. Errors as HttpClient::send(), and
  // kUnavailable "upstream-unreachable" for a service without an address.
  Task<Result<void>> send(std::string_view service, ClientRequest request, ClientAnswer& into,
                          Instant deadline);

 private:
  struct Process {
    std::string address;
    std::unique_ptr<HttpClient> client;
  };
  struct Processes {
    std::vector<Process> all;
    size_t next = 0;
  };
  const PeerOptions& options_;
  std::unordered_map<std::string_view, Processes> services_;
};

}  // namespace servanda

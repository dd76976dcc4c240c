// SPDX-License-Identifier: Apache-2.0
#include "call/peers.h"

#include <utility>

namespace servanda {

Peers::Peers(Loop& loop, const PeerOptions& options) : options_(options) {
  for (const PeerOptions::Service& service : options.services) {
    Processes& processes = services_[service.name];
    for (const std::string& address : service.addresses) {
      processes.all.push_back(
          {address, std::make_unique<HttpClient>(loop, address, ClientLimits{})});
    }
  }
}

void Peers::close() {
  // What ends may ask for more at once, and has to find nothing.
  const std::unordered_map<std::string_view, Processes> closing = std::move(services_);
  services_.clear();
}

Task<Result<void>> Peers::send(std::string_view service, ClientRequest request, ClientAnswer& into,
                               Instant deadline) {
  Result<void> sent = fail(Code::kUnavailable, "No process is known that runs the service.",
                           "upstream-unreachable");
  const auto found = services_.find(service);
  if (found == services_.end()) co_return sent;
  Processes& processes = found->second;
  for (size_t tries = processes.all.size(); tries > 0; --tries) {
    Process& process = processes.all[processes.next];
    processes.next = (processes.next + 1) % processes.all.size();
    request.host = process.address;
    Task<Result<void>> sending = process.client->send(request, into, deadline);
    sent = co_await sending;
    if (sent || sent.error().reason != "upstream-unreachable") co_return sent;
  }
  co_return sent;
}

}  // namespace servanda

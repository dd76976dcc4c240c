// SPDX-License-Identifier: Apache-2.0
#pragma once
// C++ that answers the calls of handlers instead of the operations they call: for tests.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "servanda/handler.h"

namespace servanda {

// By operation. Calls that began with a stand-in keep it until they end.
//
// Threads: one, so for a backend on simulated io alone.
class StandIns {
 public:
  // In place of what stood in before.
  void set(std::shared_ptr<const CodeHandler> handler) {
    std::string id(handler->operation_id());
    by_operation_.insert_or_assign(std::move(id), std::move(handler));
  }
  // Whether there was one.
  bool remove(std::string_view operation_id) {
    const auto found = by_operation_.find(operation_id);
    if (found == by_operation_.end()) return false;
    by_operation_.erase(found);
    return true;
  }
  // Null when there is none.
  [[nodiscard]] std::shared_ptr<const CodeHandler> find(std::string_view operation_id) const {
    const auto found = by_operation_.find(operation_id);
    return found == by_operation_.end() ? nullptr : found->second;
  }

 private:
  std::map<std::string, std::shared_ptr<const CodeHandler>, std::less<>> by_operation_;
};

}  // namespace servanda

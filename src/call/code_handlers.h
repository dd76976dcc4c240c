// SPDX-License-Identifier: Apache-2.0
#pragma once
// The C++ handlers of a program, by operation.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "contract/plan/plan.h"
#include "servanda/handler.h"

namespace servanda {

// Filled before anything is served, shared as const afterwards.
class CodeHandlers {
 public:
  void add(std::unique_ptr<const CodeHandler> handler) { all_.push_back(std::move(handler)); }
  // Null when there is none.
  [[nodiscard]] const CodeHandler* find(std::string_view operation_id) const;
  // The operations, in the order of add(): for CompileOptions::coded.
  [[nodiscard]] std::vector<std::string> ids() const;
  [[nodiscard]] const std::vector<std::unique_ptr<const CodeHandler>>& all() const { return all_; }

 private:
  std::vector<std::unique_ptr<const CodeHandler>> all_;
};

// Whether the plan can be served with these handlers (null: none): every `handler: code` has one,
// and every handler is for an operation that it may serve, of this very contract. kInvalidArgument
// with everything that does not fit, reason "handlers".
[[nodiscard]] Result<void> check_code_handlers(const Plan& plan, const CodeHandlers* handlers);

}  // namespace servanda

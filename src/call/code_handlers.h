// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a program implements in C++: handlers and hooks by operation, authenticators by
// security scheme, error bodies by schema, computations by resource.

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "contract/plan/plan.h"
#include "servanda/authenticator.h"
#include "servanda/failure.h"
#include "servanda/handler.h"
#include "servanda/hook.h"

namespace servanda {

// Filled before anything is served, shared as const afterwards.
class CodeHandlers {
 public:
  void add(std::unique_ptr<const CodeHandler> handler) { all_.push_back(std::move(handler)); }
  void add(std::unique_ptr<const Authenticator> authenticator) {
    authenticators_.push_back(std::move(authenticator));
  }
  void add(std::unique_ptr<const Hook> hook) { hooks_.push_back(std::move(hook)); }
  void add(std::unique_ptr<const ProblemBody> body) { problem_bodies_.push_back(std::move(body)); }
  void add(std::unique_ptr<const Computation> computation) {
    computations_.push_back(std::move(computation));
  }
  // Null when there is none.
  [[nodiscard]] const CodeHandler* find(std::string_view operation_id) const;
  [[nodiscard]] const Authenticator* find_authenticator(std::string_view scheme) const;
  [[nodiscard]] const std::vector<std::unique_ptr<const CodeHandler>>& all() const { return all_; }
  [[nodiscard]] const std::vector<std::unique_ptr<const Authenticator>>& authenticators() const {
    return authenticators_;
  }
  [[nodiscard]] const Hook* find_hook(std::string_view operation_id, HookTime time) const;
  [[nodiscard]] const std::vector<std::unique_ptr<const Hook>>& hooks() const { return hooks_; }
  // What writes problems in the schema of this name.
  [[nodiscard]] const ProblemBody* find_problem_body(std::string_view schema) const;
  [[nodiscard]] const std::vector<std::unique_ptr<const ProblemBody>>& problem_bodies() const {
    return problem_bodies_;
  }
  [[nodiscard]] const Computation* find_computation(std::string_view resource) const;
  [[nodiscard]] const std::vector<std::unique_ptr<const Computation>>& computations() const {
    return computations_;
  }
  // Tells the compiler what there is: CompileOptions::coded and authenticated.
  void describe(CompileOptions& options) const;

 private:
  std::vector<std::unique_ptr<const CodeHandler>> all_;
  std::vector<std::unique_ptr<const Authenticator>> authenticators_;
  std::vector<std::unique_ptr<const Hook>> hooks_;
  std::vector<std::unique_ptr<const ProblemBody>> problem_bodies_;
  std::vector<std::unique_ptr<const Computation>> computations_;
};

// Whether the plan can be served with these handlers (null: none): every `handler: code` has one,
// every handler is for an operation that it may serve, of this very contract, every hook for a
// write of its resource, every authenticator for a scheme of the contract. What the contract leaves
// to code and is met here (`problem: code` in answers, `computed: code` in rows that built-in
// handlers show) has its function, and every function is for such a one. kInvalidArgument with
// everything that does not fit, reason "handlers".
[[nodiscard]] Result<void> check_code_handlers(const Plan& plan, const CodeHandlers* handlers);

}  // namespace servanda

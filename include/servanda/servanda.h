// SPDX-License-Identifier: Apache-2.0
#pragma once
// App: a server of one contract with handlers in C++. docs/handlers.md is the way in.

#include <memory>
#include <string>
#include <utility>

#include "servanda/authenticator.h"
#include "servanda/failure.h"
#include "servanda/handler.h"
#include "servanda/hook.h"

namespace servanda {

class CodeHandlers;

// The `servanda` program with handlers:
//
//   int main(int argc, char** argv) {
//     servanda::App app;
//     app.handle<shop::op::CancelOrder>(cancel_order);
//     return app.run(argc, argv);
//   }
class App {
 public:
  App();
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Serves Op with `function`, see make_code_handler(). Requires: before run().
  template <typename Op, typename F>
  App& handle(F function) {
    add(make_code_handler<Op>(std::move(function)));
    return *this;
  }
  // Serves an operation that no code was generated for.
  void add(std::unique_ptr<const CodeHandler> handler);

  // Runs `function` before the built-in handler of Op writes a T, see make_hook(): it may change
  // the row, refuse the call, and work on other rows in the same unit of work. Requires: before
  // run().
  template <typename Op, ResourceStruct T, typename F>
  App& before(F function) {
    add(make_hook<Op, T>(HookTime::kBefore, std::move(function)));
    return *this;
  }
  // The same after it, when the row is settled and before anything is committed.
  template <typename Op, ResourceStruct T, typename F>
  App& after(F function) {
    add(make_hook<Op, T>(HookTime::kAfter, std::move(function)));
    return *this;
  }
  void add(std::unique_ptr<const Hook> hook);

  // Makes what the contract calls `computed: code` of a T with `function`, see make_computation(),
  // whenever a built-in handler shows rows: once for all rows of a page. Requires: before run().
  template <ResourceStruct T, typename F>
  App& compute(F function) {
    add(make_computation<T>(std::move(function)));
    return *this;
  }
  void add(std::unique_ptr<const Computation> computation);

  // Verifies the credentials of a security scheme with `function`, see make_authenticator(). What
  // asks for credentials is served only when all its schemes have one. Requires: before run().
  template <typename F>
  App& authenticate(std::string scheme, F function) {
    add(make_authenticator(std::move(scheme), std::move(function)));
    return *this;
  }
  void add(std::unique_ptr<const Authenticator> authenticator);

  // Writes the engine's problems as T with `function`, see make_problem_body(), wherever an
  // operation declares T's schema as the JSON body of a failure. Requires: before run().
  template <typename T, typename F>
  App& tell_problems_as(F function) {
    add(make_problem_body<T>(std::move(function)));
    return *this;
  }
  void add(std::unique_ptr<const ProblemBody> body);

  // Runs the command line of `servanda`, with `serve` serving the handlers. Returns the process's
  // exit code. A contract that the handlers do not fit is not served: the reasons are on standard
  // error.
  [[nodiscard]] int run(int argc, char** argv);

  // What was registered so far, for tests that serve without run().
  [[nodiscard]] std::shared_ptr<const CodeHandlers> handlers() const { return handlers_; }

 private:
  std::shared_ptr<CodeHandlers> handlers_;
};

}  // namespace servanda

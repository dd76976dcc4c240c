// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "app/commands.h"
#include "call/code_handlers.h"
#include "servanda/servanda.h"

namespace servanda {

App::App() : handlers_(std::make_shared<CodeHandlers>()) {}
App::~App() = default;

void App::add(std::unique_ptr<const CodeHandler> handler) {
  handlers_->add(std::move(handler));
}

void App::add(std::unique_ptr<const Hook> hook) {
  handlers_->add(std::move(hook));
}

void App::add(std::unique_ptr<const Computation> computation) {
  handlers_->add(std::move(computation));
}

void App::add(std::unique_ptr<const Authenticator> authenticator) {
  handlers_->add(std::move(authenticator));
}

void App::add(std::unique_ptr<const ProblemBody> body) {
  handlers_->add(std::move(body));
}

int App::run(int argc, char** argv) {
  return run_command(argc, argv, handlers_);
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "call/match.h"

#include <algorithm>

#include "call/record.h"
#include "call/worker.h"

namespace servanda {
namespace {

constexpr uint16_t bit(Method method) {
  return static_cast<uint16_t>(1u << static_cast<unsigned>(method));
}

uint16_t with_implied(uint16_t declared) {
  if (declared == 0) return 0;
  if ((declared & bit(Method::kGet)) != 0) declared |= bit(Method::kHead);
  return declared | bit(Method::kOptions);
}

RouteMatch match_route(const Call& call) {
  const RouteTable& routes = call.engine->plan().routes;
  const Method method = *call.input.method;
  RouteMatch found = routes.match(method, call.input.path);
  if (found.operation == nullptr && method == Method::kHead &&
      (found.allowed & bit(Method::kGet)) != 0) {
    found = routes.match(Method::kGet, call.input.path);
  }
  return found;
}

}  // namespace

bool match(Call& call) {
  if (!call.input.method) {
    return refuse(call, Code::kUnimplemented, "This server does not know the request's method.",
                  "unknown-method");
  }
  const RouteMatch found = match_route(call);
  if (found.operation == nullptr) {
    if (!found.path_exists) {
      return refuse(call, Code::kNotFound, "The contract declares no such path.", "no-such-path");
    }
    refuse(call, Code::kMethodNotAllowed, "The path does not have this method.",
           "method-not-allowed");
    call.answer.allowed_methods = with_implied(found.allowed);
    return false;
  }
  call.operation = found.operation;
  call.path_values = found.path_values;
  count_start(call);
  const Duration timeout =
      std::min(found.operation->timeout, call.worker->options().limits.timeout_max);
  call.deadline = call.input.received_at + timeout;
  return true;
}

uint16_t allowed_methods(const Call& call) {
  return with_implied(call.engine->plan().routes.match(Method::kOptions, call.input.path).allowed);
}

}  // namespace servanda

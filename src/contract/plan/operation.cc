// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/operation.h"

#include <array>

namespace servanda {
namespace {

constexpr std::array<std::string_view, kMethodCount> kMethodTexts = {
    "GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"};

}  // namespace

std::optional<Method> parse_method(std::string_view upper_case) {
  for (size_t i = 0; i < kMethodTexts.size(); ++i) {
    if (kMethodTexts[i] == upper_case) return static_cast<Method>(i);
  }
  return std::nullopt;
}

std::string_view parameter_in_text(ParameterIn in) {
  static constexpr std::string_view kTexts[] = {"path", "query", "header", "cookie"};
  return kTexts[static_cast<size_t>(in)];
}

std::string_view method_text(Method method) {
  return kMethodTexts[static_cast<size_t>(method)];
}

std::string_view handler_text(HandlerKind handler) {
  static constexpr std::string_view kTexts[] = {"resource", "mock", "unimplemented", "code",
                                                "remote"};
  return kTexts[static_cast<size_t>(handler)];
}

const Response* Operation::response_for(int status) const {
  for (const Response& response : responses) {
    if (response.is_default()) return &response;
    if (status >= response.first_status && status <= response.last_status) return &response;
  }
  return nullptr;
}

int Operation::success_status() const {
  int lowest = 0;
  for (const Response& response : responses) {
    int first = response.first_status;
    if (first < 200 || first > 299) continue;
    if (lowest == 0 || first < lowest) lowest = first;
  }
  return lowest == 0 ? 200 : lowest;
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The exception that ends a handler with a problem of the caller's, or of the store's.

#include <exception>
#include <string>
#include <utility>

#include "base/result.h"

namespace servanda {

// Thrown by Db, and by handlers that have no declared response for what went wrong: the call is
// answered with the error's problem body and everything the handler wrote is discarded. kInternal
// stands for a bug: it is logged, and outside development its message is not shown.
//
//   if (!in.body.email.ends_with("@example.com")) {
//     throw Failure(Code::kUnprocessable, "Only our own people may order.", "foreign-address");
//   }
class Failure : public std::exception {
 public:
  explicit Failure(Error error) : error_(std::move(error)) {}
  Failure(Code code, std::string message, std::string reason = {})
      : error_{code, std::move(message), std::move(reason), {}} {}

  [[nodiscard]] const Error& error() const noexcept { return error_; }
  // The error's message.
  [[nodiscard]] const char* what() const noexcept override { return error_.message.c_str(); }

 private:
  Error error_;
};

}  // namespace servanda

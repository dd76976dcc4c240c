// SPDX-License-Identifier: Apache-2.0
#pragma once
// A plain HTTP/1.1 client for tests: writes what it is given, reads answers as they come.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace servanda::wire {

// One answer as it came.
struct WireAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // Names in lower case, in order.
  std::string body;   // Without chunking, with its content coding.
  size_t length = 0;  // Bytes of the whole answer on the wire.

  // The values of a header joined with ", "; nothing when it is absent.
  [[nodiscard]] std::optional<std::string> header(std::string_view lower_case_name) const;
};

// The first complete final answer in `bytes` (100 Continue is passed over); nothing while it is
// incomplete. `ended` says that no more bytes will come; `to_head` that the request was a HEAD. The
// error says how the bytes break HTTP.
[[nodiscard]] Result<std::optional<WireAnswer>> read_answer(std::string_view bytes, bool ended,
                                                            bool to_head);

// The bytes of a request written as in a case: "METHOD TARGET\nname: value\n\nbody". Adds "host"
// and "content-length" where they are missing.
[[nodiscard]] std::string request_bytes(std::string_view text);

}  // namespace servanda::wire

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The mock handler: answers from the contract's examples and schemas, with Prism's semantics.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/header_field.h"
#include "call/call.h"

namespace servanda {

// One answer made ahead: everything that is sent but what differs from call to call.
struct MockAnswer {
  // What was asked for.
  int code = 0;                      // `Prefer: code=`, 0 for the default.
  std::string example;               // `Prefer: example=`, "" for the default.
  const MediaType* media = nullptr;  // Null where the declared response has no content.
  std::string asked_type;  // The negotiated type; differs from `media` where that has wildcards.

  int status = 200;
  std::string content_type;
  std::string body;
  std::string gzip_body;                  // Empty when the body is too small or does not compress.
  std::vector<std::string> header_names;  // Lower case, parallel to:
  std::vector<std::string> header_values;
};

inline constexpr size_t kMockAnswersMax = 64;  // Per operation and worker; more are made each time.

// The answers of one operation that one worker has made so far.
class MockAnswers {
 public:
  std::vector<std::unique_ptr<MockAnswer>> made;
};

// Answers the call: `Prefer: code=`, `example=` and `dynamic=true` choose, else the lowest
// declared 2xx (or the default) with its first example that conforms to its schema, else a value
// made from the schema. Requires: negotiate() has run. Made once per worker; the repeated call
// costs a look-up.
void handle_mock(Call& call);

// The declared response that a mocked call answers with, and its status; null when the operation
// declares none that was asked for. The same for negotiation and for handling.
struct MockChoice {
  const Response* response = nullptr;
  int status = 200;
};
[[nodiscard]] MockChoice choose_mock_response(const Operation& operation,
                                              const Preferences& preferences);

}  // namespace servanda

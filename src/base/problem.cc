// SPDX-License-Identifier: Apache-2.0
#include "base/problem.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/json.h"
#include "base/text.h"

namespace servanda {
namespace {

constexpr std::string_view kTypePrefix = "https://servanda.dev/problems/";

// In the order of the enum. 499 is for logs only: nobody is left to read it.
constexpr std::array<CodeFacts, 25> kFacts = {{
    {400, "invalid-argument", "The request is not valid", false},
    {401, "unauthenticated", "Authentication is required", false},
    {403, "permission-denied", "Permission denied", false},
    {404, "not-found", "Not found", false},
    {405, "method-not-allowed", "Method not allowed", false},
    {406, "not-acceptable", "No acceptable representation", false},
    {408, "request-timeout", "The request took too long to arrive", true},
    {409, "conflict", "Conflict with the current state", false},
    {412, "precondition-failed", "Precondition failed", false},
    {413, "too-large", "The content is too large", false},
    {414, "target-too-long", "The request target is too long", false},
    {415, "unsupported-media-type", "Unsupported media type", false},
    {417, "expectation-failed", "Expectation failed", false},
    {421, "misdirected", "Misdirected request", false},
    {422, "unprocessable", "The content does not match the contract", false},
    {428, "precondition-required", "A precondition is required", false},
    {429, "too-many-requests", "Too many requests", true},
    {431, "headers-too-large", "The header fields are too large", false},
    {499, "cancelled", "The client closed the request", false},
    {500, "internal", "Internal error", false},
    {501, "unimplemented", "Not implemented", false},
    {502, "bad-gateway", "An upstream service gave no valid answer", true},
    {503, "unavailable", "Temporarily unavailable", true},
    {504, "deadline-exceeded", "The deadline has passed", true},
    {507, "storage-full", "The storage is full", false},
}};
static_assert(kFacts.size() == kCodeCount);
static_assert(kFacts[static_cast<size_t>(Code::kCancelled)].http_status == 499);

struct StatusPhrase {
  int status;
  std::string_view phrase;
};

constexpr std::array kPhrases = std::to_array<StatusPhrase>({
    {100, "Continue"},
    {101, "Switching Protocols"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {208, "Already Reported"},
    {226, "IM Used"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {499, "Client Closed Request"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {506, "Variant Also Negotiates"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
    {511, "Network Authentication Required"},
});

// A JSON Pointer as a URI fragment (RFC 6901, section 6): "/a b" becomes "#/a%20b".
std::string fragment(std::string_view pointer) {
  std::string out = "#";
  for (;;) {
    const size_t slash = pointer.find('/');
    out += percent_encode(pointer.substr(0, slash));
    if (slash == std::string_view::npos) return out;
    out += '/';
    pointer.remove_prefix(slash + 1);
  }
}

void write_field(JsonWriter& writer, const FieldError& field) {
  writer.begin_object();
  if (field.in == "body") {
    writer.key("pointer");
    writer.string(fragment(field.pointer));
  } else {
    writer.key("in");
    writer.string(field.in);
    writer.key("name");
    writer.string(field.pointer);
  }
  writer.key("code");
  writer.string(field.code);
  writer.key("detail");
  writer.string(field.detail);
  writer.end_object();
}

}  // namespace

const CodeFacts& facts_of(Code code) {
  const auto index = static_cast<size_t>(code);
  SERVANDA_CHECK(index < kFacts.size(), "code " + std::to_string(index));
  return kFacts[index];
}

std::string_view status_phrase(int http_status) {
  for (const StatusPhrase& entry : kPhrases) {
    if (entry.status == http_status) return entry.phrase;
  }
  return "";
}

bool can_fail_between(int first_status, int last_status) {
  return std::any_of(kFacts.begin(), kFacts.end(), [&](const CodeFacts& facts) {
    return first_status <= facts.http_status && facts.http_status <= last_status;
  });
}

std::string problem_type(const Error& error) {
  return std::string(kTypePrefix).append(facts_of(error.code).word);
}

std::string_view problem_code(const Error& error) {
  return error.reason.empty() ? facts_of(error.code).word : std::string_view(error.reason);
}

bool is_retryable(const Error& error) {
  return facts_of(error.code).retryable || error.reason == "version-moved" ||
         error.reason == "idempotency-in-progress";
}

std::string problem_body(const Error& error, std::string_view trace_id, int status) {
  const CodeFacts& facts = facts_of(error.code);
  std::string out;
  JsonWriter writer(out);
  writer.begin_object();
  writer.key("type");
  writer.string(problem_type(error));
  writer.key("title");
  writer.string(facts.title);
  writer.key("status");
  writer.integer(status == 0 ? facts.http_status : status);
  if (!error.message.empty()) {
    writer.key("detail");
    writer.string(error.message);
  }
  writer.key("code");
  writer.string(problem_code(error));
  if (!error.fields.empty()) {
    writer.key("errors");
    writer.begin_array();
    for (const FieldError& field : error.fields) write_field(writer, field);
    writer.end_array();
  }
  if (!trace_id.empty()) {
    writer.key("request_id");
    writer.string(trace_id);
  }
  writer.key("retryable");
  writer.boolean(is_retryable(error));
  writer.end_object();
  return out;
}

}  // namespace servanda

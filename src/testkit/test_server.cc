// SPDX-License-Identifier: Apache-2.0
// The part of TestServer that needs no types of the contract: requests as bytes, problems.

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "servanda/test.h"
#include "testkit/test_engine.h"

namespace servanda {
namespace {

// Whether a text can stand in a request line or a header field.
bool fits_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

Result<void> append_header(std::string& out, std::string_view name, std::string_view value) {
  if (name.empty() || name.find_first_of(": ") != std::string_view::npos || !fits_line(name) ||
      !fits_line(value)) {
    return fail(Code::kInvalidArgument,
                "The header field \"" + std::string(name) +
                    "\" cannot be sent: its name or value holds what would break the request.");
  }
  out.append(name).append(": ").append(value).append("\r\n");
  return {};
}

// A request without its body's fields and its end.
Result<std::string> head_of(std::string_view method, std::string_view target,
                            const TestHeaders& headers) {
  if (method.empty() || !fits_line(method) || method.contains(' ') || !target.starts_with('/') ||
      !fits_line(target) || target.contains(' ')) {
    return fail(Code::kInvalidArgument,
                "\"" + std::string(method) + " " + std::string(target) +
                    "\" is no request: write a method, and a path that begins with \"/\" and has "
                    "its spaces percent-encoded.");
  }
  std::string out;
  out.append(method).append(" ").append(target).append(" HTTP/1.1\r\nhost: test\r\n");
  for (const auto& [name, value] : headers) {
    if (Result<void> added = append_header(out, name, value); !added) return pass(added);
  }
  return out;
}

void append_body(std::string& out, std::string_view body) {
  out += "content-length: " + std::to_string(body.size()) + "\r\n\r\n";
  out += body;
}

std::string text_of(JsonValue object, std::string_view name) {
  const JsonValue member = object.find(name);
  return member.exists() && member.is_string() ? std::string(member.text()) : std::string();
}

// A place in the body is a JSON Pointer as a URI fragment; anywhere else it is a name.
FieldError read_field(JsonValue field) {
  FieldError out{"body", "", text_of(field, "code"), text_of(field, "detail")};
  const std::string pointer = text_of(field, "pointer");
  if (pointer.starts_with('#')) {
    out.pointer = percent_decode(pointer.substr(1), PlusSign::kKept).value_or(pointer);
  } else {
    out.in = text_of(field, "in");
    out.pointer = text_of(field, "name");
  }
  return out;
}

TestProblem read_problem(int status, JsonValue body) {
  TestProblem problem;
  problem.status = status;
  if (!body.is_object()) return problem;
  problem.code = text_of(body, "code");
  problem.message = text_of(body, "detail");
  if (problem.message.empty()) problem.message = text_of(body, "title");
  problem.request_id = text_of(body, "request_id");
  const JsonValue retryable = body.find("retryable");
  problem.retryable =
      retryable.exists() && retryable.kind() == JsonKind::kBoolean && retryable.boolean();
  const JsonValue fields = body.find("errors");
  if (!fields.exists() || !fields.is_array()) return problem;
  for (const JsonValue field : fields.items()) {
    if (field.is_object()) problem.fields.push_back(read_field(field));
  }
  return problem;
}

}  // namespace

std::optional<std::string> TestAnswer::header(std::string_view lower_case_name) const {
  std::optional<std::string> joined;
  for (const auto& [name, value] : headers) {
    if (name != lower_case_name) continue;
    joined = joined ? *joined + ", " + value : value;
  }
  return joined;
}

TestServer::~TestServer() = default;

Result<std::shared_ptr<internal::TestEngine>> TestServer::open(const App& app,
                                                               const TestOptions& options) {
  return internal::TestEngine::open(app.handlers(), options);
}

Result<TestCall> TestServer::send(const Outgoing& request, const TestHeaders& headers) {
  std::string target = request.path;
  if (!request.query.empty()) target += "?" + request.query;
  Result<std::string> bytes = head_of(request.method, target, headers);
  if (!bytes) return pass(bytes);
  for (const HeaderValue& header : request.headers) {
    if (Result<void> added = append_header(*bytes, header.name, header.value); !added) {
      return pass(added);
    }
  }
  if (request.has_body) {
    if (Result<void> added = append_header(*bytes, "content-type", request.media_type); !added) {
      return pass(added);
    }
    append_body(*bytes, request.body);
  } else {
    *bytes += "\r\n";
  }
  Result<uint64_t> sent = engine_->send(*bytes, request.method);
  if (!sent) return pass(sent);
  return TestCall{*sent};
}

Result<TestCall> TestServer::send_raw(std::string_view method, std::string_view target,
                                      std::string_view body, const TestHeaders& headers) {
  Result<std::string> bytes = head_of(method, target, headers);
  if (!bytes) return pass(bytes);
  if (body.empty()) {
    *bytes += "\r\n";
  } else {
    append_body(*bytes, body);
  }
  Result<uint64_t> sent = engine_->send(*bytes, method);
  if (!sent) return pass(sent);
  return TestCall{*sent};
}

Result<TestAnswer> TestServer::take(TestCall call) {
  Result<TestAnswer> answer = engine_->take(call.id);
  if (!answer) return answer;
  if (std::optional<TestProblem> problem = problem_of(*answer)) {
    engine_->problems().push_back(std::move(*problem));
  }
  return answer;
}

std::optional<TestProblem> TestServer::problem_of(const TestAnswer& answer) {
  const std::optional<std::string> media_type = answer.header("content-type");
  if (!media_type || !media_fits("application/problem+json", *media_type)) return std::nullopt;
  const Result<JsonDocument> document = JsonDocument::parse(answer.body);
  // An answer to HEAD has no body.
  if (!document) return TestProblem{.status = answer.status};
  return read_problem(answer.status, document->root());
}

Result<JsonDocument> TestServer::read_rows(std::string_view resource) {
  return engine_->read_rows(resource);
}

Result<JsonDocument> TestServer::read_row(std::string_view resource, std::string key) {
  return engine_->read_row(resource, key);
}

Result<JsonDocument> TestServer::read_events(std::string_view name,
                                             std::string_view contract_hash) {
  return engine_->read_events(name, contract_hash);
}

Result<size_t> TestServer::count_events() {
  return engine_->count_events();
}

Result<void> TestServer::set_fake(std::unique_ptr<const CodeHandler> fake) {
  return engine_->set_fake(std::move(fake));
}

Result<void> TestServer::remove_fake(std::string_view operation_id) {
  return engine_->remove_fake(operation_id);
}

Result<void> TestServer::start_again(Stop how) {
  return engine_->start_again(how == Stop::kCrash ? internal::TestEngine::Stop::kCrash
                                                  : internal::TestEngine::Stop::kOrderly);
}

Timestamp TestServer::now() const {
  return engine_->now();
}

void TestServer::advance(Duration span) {
  engine_->advance(span);
}

const std::vector<TestProblem>& TestServer::problems() const {
  return engine_->problems();
}

std::string TestServer::log() {
  return engine_->log();
}

}  // namespace servanda

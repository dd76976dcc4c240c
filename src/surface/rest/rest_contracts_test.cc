// SPDX-License-Identifier: Apache-2.0
// Every operation of contracts that others wrote: a valid request gets a valid answer.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "call/mock_handler.h"
#include "contract/schema/sample.h"
#include "surface/rest/test_door.h"

namespace servanda {
namespace {

using test::Door;
using test::Headers;
using test::Reply;

class Numbers final : public Rng {
 public:
  uint64_t next() override {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    return state_ ^= state_ << 17;
  }

 private:
  uint64_t state_ = 88172645463325252u;
};

std::string plain(JsonValue value) {
  return value.is_string() ? std::string(value.text()) : json_text(value);
}

// One request that the contract accepts, as far as samples of its schemas say.
class RequestMaker {
 public:
  RequestMaker(const Plan& plan, const Operation& operation) : plan_(plan), op_(operation) {}

  std::string target;
  Headers headers;
  std::string body;

  void make() {
    target = encoded_template(op_.path);
    for (const Parameter& parameter : op_.parameters) {
      if (parameter.required || parameter.in == ParameterIn::kPath) add(parameter);
    }
    add_credentials();
    target += query_;
    if (!cookies_.empty()) headers.emplace_back("Cookie", cookies_);
    if (op_.body && !op_.body->content.empty()) add_body(op_.body->content.front());
  }

 private:
  // The template with what a request target may not hold raw percent-encoded; braces stay.
  static std::string encoded_template(std::string_view path) {
    constexpr std::string_view kEncoded = "#<>\"^`| ";
    std::string out;
    for (const char c : path) {
      if (kEncoded.find(c) == std::string_view::npos) {
        out += c;
      } else {
        out += percent_encode(std::string_view(&c, 1));
      }
    }
    return out;
  }

  JsonDocument sampled(const Schema& schema) {
    std::optional<std::string> text = dynamic_sample(schema, Direction::kRequest, numbers_);
    auto document = JsonDocument::parse(text ? *text : "\"x\"");
    return std::move(*document);
  }

  void add_pair(std::string_view name, std::string_view value) {
    query_ += query_.empty() ? '?' : '&';
    query_ += percent_encode(name) + "=" + percent_encode(value);
  }

  void add(const Parameter& parameter) {
    const JsonDocument document = sampled(parameter.schema);
    const JsonValue value = document.root();
    std::string text = parameter.is_json ? json_text(value) : plain(value);
    if (!parameter.is_json && value.is_array()) {
      text.clear();
      for (const JsonValue item : value.items()) text += (text.empty() ? "" : ",") + plain(item);
    }
    switch (parameter.in) {
      case ParameterIn::kPath: {
        const std::string variable = "{" + parameter.name + "}";
        const size_t at = target.find(variable);
        if (at != std::string::npos) target.replace(at, variable.size(), percent_encode(text));
        break;
      }
      case ParameterIn::kQuery:
        if (value.is_object() && parameter.style == ParameterStyle::kDeepObject) {
          for (const auto [key, member] : value.members()) {
            add_pair(parameter.name + "[" + std::string(key) + "]", plain(member));
          }
        } else if (value.is_array() && parameter.explode && !parameter.is_json) {
          for (const JsonValue item : value.items()) add_pair(parameter.name, plain(item));
        } else {
          add_pair(parameter.name, text);
        }
        break;
      case ParameterIn::kHeader:
        headers.emplace_back(parameter.name, text);
        break;
      case ParameterIn::kCookie:
        cookies_ += (cookies_.empty() ? "" : "; ") + parameter.name + "=" + percent_encode(text);
        break;
    }
  }

  void add_credentials() {
    if (op_.security.empty()) return;
    for (const RequiredScheme& required : op_.security.front().schemes) {
      const SecurityScheme& scheme = plan_.security_schemes[required.scheme];
      if (scheme.type == SecurityScheme::Type::kApiKey) {
        if (scheme.in == ParameterIn::kQuery) add_pair(scheme.parameter, "k");
        if (scheme.in == ParameterIn::kHeader) headers.emplace_back(scheme.parameter, "k");
      } else {
        const bool basic = scheme.http_scheme == "basic";
        headers.emplace_back("Authorization", basic ? "Basic YTpi" : "Bearer t");
      }
    }
  }

  void add_body(const MediaType& media) {
    const JsonDocument document = sampled(media.schema);
    const JsonValue value = document.root();
    std::string type = media.range;
    if (media.kind == MediaKind::kJson) {
      body = json_text(value);
    } else if (media.kind == MediaKind::kForm && value.is_object()) {
      for (const auto [key, member] : value.members()) {
        if (member.is_array()) {
          for (const JsonValue item : member.items()) add_form(key, plain(item));
        } else {
          add_form(key, plain(member));
        }
      }
    } else if (media.kind == MediaKind::kMultipart && value.is_object()) {
      type += "; boundary=b";
      for (const auto [key, member] : value.members()) {
        body += "--b\r\nContent-Disposition: form-data; name=\"" + std::string(key) + "\"\r\n\r\n" +
                plain(member) + "\r\n";
      }
      body += "--b--\r\n";
    } else {
      body = plain(value);
    }
    if (type.find('*') != std::string::npos) type = "application/octet-stream";
    if (!body.empty()) headers.emplace_back("Content-Type", type);
  }

  void add_form(std::string_view key, std::string_view value) {
    body += (body.empty() ? "" : "&") + percent_encode(key) + "=" + percent_encode(value);
  }

  const Plan& plan_;
  const Operation& op_;
  Numbers numbers_;
  std::string query_;
  std::string cookies_;
};

// Sends a valid request to every operation. Failures are listed at once.
void check_all_operations(const std::string& file) {
  const std::filesystem::path path =
      std::filesystem::path(SERVANDA_SOURCE_DIR) / "../shared/suites/contracts" / file;
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "There is no " << path;
  const std::shared_ptr<const Plan> plan = test::compile_file(path);
  ASSERT_NE(plan, nullptr);
  CallOptions options;
  options.environment = Environment::kDevelopment;  // Answers are checked.
  Door door(plan, options);
  ValidationContext validation;
  size_t wrong = 0;
  for (const Operation& operation : plan->operations) {
    RequestMaker request(*plan, operation);
    request.make();
    const Reply reply = door.send(std::string(method_text(operation.method)), request.target,
                                  request.headers, request.body);
    const MockChoice choice = choose_mock_response(operation, {});
    bool valid = reply.status == choice.status;
    if (valid && choice.response != nullptr && !reply.body.empty()) {
      for (const MediaType& media : choice.response->content) {
        if (media.kind != MediaKind::kJson || reply.header("content-type") != media.range) continue;
        const auto answer = JsonDocument::parse(reply.body);
        valid = answer && media.schema.accepts(answer->root(), Direction::kResponse, validation);
      }
    }
    if (valid || ++wrong > 20) continue;
    ADD_FAILURE() << operation.id << ": " << method_text(operation.method) << ' ' << request.target
                  << " -> " << reply.status << ", not " << choice.status << ": "
                  << reply.body.substr(0, 600) << "\n  sent: " << request.body.substr(0, 300);
  }
  EXPECT_EQ(wrong, 0u) << "of " << plan->operations.size() << " operations";
}

TEST(RestContracts, EveryOperationOfBoxAnswersByItsContract) {
  check_all_operations("box/openapi.json");
}

TEST(RestContracts, EveryOperationOfTwilioAnswersByItsContract) {
  const std::filesystem::path folder =
      std::filesystem::path(SERVANDA_SOURCE_DIR) / "../shared/suites/contracts/twilio";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "There is no " << folder;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".json" && extension != ".yaml") continue;
    check_all_operations("twilio/" +
                         std::filesystem::relative(entry.path(), folder).generic_string());
  }
}

}  // namespace
}  // namespace servanda

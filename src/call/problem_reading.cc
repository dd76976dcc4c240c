// SPDX-License-Identifier: Apache-2.0
#include "call/problem_reading.h"

#include <optional>
#include <string>
#include <utility>

#include "base/problem.h"
#include "base/text.h"

namespace servanda {
namespace {

// The code that a problem's status stands for.
Code code_of(int status) {
  for (size_t i = 0; i < kCodeCount; ++i) {
    if (facts_of(static_cast<Code>(i)).http_status == status) return static_cast<Code>(i);
  }
  return status < 500 ? Code::kInvalidArgument : Code::kInternal;
}

// The text of a member of an object, or "".
std::string member_text(JsonValue object, std::string_view name) {
  const JsonValue member = object.is_object() ? object.find(name) : JsonValue();
  return member.exists() && member.is_string() ? std::string(member.text()) : std::string();
}

FieldError read_field(JsonValue field) {
  FieldError read{member_text(field, "in"), member_text(field, "name"), member_text(field, "code"),
                  member_text(field, "detail")};
  if (!read.in.empty()) return read;
  read.in = "body";
  const std::string fragment = member_text(field, "pointer");
  if (fragment.starts_with('#')) {
    read.pointer =
        percent_decode(std::string_view(fragment).substr(1), PlusSign::kKept).value_or("");
  }
  return read;
}

}  // namespace

Error read_problem(int status, JsonValue body) {
  Error error;
  error.code = code_of(status);
  error.reason = member_text(body, "code");
  if (error.reason == facts_of(error.code).word) error.reason.clear();
  error.message = member_text(body, "detail");
  if (error.message.empty()) error.message = "The operation gave no reason.";
  const JsonValue fields = body.exists() && body.is_object() ? body.find("errors") : JsonValue();
  if (!fields.exists() || !fields.is_array()) return error;
  for (const JsonValue field : fields.items()) error.fields.push_back(read_field(field));
  return error;
}

Error read_problem(int status, std::string_view body, JsonParser& parser) {
  const Result<JsonValue> value = parser.parse(body);
  return read_problem(status, value ? *value : JsonValue());
}

}  // namespace servanda

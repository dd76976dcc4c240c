// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests: one operation's parameters, read from a request.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "contract/plan/input.h"
#include "contract/plan/test_plan.h"

namespace servanda {

// What a test sends.
struct TestRequest {
  std::string path = "/x";
  std::string query;
  std::vector<HeaderField> fields;
  std::string cookie;
};

// Reads requests for one operation and prints what came of them.
class ParameterFixture {
 public:
  explicit ParameterFixture(std::string_view parameters, std::string_view path = "/x")
      : text_(one_operation(path, parameters)) {
    EXPECT_NE(text_.plan(), nullptr) << text_.findings();
  }

  // "name=value name=value" of what was read, then "! in name code" for each error.
  std::string read(const TestRequest& request) {
    if (text_.plan() == nullptr) return "no plan";
    const Plan& plan = *text_.plan();
    RouteMatch match = plan.routes.match(Method::kGet, request.path);
    if (match.operation == nullptr) return "no route";
    arena_.reset();
    issues_.clear();
    RawInput raw{&match.path_values, request.query, request.fields, request.cookie};
    read_parameters(*match.operation, raw, arena_, context_, values_, issues_);
    std::string out;
    for (size_t i = 0; i < match.operation->parameters.size(); ++i) {
      if (!values_[i].exists()) continue;
      if (!out.empty()) out += " ";
      out += match.operation->parameters[i].name + (values_.given(i) ? "=" : ":=") +
             json_text(values_[i]);
    }
    for (const FieldError& error : issues_.fields()) {
      if (!out.empty()) out += " ";
      out += "! " + error.in + " " + error.pointer + " " + error.code;
    }
    return out;
  }
  std::string query(std::string_view query) {
    return read({.path = "/x", .query = std::string(query)});
  }
  std::string header(std::string_view name, std::string_view value) {
    return read({.fields = {{name, value}}});
  }
  std::string cookie(std::string_view cookie) { return read({.cookie = std::string(cookie)}); }
  std::string path(std::string_view path) { return read({.path = std::string(path)}); }
  // The detail of the first error of the last read.
  std::string detail() { return issues_.fields().empty() ? "" : issues_.fields()[0].detail; }
  const Operation& operation() const { return text_.plan()->operations[0]; }

 private:
  PlanText text_;
  Arena arena_;
  ValidationContext context_;
  ParameterValues values_;
  Issues issues_;
};

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The service that requests of styles.yaml are sent to: reads them as the engine does.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/header_field.h"
#include "contract/plan/input.h"
#include "contract/plan/load.h"
#include "http/path.h"
#include "servanda/outgoing.h"

namespace servanda {

class Peer {
 public:
  Peer() {
    Folder files;
    plan_ = compile_contract(files, "styles.yaml", {}).plan;
    if (plan_ == nullptr) std::abort();
  }

  // What a request was understood as.
  struct Heard {
    std::string operation;  // Its id; "" when no route leads to one.
    std::string refusal;    // Of the path or the first parameter or field of a form.
    Input input;            // Lives until the next request.
  };

  Heard hear(const Outgoing& request) {
    Heard heard;
    arena_ = Arena();
    const Result<std::string_view> path = normalize_path(request.path, arena_);
    if (!path) {
      heard.refusal = path.error().message;
      return heard;
    }
    const RouteMatch match = plan_->routes.match(*parse_method(request.method), *path);
    if (match.operation == nullptr) return heard;
    const Operation& operation = *match.operation;
    heard.operation = operation.id;
    std::vector<HeaderField> fields;
    std::string_view cookies;
    for (const HeaderValue& header : request.headers) {
      if (header.name == "Cookie") {
        cookies = header.value;
      } else {
        fields.push_back({header.name, header.value});
      }
    }
    Issues issues;
    const RawInput raw{&match.path_values, request.query, fields, cookies};
    read_parameters(operation, raw, arena_, context_, values_, issues);
    heard.input.parameters = values_.all();
    if (request.has_body) read_body(operation, request, heard, issues);
    if (!issues.empty()) {
      const FieldError& first = issues.fields()[0];
      heard.refusal = first.in + " " + first.pointer + " " + first.detail;
    }
    return heard;
  }

 private:
  class Folder : public FileSource {
   public:
    Result<std::string> read(std::string_view path) override {
      std::ifstream stream(std::string(SERVANDA_SOURCE_DIR "/test/generated/") + std::string(path));
      if (!stream) return fail(Code::kNotFound, "No such file.");
      return std::string{std::istreambuf_iterator<char>(stream), {}};
    }
  };

  void read_body(const Operation& operation, const Outgoing& request, Heard& heard,
                 Issues& issues) {
    const auto media = std::ranges::find_if(operation.body->content, [&](const MediaType& one) {
      return media_fits(one.range, request.media_type);
    });
    if (media == operation.body->content.end()) {
      heard.refusal = "no such media type";
    } else if (media->kind == MediaKind::kForm) {
      form_.clear();
      read_form(*media, request.body, arena_, form_, issues);
      heard.input.body = form_.root();
      media->schema.validate(heard.input.body, Direction::kRequest, context_, issues);
    } else if (media->kind == MediaKind::kJson) {
      json_ = *JsonDocument::parse(request.body);
      heard.input.body = json_.root();
    } else {
      heard.input.raw_body = request.body;
    }
  }

  std::shared_ptr<const Plan> plan_;
  Arena arena_;
  ValidationContext context_;
  ParameterValues values_;
  JsonBuilder form_;
  JsonDocument json_ = *JsonDocument::parse("null");
};

}  // namespace servanda

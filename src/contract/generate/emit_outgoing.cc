// SPDX-License-Identifier: Apache-2.0
// The caller's side of operations: requests from inputs, responses from answers.

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "contract/generate/cpp_text.h"
#include "contract/generate/names.h"

namespace servanda::internal {
namespace {

std::string_view style_text(const Parameter& parameter) {
  if (parameter.is_json) return "kJson";
  switch (parameter.style) {
    case ParameterStyle::kSimple:
      return "kSimple";
    case ParameterStyle::kLabel:
      return "kLabel";
    case ParameterStyle::kMatrix:
      return "kMatrix";
    case ParameterStyle::kForm:
      return "kForm";
    case ParameterStyle::kSpaceDelimited:
      return "kSpaceDelimited";
    case ParameterStyle::kPipeDelimited:
      return "kPipeDelimited";
    case ParameterStyle::kDeepObject:
      return "kDeepObject";
  }
  return "kForm";
}

// A piece of a path template as requests write it: what is percent-encoded already stays so.
std::string path_literal(std::string_view text) {
  const auto is_hex = [](char c) { return std::string_view("0123456789abcdefABCDEF").contains(c); };
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool triplet =
        c == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2]);
    const bool kept = triplet || std::string_view("/:@!$&'()*+,;=").contains(c);
    out += kept ? std::string(1, c) : percent_encode(text.substr(i, 1));
  }
  return out;
}

bool is_concrete(const MediaType& media) {
  return media.range.find('*') == std::string::npos;
}

const MediaType* first_of(const std::vector<MediaType>& content, MediaKind kind) {
  const MediaType* found = nullptr;
  for (const MediaType& media : content) {
    if (media.kind != kind) continue;
    if (is_concrete(media)) return &media;
    if (found == nullptr) found = &media;
  }
  return found;
}

bool is_json_type(std::string_view type) {
  const std::string essence = to_lower(trim(type.substr(0, type.find(';'))));
  return essence == "application/json" || essence.ends_with("+json");
}

// "kJson", or "" for a property that is written by repeating its name.
std::string_view rule_text(const PropertyEncoding& encoding) {
  if (!encoding.content_types.empty() && is_json_type(encoding.content_types[0])) return "kJson";
  if (encoding.style == ParameterStyle::kDeepObject) return "kBrackets";
  if (encoding.explode) return "";
  if (encoding.style == ParameterStyle::kSpaceDelimited) return "kSpace";
  return encoding.style == ParameterStyle::kPipeDelimited ? "kPipe" : "kComma";
}

class OutgoingText {
 public:
  explicit OutgoingText(const OperationModel& operation) : it_(operation) {}

  std::string text() {
    write_request();
    for (const ResponseModel& response : it_.responses) {
      if (!response.headers.empty()) read_headers(response);
    }
    read_answer();
    return std::move(out_);
  }

 private:
  void write_request() {
    out_ += "void write(const " + it_.name + "::In& value, servanda::Outgoing& out) {\n";
    if (it_.parameters.empty() && it_.body.kind == BodyModel::Kind::kNone) {
      out_ += "  (void)value;\n";
    }
    out_ += "  servanda::begin_request(out, " + it_.name + "::kMethod);\n";
    write_path();
    for (size_t i = 0; i < it_.parameters.size(); ++i) {
      if (it_.parameters[i].parameter->in != ParameterIn::kPath) put_parameter(i);
    }
    if (it_.body.kind != BodyModel::Kind::kNone) write_body();
    out_ += "}\n\n";
  }

  void write_path() {
    std::string_view rest = it_.operation->path;
    while (!rest.empty()) {
      const size_t open = std::min(rest.find('{'), rest.size());
      if (open > 0) {
        out_ += "  out.path += " + literal(path_literal(rest.substr(0, open))) + ";\n";
      }
      rest.remove_prefix(open);
      const size_t close = rest.find('}');
      if (close == std::string_view::npos) return;
      const std::string_view name = rest.substr(1, close - 1);
      for (size_t i = 0; i < it_.parameters.size(); ++i) {
        const Parameter& parameter = *it_.parameters[i].parameter;
        if (parameter.in == ParameterIn::kPath && parameter.name == name) put_parameter(i);
      }
      rest.remove_prefix(close + 1);
    }
  }

  void put_parameter(size_t index) {
    const ParameterModel& one = it_.parameters[index];
    out_ += "  servanda::put_parameter(out, " + it_.name + "::kParameters[" +
            std::to_string(index) + "],\n                          {servanda::TextStyle::" +
            std::string(style_text(*one.parameter)) +
            ", servanda::Explode::" + (one.parameter->explode ? "kYes" : "kNo") + "}, value." +
            one.name + ");\n";
  }

  void write_body() {
    if (it_.body.optional) out_ += "  if (!value.body) return;\n";
    const std::string body = it_.body.optional ? "*value.body" : "value.body";
    if (it_.body.kind == BodyModel::Kind::kRaw) {
      const std::string_view type = it_.body.media_type;
      out_ += "  servanda::put_raw_body(out, " +
              literal(type.empty() ? "application/octet-stream" : type) + ", " + body + ");\n";
      return;
    }
    const std::vector<MediaType>& content = it_.operation->body->content;
    if (const MediaType* json = first_of(content, MediaKind::kJson)) {
      out_ += "  servanda::put_json_body(out, " +
              literal(is_concrete(*json) ? json->range : "application/json") + ", " + body + ");\n";
    } else if (const MediaType* form = first_of(content, MediaKind::kForm)) {
      write_form(*form, body);
    } else {
      out_ += "  servanda::refuse_body(out, \"multipart/form-data\");\n";
    }
  }

  void write_form(const MediaType& form, const std::string& body) {
    std::string rules;
    size_t count = 0;
    for (const PropertyEncoding& encoding : form.encodings) {
      const std::string_view style = rule_text(encoding);
      if (style.empty()) continue;
      rules += "      {" + literal(encoding.property) +
               ", servanda::FormStyle::" + std::string(style) + "},\n";
      ++count;
    }
    if (count != 0) {
      out_ += "  static constexpr std::array<servanda::FormRule, " + std::to_string(count) +
              "> kRules = {{\n" + rules + "  }};\n";
    }
    out_ += std::string("  servanda::put_form_body(out, ") + (count == 0 ? "{}" : "kRules") +
            ", servanda::to_json_text(" + body + "));\n";
  }

  void read_headers(const ResponseModel& response) {
    out_ += "bool read_headers(const servanda::Incoming& answer, " + it_.name +
            "::" + response.name + "& out, servanda::ReadError& error) {\n  return ";
    std::string_view between;
    for (const HeaderModel& header : response.headers) {
      out_ += std::string(between) + "servanda::read_header(answer, " + literal(header.key) +
              ", servanda::Presence::" + (header.required ? "kRequired" : "kOptional") + ", out." +
              header.name + ", error)";
      between = " &&\n         ";
    }
    out_ += ";\n}\n\n";
  }

  void read_answer() {
    const bool head = it_.operation->method == Method::kHead;
    out_ += "bool read(const servanda::Incoming& answer, " + it_.name +
            "::Out& out, servanda::ReadError& error) {\n  return servanda::read_answer<servanda::" +
            "BodyPresence::" + (head ? "kNever" : "kDeclared");
    std::string_view between = ", ";
    for (const ResponseModel& response : it_.responses) {
      out_ += std::string(between) + it_.name + "::" + response.name;
      between = ", ";
    }
    out_ += ">(answer, out, error);\n}\n\n";
  }

  const OperationModel& it_;
  std::string out_;
};

}  // namespace

std::string media_types_text(const ResponseModel& response) {
  std::string out;
  for (const MediaType& media : response.response->content) {
    const bool structured = media.kind == MediaKind::kJson;
    if (structured != (response.body.kind == BodyModel::Kind::kStructured)) continue;
    out += (out.empty() ? "" : ", ") + literal(media.range);
  }
  return out;
}

std::string outgoing_source(const OperationModel& operation) {
  return OutgoingText(operation).text();
}

}  // namespace servanda::internal

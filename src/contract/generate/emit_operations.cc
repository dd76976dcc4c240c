// SPDX-License-Identifier: Apache-2.0
// Tags of operations with their inputs and responses.

#include "contract/generate/cpp_text.h"
#include "contract/generate/names.h"
#include "contract/generate/services.h"

namespace servanda::internal {
namespace {

constexpr size_t kMemberCommentLines = 4;

std::string_view kind_text(BodyModel::Kind kind) {
  switch (kind) {
    case BodyModel::Kind::kNone:
      return "servanda::BodyKind::kNone";
    case BodyModel::Kind::kStructured:
      return "servanda::BodyKind::kStructured";
    case BodyModel::Kind::kRaw:
      return "servanda::BodyKind::kRaw";
  }
  return "servanda::BodyKind::kNone";
}

// One operation's text.
class OperationText {
 public:
  OperationText(const CppContext& context, const OperationModel& operation)
      : context_(context), it_(operation) {}

  std::string header() {
    const Operation& operation = *it_.operation;
    out_ += comment(it_.description, 0);
    if (operation.deprecated) out_ += "// Deprecated.\n";
    out_ += comment(std::string(method_text(operation.method)) + " " + operation.path, 0);
    out_ += "struct " + it_.name + " {\n";
    out_ += "  using Service = " + service_text(context_, operation.service) + ";\n";
    constant("kId", operation.id);
    constant("kMethod", method_text(operation.method));
    constant("kPath", operation.path);
    out_ += "  static std::string_view contract_hash() { return kContractHash; }\n";
    define_parameters();
    define_input();
    for (const ResponseModel& response : it_.responses) define_response(response);
    define_out();
    out_ += "};\n";
    declare_functions();
    return std::move(out_);
  }

  std::string source() {
    read_input();
    write_input();
    for (const ResponseModel& response : it_.responses) {
      const std::string type = it_.name + "::" + response.name;
      if (response.body.kind == BodyModel::Kind::kStructured) {
        out_ +=
            "bool read(servanda::JsonValue value, " + type +
            "& out, servanda::ReadError& error) {\n  return read(value, out.body, error);\n}\n\n";
        out_ += "void write(const " + type +
                "& value, servanda::JsonWriter& writer) {\n  write(value.body, writer);\n}\n\n";
      }
      if (!response.headers.empty()) append_headers(response, type);
    }
    return std::move(out_) + outgoing_source(it_);
  }

 private:
  [[nodiscard]] std::string type(const TypeUse& use) const {
    return type_text(context_, use, true);
  }

  void constant(std::string_view name, std::string_view text, std::string_view indent = "  ") {
    out_ += std::string(indent) + "static constexpr std::string_view " + std::string(name) + " = " +
            literal(text) + ";\n";
  }

  void body_constants(const BodyModel& body, std::string_view indent) {
    out_ += std::string(indent) +
            "static constexpr servanda::BodyKind kBody = " + std::string(kind_text(body.kind)) +
            ";\n";
  }

  void define_parameters() {
    const std::string count = std::to_string(it_.parameters.size());
    out_ += "  static constexpr std::array<servanda::ParameterName, " + count + "> kParameters";
    if (it_.parameters.empty()) {
      out_ += "{};\n\n";
      return;
    }
    out_ += " = {{";
    for (const ParameterModel& one : it_.parameters) {
      out_ += "\n      {" + literal(parameter_in_text(one.parameter->in)) + ", " +
              literal(one.parameter->name) + "},";
    }
    out_ += "\n  }};\n\n";
  }

  void define_input() {
    out_ += "  struct In {\n";
    body_constants(it_.body, "    ");
    for (const ParameterModel& one : it_.parameters) {
      out_ += comment(one.description, 4, kMemberCommentLines);
      std::string text = type(one.type);
      if (one.optional) text = "std::optional<" + text + ">";
      out_ += "    " + text + " " + one.name + initial(one) + ";\n";
    }
    if (it_.body.kind != BodyModel::Kind::kNone) {
      std::string text = type(it_.body.type);
      if (it_.body.optional) text = "std::optional<" + text + ">";
      out_ += "    " + text + " body{};\n";
    }
    out_ += "  };\n\n";
  }

  [[nodiscard]] std::string initial(const ParameterModel& one) const {
    if (one.initial.empty()) return "{}";
    if (!one.initial.starts_with("::")) return "{" + one.initial + "}";
    const TypeUse& held = context_.model->behind(one.type);
    return "{" + declaration_text(context_, held.named, true) + one.initial + "}";
  }

  void define_response(const ResponseModel& one) {
    const Response& response = *one.response;
    out_ += comment(one.description, 2, kMemberCommentLines);
    out_ += "  struct " + one.name + " {\n";
    out_ += "    static constexpr int kFirstStatus = " + std::to_string(response.first_status) +
            ";\n    static constexpr int kLastStatus = " + std::to_string(response.last_status) +
            ";\n";
    body_constants(one.body, "    ");
    constant("kMediaType", one.body.media_type, "    ");
    define_media_types(one);
    if (response.first_status != response.last_status || response.is_default()) {
      const int usual = response.is_default() ? 500 : response.first_status;
      out_ += "    int status = " + std::to_string(usual) + ";\n";
    }
    if (one.body.kind == BodyModel::Kind::kRaw && one.body.media_type.empty()) {
      out_ += "    std::string media_type{};\n";
    }
    if (one.body.kind != BodyModel::Kind::kNone) {
      out_ += "    " + type(one.body.type) + " body{};\n";
    }
    for (const HeaderModel& header : one.headers) {
      out_ += comment(header.description, 4, kMemberCommentLines);
      std::string text = type(header.type);
      if (!header.required) text = "std::optional<" + text + ">";
      out_ += "    " + text + " " + header.name + "{};\n";
    }
    out_ += "  };\n\n";
  }

  void define_media_types(const ResponseModel& one) {
    if (one.body.kind == BodyModel::Kind::kNone) return;
    const std::string texts = media_types_text(one);
    out_ += "    static constexpr std::string_view kMediaTypes[] = {" + texts + "};\n";
  }

  void define_out() {
    std::string types;
    for (const ResponseModel& one : it_.responses) {
      types += (types.empty() ? "" : ", ") + one.name;
    }
    out_ += "  using Out = std::variant<" + (types.empty() ? "std::monostate" : types) + ">;\n";
  }

  void declare_functions() {
    const std::string in = it_.name + "::In";
    out_ += "[[nodiscard]] bool read(const servanda::Input& input, " + in +
            "& out, servanda::ReadError& error);\n";
    out_ += "void write_parameters(const " + in + "& value, servanda::JsonWriter& writer);\n";
    out_ += "void write(const " + in + "& value, servanda::Outgoing& out);\n";
    out_ += "[[nodiscard]] bool read(const servanda::Incoming& answer, " + it_.name +
            "::Out& out, servanda::ReadError& error);\n";
    if (it_.body.kind == BodyModel::Kind::kStructured) {
      out_ += "void write(const " + in + "& value, servanda::JsonWriter& writer);\n";
    }
    for (const ResponseModel& response : it_.responses) {
      const std::string type = it_.name + "::" + response.name;
      if (response.body.kind == BodyModel::Kind::kStructured) {
        out_ += "[[nodiscard]] bool read(servanda::JsonValue value, " + type +
                "& out, servanda::ReadError& error);\n";
        out_ += "void write(const " + type + "& value, servanda::JsonWriter& writer);\n";
      }
      const bool none = response.headers.empty();
      out_ += std::string(none ? "inline " : "") + "void append_headers(const " + type + "&" +
              (none ? "" : " value") + ", std::vector<servanda::HeaderValue>&" +
              (none ? ") {}\n" : " out);\n");
      out_ += none ? "inline bool read_headers(const servanda::Incoming&, " + type +
                         "&, servanda::ReadError&) {\n  return true;\n}\n"
                   : "[[nodiscard]] bool read_headers(const servanda::Incoming& answer, " + type +
                         "& out, servanda::ReadError& error);\n";
    }
    out_ += '\n';
  }

  void read_input() {
    out_ += "bool read(const servanda::Input& input, " + it_.name +
            "::In& out, servanda::ReadError& error) {\n";
    if (it_.parameters.empty() && it_.body.kind == BodyModel::Kind::kNone) {
      out_ += "  (void)input;\n  (void)out;\n  (void)error;\n";
    }
    for (size_t i = 0; i < it_.parameters.size(); ++i) {
      const ParameterModel& one = it_.parameters[i];
      const bool required = !one.optional && one.initial.empty();
      out_ += "  if (!servanda::read_parameter(input, " + it_.name + "::kParameters, " +
              std::to_string(i) +
              ", servanda::Presence::" + (required ? "kRequired" : "kOptional") + ", out." +
              one.name + ", error)) {\n    return false;\n  }\n";
    }
    const std::string presence =
        it_.body.optional ? "servanda::Presence::kOptional" : "servanda::Presence::kRequired";
    if (it_.body.kind == BodyModel::Kind::kStructured) {
      out_ += "  return servanda::read_body(input, " + presence + ", out.body, error);\n}\n\n";
      return;
    }
    if (it_.body.kind == BodyModel::Kind::kRaw) {
      out_ += "  if (input.raw_body) {\n    out.body = std::string(*input.raw_body);\n";
      out_ += it_.body.optional ? "  }\n"
                                : "  } else {\n    return error.fail(\"required\", \"is missing\");"
                                  "\n  }\n";
      if (it_.parameters.empty() && it_.body.optional) out_ += "  (void)error;\n";
    }
    out_ += "  return true;\n}\n\n";
  }

  void write_input() {
    const std::string in = it_.name + "::In";
    out_ += "void write_parameters(const " + in + "& value, servanda::JsonWriter& writer) {\n";
    if (it_.parameters.empty()) out_ += "  (void)value;\n";
    out_ += "  writer.begin_array();\n";
    for (const ParameterModel& one : it_.parameters) {
      out_ += "  write(value." + one.name + ", writer);\n";
    }
    out_ += "  writer.end_array();\n}\n\n";
    if (it_.body.kind != BodyModel::Kind::kStructured) return;
    out_ += "void write(const " + in +
            "& value, servanda::JsonWriter& writer) {\n  write(value.body, writer);\n}\n\n";
  }

  void append_headers(const ResponseModel& response, const std::string& type) {
    out_ += "void append_headers(const " + type +
            "& value, std::vector<servanda::HeaderValue>& out) {\n";
    for (const HeaderModel& header : response.headers) {
      const std::string member = "value." + header.name;
      const std::string push = "out.push_back({" + literal(header.key) +
                               ", servanda::header_text(" + (header.required ? "" : "*") + member +
                               ")});\n";
      out_ += header.required ? "  " + push : "  if (" + member + ") " + push;
    }
    out_ += "}\n\n";
  }

  const CppContext& context_;
  const OperationModel& it_;
  std::string out_;
};

}  // namespace

std::string operation_header(const CppContext& context, const OperationModel& operation) {
  return OperationText(context, operation).header();
}

std::string operation_source(const CppContext& context, const OperationModel& operation) {
  return OperationText(context, operation).source();
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#include "call/read_input.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/gzip.h"
#include "base/text.h"
#include "call/media_choice.h"
#include "call/resource_handler.h"
#include "call/worker.h"
#include "http/multipart.h"

namespace servanda {
namespace {

bool has_header_parameter(const Operation& operation) {
  for (const Parameter& parameter : operation.parameters) {
    if (parameter.in == ParameterIn::kHeader) return true;
  }
  return false;
}

std::span<const HeaderField> parameter_fields(const Call& call) {
  const Operation& operation = *call.operation;
  if (!has_header_parameter(operation)) return {};
  std::string_view* const names = call.arena->array<std::string_view>(operation.parameters.size());
  size_t count = 0;
  for (const Parameter& parameter : operation.parameters) {
    if (parameter.in == ParameterIn::kHeader)
      new (names + count++) std::string_view(parameter.name);
  }
  return without_proxy_fields(call.input.fields, {names, count}, *call.arena);
}

// Whether a query pair carries a credential that the operation's security names: it is no
// parameter.
bool is_credential(const Call& call, std::string_view pair) {
  const std::vector<SecurityScheme>& schemes = call.engine->plan().security_schemes;
  const std::optional<std::string> name =
      percent_decode(pair.substr(0, pair.find('=')), PlusSign::kSpace);
  if (!name) return false;
  for (const SecurityRequirement& alternative : call.operation->security) {
    for (const RequiredScheme& required : alternative.schemes) {
      const SecurityScheme& scheme = schemes[required.scheme];
      if (scheme.type == SecurityScheme::Type::kApiKey && scheme.in == ParameterIn::kQuery &&
          scheme.parameter == *name) {
        return true;
      }
    }
  }
  return false;
}

std::string_view parameter_query(const Call& call) {
  const std::string_view query = call.input.query;
  if (query.empty() || call.operation->security.empty()) return query;
  std::string kept;
  for (const std::string_view pair : split(query, '&')) {
    if (is_credential(call, pair)) continue;
    if (!kept.empty()) kept += '&';
    kept += pair;
  }
  return kept.size() == query.size() ? query : call.arena->copy(kept);
}

enum class BodyCoding : uint8_t { kIdentity, kGzip };

std::optional<BodyCoding> body_coding(Call& call) {
  const std::string_view coding = trim(call.input.known[KnownField::kContentEncoding]);
  if (coding.empty() || equals_ignoring_case(coding, "identity")) return BodyCoding::kIdentity;
  if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip")) {
    return BodyCoding::kGzip;
  }
  refuse(call, Code::kUnsupportedMediaType,
         "The body's content coding is not supported: send it as it is or with gzip.",
         "content-coding");
  call.answer.add_field("accept-encoding", "gzip");
  return std::nullopt;
}

bool refuse_media_type(Call& call) {
  std::string list;
  for (const MediaType& media : call.operation->body->content) {
    if (!list.empty()) list += ", ";
    list += media.range;
  }
  const bool given = call.input.known.has(KnownField::kContentType);
  refuse(call, Code::kUnsupportedMediaType,
         given ? "The operation takes no body of this media type; it takes: " + list + "."
               : "A body needs a Content-Type; the operation takes: " + list + ".",
         "media-type");
  const bool patch = call.operation->method == Method::kPatch;
  if (patch || call.operation->method == Method::kPost) {
    call.answer.add_field(patch ? "accept-patch" : "accept-post", call.arena->copy(list));
  } else {
    call.answer.add_field("accept", call.arena->copy(list));
  }
  return false;
}

bool refuse_bytes(Call& call, Error error) {
  if (error.code == Code::kTooLarge) {
    error.message = "The body is over the limit of " +
                    bytes_text(call.worker->options().limits.body_bytes_max) + ".";
  }
  return refuse(call, std::move(error));
}

// A body where the contract declares none: fine when it turns out to be empty.
Task<bool> read_undeclared_body(Call& call) {
  Result<std::string_view> text = co_await call.input.body->read(0);
  if (text) co_return true;
  if (text.error().code != Code::kTooLarge) co_return refuse(call, std::move(text.error()));
  co_return refuse(call, Code::kInvalidArgument, "This operation takes no body.",
                   "unexpected-body");
}

bool refuse_required_body(Call& call) {
  return refuse(call, Code::kInvalidArgument, "This operation needs a body.", "body-required");
}

bool parse_json(Call& call) {
  JsonLimits limits;
  limits.depth_max = call.worker->options().limits.json_depth_max;
  Result<JsonValue> value = call.body_parser.parse(call.body_text, limits);
  if (!value) return refuse(call, std::move(value.error()));
  call.body = *value;
  return true;
}

bool refuse_form(Call& call) {
  // A field that is there but not of its type breaks the contract; the form itself was readable.
  const bool readable = std::ranges::all_of(
      call.issues.fields(), [](const FieldError& field) { return field.code == "type"; });
  if (readable) return internal::refuse_issues(call);
  Error error{Code::kInvalidArgument, "The form cannot be read.", "form", {}};
  error.fields = std::move(call.issues.fields());
  call.issues.clear();
  return refuse(call, std::move(error));
}

bool parse_form(Call& call) {
  read_form(*call.body_media, call.body_text, *call.arena, call.body_builder, call.issues);
  if (!call.issues.empty()) return refuse_form(call);
  call.body = call.body_builder.root();
  return true;
}

bool parse_multipart(Call& call) {
  MultipartLimits limits;
  limits.parts_max = call.worker->options().limits.multipart_parts_max;
  const std::optional<std::string_view> boundary =
      multipart_boundary(call.input.known[KnownField::kContentType], *call.arena);
  if (!boundary) {
    return refuse(call, Code::kInvalidArgument,
                  "The Content-Type of a multipart body needs a boundary.", "multipart");
  }
  Result<std::span<const FormPart>> parts =
      parse_multipart(call.body_text, *boundary, limits, *call.arena);
  if (!parts) return refuse(call, std::move(parts.error()));
  BodyPart* const views = call.arena->array<BodyPart>(parts->size());
  for (size_t i = 0; i < parts->size(); ++i) {
    const FormPart& part = (*parts)[i];
    new (views + i) BodyPart{part.name, part.content_type, part.file_name, part.content};
  }
  read_multipart(*call.body_media, {views, parts->size()}, *call.arena, call.row_parser,
                 call.body_builder, call.issues);
  if (!call.issues.empty()) return refuse_form(call);
  call.body = call.body_builder.root();
  return true;
}

bool parse_text(Call& call) {
  if (!is_valid_utf8(call.body_text)) {
    return refuse(call, Code::kInvalidArgument, "The body is not UTF-8 text.", "text");
  }
  call.body_builder.string(call.body_text);
  call.body = call.body_builder.root();
  return true;
}

bool parse_body(Call& call) {
  switch (call.body_media->kind) {
    case MediaKind::kJson:
      return parse_json(call);
    case MediaKind::kForm:
      return parse_form(call);
    case MediaKind::kMultipart:
      return parse_multipart(call);
    case MediaKind::kText:
      return parse_text(call);
    case MediaKind::kOctets:
      return true;  // Opaque: only its size is known.
  }
  return true;
}

// A merge patch is validated by its handler, as the result that it leads to; a batch, once its
// references are replaced.
bool is_validated_later(const Operation& operation) {
  return operation.resource && (operation.resource->action == Action::kUpdate ||
                                operation.resource->action == Action::kBatch);
}

}  // namespace

bool validate_body(Call& call) {
  const Schema schema = call.body_media->schema;
  if (!call.body.exists() || !schema.exists() || is_validated_later(*call.operation)) return true;
  ValidationContext& context = call.worker->validation();
  if (schema.accepts(call.body, Direction::kRequest, context)) return true;
  schema.validate(call.body, Direction::kRequest, context, call.issues);
  const auto& resource = call.operation->resource;
  if (resource && resource->action == Action::kCreate) check_create_members(call);
  return internal::refuse_issues(call);
}

bool check_parameters(Call& call) {
  const Operation& operation = *call.operation;
  if (operation.parameters.empty() && call.input.query.empty()) return true;
  RawInput raw;
  raw.path_values = &call.path_values;
  raw.query = parameter_query(call);
  raw.fields = parameter_fields(call);
  raw.cookie_field = call.input.known[KnownField::kCookie];
  read_parameters(operation, raw, *call.arena, call.worker->validation(), call.parameters,
                  call.issues);
  if (call.issues.empty()) return true;
  Error error{Code::kInvalidArgument,
              "A parameter does not conform to the contract.",
              "invalid-parameter",
              {}};
  error.fields = std::move(call.issues.fields());
  call.issues.clear();
  return refuse(call, std::move(error));
}

Task<bool> read_body(Call& call) {
  if (!call.operation->body) {
    const bool empty = co_await read_undeclared_body(call);
    co_return empty;
  }
  const RequestBody& declared = *call.operation->body;
  call.body_media = choose_body_media(call);
  if (call.body_media == nullptr) co_return refuse_media_type(call);
  const std::optional<BodyCoding> coding = body_coding(call);
  if (!coding) co_return false;
  const size_t bytes_max = call.worker->options().limits.body_bytes_max;
  Result<std::string_view> text = co_await call.input.body->read(bytes_max);
  if (!text) co_return refuse_bytes(call, std::move(text.error()));
  call.body_text = *text;
  call.body_bytes = text->size();
  if (*coding == BodyCoding::kGzip && !text->empty()) {
    Result<std::string> decoded = gzip_decode(*text, bytes_max);
    if (!decoded) co_return refuse_bytes(call, std::move(decoded.error()));
    call.decoded_body = std::move(*decoded);
    call.body_text = call.decoded_body;
  }
  if (call.body_text.empty() && call.body_bytes == 0) {
    call.body_media = nullptr;
    if (declared.required) co_return refuse_required_body(call);
    co_return true;
  }
  co_return parse_body(call) && validate_body(call);
}

bool check_absent_body(Call& call) {
  if (!call.operation->body || !call.operation->body->required) return true;
  return refuse_required_body(call);
}

}  // namespace servanda

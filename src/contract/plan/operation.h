// SPDX-License-Identifier: Apache-2.0
#pragma once
// One operation of the contract, compiled: everything a call needs to know without the document.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "contract/plan/problem_form.h"
#include "contract/plan/resource.h"
#include "contract/schema/schema.h"

namespace servanda {

// The methods of OpenAPI 3.1, in the order of RouteMatch::allowed.
enum class Method : uint8_t { kGet, kPut, kPost, kDelete, kOptions, kHead, kPatch, kTrace };
inline constexpr int kMethodCount = 8;
[[nodiscard]] std::optional<Method> parse_method(std::string_view upper_case);
[[nodiscard]] std::string_view method_text(Method method);  // "GET".

// Where a parameter stands.
enum class ParameterIn : uint8_t { kPath, kQuery, kHeader, kCookie };
[[nodiscard]] std::string_view parameter_in_text(ParameterIn in);  // "path", "cookie".
// How a parameter is written (OpenAPI, "Style Values").
enum class ParameterStyle : uint8_t {
  kSimple,
  kLabel,
  kMatrix,
  kForm,
  kSpaceDelimited,
  kPipeDelimited,
  kDeepObject,
};

// What text may be turned into: JSON types a schema admits, as bits.
struct TypeMask {
  static constexpr uint8_t kNull = 1, kBoolean = 2, kInteger = 4, kNumber = 8, kString = 16,
                           kArray = 32, kObject = 64, kAny = 127;
  uint8_t bits = kAny;
  [[nodiscard]] bool has(uint8_t type) const { return (bits & type) != 0; }
};

// How text becomes a value: the types of the value itself, of its items and of its named members.
struct TextShape {
  TypeMask types;
  std::vector<TextShape> items;  // Empty or one element: the shape of every item.
  struct Member;
  std::vector<Member> members;  // Declared properties of an object.
  std::vector<TextShape> rest;  // Empty or one element: the shape of undeclared members.
  bool open = true;             // Whether undeclared members are invited: additionalProperties or
                                // patternProperties say so, or no members are declared at all.
};
// One declared property.
struct TextShape::Member {
  std::string name;
  TextShape shape;
};

// One declared parameter.
struct Parameter {
  std::string name;
  ParameterIn in = ParameterIn::kQuery;
  ParameterStyle style = ParameterStyle::kForm;
  bool explode = true;
  bool required = false;
  bool allow_empty = false;
  bool deprecated = false;
  bool is_json = false;  // Declared by `content: application/json`: the text is one JSON value.
  TextShape shape;
  Schema schema;
  std::optional<JsonDocument> default_value;
};

// How a body of a media type is read and written.
enum class MediaKind : uint8_t { kJson, kForm, kMultipart, kText, kOctets };

// How one property of a form or multipart body is written (Encoding Object).
struct PropertyEncoding {
  std::string property;
  std::vector<std::string> content_types;  // Empty: the default for the property's type.
  ParameterStyle style = ParameterStyle::kForm;
  bool explode = true;
};

// One example of a response body.
struct MediaExample {
  std::string name;  // "" for the single `example`.
  std::string body;  // As it would be sent: JSON text for JSON media, otherwise the text itself.
};

// One entry of `content`. Examples are kept for responses only: nothing serves those of requests.
struct MediaType {
  std::string range;  // As declared: "application/json", "application/*+json", "*/*".
  MediaKind kind = MediaKind::kOctets;
  Schema schema;
  TextShape shape;  // For form and multipart bodies.
  std::vector<PropertyEncoding> encodings;
  std::vector<MediaExample> examples;
};

// What a request may carry.
struct RequestBody {
  bool required = false;
  std::vector<MediaType> content;
};

// One declared header of a response.
struct ResponseHeader {
  std::string name;
  bool required = false;
  Schema schema;
  std::optional<std::string> example;  // As header text.
};

// One entry of `responses`.
struct Response {
  int first_status = 0;  // 200 and 200, or 200 and 299 for "2XX"; 0 and 0 for "default".
  int last_status = 0;
  [[nodiscard]] bool is_default() const { return first_status == 0; }
  std::vector<MediaType> content;
  std::vector<ResponseHeader> headers;
  // Of a failure: how its body tells a problem. Null: as problem details (RFC 9457).
  std::shared_ptr<const ProblemForm> problem;
};

// What answers an operation.
enum class HandlerKind : uint8_t {
  kResource,
  kMock,           // Answers from examples and schemas.
  kUnimplemented,  // Nothing serves it outside development: 501.
  kCode,           // A C++ handler registered for its id.
  kRemote,         // The process that runs its service.
};
[[nodiscard]] std::string_view handler_text(HandlerKind handler);  // "resource".
// Whether an operation takes an Idempotency-Key.
enum class IdempotencyMode : uint8_t { kOff, kOptional, kRequired };
// What an operation does with If-Match.
enum class PreconditionMode : uint8_t { kOff, kChecked, kRequired };

// One scheme of an alternative, and what the caller must be granted besides being known.
struct RequiredScheme {
  uint16_t scheme = 0;              // In Plan::security_schemes.
  std::vector<std::string> scopes;  // All of them.
  bool operator==(const RequiredScheme&) const = default;
};

// One alternative of `security`: every scheme named must be satisfied. Empty: anonymous.
struct SecurityRequirement {
  std::vector<RequiredScheme> schemes;
  bool operator==(const SecurityRequirement&) const = default;
};

// One method on one path.
struct Operation {
  uint32_t index = 0;  // In Plan::operations.
  std::string id;      // operationId, or made from method and path when there is none.
  Method method = Method::kGet;
  std::string path;  // The template with the server's base path: "/v1/products/{id}".
  std::string summary;
  std::vector<std::string> tags;
  bool deprecated = false;
  std::string service;
  bool exposed = true;  // False: at no door, for calls of services alone.

  std::vector<Parameter> parameters;  // Path parameters first, in template order.
  std::optional<RequestBody> body;
  std::vector<Response> responses;            // Exact codes first, then ranges, then default.
  std::vector<SecurityRequirement> security;  // Empty: open to all.

  HandlerKind handler = HandlerKind::kMock;
  std::optional<ResourceBinding> resource;  // Set when handler is kResource.

  std::vector<uint32_t> emits;  // Of Plan::events: what its handler or hooks may emit.

  Duration timeout = Duration::seconds(10);
  IdempotencyMode idempotency = IdempotencyMode::kOff;
  PreconditionMode precondition = PreconditionMode::kChecked;
  enum class UnknownQuery : uint8_t { kRefuse, kIgnore } unknown_query = UnknownQuery::kRefuse;
  // Query names that carry credentials (apiKey schemes of `security`): known without being
  // parameters.
  std::vector<std::string> query_credentials;
  int invalid_body_status = 422;  // 400 when the operation declares only that.

  // The declared response for a status: exact, then range, then default; or null.
  [[nodiscard]] const Response* response_for(int status) const;
  // The lowest declared success status, or 200.
  [[nodiscard]] int success_status() const;
};

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// The form of OpenAPI documents as a table: which object has which fields of which kind.

#include <cstdint>
#include <span>
#include <string_view>

namespace servanda::internal {

// The objects of OpenAPI. kAny is content without a form (examples, extensions, constants).
enum class Form : uint8_t {
  kAny,
  kDocument,
  kInfo,
  kContact,
  kLicense,
  kServer,
  kServerVariable,
  kPaths,
  kPathItem,
  kOperation,
  kExternalDocs,
  kParameter,
  kRequestBody,
  kMediaType,
  kEncoding,
  kResponses,
  kResponse,
  kCallback,
  kExample,
  kLink,
  kHeader,
  kTag,
  kSchema,
  kDiscriminator,
  kXml,
  kSecurityScheme,
  kOAuthFlows,
  kOAuthFlow,
  kSecurityRequirement,
  kComponents,
};

// What a field's value looks like.
enum class Shape : uint8_t {
  kAny,       // Anything, including nothing of interest here.
  kText,      // A string.
  kFlag,      // A boolean.
  kObject,    // One object of the field's form.
  kMap,       // Names to objects of that form.
  kList,      // A list of objects of that form.
  kTextList,  // A list of strings.
  kTextMap,   // Names to strings.
};

enum class Need : uint8_t {
  kOptional,
  kExpected,  // The specification requires it; nothing breaks without it: a warning.
  kRequired,  // An error when it is missing.
  kLater,     // Of OpenAPI 3.2: left out, with a notice, of documents that say they are 3.2.
};

struct Field {
  std::string_view name;
  Shape shape = Shape::kAny;
  Form form = Form::kAny;
  Need need = Need::kOptional;
};

// What members an object may have besides its fields.
enum class Others : uint8_t {
  kExtensions,  // Only "x-...".
  kPatterned,   // Names of a pattern, each an object of `patterned`, and "x-...".
  kOpen,        // Any (schemas).
};

// What is known of one form.
struct FormRules {
  std::string_view title;  // "Path Item Object".
  std::span<const Field> fields;
  Others others = Others::kExtensions;
  Form patterned = Form::kAny;
  bool may_be_reference = false;  // "$ref" may stand in its place.
};
[[nodiscard]] const FormRules& form_rules(Form form);
[[nodiscard]] const Field* find_field(Form form, std::string_view name);

// Whether `name` fits the pattern of a patterned form ("/pets" in Paths, "2XX" in Responses).
[[nodiscard]] bool fits_pattern(Form form, std::string_view name);

// The member of Components that holds objects of a form ("schemas"), or "".
[[nodiscard]] std::string_view component_kind(Form form);

}  // namespace servanda::internal

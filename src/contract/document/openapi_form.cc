// SPDX-License-Identifier: Apache-2.0
// OpenAPI 3.1.2, section 4.8, as data. Fields only of 3.0 or 3.1 are accepted in both.
#include "contract/document/openapi_form.h"

namespace servanda::internal {
namespace {

constexpr Shape kText = Shape::kText;
constexpr Shape kFlag = Shape::kFlag;
constexpr Shape kObject = Shape::kObject;
constexpr Shape kMap = Shape::kMap;
constexpr Shape kList = Shape::kList;
constexpr Need kRequired = Need::kRequired;
constexpr Need kExpected = Need::kExpected;
constexpr Need kLater = Need::kLater;

constexpr Field kDocumentFields[] = {
    {"openapi", kText, Form::kAny, kRequired},
    {"info", kObject, Form::kInfo, kRequired},
    {"jsonSchemaDialect", kText},
    {"servers", kList, Form::kServer},
    {"paths", kObject, Form::kPaths},
    {"webhooks", kMap, Form::kPathItem},
    {"components", kObject, Form::kComponents},
    {"security", kList, Form::kSecurityRequirement},
    {"tags", kList, Form::kTag},
    {"externalDocs", kObject, Form::kExternalDocs},
    {"$self", kText, Form::kAny, kLater},
};
constexpr Field kInfoFields[] = {
    {"title", kText, Form::kAny, kRequired},
    {"version", kText, Form::kAny, kRequired},
    {"summary", kText},
    {"description", kText},
    {"termsOfService", kText},
    {"contact", kObject, Form::kContact},
    {"license", kObject, Form::kLicense},
};
constexpr Field kContactFields[] = {{"name", kText}, {"url", kText}, {"email", kText}};
constexpr Field kLicenseFields[] = {
    {"name", kText, Form::kAny, kExpected}, {"identifier", kText}, {"url", kText}};
constexpr Field kServerFields[] = {
    {"url", kText, Form::kAny, kRequired},
    {"description", kText},
    {"variables", kMap, Form::kServerVariable},
    {"name", kText, Form::kAny, kLater},
};
constexpr Field kServerVariableFields[] = {
    {"default", kText, Form::kAny, kRequired}, {"enum", Shape::kTextList}, {"description", kText}};
constexpr Field kPathItemFields[] = {
    {"$ref", kText},
    {"summary", kText},
    {"description", kText},
    {"get", kObject, Form::kOperation},
    {"put", kObject, Form::kOperation},
    {"post", kObject, Form::kOperation},
    {"delete", kObject, Form::kOperation},
    {"options", kObject, Form::kOperation},
    {"head", kObject, Form::kOperation},
    {"patch", kObject, Form::kOperation},
    {"trace", kObject, Form::kOperation},
    {"servers", kList, Form::kServer},
    {"parameters", kList, Form::kParameter},
    {"query", kObject, Form::kOperation, kLater},
    {"additionalOperations", kMap, Form::kOperation, kLater},
};
constexpr Field kOperationFields[] = {
    {"tags", Shape::kTextList},
    {"summary", kText},
    {"description", kText},
    {"externalDocs", kObject, Form::kExternalDocs},
    {"operationId", kText},
    {"parameters", kList, Form::kParameter},
    {"requestBody", kObject, Form::kRequestBody},
    {"responses", kObject, Form::kResponses},
    {"callbacks", kMap, Form::kCallback},
    {"deprecated", kFlag},
    {"security", kList, Form::kSecurityRequirement},
    {"servers", kList, Form::kServer},
};
constexpr Field kExternalDocsFields[] = {{"url", kText, Form::kAny, kExpected},
                                         {"description", kText}};
constexpr Field kParameterFields[] = {
    {"name", kText, Form::kAny, kRequired},
    {"in", kText, Form::kAny, kRequired},
    {"description", kText},
    {"required", kFlag},
    {"deprecated", kFlag},
    {"allowEmptyValue", kFlag},
    {"style", kText},
    {"explode", kFlag},
    {"allowReserved", kFlag},
    {"schema", kObject, Form::kSchema},
    {"example"},
    {"examples", kMap, Form::kExample},
    {"content", kMap, Form::kMediaType},
};
constexpr Field kRequestBodyFields[] = {
    {"content", kMap, Form::kMediaType, kRequired}, {"description", kText}, {"required", kFlag}};
constexpr Field kMediaTypeFields[] = {
    {"schema", kObject, Form::kSchema},
    {"example"},
    {"examples", kMap, Form::kExample},
    {"encoding", kMap, Form::kEncoding},
    {"itemSchema", kObject, Form::kSchema, kLater},
    {"prefixEncoding", kList, Form::kEncoding, kLater},
    {"itemEncoding", kObject, Form::kEncoding, kLater},
};
constexpr Field kEncodingFields[] = {
    {"contentType", kText},
    {"headers", kMap, Form::kHeader},
    {"style", kText},
    {"explode", kFlag},
    {"allowReserved", kFlag},
    {"encoding", kMap, Form::kEncoding, kLater},
    {"prefixEncoding", kList, Form::kEncoding, kLater},
    {"itemEncoding", kObject, Form::kEncoding, kLater},
};
constexpr Field kResponsesFields[] = {{"default", kObject, Form::kResponse}};
constexpr Field kResponseFields[] = {
    {"description", kText, Form::kAny, kExpected}, {"headers", kMap, Form::kHeader},
    {"content", kMap, Form::kMediaType},           {"links", kMap, Form::kLink},
    {"summary", kText, Form::kAny, kLater},
};
constexpr Field kExampleFields[] = {
    {"summary", kText},
    {"description", kText},
    {"value"},
    {"externalValue", kText},
    {"dataValue", Shape::kAny, Form::kAny, kLater},
    {"serializedValue", kText, Form::kAny, kLater},
};
constexpr Field kLinkFields[] = {
    {"operationRef", kText}, {"operationId", kText}, {"parameters"},
    {"requestBody"},         {"description", kText}, {"server", kObject, Form::kServer},
};
constexpr Field kHeaderFields[] = {
    {"description", kText},
    {"required", kFlag},
    {"deprecated", kFlag},
    {"allowEmptyValue", kFlag},
    {"style", kText},
    {"explode", kFlag},
    {"allowReserved", kFlag},
    {"schema", kObject, Form::kSchema},
    {"example"},
    {"examples", kMap, Form::kExample},
    {"content", kMap, Form::kMediaType},
};
constexpr Field kTagFields[] = {
    {"name", kText, Form::kAny, kRequired},         {"description", kText},
    {"externalDocs", kObject, Form::kExternalDocs}, {"summary", kText, Form::kAny, kLater},
    {"parent", kText, Form::kAny, kLater},          {"kind", kText, Form::kAny, kLater},
};
// Only the fields that hold schemas or objects of OpenAPI; the schema compiler knows the others.
constexpr Field kSchemaFields[] = {
    {"properties", kMap, Form::kSchema},
    {"patternProperties", kMap, Form::kSchema},
    {"$defs", kMap, Form::kSchema},
    {"definitions", kMap, Form::kSchema},
    {"dependentSchemas", kMap, Form::kSchema},
    {"items", kObject, Form::kSchema},
    {"additionalProperties", kObject, Form::kSchema},
    {"unevaluatedItems", kObject, Form::kSchema},
    {"unevaluatedProperties", kObject, Form::kSchema},
    {"propertyNames", kObject, Form::kSchema},
    {"contains", kObject, Form::kSchema},
    {"contentSchema", kObject, Form::kSchema},
    {"not", kObject, Form::kSchema},
    {"if", kObject, Form::kSchema},
    {"then", kObject, Form::kSchema},
    {"else", kObject, Form::kSchema},
    {"allOf", kList, Form::kSchema},
    {"anyOf", kList, Form::kSchema},
    {"oneOf", kList, Form::kSchema},
    {"prefixItems", kList, Form::kSchema},
    {"discriminator", kObject, Form::kDiscriminator},
    {"xml", kObject, Form::kXml},
    {"externalDocs", kObject, Form::kExternalDocs},
};
constexpr Field kDiscriminatorFields[] = {
    {"propertyName", kText, Form::kAny, kRequired},
    {"mapping", Shape::kTextMap},
    {"defaultMapping", kText, Form::kAny, kLater},
};
constexpr Field kXmlFields[] = {
    {"name", kText},      {"namespace", kText}, {"prefix", kText},
    {"attribute", kFlag}, {"wrapped", kFlag},   {"nodeType", kText, Form::kAny, kLater},
};
constexpr Field kSecuritySchemeFields[] = {
    {"type", kText, Form::kAny, kRequired},
    {"description", kText},
    {"name", kText},
    {"in", kText},
    {"scheme", kText},
    {"bearerFormat", kText},
    {"flows", kObject, Form::kOAuthFlows},
    {"openIdConnectUrl", kText},
    {"oauth2MetadataUrl", kText, Form::kAny, kLater},
    {"deprecated", kFlag, Form::kAny, kLater},
};
constexpr Field kOAuthFlowsFields[] = {
    {"implicit", kObject, Form::kOAuthFlow},
    {"password", kObject, Form::kOAuthFlow},
    {"clientCredentials", kObject, Form::kOAuthFlow},
    {"authorizationCode", kObject, Form::kOAuthFlow},
    {"deviceAuthorization", kObject, Form::kOAuthFlow, kLater},
};
constexpr Field kOAuthFlowFields[] = {
    {"authorizationUrl", kText},
    {"tokenUrl", kText},
    {"refreshUrl", kText},
    {"scopes", Shape::kTextMap, Form::kAny, kExpected},
    {"deviceAuthorizationUrl", kText, Form::kAny, kLater},
};
constexpr Field kComponentsFields[] = {
    {"schemas", kMap, Form::kSchema},
    {"responses", kMap, Form::kResponse},
    {"parameters", kMap, Form::kParameter},
    {"examples", kMap, Form::kExample},
    {"requestBodies", kMap, Form::kRequestBody},
    {"headers", kMap, Form::kHeader},
    {"securitySchemes", kMap, Form::kSecurityScheme},
    {"links", kMap, Form::kLink},
    {"callbacks", kMap, Form::kCallback},
    {"pathItems", kMap, Form::kPathItem},
    {"mediaTypes", kMap, Form::kMediaType, kLater},
};

constexpr Others kExtensions = Others::kExtensions;
constexpr Others kPatterned = Others::kPatterned;

// In the order of Form.
constexpr FormRules kForms[] = {
    {"value", {}, Others::kOpen, Form::kAny, false},
    {"OpenAPI Object", kDocumentFields, kExtensions, Form::kAny, false},
    {"Info Object", kInfoFields, kExtensions, Form::kAny, false},
    {"Contact Object", kContactFields, kExtensions, Form::kAny, false},
    {"License Object", kLicenseFields, kExtensions, Form::kAny, false},
    {"Server Object", kServerFields, kExtensions, Form::kAny, false},
    {"Server Variable Object", kServerVariableFields, kExtensions, Form::kAny, false},
    {"Paths Object", {}, kPatterned, Form::kPathItem, false},
    {"Path Item Object", kPathItemFields, kExtensions, Form::kAny, true},
    {"Operation Object", kOperationFields, kExtensions, Form::kAny, true},
    {"External Documentation Object", kExternalDocsFields, kExtensions, Form::kAny, false},
    {"Parameter Object", kParameterFields, kExtensions, Form::kAny, true},
    {"Request Body Object", kRequestBodyFields, kExtensions, Form::kAny, true},
    {"Media Type Object", kMediaTypeFields, kExtensions, Form::kAny, false},
    {"Encoding Object", kEncodingFields, kExtensions, Form::kAny, false},
    {"Responses Object", kResponsesFields, kPatterned, Form::kResponse, false},
    {"Response Object", kResponseFields, kExtensions, Form::kAny, true},
    {"Callback Object", {}, kPatterned, Form::kPathItem, true},
    {"Example Object", kExampleFields, kExtensions, Form::kAny, true},
    {"Link Object", kLinkFields, kExtensions, Form::kAny, true},
    {"Header Object", kHeaderFields, kExtensions, Form::kAny, true},
    {"Tag Object", kTagFields, kExtensions, Form::kAny, false},
    {"Schema Object", kSchemaFields, Others::kOpen, Form::kAny, true},
    {"Discriminator Object", kDiscriminatorFields, kExtensions, Form::kAny, false},
    {"XML Object", kXmlFields, kExtensions, Form::kAny, false},
    {"Security Scheme Object", kSecuritySchemeFields, kExtensions, Form::kAny, true},
    {"OAuth Flows Object", kOAuthFlowsFields, kExtensions, Form::kAny, false},
    {"OAuth Flow Object", kOAuthFlowFields, kExtensions, Form::kAny, false},
    {"Security Requirement Object", {}, Others::kOpen, Form::kAny, false},
    {"Components Object", kComponentsFields, kExtensions, Form::kAny, false},
};
static_assert(std::size(kForms) == static_cast<size_t>(Form::kComponents) + 1);

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

const FormRules& form_rules(Form form) {
  return kForms[static_cast<size_t>(form)];
}

const Field* find_field(Form form, std::string_view name) {
  for (const Field& field : form_rules(form).fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

bool fits_pattern(Form form, std::string_view name) {
  if (form == Form::kPaths) return name.starts_with('/');
  if (form == Form::kCallback) return !name.empty();
  if (form != Form::kResponses || name.size() != 3 || name[0] < '1' || name[0] > '5') return false;
  return (is_digit(name[1]) && is_digit(name[2])) || name.substr(1) == "XX";
}

std::string_view component_kind(Form form) {
  for (const Field& field : kComponentsFields) {
    if (field.form == form && field.need != Need::kLater) return field.name;
  }
  return {};
}

}  // namespace servanda::internal

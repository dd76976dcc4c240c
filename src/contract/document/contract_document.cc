// SPDX-License-Identifier: Apache-2.0
#include "contract/document/contract_document.h"

#include <algorithm>

#include "contract/document/form_walk.h"
#include "contract/document/overlay.h"
#include "contract/document/reader.h"

namespace servanda {
namespace {

using internal::OpenApiVersion;
using internal::said;

// What lifted documents say they are.
constexpr std::string_view kLiftedVersion = "3.1.0";

// The version the document declares, after complaints about what it declares instead.
OpenApiVersion check_version(Node& root, Diagnostics& diagnostics) {
  if (!root.is_object()) {
    diagnostics.error("version-unknown", root.place, "The document is not an object.",
                      "Begin it with \"openapi: 3.1.0\".");
    return OpenApiVersion::kNone;
  }
  Node* declared = root.find("openapi");
  if (declared == nullptr) {
    const bool swagger = root.find("swagger") != nullptr;
    diagnostics.error(
        "version-unknown", root.place,
        swagger ? "The document is Swagger 2.0, which is not supported."
                : "The document does not say which version of OpenAPI it follows.",
        swagger ? "Convert it to OpenAPI 3.1 first." : "Begin it with \"openapi: 3.1.0\".");
    return OpenApiVersion::kNone;
  }
  if (declared->kind == JsonKind::kNumber) {
    diagnostics.warning(
        "form-retyped", declared->place,
        said({"\"openapi\" must be a string; the value is read as \"", declared->text, "\"."}),
        "Write the full version in quotes, such as \"3.1.0\".");
    declared->kind = JsonKind::kString;
  }
  const OpenApiVersion version =
      declared->is_string() ? internal::read_version(declared->text) : OpenApiVersion::kNone;
  if (version == OpenApiVersion::kNone) {
    diagnostics.error("version-unknown", declared->place,
                      said({"OpenAPI \"", declared->is_string() ? declared->text : "?",
                            "\" is not a version that is supported."}),
                      "Write the contract in OpenAPI 3.1 (\"3.1.0\") or 3.0.");
  }
  if (version == OpenApiVersion::k32) {
    diagnostics.notice("version-3.2", declared->place,
                       "The document is read as OpenAPI 3.1; what only 3.2 knows is left out, "
                       "each time with a notice.",
                       "Declare 3.1 if the document does not need 3.2.");
  }
  return version;
}

bool only_references_failed(const Diagnostics& diagnostics) {
  return diagnostics.left_out() == 0 &&
         std::ranges::all_of(diagnostics.all(), [](const Diagnostic& found) {
           return found.severity != Severity::kError || found.rule.starts_with("ref-");
         });
}

}  // namespace

ContractDocument load_contract(FileSource& files, std::string_view path,
                               std::span<const std::string> overlays, Diagnostics& diagnostics,
                               DocumentLimits limits) {
  const size_t errors_before = diagnostics.errors();
  ContractDocument contract;
  contract.documents = std::make_unique<Documents>(files, limits);
  Documents& documents = *contract.documents;
  Node* root = documents.load(path, diagnostics);
  if (root == nullptr) return contract;
  internal::OverlayBudget budget(documents.limits());
  for (const std::string& overlay : overlays) {
    internal::apply_overlay(documents, *root, overlay, budget, diagnostics);
  }
  if (!overlays.empty()) documents.forget_references();
  const OpenApiVersion version = check_version(*root, diagnostics);
  if (version == OpenApiVersion::kNone) return contract;
  contract.declared_version = root->find("openapi")->text;
  internal::FormWalk(documents, version, diagnostics).run(*root);
  if (version != OpenApiVersion::k31) {
    NodeEntry* declared = root->find_entry("openapi");
    declared->value = make_string(documents.arena(), kLiftedVersion, declared->value->place);
  }
  // A reference that leads nowhere leaves the form sound: compiling then finds the rest as well.
  if (diagnostics.errors() == errors_before || only_references_failed(diagnostics)) {
    contract.root = root;
  }
  return contract;
}

}  // namespace servanda

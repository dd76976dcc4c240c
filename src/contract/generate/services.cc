// SPDX-License-Identifier: Apache-2.0
#include "contract/generate/services.h"

#include <algorithm>
#include <cstddef>

#include "base/check.h"
#include "contract/generate/names.h"

namespace servanda::internal {

std::vector<std::string> service_names(const Plan& plan) {
  Scope scope;
  // A class cannot hold another of its own name.
  (void)scope.take("Ctx");
  std::vector<std::string> names;
  for (const ServiceDeclaration& service : plan.services) {
    names.push_back(scope.take(type_name(service.name)));
  }
  return names;
}

bool has_one_service(const Plan& plan) {
  return plan.services.size() == 1;
}

std::string service_text(const CppContext& context, std::string_view service) {
  const auto& services = context.plan->services;
  const auto found = std::ranges::find(services, service, &ServiceDeclaration::name);
  SERVANDA_CHECK(found != services.end(), service);
  return "service::" + context.services[static_cast<size_t>(found - services.begin())];
}

const Resource* resource_of(const CppContext& context, const Declaration& declaration) {
  if (declaration.kind != DeclarationKind::kStruct || declaration.of_operation) return nullptr;
  const auto& resources = context.plan->resources;
  const auto found = std::ranges::find(resources, declaration.place, &Resource::name);
  return found == resources.end() ? nullptr : &*found;
}

bool is_made_in_code(const Resource& resource, std::string_view property) {
  const auto index = resource.computed_index(property);
  return index && resource.computed[*index].by_code;
}

std::string services_header(const CppContext& context) {
  const auto& services = context.plan->services;
  const std::string& name_space = context.name_space;
  std::string out =
      "#pragma once\n\n#include <string_view>\n\n#include \"servanda/types.h\"\n\nnamespace " +
      name_space + "::service {\n\n";
  for (size_t i = 0; i < services.size(); ++i) {
    const std::string& name = context.services[i];
    out += comment(services[i].title, 0);
    out += "struct " + name +
           " {\n  static constexpr std::string_view kName = " + literal(services[i].name) +
           ";\n  using Ctx = servanda::ServiceCtx<" + name + ">;\n};\n\n";
  }
  out += "}  // namespace " + name_space + "::service\n";
  if (has_one_service(*context.plan)) {
    out += "\nnamespace " + name_space +
           " {\n\n// What handlers are given.\nusing Ctx = service::" + context.services.front() +
           "::Ctx;\n\n}  // namespace " + name_space + "\n";
  }
  return out;
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tags of services: who owns a resource and who serves an operation, as C++ types.

#include <string>
#include <string_view>
#include <vector>

#include "contract/generate/cpp_text.h"
#include "contract/generate/model.h"
#include "contract/plan/plan.h"

namespace servanda::internal {

// Names in namespace service, in the plan's order of services.
[[nodiscard]] std::vector<std::string> service_names(const Plan& plan);
// Whether the contract's namespace has an alias Ctx of its own: of the only service's context.
[[nodiscard]] bool has_one_service(const Plan& plan);
// "service::Accounts", for code in the contract's namespace and those inside of it. Requires: the
// plan has this service.
[[nodiscard]] std::string service_text(const CppContext& context, std::string_view service);
// The resource that a declaration is the struct of, or null.
[[nodiscard]] const Resource* resource_of(const CppContext& context,
                                          const Declaration& declaration);
// Whether C++ of the serving program makes the property of this name.
[[nodiscard]] bool is_made_in_code(const Resource& resource, std::string_view property);
// What follows the marker in services.h.
[[nodiscard]] std::string services_header(const CppContext& context);

}  // namespace servanda::internal

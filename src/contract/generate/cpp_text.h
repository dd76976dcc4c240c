// SPDX-License-Identifier: Apache-2.0
#pragma once
// Pieces of C++ text that the emitters share.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "contract/generate/layout.h"
#include "contract/generate/model.h"
#include "contract/plan/plan.h"

namespace servanda::internal {

// Where text is written: decides how types are qualified.
struct CppContext {
  const Model* model = nullptr;
  const Layout* layout = nullptr;
  std::string name_space;  // "company::shop".
  std::vector<bool> fits;  // By declaration: needs a function fits().
  const Plan* plan = nullptr;
  std::vector<std::string> services;  // By service of the plan: its name in namespace service.
};

// "Order", or "shop::Order" and "shop::op::GetOrderBody" inside of namespace op.
[[nodiscard]] std::string declaration_text(const CppContext& context, uint32_t declaration,
                                           bool in_operation);
// "std::vector<servanda::Nullable<Order>>".
[[nodiscard]] std::string type_text(const CppContext& context, const TypeUse& use,
                                    bool in_operation);
// A C++ expression that says whether the JsonValue called `value` may be of this type.
[[nodiscard]] std::string test_text(const CppContext& context, const TypeUse& use,
                                    const std::string& value, bool in_operation);
// The declarations whose fits() some union asks.
[[nodiscard]] std::vector<bool> fits_needed(const Model& model);

// emit_schemas.cc: a declaration's definition for the header, and its functions.
enum class Initialise : uint8_t { kAll, kScalars };
[[nodiscard]] std::string schema_header(const CppContext& context, uint32_t declaration,
                                        Initialise initialise);
[[nodiscard]] std::string schema_source(const CppContext& context, uint32_t declaration);
// emit_operations.cc
[[nodiscard]] std::string operation_header(const CppContext& context,
                                           const OperationModel& operation);
[[nodiscard]] std::string operation_source(const CppContext& context,
                                           const OperationModel& operation);
// emit_outgoing.cc: the functions of the caller's side, and the media types of a response's body as
// literals between commas.
[[nodiscard]] std::string outgoing_source(const OperationModel& operation);
[[nodiscard]] std::string media_types_text(const ResponseModel& response);

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the steps of compile_annotations() share. Each step is one function over this state.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "contract/plan/annotations.h"
#include "contract/plan/schema_shape.h"

namespace servanda::internal {

// Bounds of derived storage. One more is an error with rule "resource-limit".
struct ResourceLimits {
  static constexpr size_t kResources = 2000;
  static constexpr size_t kProperties = 500;
  static constexpr size_t kIndexes = 64;     // Of one resource, declared and derived.
  static constexpr size_t kIdentifier = 63;  // Bytes of a table, column or index name.
  static constexpr size_t kSortKeys = 4;     // Named in one sort value.
  static constexpr int64_t kPage = 10'000;   // Largest page a contract may declare.
};

// Where a resource of the plan was declared; parallel to Plan::resources.
struct ResourceSource {
  Node* schema = nullptr;             // As named under components/schemas.
  Node* identity = nullptr;           // What that name stands for.
  const Node* declaration = nullptr;  // The value of "resource".
  Place place;
  bool sound = true;  // Without errors that would only lead to more errors.
};

// How far the "most specific wins" search went for a key.
enum class PolicyLevel : uint8_t { kNone, kRoot, kPathItem, kOperation };
struct PolicyValue {
  const NodeEntry* entry = nullptr;  // Null: nowhere.
  PolicyLevel level = PolicyLevel::kNone;
  [[nodiscard]] bool is_null() const {
    return entry != nullptr && entry->value->kind == JsonKind::kNull;
  }
  // The text of a string value; "" for everything else.
  [[nodiscard]] std::string_view text() const {
    return entry != nullptr && entry->value->is_string() ? entry->value->text : std::string_view{};
  }
};

struct AnnotationState {
  ContractDocument& contract;
  const CompileOptions& options;
  Plan& plan;
  Diagnostics& diagnostics;
  SchemaReader reader;
  std::vector<ResourceSource> sources;
  // Property schemas whose annotations a resource has taken over.
  std::unordered_set<const Node*> used_properties;
  // Annotations of properties with their owners, in the order found.
  std::vector<std::pair<const Node*, const NodeEntry*>> property_annotations;
  // The `problem` of component schemas with their owners, in the order found.
  std::vector<std::pair<Node*, const NodeEntry*>> coded_problems;
  // Whether an operation of these asks for credentials, for one summary at the end.
  const OperationNode* first_secured_mock = nullptr;
  size_t secured_mocks = 0;

  [[nodiscard]] Documents& documents() { return *contract.documents; }
};

// The x-servanda object of `node`, or null. Anything but an object reads as none.
[[nodiscard]] const Node* annotation_of(const Node* node);
[[nodiscard]] PolicyValue find_policy(const AnnotationState& state, const OperationNode& operation,
                                      std::string_view key);
// ` Did you mean "x"?`, or "" when nothing is near.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     const std::vector<std::string_view>& candidates);

// The resource called `name`, or nothing after an error at `place` was added.
[[nodiscard]] std::optional<uint16_t> find_resource(AnnotationState& state, std::string_view name,
                                                    Place place);
// The service called so in `entry`, else `fallback`, else the only one. "" after an error.
[[nodiscard]] std::string choose_service(AnnotationState& state, const NodeEntry* entry,
                                         std::string_view fallback, std::string_view owner,
                                         Place place);

// The steps, in order of use.
void check_annotations(AnnotationState& state, std::span<const OperationNode> nodes);
void compile_services(AnnotationState& state);
// Which services may call which, and the budget. Requires: compile_services().
void compile_calls(AnnotationState& state);
void compile_resources(AnnotationState& state);
// Service, handler, timeout, idempotency, precondition of one operation; then its binding.
void compile_policies(AnnotationState& state, const OperationNode& node);
// `resource` is kNoResource for a batch over all collections of a service.
// Requires: Operation::handler is kResource. Leaves Operation::resource empty after errors.
void compile_binding(AnnotationState& state, const OperationNode& node, uint16_t resource);
// Fills ListProfile's parameters and derives the indexes that serve them.
void compile_list_parameters(AnnotationState& state, const OperationNode& node,
                             ResourceBinding& binding);
// Fills envelopes, status and answers_body, and checks that bodies hold what rows need.
void compile_envelopes(AnnotationState& state, const OperationNode& node, ResourceBinding& binding);
// Adds a computed property with what its schema says; its expression is compiled afterwards, by
// compile_computed(), when all properties of the resource are known.
void declare_computed(AnnotationState& state, Resource& resource, const MemberShape& member);
void compile_computed(AnnotationState& state, const ResourceSource& source, Resource& resource);
// What the references between resources make expandable. Requires: all references are compiled.
void compile_relations(AnnotationState& state);
// Reads the parameters that choose fields and expansions, for lists and reads.
void compile_projection(AnnotationState& state, const OperationNode& node,
                        ResourceBinding& binding);
// Whether the parameter is one of those.
[[nodiscard]] bool is_projection(const Parameter& parameter, const Resource& resource);
// A relation by name; to-many ones also in camelCase.
[[nodiscard]] std::optional<uint16_t> find_relation(const Resource& resource,
                                                    std::string_view name);
// Completes the bindings of batches. Requires: every other operation has its binding.
void compile_batches(AnnotationState& state, std::span<const OperationNode> nodes);
// What operations emit. Requires: handlers and bindings are settled.
void compile_events(AnnotationState& state, std::span<const OperationNode> nodes);
// Whether the engine itself reads the request header.
[[nodiscard]] bool is_engine_header(std::string_view name);
// Gives every index its name.
void name_indexes(AnnotationState& state);
// How the declared bodies of failures tell problems. Requires: handlers are settled.
void compile_problems(AnnotationState& state, std::span<const OperationNode> nodes);
void report_unused_annotations(AnnotationState& state);

// Adds the index unless one that serves the same is there. `place` is where it was asked for.
void add_index(AnnotationState& state, Resource& resource, Index index, Place place);
// Reads "name" or "-name"; reports what cannot be ordered. Nothing after an error.
[[nodiscard]] std::optional<IndexKey> parse_index_key(AnnotationState& state,
                                                      const Resource& resource,
                                                      std::string_view text, Place place);

}  // namespace servanda::internal

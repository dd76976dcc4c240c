// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the steps of compile_plan() share, and the steps themselves.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "contract/document/contract_document.h"
#include "contract/document/diagnostics.h"
#include "contract/document/node.h"
#include "contract/plan/annotations.h"
#include "contract/plan/operation.h"
#include "contract/plan/path_template.h"
#include "contract/plan/plan.h"

namespace servanda::internal {

// Findings that a contract may repeat on every operation: reported once, at their first place, with
// their number.
struct RepeatedFinding {
  std::string_view rule;
  Place place;
  size_t count = 0;
};

// A `security` list.
struct SecurityLists {
  std::vector<SecurityRequirement> requirements;
  std::vector<std::string> query_credentials;
};

struct CompileState {
  ContractDocument& contract;
  const CompileOptions& options;
  Plan& plan;
  Diagnostics& diagnostics;

  std::vector<OperationNode> nodes;     // Parallel to Plan::operations.
  std::vector<PathTemplate> templates;  // Parallel to Plan::operations.
  std::vector<Place> operation_places;  // Parallel: where each was declared.
  std::unordered_map<std::string_view, uint16_t> scheme_indexes;  // By scheme name.
  std::optional<SecurityLists> root_security;                     // Read on first use.
  std::map<std::string_view, RepeatedFinding> repeated;           // By rule.
  size_t shape_steps = 0;  // Schemas read for text shapes so far.

  [[nodiscard]] Documents& documents() const { return *contract.documents; }
  void count(std::string_view rule, Place place);
};

// The text of a string member, or "".
[[nodiscard]] std::string_view text_member(const Node& object, std::string_view key);
// A boolean member that is there and true.
[[nodiscard]] bool is_true(const Node& object, std::string_view key);

// --- Steps, in order.
void compile_security_schemes(CompileState& state);
void compile_operations(CompileState& state);
// After compile_annotations(), which settles what is mocked, and before SchemaSet::finish().
void compile_samples(CompileState& state);
// After SchemaSet::finish().
void check_defaults(CompileState& state);
void compile_routes(CompileState& state);
void report_repeated(CompileState& state);

// --- Pieces of one operation.

// The base path that a list of Server Objects gives: its first entry's. Null: no list, no path.
[[nodiscard]] std::string server_base_path(CompileState& state, const Node* servers);

// Fills Operation::parameters and the parallel OperationNode::parameters.
void compile_parameters(CompileState& state, const PathTemplate& path, Operation& operation,
                        OperationNode& nodes);
void compile_request_body(CompileState& state, const Node& operation_node, Operation& operation);
void compile_responses(CompileState& state, const Node& operation_node, Operation& operation);
// Fills Operation::security and query_credentials from the operation's own list or the root's.
void compile_security(CompileState& state, const Node& operation_node, Operation& operation);

enum class MediaUse : uint8_t { kRequest, kResponse };
// The media types of a `content` object. Examples are read for responses only: nothing serves those
// of requests.
[[nodiscard]] std::vector<MediaType> compile_content(CompileState& state, const Node& content,
                                                     MediaUse use);
[[nodiscard]] MediaKind media_kind(std::string_view essence, const TextShape& shape);
// Type and subtype in lower case without parameters; nothing when the text is no media range.
[[nodiscard]] std::optional<std::string> media_essence(std::string_view range);

// --- Shapes of text.

// How text becomes a value of `schema`. What lies deeper than text can say is left open. So is what
// lies beyond the bounds below, after a warning "parameter-limit".
inline constexpr size_t kShapeStepsMax = 3'000;         // Schemas visited for one shape.
inline constexpr size_t kAllShapeStepsMax = 2'000'000;  // For all shapes of a contract.
[[nodiscard]] TextShape text_shape(CompileState& state, Node& schema);
// The `default` of a schema, through "$ref" and "allOf"; or null.
[[nodiscard]] const Node* schema_default(CompileState& state, Node& schema);

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
// Which events operations may emit: entries of `webhooks`, with the schema of what each holds.

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/text.h"
#include "contract/plan/annotation_state.h"
#include "contract/plan/compile_state.h"

namespace servanda::internal {
namespace {

Node* follow(ContractDocument& contract, Node* node) {
  if (node == nullptr) return nullptr;
  Diagnostics reported_by_the_form_check;
  Node* found = contract.documents->follow(node, reported_by_the_form_check);
  return found != nullptr && found->is_object() ? found : nullptr;
}

// The schema of the JSON in a `content` object, or null.
Node* json_schema(ContractDocument& contract, const Node& content) {
  for (const NodeEntry& entry : content) {
    if (media_essence(entry.key) != "application/json") continue;
    const Node* media = follow(contract, entry.value);
    return media == nullptr ? nullptr : media->find("schema");
  }
  return nullptr;
}

// Why nothing of the program could ever emit an event there; "" when it could.
std::string_view never_emits(const AnnotationState& state, const OperationNode& node,
                             const Operation& operation) {
  if (find_policy(state, node, "handler").text() == "mock") return "is mocked";
  if (operation.handler != HandlerKind::kResource || !operation.resource) return {};
  switch (operation.resource->action) {
    case Action::kCreate:
    case Action::kReplace:
    case Action::kUpdate:
    case Action::kDelete:
      return {};
    case Action::kList:
    case Action::kRead:
    case Action::kRestore:
    case Action::kBatch:
      break;
  }
  return "is served from a resource in a way that no hook can run around";
}

class EventsCompiler {
 public:
  explicit EventsCompiler(AnnotationState& state) : state_(state) {
    const Node* webhooks = state.contract.root->find("webhooks");
    if (webhooks == nullptr || !webhooks->is_object()) return;
    for (const NodeEntry& entry : *webhooks) names_.push_back(entry.key);
  }

  void operation(const OperationNode& node) {
    const PolicyValue policy = find_policy(state_, node, "emits");
    const Node* list = policy.entry == nullptr ? nullptr : policy.entry->value;
    if (list == nullptr || !list->is_array() || list->size == 0) return;
    Operation& operation = state_.plan.operations[node.operation];
    const std::string_view why = never_emits(state_, node, operation);
    if (!why.empty()) {
      // What a path item says holds for those of its operations that can have it.
      if (policy.level == PolicyLevel::kOperation) refuse(policy, operation, why);
      return;
    }
    for (const NodeEntry& entry : *list) {
      if (!entry.value->is_string()) continue;
      const auto index = event(*entry.value, operation);
      if (index && std::ranges::find(operation.emits, *index) == operation.emits.end()) {
        operation.emits.push_back(*index);
      }
    }
  }

 private:
  void refuse(const PolicyValue& policy, const Operation& operation, std::string_view why) {
    state_.diagnostics.error(
        "policy-without-effect", policy.entry->key_place,
        in_quotes(operation.id) + " " + std::string(why) + ", so it never emits an event.",
        "Remove \"emits\" here, or write \"handler: code\" and emit it in C++.");
  }

  // The index of the event called so, or nothing after an error.
  std::optional<uint32_t> event(const Node& name, const Operation& operation) {
    if (const auto known = known_.find(name.text); known != known_.end()) return known->second;
    const EventNode node = event_node(state_.contract, name.text);
    if (node.webhook == nullptr) {
      if (!reported_.insert(&name).second) return std::nullopt;
      state_.diagnostics.error("event-unknown", name.place,
                               "There is no webhook " + in_quotes(name.text) + " that " +
                                   in_quotes(operation.id) + " could emit.",
                               "Declare it under \"webhooks\" at the root (OpenAPI 3.1)." +
                                   suggestion(name.text, names_));
      return std::nullopt;
    }
    std::optional<uint32_t>& index = known_[name.text];
    if (node.schema == nullptr) {
      state_.diagnostics.error(
          "event-body", node.webhook->key_place,
          "The webhook " + in_quotes(name.text) + " is emitted by " + in_quotes(operation.id) +
              ", but nothing says what it holds: it has no post with an application/json body "
              "and its schema.",
          "Write \"post: {requestBody: {content: {application/json: {schema: ...}}}}\" below it.");
      return index;
    }
    index = static_cast<uint32_t>(state_.plan.events.size());
    state_.plan.events.push_back(
        {std::string(name.text), state_.plan.schemas.compile(*node.schema, state_.diagnostics)});
    return index;
  }

  AnnotationState& state_;
  std::vector<std::string_view> names_;                                  // Of all webhooks.
  std::unordered_map<std::string_view, std::optional<uint32_t>> known_;  // Nothing: without a body.
  std::unordered_set<const Node*> reported_;  // Unknown names, which a path item shares.
};

}  // namespace

EventNode event_node(ContractDocument& contract, std::string_view name) {
  EventNode found;
  Node* webhooks = contract.root->find("webhooks");
  if (webhooks == nullptr || !webhooks->is_object()) return found;
  found.webhook = webhooks->find_entry(name);
  if (found.webhook == nullptr) return found;
  Node* item = follow(contract, found.webhook->value);
  found.post = item == nullptr ? nullptr : follow(contract, item->find("post"));
  Node* body = found.post == nullptr ? nullptr : follow(contract, found.post->find("requestBody"));
  Node* content = body == nullptr ? nullptr : body->find("content");
  if (content != nullptr && content->is_object()) found.schema = json_schema(contract, *content);
  return found;
}

void compile_events(AnnotationState& state, std::span<const OperationNode> nodes) {
  EventsCompiler compiler(state);
  for (const OperationNode& node : nodes) compiler.operation(node);
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
// The one walk that finds what lint rules look at.

#include <algorithm>
#include <array>
#include <unordered_set>

#include "contract/check/lint_state.h"

namespace servanda::internal {
namespace {

constexpr std::array<std::string_view, 8> kMethods = {"get",     "put",  "post",  "delete",
                                                      "options", "head", "patch", "trace"};

class SubjectCollector {
 public:
  explicit SubjectCollector(const LintState& state) : state_(&state) {}

  LintSubjects collect() {
    Node& root = state_->root();
    if (const Node* paths = root.find("paths")) {
      for (const NodeEntry& entry : *paths) add_path_item(entry);
    }
    add_components(root.find("components"));
    walk_schemas();
    return std::move(subjects_);
  }

 private:
  void add_path_item(const NodeEntry& entry) {
    Node* item = state_->follow(entry.value);
    if (item == nullptr || !item->is_object()) return;
    for (std::string_view method : kMethods) {
      Node* node = state_->follow(item->find(method));
      if (node == nullptr || !node->is_object()) continue;
      LintOperation operation{entry.key, method, item, node, {}};
      add_parameters(item->find("parameters"), operation);
      add_parameters(node->find("parameters"), operation);
      add_body(node->find("requestBody"));
      if (const Node* responses = node->find("responses")) {
        for (const NodeEntry& response : *responses) add_response(response.value);
      }
      subjects_.operations.push_back(std::move(operation));
    }
  }

  void add_parameters(const Node* parameters, LintOperation& operation) {
    if (parameters == nullptr) return;
    for (const NodeEntry& entry : *parameters) {
      Node* parameter = state_->follow(entry.value);
      if (parameter == nullptr) continue;
      operation.parameters.push_back(parameter);
      add_parameter(parameter);
    }
  }

  void add_parameter(Node* parameter) {
    if (!first_visit(parameter, Direction::kRequest)) return;
    add_schema(parameter->find("schema"), Direction::kRequest);
    add_examples(*parameter, Direction::kRequest);
    add_content(parameter->find("content"), Direction::kRequest);
  }

  void add_body(Node* body) {
    body = state_->follow(body);
    if (body != nullptr) add_content(body->find("content"), Direction::kRequest);
  }

  void add_response(Node* response) {
    response = state_->follow(response);
    if (response == nullptr || !first_visit(response, Direction::kResponse)) return;
    add_content(response->find("content"), Direction::kResponse);
    const Node* headers = response->find("headers");
    if (headers == nullptr) return;
    for (const NodeEntry& entry : *headers) {
      Node* header = state_->follow(entry.value);
      if (header == nullptr) continue;
      add_schema(header->find("schema"), Direction::kResponse);
      add_examples(*header, Direction::kResponse);
    }
  }

  void add_content(const Node* content, Direction direction) {
    if (content == nullptr) return;
    for (const NodeEntry& entry : *content) {
      add_schema(entry.value->find("schema"), direction);
      // Examples of other media are text in a form of their own.
      if (entry.key.find("json") != std::string_view::npos) add_examples(*entry.value, direction);
    }
  }

  // Examples beside "schema", in both spellings.
  void add_examples(const Node& holder, Direction direction) {
    Node* schema = holder.find("schema");
    if (schema == nullptr) return;
    if (Node* single = holder.find("example")) {
      subjects_.examples.push_back({schema, single, direction});
    }
    const Node* examples = holder.find("examples");
    if (examples == nullptr || !examples->is_object()) return;
    for (const NodeEntry& entry : *examples) {
      const Node* example = state_->follow(entry.value);
      Node* value = example == nullptr ? nullptr : example->find("value");
      if (value != nullptr) subjects_.examples.push_back({schema, value, direction});
    }
  }

  void add_components(const Node* components) {
    if (components == nullptr) return;
    if (const Node* schemas = components->find("schemas")) {
      for (const NodeEntry& entry : *schemas) add_schema(entry.value, Direction::kNeutral);
    }
  }

  void add_schema(Node* schema, Direction direction) {
    if (schema != nullptr && schema->is_object()) pending_.push_back({schema, direction});
  }

  bool first_visit(const Node* node, Direction direction) {
    return visited_[static_cast<size_t>(direction)].insert(node).second;
  }

  // Goes through every schema below the pending ones. A list instead of recursion, because chains
  // of references may be as long as the document.
  void walk_schemas() {
    while (!pending_.empty()) {
      const LintSchema schema = pending_.back();
      pending_.pop_back();
      if (!first_visit(schema.node, schema.direction)) continue;
      subjects_.schemas.push_back(schema);
      add_schema_examples(schema);
      add_children(schema);
    }
  }

  void add_schema_examples(const LintSchema& schema) {
    // Once is enough: what a schema says of itself does not depend on who uses it.
    if (!examined_.insert(schema.node).second) return;
    if (const Node* examples = schema.node->find("examples"); examples && examples->is_array()) {
      for (const NodeEntry& item : *examples) {
        subjects_.examples.push_back({schema.node, item.value, Direction::kNeutral});
      }
    }
    if (Node* single = schema.node->find("example")) {
      subjects_.examples.push_back({schema.node, single, Direction::kNeutral});
    }
    if (Node* standard = schema.node->find("default")) {
      subjects_.examples.push_back(
          {schema.node, standard, Direction::kNeutral, LintExample::Kind::kDefault});
    }
  }

  void add_children(const LintSchema& schema) {
    for (const NodeEntry& entry : *schema.node) {
      const std::string_view key = entry.key;
      if (key == "$ref") {
        add_schema(state_->target(*schema.node), schema.direction);
      } else if (key == "properties" || key == "patternProperties" || key == "$defs" ||
                 key == "dependentSchemas") {
        for (const NodeEntry& member : *entry.value) add_schema(member.value, schema.direction);
      } else if (key == "allOf" || key == "oneOf" || key == "anyOf" || key == "prefixItems") {
        for (const NodeEntry& branch : *entry.value) add_schema(branch.value, schema.direction);
      } else if (key == "items" || key == "additionalProperties" || key == "not" || key == "if" ||
                 key == "then" || key == "else" || key == "contains" || key == "propertyNames" ||
                 key == "unevaluatedItems" || key == "unevaluatedProperties" ||
                 key == "contentSchema") {
        add_schema(entry.value, schema.direction);
      }
    }
  }

  const LintState* state_;
  LintSubjects subjects_;
  std::vector<LintSchema> pending_;
  std::array<std::unordered_set<const Node*>, 3> visited_;
  std::unordered_set<const Node*> examined_;
};

}  // namespace

LintSubjects collect_subjects(const LintState& state) {
  return SubjectCollector(state).collect();
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
// What callers may choose of a row: its fields, and the rows that it is related to.

#include <algorithm>
#include <set>

#include "base/text.h"
#include "contract/plan/annotation_state.h"

namespace servanda::internal {
namespace {

constexpr size_t kExpandDepthMax = 4;   // Relations in one path.
constexpr size_t kExpandDepthFree = 2;  // Of paths that the contract does not list.
constexpr size_t kExpansionsMax = 200;

// "customerId" and "customer_id" lead to "customer".
std::string to_one_name(std::string_view property) {
  for (std::string_view ending : {"_id", "Id"}) {
    if (property.size() > ending.size() && property.ends_with(ending)) {
      return std::string(property.substr(0, property.size() - ending.size()));
    }
  }
  return std::string(property);
}

void add_relation(Resource& resource, Relation relation) {
  const bool taken =
      std::any_of(resource.relations.begin(), resource.relations.end(),
                  [&](const Relation& other) { return other.name == relation.name; });
  if (!taken) resource.relations.push_back(std::move(relation));
}

class ProjectionCompiler {
 public:
  ProjectionCompiler(AnnotationState& state, const OperationNode& node, ResourceBinding& binding)
      : state_(&state),
        node_(&node),
        operation_(&state.plan.operations[node.operation]),
        resource_(binding.resource),
        projection_(&binding.projection) {}

  void compile() {
    for (size_t i = 0; i < operation_->parameters.size(); ++i) {
      const Parameter& parameter = operation_->parameters[i];
      if (!is_projection(parameter, resource())) continue;
      const uint8_t bits = parameter.shape.types.bits & ~TypeMask::kNull;
      if (bits != TypeMask::kString && bits != TypeMask::kArray) {
        error("parameter-type", i, in_quotes(parameter.name) + " is a list of names.",
              "Declare \"schema: {type: string}\", or an array of strings.");
      } else if (parameter.name == "fields") {
        projection_->fields_parameter = static_cast<uint16_t>(i);
      } else {
        projection_->expand_parameter = static_cast<uint16_t>(i);
        compile_expansions(i);
      }
    }
  }

 private:
  [[nodiscard]] Resource& resource(size_t index) { return state_->plan.resources[index]; }
  [[nodiscard]] Resource& resource() { return resource(resource_); }

  void error(std::string_view rule, size_t parameter, std::string message, std::string fix) {
    state_->diagnostics.error(rule, node_->parameters[parameter]->place, std::move(message),
                              std::move(fix));
  }

  void compile_expansions(size_t i) {
    const Node* values = declared_values(i);
    if (values != nullptr) {
      for (const NodeEntry& value : *values) {
        if (value.value->is_string()) add_declared(i, value.value->text);
      }
    } else {
      add_all({}, "", resource_);
      if (projection_->expansions.size() > kExpansionsMax) {
        return error("resource-limit", i,
                     in_quotes(resource().name) + " has more than 200 relations to expand.",
                     "List those that are wanted with \"enum\".");
      }
    }
    if (projection_->expansions.empty() && values == nullptr) {
      error("expand-without-relation", i,
            in_quotes(resource().name) + " has no relation to expand.",
            "Mark the property that holds another resource's key with \"x-servanda: {ref: ...}\".");
    }
    want_indexes(i);
  }

  // The "enum" of the parameter, or of its items.
  const Node* declared_values(size_t i) {
    Node* schema = node_->parameters[i]->find("schema");
    if (schema == nullptr) return nullptr;
    const ValueShape value = state_->reader.value(schema);
    if (value.values != nullptr) return value.values;
    return value.items == nullptr ? nullptr : state_->reader.value(value.items).values;
  }

  void add_declared(size_t i, std::string_view text) {
    Expansion expansion{std::string(text), {}};
    uint16_t at = resource_;
    for (std::string_view name : split(text, '.')) {
      const auto relation = find_relation(resource(at), name);
      if (!relation) {
        std::vector<std::string_view> names;
        for (const Relation& known : resource(at).relations) names.push_back(known.name);
        return error("expand-unknown", i,
                     in_quotes(resource(at).name) + " has no relation " + in_quotes(name) + ".",
                     "Mark the property that holds the key with \"x-servanda: {ref: ...}\"." +
                         suggestion(name, names));
      }
      expansion.relations.push_back(*relation);
      at = resource(at).relations[*relation].resource;
    }
    if (expansion.relations.size() > kExpandDepthMax) {
      return error("expand-depth", i, in_quotes(text) + " follows more than 4 relations.",
                   "Shorten it.");
    }
    projection_->expansions.push_back(std::move(expansion));
  }

  void add_all(const std::vector<uint16_t>& path, const std::string& text, uint16_t from) {
    for (uint16_t r = 0; r < resource(from).relations.size(); ++r) {
      if (projection_->expansions.size() > kExpansionsMax) return;
      const Relation& relation = resource(from).relations[r];
      Expansion expansion{text.empty() ? relation.name : text + "." + relation.name, path};
      expansion.relations.push_back(r);
      projection_->expansions.push_back(expansion);
      if (expansion.relations.size() < kExpandDepthFree) {
        add_all(expansion.relations, expansion.text, relation.resource);
      }
    }
  }

  // Rows of the other side are found by the property that holds the key.
  void want_indexes(size_t i) {
    for (const Expansion& expansion : projection_->expansions) {
      uint16_t at = resource_;
      for (uint16_t r : expansion.relations) {
        const uint16_t from = at;
        const Relation relation = resource(at).relations[r];
        at = relation.resource;
        check_open(i, from);
        if (relation.kind == Relation::Kind::kToOne) continue;
        Index index;
        index.keys = {{relation.property, false}, {resource(at).key, false}};
        index.rows = resource(at).usual_rows();
        add_index(*state_, resource(at), std::move(index), node_->parameters[i]->place);
      }
    }
  }

  // Answers must stay valid with the member that the related rows stand in.
  void check_open(size_t i, uint16_t from) {
    Node* schema = state_->sources[from].schema;
    const Node* identity = state_->sources[from].identity;
    if (state_->reader.object(schema).find("expand") != nullptr) return;
    const auto is_false = [&](std::string_view keyword) {
      const Node* value = identity->find(keyword);
      return value != nullptr && value->kind == JsonKind::kBoolean && !value->boolean;
    };
    if (!is_false("additionalProperties") && !is_false("unevaluatedProperties")) return;
    if (!closed_.insert(from).second) return;
    error("expand-closed", i,
          in_quotes(resource(from).name) +
              " admits no other members, so its rows cannot show related ones.",
          "Add the property \"expand: {type: object, readOnly: true}\" to it.");
  }

  AnnotationState* state_;
  const OperationNode* node_;
  const Operation* operation_;
  uint16_t resource_;
  Projection* projection_;
  std::set<uint16_t> closed_;  // Reported already.
};

}  // namespace

bool is_projection(const Parameter& parameter, const Resource& resource) {
  if (parameter.in != ParameterIn::kQuery) return false;
  if (parameter.name != "fields" && parameter.name != "expand") return false;
  return !resource.property_index(parameter.name);
}

std::optional<uint16_t> find_relation(const Resource& resource, std::string_view name) {
  const std::string table = snake_case(name);
  for (size_t i = 0; i < resource.relations.size(); ++i) {
    const Relation& relation = resource.relations[i];
    const bool many = relation.kind == Relation::Kind::kToMany;
    if (relation.name == name || (many && relation.name == table)) return static_cast<uint16_t>(i);
  }
  return std::nullopt;
}

void compile_relations(AnnotationState& state) {
  std::vector<Resource>& resources = state.plan.resources;
  for (Resource& resource : resources) {
    for (size_t p = 0; p < resource.properties.size(); ++p) {
      const Property& property = resource.properties[p];
      if (!property.references || property.write_only) continue;
      add_relation(resource, {to_one_name(property.name), Relation::Kind::kToOne,
                              *property.references, static_cast<uint16_t>(p)});
    }
  }
  for (Resource& other : resources) {
    for (size_t p = 0; p < other.properties.size(); ++p) {
      const Property& property = other.properties[p];
      if (!property.references || property.write_only) continue;
      const auto same = [&](const Property& one) { return one.references == property.references; };
      // Two ways to the same rows have no name that tells them apart.
      if (std::count_if(other.properties.begin(), other.properties.end(), same) > 1) continue;
      add_relation(resources[*property.references],
                   {other.table, Relation::Kind::kToMany, other.index, static_cast<uint16_t>(p)});
    }
  }
}

void compile_projection(AnnotationState& state, const OperationNode& node,
                        ResourceBinding& binding) {
  ProjectionCompiler(state, node, binding).compile();
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#include "contract/schema/compile.h"

#include <algorithm>

#include "base/check.h"
#include "contract/schema/access.h"

namespace servanda::internal {
namespace {

constexpr size_t kAliasChainMax = 256;

// Whether the object says nothing but "$ref" as far as validation and samples go.
bool is_alias(const Node& node) {
  bool reference = false;
  for (const NodeEntry& entry : node) {
    if (entry.key == "$ref" && entry.value->is_string()) {
      reference = true;
      continue;
    }
    if (entry.key == "$id" || keyword_meaning(entry.key).group != KeywordGroup::kAnnotation) {
      return false;
    }
  }
  return reference;
}

}  // namespace

Compiler::Compiler(Documents& documents, FormatMode formats, const SchemaLimits& limits,
                   SchemaProgram& program)
    : formats_(formats), limits_(limits), program_(&program), registry_(documents) {
  program_->rules.resize(2);
  program_->rules[kAcceptsNone].types = 0;
  nodes_.resize(2, nullptr);
}

const Node* Compiler::node_of(uint32_t id) const {
  return id < nodes_.size() ? nodes_[id] : nullptr;
}

uint32_t Compiler::compile(const Node& node, Diagnostics& diagnostics) {
  diagnostics_ = &diagnostics;
  const auto first = static_cast<uint32_t>(program_->rules.size());
  const uint32_t id = number_of(node, registry_.resource_of(node, kNoResource));
  drain();
  refuse_endless(first);
  diagnostics_ = nullptr;
  return id;
}

void Compiler::drain() {
  while (true) {
    while (!queue_.empty()) {
      Job job;
      job.id = queue_.front();
      queue_.pop_front();
      job.node = nodes_[job.id];
      job.resource = program_->rules[job.id].resource;
      compile_job(job);
    }
    apply_dynamic_anchors();
    if (queue_.empty()) return;
  }
}

// The record of a schema node. Aliases ("$ref" alone) share the record of what they name.
uint32_t Compiler::number_of(const Node& start, uint32_t start_resource) {
  const Node* node = &start;
  uint32_t resource = start_resource;
  std::vector<const Node*> chain;
  uint32_t id = kNone;
  while (id == kNone) {
    if (node->kind == JsonKind::kBoolean) {
      id = node->boolean ? kAcceptsAll : kAcceptsNone;
      break;
    }
    if (!node->is_object()) {
      diagnostics_->error("schema-form", node->place, "A schema is an object, true or false.",
                          "Write an object such as {\"type\": \"string\"}.");
      id = kAcceptsNone;
      break;
    }
    if (const auto known = numbers_.find(node); known != numbers_.end()) {
      id = known->second;
      break;
    }
    resource = registry_.home(*node, resource);
    if (!is_alias(*node) || !registry_.resource(resource).dynamic_anchors.empty()) {
      id = allocate(*node, resource);
      break;
    }
    chain.push_back(node);
    const std::optional<Target> target = resolve(*node->find("$ref"), resource);
    if (!target) {
      id = kAcceptsNone;
    } else if (chain.size() > kAliasChainMax ||
               std::find(chain.begin(), chain.end(), target->node) != chain.end()) {
      diagnostics_->error("schema-endless", node->place,
                          "This reference leads back to itself and never to a schema.",
                          "Let one of the references name a schema with content.");
      id = kAcceptsNone;
    } else {
      node = target->node;
      resource = target->resource;
    }
  }
  for (const Node* alias : chain) numbers_.emplace(alias, id);
  return id;
}

uint32_t Compiler::allocate(const Node& node, uint32_t resource) {
  if (program_->rules.size() - 2 >= limits_.schemas_max) {
    if (!count_exceeded_) {
      diagnostics_->error(
          "schema-count", node.place,
          "The contract has more than " + std::to_string(limits_.schemas_max) + " schemas.",
          "Split the contract, or share schemas through \"$ref\".");
    }
    count_exceeded_ = true;
    return kAcceptsNone;
  }
  const auto id = static_cast<uint32_t>(program_->rules.size());
  program_->rules.emplace_back();
  program_->rules[id].resource = resource;
  nodes_.push_back(&node);
  numbers_.emplace(&node, id);
  queue_.push_back(id);
  resources_entered_.insert(resource);
  return id;
}

std::optional<Target> Compiler::resolve(const Node& ref, uint32_t resource) {
  if (!ref.is_string()) {
    diagnostics_->error("schema-keyword", ref.place, "\"$ref\" must be a string.",
                        "Write a reference such as \"#/components/schemas/Name\".");
    return std::nullopt;
  }
  return registry_.resolve(ref.text, ref.place, resource, *diagnostics_);
}

void Compiler::fail(Job& job, const Node& at, std::string message, std::string fix) {
  diagnostics_->error("schema-keyword", at.place, std::move(message), std::move(fix));
  job.failed = true;
}

void Compiler::gather(Job& job) {
  for (const NodeEntry& entry : *job.node) {
    const KeywordMeaning meaning = keyword_meaning(entry.key);
    if (meaning.group == KeywordGroup::kRule) {
      job.keywords.entries[static_cast<size_t>(meaning.keyword)] = &entry;
    } else if (meaning.group == KeywordGroup::kUnknown) {
      const std::string_view near = nearest_keyword(entry.key);
      if (near.empty()) continue;
      diagnostics_->warning(
          "schema-unknown-keyword", entry.key_place,
          "\"" + std::string(entry.key) + "\" is no keyword of JSON Schema and is ignored.",
          "Did you mean \"" + std::string(near) + "\"?");
    }
  }
}

// Leaves out the keywords to which the resource's dialect gives no meaning.
void Compiler::ignore_by_dialect(Job& job) {
  const Dialect& dialect = registry_.dialect(job.resource, *diagnostics_);
  const auto drop = [&](Keyword first, Keyword last) {
    for (auto at = static_cast<size_t>(first); at <= static_cast<size_t>(last); ++at) {
      job.keywords.entries[at] = nullptr;
    }
  };
  if (!dialect.unevaluated) {
    static_cast<void>(job.keywords.take(Keyword::kUnevaluatedItems));
    static_cast<void>(job.keywords.take(Keyword::kUnevaluatedProperties));
  }
  if (!dialect.format_annotation && !dialect.format_assertion) {
    static_cast<void>(job.keywords.take(Keyword::kFormat));
  }
  if (!dialect.validation) {
    drop(Keyword::kType, Keyword::kNullable);
    drop(Keyword::kMultipleOf, Keyword::kUniqueItems);
    drop(Keyword::kMinContains, Keyword::kMaxContains);
    drop(Keyword::kMaxProperties, Keyword::kDependentRequired);
  }
  if (!dialect.applicators) {
    static_cast<void>(job.keywords.take(Keyword::kContains));
    drop(Keyword::kPrefixItems, Keyword::kItems);
    drop(Keyword::kProperties, Keyword::kPropertyNames);
    drop(Keyword::kDependentSchemas, Keyword::kElse);
  }
}

void Compiler::compile_job(Job& job) {
  gather(job);
  ignore_by_dialect(job);
  Rules rules;
  rules.resource = job.resource;
  rules.enters_scope = !registry_.resource(job.resource).dynamic_anchors.empty();
  compile_type(job, rules);
  compile_choices(job, rules);
  compile_strings(job, rules);
  compile_numbers(job, rules);
  compile_in_place(job, rules);
  compile_arrays(job, rules);
  compile_objects(job, rules);
  if (job.failed) {
    rules = Rules{};
    rules.types = 0;
    rules.resource = job.resource;
  }
  program_->rules[job.id] = rules;
}

// "$dynamicRef" may land in any resource that was entered before: compiles the schemas that carry
// the anchors in use, in every resource that takes part.
void Compiler::apply_dynamic_anchors() {
  if (dynamic_numbers_.empty()) return;
  const std::vector<uint32_t> entered(resources_entered_.begin(), resources_entered_.end());
  for (const auto& [name, number] : dynamic_numbers_) {
    for (uint32_t resource : entered) {
      for (const auto& [anchor, node] : registry_.resource(resource).dynamic_anchors) {
        if (anchor != name) continue;
        const auto& targets = program_->dynamic_anchors[number].targets;
        const bool known = std::any_of(targets.begin(), targets.end(),
                                       [&](const auto& one) { return one.first == resource; });
        if (known) continue;
        const uint32_t id = number_of(*node, resource);
        program_->dynamic_anchors[number].targets.emplace_back(resource, id);
      }
    }
  }
}

// The schemas that are applied to the same value as `id`.
void Compiler::in_place_edges(uint32_t id, std::vector<uint32_t>& edges) const {
  const Rules& rules = program_->rules[id];
  const auto add_list = [&](Span span) {
    edges.insert(edges.end(), program_->lists.begin() + span.first,
                 program_->lists.begin() + span.first + span.count);
  };
  if (rules.in_place != kNone) {
    const InPlace& in_place = program_->in_places[rules.in_place];
    add_list(in_place.all_of);
    add_list(in_place.any_of);
    add_list(in_place.one_of);
    for (uint32_t one :
         {in_place.not_schema, in_place.if_schema, in_place.then_schema, in_place.else_schema}) {
      if (one != kNone) edges.push_back(one);
    }
  }
  if (rules.objects == kNone) return;
  const Span dependencies = program_->objects[rules.objects].dependencies;
  for (uint32_t i = 0; i < dependencies.count; ++i) {
    const uint32_t schema = program_->dependencies[dependencies.first + i].schema;
    if (schema != kNone) edges.push_back(schema);
  }
}

// Finds schemas that apply themselves to the same value again, which no value could ever end.
void Compiler::refuse_endless(uint32_t first) {
  enum : uint8_t { kNew, kOpen, kDone };
  std::vector<uint8_t> marks(program_->rules.size() - first, kNew);
  struct Frame {
    uint32_t id;
    std::vector<uint32_t> edges;
    size_t next = 0;
  };
  std::vector<Frame> path;
  const auto enter = [&](uint32_t id) {
    marks[id - first] = kOpen;
    path.push_back({id, {}, 0});
    in_place_edges(id, path.back().edges);
  };
  for (uint32_t root = first; root < program_->rules.size(); ++root) {
    if (marks[root - first] != kNew) continue;
    enter(root);
    while (!path.empty()) {
      Frame& top = path.back();
      if (top.next == top.edges.size()) {
        marks[top.id - first] = kDone;
        path.pop_back();
        continue;
      }
      const uint32_t next = top.edges[top.next++];
      if (next < first) continue;  // Checked when it was compiled.
      if (marks[next - first] == kNew) {
        enter(next);
      } else if (marks[next - first] == kOpen) {
        diagnostics_->error("schema-endless", nodes_[next]->place,
                            "This schema applies itself to the same value, without end.",
                            "Let the cycle pass through \"properties\" or \"items\". A base schema "
                            "must not list its children under \"oneOf\" or \"anyOf\".");
        Rules& rules = program_->rules[next];
        rules = Rules{};
        rules.types = 0;
      }
    }
  }
}

const Node* SchemaAccess::node_of(const SchemaSet& set, uint32_t id) {
  return set.compiler_ == nullptr ? nullptr : set.compiler_->compiler.node_of(id);
}

}  // namespace servanda::internal

namespace servanda {

SchemaSet::SchemaSet(Documents& documents, FormatMode formats, SchemaLimits limits)
    : program_(std::make_unique<internal::SchemaProgram>()) {
  compiler_.reset(new SchemaCompilerState{{documents, formats, limits, *program_}});
}

SchemaSet::~SchemaSet() = default;
SchemaSet::SchemaSet(SchemaSet&&) noexcept = default;
SchemaSet& SchemaSet::operator=(SchemaSet&&) noexcept = default;

void SchemaSet::add_document(std::string_view uri, const Node& root) {
  SERVANDA_CHECK(compiler_ != nullptr, "SchemaSet::add_document after finish");
  compiler_->compiler.registry().add_document(uri, root);
}

Schema SchemaSet::compile(const Node& node, Diagnostics& diagnostics) {
  SERVANDA_CHECK(compiler_ != nullptr, "SchemaSet::compile after finish");
  return {program_.get(), compiler_->compiler.compile(node, diagnostics)};
}

void SchemaSet::finish() {
  compiler_.reset();
}

size_t SchemaSet::schema_count() const {
  return program_->rules.size() - 2;
}

}  // namespace servanda

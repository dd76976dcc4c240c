// SPDX-License-Identifier: Apache-2.0
#pragma once
// From schema nodes to the program's records. Used while contracts load; nothing of it is needed
// to validate.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "contract/document/diagnostics.h"
#include "contract/document/node.h"
#include "contract/schema/keywords.h"
#include "contract/schema/program.h"
#include "contract/schema/registry.h"
#include "contract/schema/schema.h"

namespace servanda::internal {

// Compiles one schema node after the other off a queue, so that neither nesting nor cycles cost
// stack. Every node gets its number before its content is looked at, which is what makes cyclic
// references a graph.
class Compiler {
 public:
  Compiler(Documents& documents, FormatMode formats, const SchemaLimits& limits,
           SchemaProgram& program);

  uint32_t compile(const Node& node, Diagnostics& diagnostics);
  [[nodiscard]] Registry& registry() { return registry_; }
  // The node that became record `id`; null for the boolean schemas.
  [[nodiscard]] const Node* node_of(uint32_t id) const;

 private:
  // The schema being compiled.
  struct Job {
    uint32_t id = 0;
    const Node* node = nullptr;
    uint32_t resource = 0;
    Keywords keywords;
    bool failed = false;
  };
  // compile.cc: numbers, queue, references.
  uint32_t number_of(const Node& node, uint32_t resource);
  std::optional<Target> behind_alias(const Node& node, uint32_t resource);
  uint32_t allocate(const Node& node, uint32_t resource);
  void drain();
  void compile_job(Job& job);
  void gather(Job& job);
  void ignore_by_dialect(Job& job);
  void apply_dynamic_anchors();
  void refuse_endless(uint32_t first);
  void in_place_edges(uint32_t id, std::vector<uint32_t>& edges) const;
  void fail(Job& job, const Node& at, std::string message, std::string fix);
  std::optional<Target> resolve(const Node& ref, uint32_t resource);
  // compile_scalars.cc
  void compile_type(Job& job, Rules& rules);
  void compile_nullable(Job& job, Rules& rules);
  void compile_choices(Job& job, Rules& rules);
  void compile_strings(Job& job, Rules& rules);
  void compile_numbers(Job& job, Rules& rules);
  uint32_t pattern_number(Job& job, const Node& source);
  uint32_t count_of(Job& job, Keyword keyword, uint32_t otherwise);
  std::optional<JsonNode> bound_of(Job& job, Keyword keyword);
  uint32_t constant(const Node& value);
  // compile_containers.cc
  void compile_arrays(Job& job, Rules& rules);
  void compile_objects(Job& job, Rules& rules);
  void compile_properties(Job& job, ObjectRules& object);
  void collect_required(Job& job, std::vector<Property>& properties);
  void freeze_required(ObjectRules& object);
  void compile_pattern_properties(Job& job, ObjectRules& object);
  void compile_dependencies(Job& job, ObjectRules& object);
  void add_dependency(Job& job, const NodeEntry& entry, std::vector<Dependency>& made);
  struct Flags {
    bool read_only = false;
    bool write_only = false;
    void add(Flags other) {
      read_only = read_only || other.read_only;
      write_only = write_only || other.write_only;
    }
  };
  Flags flags_of(const Node& schema, uint32_t resource, int depth);
  Span freeze_names_list(Job& job, const Node& list);
  NameTable freeze_table(const std::vector<Property>& properties);
  // compile_in_place.cc
  void compile_in_place(Job& job, Rules& rules);
  void compile_reference(Job& job, InPlace& in_place, std::vector<uint32_t>& all_of);
  void compile_discriminator(Job& job, InPlace& in_place);
  void compile_unevaluated(Job& job, Rules& rules, InPlace& in_place);
  void append_branches(Job& job, Keyword keyword, std::vector<uint32_t>& branches);
  Span freeze_list(const std::vector<uint32_t>& items);
  uint32_t schema_of(Job& job, Keyword keyword);
  uint32_t schema_of(Job& job, const Node& node);

  FormatMode formats_;
  SchemaLimits limits_;
  SchemaProgram* program_;
  Registry registry_;
  Diagnostics* diagnostics_ = nullptr;  // Of the compile() that runs.
  std::unordered_map<const Node*, uint32_t> numbers_;
  std::vector<const Node*> nodes_;  // By record.
  std::deque<uint32_t> queue_;
  std::unordered_map<const Node*, Flags> flags_;
  std::unordered_map<std::string, uint32_t> pattern_numbers_;
  std::unordered_map<std::string, uint32_t> dynamic_numbers_;
  std::unordered_set<uint32_t> resources_entered_;
  std::unordered_set<uint32_t> nullable_noticed_;  // Files.
  bool count_exceeded_ = false;
  bool patterns_exceeded_ = false;
};

}  // namespace servanda::internal

namespace servanda {

// Everything that compilation needs and a finished set does not.
struct SchemaCompilerState {
  internal::Compiler compiler;
};

}  // namespace servanda

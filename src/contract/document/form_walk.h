// SPDX-License-Identifier: Apache-2.0
#pragma once
// Goes over a contract by the form of OpenAPI: checks it, resolves its references, lifts 3.0.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "contract/document/documents.h"
#include "contract/document/openapi_form.h"
#include "contract/document/reader.h"
#include "contract/document/tally.h"

namespace servanda::internal {

enum class OpenApiVersion : uint8_t { kNone, k30, k31, k32 };
// What an "openapi" member says: "3.1.0" -> k31; kNone for anything unknown.
[[nodiscard]] OpenApiVersion read_version(std::string_view declared);

// Visits every object once, in every file that references reach, without recursion. Edits the
// trees: schemas of 3.0 become schemas of 3.1, fields of 3.2 and empty fields are left out, scalars
// in the place of texts become texts.
class FormWalk {
 public:
  FormWalk(Documents& documents, OpenApiVersion version, Diagnostics& diagnostics)
      : documents_(&documents), diagnostics_(&diagnostics), version_(version) {}

  // Requires: `root` is an object.
  void run(Node& root);

 private:
  static constexpr int kMapHopsMax = 20;  // References in place of one map.

  struct Visit {
    Node* node;
    Form form;
    std::string_view owner;  // The field or name it stands under, for messages.
  };

  // form_walk.cc: the way through the documents.
  void push(Node* node, Form form, std::string_view owner);
  void visit(const Visit& visit);
  void visit_reference(Node& node, Form form);
  void visit_members(Node& node, Form form);
  void visit_other(NodeEntry& entry, Form form);
  void report_cycles();
  [[nodiscard]] OpenApiVersion version_at(Place place);

  // form_check.cc: what stands where.
  void check_value(NodeEntry& entry, const Field& field, Form form);
  bool check_text(NodeEntry& entry, std::string_view name);
  void check_list(NodeEntry& entry, const Field& field);
  void check_map(NodeEntry& entry, const Field& field);
  void check_needs(const Node& node, Form form);
  void check_document(const Node& node);
  void check_parameter(const Node& node);
  void check_security_scheme(const Node& node);
  void check_requirement(Node& node);
  bool expand_map(Node& map, int hops);
  void check_component_names(const Node& names);
  void refuse_kind(std::string_view what, const Node& node, std::string_view wanted);
  void report_unknown(const NodeEntry& entry, Form form);
  void report_missing(const Node& node, std::string_view name, std::string_view title, Need need);

  Documents* documents_;
  Diagnostics* diagnostics_;
  OpenApiVersion version_;
  Tally tally_;
  std::deque<Visit> waiting_;                         // In document order, level by level.
  std::unordered_set<uint64_t> visited_;              // Address and form.
  std::unordered_map<const Node*, Node*> reference_;  // From an object with "$ref" to its target.
  std::unordered_map<uint32_t, OpenApiVersion> file_version_;
  std::vector<std::string_view> dropped_;  // Members of the visited object to be removed.
  CopyBudget map_copies_{.nodes = 200'000, .bytes = 16u << 20};
  int suggestions_left_ = 200;
};

}  // namespace servanda::internal

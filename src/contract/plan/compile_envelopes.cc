// SPDX-License-Identifier: Apache-2.0
// How declared bodies hold a resource: alone, in an envelope, as a page.

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "contract/plan/annotation_state.h"

namespace servanda::internal {
namespace {

// Which success statuses an action prefers, best first; the first is assumed where only a range or
// "default" is declared.
std::vector<int> preferred_statuses(Action action) {
  switch (action) {
    case Action::kList:
    case Action::kRead:
      return {200};
    case Action::kCreate:
      return {201, 200, 204};
    case Action::kReplace:
    case Action::kUpdate:
    case Action::kRestore:
      return {200, 204};
    case Action::kDelete:
      return {204, 200};
    case Action::kBatch:
      return {200};
  }
  return {};
}

bool is_exact(const Response& response, int status) {
  return response.first_status == status && response.last_status == status;
}

class EnvelopeCompiler {
 public:
  EnvelopeCompiler(AnnotationState& state, const OperationNode& node, ResourceBinding& binding)
      : state_(&state),
        node_(&node),
        operation_(&state.plan.operations[node.operation]),
        resource_(&state.plan.resources[binding.resource]),
        source_(&state.sources[binding.resource]),
        binding_(&binding),
        shape_(state.reader.object(source_->schema)) {}

  void compile() {
    compile_request();
    compile_response();
  }

 private:
  void error(std::string_view rule, Place place, std::string message, std::string fix) {
    state_->diagnostics.error(rule, place, std::move(message), std::move(fix));
  }

  [[nodiscard]] bool is_resource(Node* schema) const {
    return state_->reader.identity(schema) == source_->identity;
  }
  // An array of the resource.
  [[nodiscard]] bool is_list(Node* schema) const {
    const ValueShape value = state_->reader.value(schema);
    const uint8_t bits = value.types.bits & ~TypeMask::kNull;
    return bits == TypeMask::kArray && value.items != nullptr && is_resource(value.items);
  }

  [[nodiscard]] std::string known_forms(bool list) const {
    const std::string name = resource_->name;
    if (!list) {
      return "Use the schema " + name + " itself, or an object with exactly one property of it.";
    }
    return "Use an array of " + name + ", or an object with exactly one array of " + name +
           ", such as {items: [" + name + "], next: string}.";
  }

  // --- Responses ---

  [[nodiscard]] const Response* choose_response() {
    const std::vector<int> preferred = preferred_statuses(binding_->action);
    for (int status : preferred) {
      for (const Response& response : operation_->responses) {
        if (!is_exact(response, status)) continue;
        binding_->status = status;
        return &response;
      }
    }
    const Response* lowest = nullptr;
    for (const Response& response : operation_->responses) {
      const bool success = response.first_status >= 200 && response.first_status < 300 &&
                           response.first_status == response.last_status;
      if (success && (lowest == nullptr || response.first_status < lowest->first_status)) {
        lowest = &response;
      }
    }
    if (lowest != nullptr) {
      binding_->status = lowest->first_status;
      return lowest;
    }
    binding_->status = preferred.front();
    return operation_->response_for(binding_->status);
  }

  void compile_response() {
    const Response* response = choose_response();
    Node* node =
        response == nullptr ? nullptr : response_node(state_->documents(), *node_->node, *response);
    if (node == nullptr) {
      error("response-missing", node_->node->place,
            in_quotes(operation_->id) + " declares no success response.",
            "Declare " + std::to_string(binding_->status) + " under \"responses\".");
      return;
    }
    check_response_headers(*response, *node);
    binding_->answers_body = !response->content.empty();
    const bool needs_body = binding_->action == Action::kList || binding_->action == Action::kRead;
    if (!binding_->answers_body) {
      if (!needs_body) return;
      error("response-without-body", node->place,
            "The answer of a " + std::string(action_text(binding_->action)) + " has no body.",
            "Declare \"content\" with application/json.");
      return;
    }
    if (binding_->action == Action::kReplace) check_creating_put();
    const Node* content = node->find("content");
    bool found = false;
    for (const MediaType& media : response->content) {
      if (media.kind != MediaKind::kJson) continue;
      found = true;
      Node* type = content->find(media.range);
      Node* schema = type == nullptr ? nullptr : type->find("schema");
      if (schema != nullptr) read_response_schema(*schema);
    }
    if (!found) {
      error("response-media-type", node->place, "Resources are answered as JSON only.",
            "Declare application/json.");
    }
  }

  // Declaring 201 on a PUT makes it create what is not there, under the key in the path.
  void check_creating_put() {
    if (!resource_->generated_key) return;
    for (const Response& response : operation_->responses) {
      if (!is_exact(response, 201)) continue;
      error("put-creates-generated-key", node_->node->place,
            "A PUT that creates what is not there (201) needs a key that clients choose, but " +
                in_quotes(resource_->name) + " has one that the engine makes.",
            "Remove the 201 response, or the key's readOnly.");
    }
  }

  void check_response_headers(const Response& response, const Node& node) {
    static constexpr std::array<std::string_view, 5> kSent = {"etag", "location", "link", "vary",
                                                              "content-type"};
    for (const ResponseHeader& header : response.headers) {
      const std::string name = to_lower(header.name);
      if (!header.required || std::find(kSent.begin(), kSent.end(), name) != kSent.end()) continue;
      error("response-header", node.place,
            "The built-in handlers do not send the required header " + in_quotes(header.name) + ".",
            "Remove it or make it optional.");
    }
  }

  void read_response_schema(Node& schema) {
    if (binding_->action == Action::kList) {
      read_page(schema);
    } else {
      read_item(schema);
    }
  }

  void read_item(Node& schema) {
    if (is_resource(&schema)) return;
    const ObjectShape shape = state_->reader.object(&schema);
    const MemberShape* only = single_member(shape, false);
    if (only == nullptr) {
      error("envelope-unknown", schema.place,
            "This body does not say where the " + in_quotes(resource_->name) + " is.",
            known_forms(false));
      return;
    }
    binding_->response.member = only->name;
    check_filled(shape, schema, {only->name});
  }

  // The one member that is the resource (or a list of it), or null when there are none or several.
  [[nodiscard]] const MemberShape* single_member(const ObjectShape& shape, bool list) const {
    const MemberShape* only = nullptr;
    for (const MemberShape& member : shape.members) {
      const bool holds =
          std::any_of(member.schemas.begin(), member.schemas.end(),
                      [&](Node* schema) { return list ? is_list(schema) : is_resource(schema); });
      if (!holds) continue;
      if (only != nullptr) return nullptr;
      only = &member;
    }
    return only;
  }

  void check_filled(const ObjectShape& shape, const Node& schema,
                    const std::vector<std::string_view>& filled) {
    for (std::string_view name : shape.required) {
      if (std::find(filled.begin(), filled.end(), name) != filled.end()) continue;
      error("envelope-member", schema.place,
            "The body requires " + in_quotes(name) + ", which the engine does not fill.",
            "Take it out of \"required\" or remove it.");
    }
  }

  void read_page(Node& schema) {
    if (is_list(&schema)) return;
    const ObjectShape shape = state_->reader.object(&schema);
    const MemberShape* items = single_member(shape, true);
    if (items == nullptr) {
      error("envelope-unknown", schema.place,
            "This body does not say where the list of " + in_quotes(resource_->name) + " is.",
            known_forms(true));
      return;
    }
    binding_->list.items_member = items->name;
    binding_->list.next_member = cursor_member(
        shape, {"next", "nextCursor", "next_cursor", "nextPageToken", "next_page_token", "cursor"});
    binding_->list.prev_member =
        cursor_member(shape, {"prev", "previous", "prevCursor", "prev_cursor", "previousCursor",
                              "previous_cursor", "prevPageToken", "prev_page_token"});
    binding_->list.total_member = total_member(shape, items->name);
    binding_->list.exact_member = exact_member(shape);
    std::vector<std::string_view> filled = {items->name};
    // Where callers ask for the count, or a page is the last or first, members may be missing, so a
    // page that requires them could not be answered.
    const bool counts = !binding_->list.total_member.empty() && !is_count_asked();
    if (counts) {
      filled.push_back(binding_->list.total_member);
      filled.push_back(binding_->list.exact_member);
    }
    check_filled(shape, schema, filled);
  }

  [[nodiscard]] bool is_count_asked() const {
    return std::any_of(
        operation_->parameters.begin(), operation_->parameters.end(),
        [](const Parameter& one) { return one.in == ParameterIn::kQuery && one.name == "count"; });
  }

  std::string cursor_member(const ObjectShape& shape,
                            std::initializer_list<std::string_view> names) {
    for (std::string_view name : names) {
      const MemberShape* member = shape.find(name);
      if (member == nullptr) continue;
      const ValueShape value = state_->reader.value(member->schemas);
      if (!value.types.has(TypeMask::kString)) continue;
      if (value.format.starts_with("uri")) {
        state_->diagnostics.notice(
            "page-without-next", member->place,
            in_quotes(name) + " is a link; links to pages travel in the Link header.");
        continue;
      }
      return std::string(name);
    }
    return {};
  }

  // An integer under a usual name, or under that of the list and "Count": "articlesCount".
  std::string total_member(const ObjectShape& shape, std::string_view items) {
    std::vector<std::string> names = {"total",       "totalCount",   "total_count", "totalItems",
                                      "total_items", "totalResults", "count"};
    names.push_back(std::string(items) + "Count");
    names.push_back(std::string(items) + "_count");
    for (const std::string& name : names) {
      const MemberShape* member = shape.find(name);
      if (member == nullptr) continue;
      if (state_->reader.value(member->schemas).types.has(TypeMask::kInteger)) return name;
    }
    return {};
  }

  std::string exact_member(const ObjectShape& shape) {
    for (std::string_view name : {"totalIsExact", "total_is_exact", "exact"}) {
      const MemberShape* member = shape.find(name);
      if (member == nullptr) continue;
      if (state_->reader.value(member->schemas).types.has(TypeMask::kBoolean)) {
        return std::string(name);
      }
    }
    return {};
  }

  // --- Requests ---

  void compile_request() {
    const Action action = binding_->action;
    const bool takes_body =
        action == Action::kCreate || action == Action::kReplace || action == Action::kUpdate;
    Node* body = node_->node->find("requestBody");
    if (!takes_body) {
      if (body == nullptr) return;
      error("body-not-mapped", body->place,
            "A " + std::string(action_text(action)) + " takes no body.", "Remove \"requestBody\".");
      return;
    }
    Diagnostics reported_elsewhere;
    if (body != nullptr) body = state_->documents().follow(body, reported_elsewhere);
    const Node* content = body == nullptr ? nullptr : body->find("content");
    if (content == nullptr || !operation_->body) {
      error("body-missing", node_->node->place,
            "A " + std::string(action_text(action)) + " needs a request body.",
            "Declare \"requestBody\" with application/json.");
      return;
    }
    bool found = false;
    for (const MediaType& media : operation_->body->content) {
      Node* type = content->find(media.range);
      if (media.kind != MediaKind::kJson || media.range.starts_with("application/json-patch")) {
        error(
            "not-supported-yet", type == nullptr ? body->place : type->place,
            in_quotes(media.range) + " for a resource is not supported yet.",
            "Use application/json" +
                std::string(action == Action::kUpdate ? " or application/merge-patch+json." : "."));
        continue;
      }
      Node* schema = type == nullptr ? nullptr : type->find("schema");
      if (schema != nullptr) read_request_schema(*schema, found);
      found = true;
    }
    if (operation_->body->content.empty()) {
      error("body-missing", body->place, "The request body declares no media type.",
            "Declare \"content\" with application/json.");
    }
  }

  void read_request_schema(Node& schema, bool again) {
    const std::string before = binding_->request.member;
    Node* input = find_input(schema);
    if (input == nullptr) return;
    if (again && before != binding_->request.member) {
      error("envelope-unknown", schema.place,
            "The media types of this body hold the " + in_quotes(resource_->name) +
                " in different places.",
            "Give all of them the same schema.");
    }
    if (binding_->action != Action::kUpdate) check_complete(*input);
  }

  // The schema that stands for the resource in a request body; sets request.member.
  Node* find_input(Node& schema) {
    binding_->request.member.clear();
    if (is_resource(&schema)) return &schema;
    const ObjectShape shape = state_->reader.object(&schema);
    if (const MemberShape* only = single_member(shape, false)) {
      binding_->request.member = only->name;
      return only->schemas.front();
    }
    if (fits(shape)) {
      check_types(shape);
      return &schema;
    }
    const MemberShape* inner = nullptr;
    for (const MemberShape& member : shape.members) {
      if (!fits(state_->reader.object(member.schemas.front()))) continue;
      inner = shape.members.size() == 1 ? &member : nullptr;
    }
    if (inner != nullptr) {
      binding_->request.member = inner->name;
      check_types(state_->reader.object(inner->schemas.front()));
      return inner->schemas.front();
    }
    report_misfit(schema, shape);
    return nullptr;
  }

  // Whether an object declares only properties of the resource.
  [[nodiscard]] bool fits(const ObjectShape& shape) const {
    if (shape.members.empty() || shape.foreign != nullptr) return false;
    return std::all_of(shape.members.begin(), shape.members.end(), [&](const MemberShape& member) {
      return resource_->property_index(member.name) || resource_->computed_index(member.name);
    });
  }

  void check_types(const ObjectShape& shape) {
    for (const MemberShape& member : shape.members) {
      const auto computed = resource_->computed_index(member.name);
      const ColumnType type =
          computed ? resource_->computed[*computed].type
                   : resource_->properties[*resource_->property_index(member.name)].type;
      if (state_->reader.value(member.schemas).column_type() == type) continue;
      error("property-type-differs", member.place,
            in_quotes(member.name) + " has another type here than in " +
                in_quotes(resource_->name) + ".",
            "Give both the same type and format, or refer to the same schema.");
    }
  }

  void report_misfit(const Node& schema, const ObjectShape& shape) {
    std::vector<std::string_view> names;
    for (const Property& property : resource_->shown()) names.push_back(property.name);
    for (const MemberShape& member : shape.members) {
      if (resource_->property_index(member.name) || resource_->computed_index(member.name) ||
          shape.members.size() == 1) {
        continue;
      }
      error("envelope-unknown", member.place,
            in_quotes(member.name) + " is no property of " + in_quotes(resource_->name) +
                ", so this body cannot be stored.",
            "Rename or remove it, or add it to the resource." + suggestion(member.name, names));
      return;
    }
    error("envelope-unknown", schema.place,
          "This body does not say where the " + in_quotes(resource_->name) + " is.",
          known_forms(false));
  }

  // Rows must be complete: what the resource requires comes from the body or from the engine.
  void check_complete(Node& input) {
    const ObjectShape given = state_->reader.object(&input);
    for (size_t i = 0; i < resource_->properties.size(); ++i) {
      const Property& property = resource_->properties[i];
      const bool by_engine = property.generated != Generated::kNone || property.default_json;
      const bool by_client = !property.read_only && given.find(property.name) != nullptr;
      const bool by_path = (i == resource_->key &&
                            (resource_->generated_key || binding_->action == Action::kReplace)) ||
                           is_owner(i);
      if (!property.required || by_engine || by_client || by_path) continue;
      error("property-unfilled", shape_.find(property.name)->place,
            in_quotes(resource_->name + "." + property.name) + " is required, but " +
                in_quotes(operation_->id) + " cannot fill it" +
                (property.read_only ? " because it is readOnly." : "."),
            property.read_only
                ? "Add \"x-servanda: {generated: ...}\" or a default, or take it out of "
                  "\"required\"."
                : "Add it to the request body, give it a default, or take it out of \"required\".");
    }
  }

  [[nodiscard]] bool is_owner(size_t property) const {
    return std::any_of(binding_->owners.begin(), binding_->owners.end(),
                       [&](const OwnerKey& owner) { return owner.property == property; });
  }

  AnnotationState* state_;
  const OperationNode* node_;
  const Operation* operation_;
  const Resource* resource_;
  const ResourceSource* source_;
  ResourceBinding* binding_;
  ObjectShape shape_;
};

}  // namespace

void compile_envelopes(AnnotationState& state, const OperationNode& node,
                       ResourceBinding& binding) {
  EnvelopeCompiler(state, node, binding).compile();
}

}  // namespace servanda::internal

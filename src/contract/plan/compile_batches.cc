// SPDX-License-Identifier: Apache-2.0
// Batches: what their items may do, and whether the declared bodies can hold the fixed form.

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "base/text.h"
#include "contract/plan/annotation_state.h"

namespace servanda::internal {
namespace {

constexpr uint8_t kObject = TypeMask::kObject;
constexpr uint8_t kText = TypeMask::kString;
constexpr uint8_t kKey = TypeMask::kString | TypeMask::kInteger;

// One member of the fixed form, as a declared schema must leave room for it.
struct FormMember {
  std::string_view name;
  uint8_t types = TypeMask::kAny;
  enum class Need : uint8_t {
    kAlways,     // In every body: a schema may require it.
    kSometimes,  // A schema must admit it and may not require it.
    kNever,      // A schema may leave no room for it, and may not require it.
    kFree,       // A schema may do as it likes.
  } need = Need::kSometimes;
};

// A body of the fixed form: an object with a list of objects in "items".
struct BatchForm {
  enum class Side : uint8_t { kRequest, kAnswer } side = Side::kRequest;
  std::string shown;  // What to declare.
  std::vector<FormMember> members;
  std::vector<FormMember> item_members;
};

class BatchCompiler {
 public:
  // Whether every operation has the binding that it is to have: not after some errors.
  enum class Bindings : uint8_t { kComplete, kIncomplete };
  BatchCompiler(AnnotationState& state, const OperationNode& node, Bindings bindings)
      : state_(&state),
        node_(&node),
        operation_(&state.plan.operations[node.operation]),
        binding_(&*operation_->resource),
        bindings_(bindings) {}

  void compile() {
    if (!check_path() || !collect_offers()) return;
    check_security();
    check_request();
    check_answer();
    check_partial_answer();
  }

 private:
  void error(std::string_view rule, Place place, std::string message, std::string fix) {
    state_->diagnostics.error(rule, place, std::move(message), std::move(fix));
  }

  // What is wrong with a declared body; `what` follows its name.
  void misfit(const BatchForm& form, Place place, const std::string& what, std::string fix) {
    if (form.side == BatchForm::Side::kRequest) {
      error("batch-form", place, "The request body of a batch " + what, std::move(fix));
    } else {
      error("batch-answer", place, "The answer of a batch " + what, std::move(fix));
    }
  }

  [[nodiscard]] bool spans_resources() const { return binding_->resource == kNoResource; }
  [[nodiscard]] const Resource& resource(uint16_t index) const {
    return state_->plan.resources[index];
  }

  [[nodiscard]] bool check_path() {
    if (operation_->path.find('{') == std::string::npos) return true;
    error("batch-path", node_->node->place,
          "The path of a batch cannot hold a variable: its items name their rows themselves.",
          "Move the batch to a path such as \"/v1/things:batch\".");
    return false;
  }

  // --- What items may do ---

  // Whether the item of a batch can say all that the operation must be told.
  [[nodiscard]] bool can_be_item(const Operation& offered) const {
    if (!offered.resource || !offered.resource->owners.empty()) return false;
    if (operation_->exposed && !offered.exposed) return false;  // No door around the missing one.
    const Action action = offered.resource->action;
    if (action != Action::kCreate && action != Action::kReplace && action != Action::kUpdate &&
        action != Action::kDelete) {
      return false;
    }
    const bool reached = spans_resources()
                             ? resource(offered.resource->resource).service == operation_->service
                             : offered.resource->resource == binding_->resource;
    return reached &&
           std::none_of(offered.parameters.begin(), offered.parameters.end(), [](const auto& one) {
             const bool header = one.in == ParameterIn::kHeader && !is_engine_header(one.name);
             return one.required && (header || one.in == ParameterIn::kCookie);
           });
  }

  // Whether the operation stands below the batch's own collection: "/things/{id}" of
  // "/things:batch".
  [[nodiscard]] bool is_beside(const Operation& offered) const {
    const std::string_view path = operation_->path;
    const std::string_view collection = path.substr(0, path.rfind(':'));
    const std::string_view other = offered.path;
    return other.starts_with(collection) &&
           (other.size() == collection.size() || other[collection.size()] == '/');
  }

  // Of several operations that do the same, one below the batch's collection counts, else the
  // first.
  [[nodiscard]] bool collect_offers() {
    std::vector<BatchOffer>& offers = binding_->batch.offers;
    const auto before = [](const BatchOffer& a, const BatchOffer& b) {
      return std::pair(a.resource, a.action) < std::pair(b.resource, b.action);
    };
    for (const Operation& offered : state_->plan.operations) {
      if (!can_be_item(offered)) continue;
      const BatchOffer offer{offered.resource->resource, offered.resource->action, offered.index};
      const auto at = std::lower_bound(offers.begin(), offers.end(), offer, before);
      if (at == offers.end() || before(offer, *at)) {
        offers.insert(at, offer);
      } else if (is_beside(offered) && !is_beside(state_->plan.operations[at->operation])) {
        *at = offer;
      }
    }
    if (!offers.empty() || bindings_ == Bindings::kIncomplete) return !offers.empty();
    const std::string what = spans_resources()
                                 ? "a resource of service " + in_quotes(operation_->service)
                                 : in_quotes(resource(binding_->resource).name);
    error("batch-empty", node_->node->place,
          "No operation creates, replaces, updates or deletes " + what +
              " on a path without owners, so a batch could do nothing.",
          "Declare POST on the collection, or PUT, PATCH or DELETE on its items.");
    return false;
  }

  // An item is not authenticated by itself.
  void check_security() {
    for (const BatchOffer& offer : binding_->batch.offers) {
      const Operation& offered = state_->plan.operations[offer.operation];
      if (offered.security == operation_->security) continue;
      error("batch-security", node_->node->place,
            in_quotes(offered.id) +
                " asks for other credentials than the batch that may do the same.",
            "Declare the same \"security\" on both.");
      return;
    }
  }

  [[nodiscard]] bool offers_only(std::initializer_list<Action> actions) const {
    const auto& offers = binding_->batch.offers;
    return std::all_of(offers.begin(), offers.end(), [&](const BatchOffer& offer) {
      return std::find(actions.begin(), actions.end(), offer.action) != actions.end();
    });
  }
  [[nodiscard]] bool needs_conditions() const {
    const auto& offers = binding_->batch.offers;
    return std::any_of(offers.begin(), offers.end(), [&](const BatchOffer& offer) {
      return state_->plan.operations[offer.operation].precondition == PreconditionMode::kRequired;
    });
  }

  // --- Whether a schema has room for the form ---

  void check_member(const ObjectShape& shape, const Node& schema, const FormMember& member,
                    const BatchForm& form, std::string_view where) {
    const std::string name = in_quotes(std::string(where) + std::string(member.name));
    const MemberShape* declared = shape.find(member.name);
    if (declared == nullptr) {
      const bool dispensable =
          member.need == FormMember::Need::kNever || member.need == FormMember::Need::kFree;
      if (!shape.closed || dispensable) return;
      misfit(form, schema.place, "has no room for " + name + ".", "Declare " + form.shown + ".");
      return;
    }
    if ((state_->reader.value(declared->schemas).types.bits & member.types) != 0) return;
    misfit(form, declared->place, "declares " + name + " with a type that it never has.",
           "Declare " + form.shown + ".");
  }

  void check_members(Node& schema, std::span<const FormMember> members, const BatchForm& form,
                     std::string_view where) {
    const ObjectShape shape = state_->reader.object(&schema);
    // What alternatives declare is not looked into: there the development mode and the caller find
    // out.
    if (shape.foreign != nullptr || shape.too_large) return;
    for (const FormMember& member : members) check_member(shape, schema, member, form, where);
    for (const std::string_view name : shape.required) {
      const auto known = std::find_if(members.begin(), members.end(),
                                      [&](const FormMember& one) { return one.name == name; });
      const bool there = known != members.end() && (known->need == FormMember::Need::kAlways ||
                                                    known->need == FormMember::Need::kFree);
      if (there) continue;
      misfit(form, schema.place,
             "requires " + in_quotes(std::string(where) + std::string(name)) +
                 ", which not every one has.",
             "Take it out of \"required\".");
    }
  }

  void check_form(Node& schema, const BatchForm& form) {
    const ValueShape body = state_->reader.value(&schema);
    if (!body.types.has(kObject)) {
      misfit(form, schema.place, "is an object.", "Declare " + form.shown + ".");
      return;
    }
    check_members(schema, form.members, form, "");
    const ObjectShape shape = state_->reader.object(&schema);
    const MemberShape* items = shape.find("items");
    Node* item = items == nullptr ? nullptr : state_->reader.value(items->schemas).items;
    if (item == nullptr) return;
    if (!state_->reader.value(item).types.has(kObject)) {
      misfit(form, item->place, "holds items that are objects.", "Declare " + form.shown + ".");
      return;
    }
    check_members(*item, form.item_members, form, "items/");
  }

  // --- The request ---

  [[nodiscard]] BatchForm request_form() const {
    using Need = FormMember::Need;
    BatchForm form;
    form.members = {{"atomic", TypeMask::kBoolean, Need::kFree},
                    {"items", TypeMask::kArray, Need::kAlways}};
    const bool creates = offers_only({Action::kCreate});
    const bool deletes = offers_only({Action::kDelete});
    const bool keyed = offers_only({Action::kReplace, Action::kUpdate, Action::kDelete});
    const bool filled = offers_only({Action::kCreate, Action::kReplace, Action::kUpdate});
    form.item_members = {{"action", kText, Need::kAlways},
                         {"id", kKey,
                          keyed     ? Need::kAlways
                          : creates ? Need::kNever
                                    : Need::kSometimes},
                         {"if_match", kText, needs_conditions() ? Need::kSometimes : Need::kNever},
                         {"value", kObject,
                          filled    ? Need::kAlways
                          : deletes ? Need::kNever
                                    : Need::kSometimes}};
    if (spans_resources()) form.item_members.push_back({"resource", kText, Need::kAlways});
    form.shown = "{atomic: boolean, items: [{action: string, ";
    if (spans_resources()) form.shown += "resource: string, ";
    form.shown += "id: string, if_match: string, value: object}]}";
    return form;
  }

  void check_request() {
    const BatchForm form = request_form();
    Node* body = node_->node->find("requestBody");
    Diagnostics reported_elsewhere;
    if (body != nullptr) body = state_->documents().follow(body, reported_elsewhere);
    const Node* content = body == nullptr ? nullptr : body->find("content");
    if (content == nullptr || !operation_->body || operation_->body->content.empty()) {
      error("body-missing", node_->node->place, "A batch needs a request body.",
            "Declare \"requestBody\" with application/json: " + form.shown + ".");
      return;
    }
    for (const MediaType& media : operation_->body->content) {
      Node* type = content->find(media.range);
      if (media.kind != MediaKind::kJson) {
        error("not-supported-yet", type == nullptr ? body->place : type->place,
              in_quotes(media.range) + " for a batch is not supported yet.",
              "Use application/json.");
        continue;
      }
      Node* schema = type == nullptr ? nullptr : type->find("schema");
      if (schema != nullptr) check_form(*schema, form);
    }
  }

  // --- The answers ---

  [[nodiscard]] BatchForm answer_form(FormMember::Need success) const {
    using Need = FormMember::Need;
    const bool partial = success == Need::kSometimes;
    BatchForm form;
    form.side = BatchForm::Side::kAnswer;
    form.members = {{"items", TypeMask::kArray, Need::kAlways}};
    form.item_members = {{"status", TypeMask::kInteger, Need::kAlways},
                         {"id", kKey, success},
                         {"etag", kText, Need::kSometimes},
                         {"location", kText, Need::kSometimes},
                         {"value", kObject, Need::kSometimes}};
    if (partial) form.item_members.push_back({"problem", kObject, Need::kSometimes});
    form.shown =
        "{items: [{status: integer, id: string, etag: string, location: string, value: object" +
        std::string(partial ? ", problem: object" : "") + "}]}";
    return form;
  }

  void check_headers(const Response& response, const Node& node) {
    for (const ResponseHeader& header : response.headers) {
      if (!header.required) continue;
      error("response-header", node.place,
            "A batch does not answer with the required header " + in_quotes(header.name) + ".",
            "Remove it or make it optional.");
    }
  }

  void check_response(const Response& response, const BatchForm& form) {
    Node* node = response_node(state_->documents(), *node_->node, response);
    if (node == nullptr) return;
    check_headers(response, *node);
    const Node* content = node->find("content");
    bool found = false;
    for (const MediaType& media : response.content) {
      if (media.kind != MediaKind::kJson) continue;
      found = true;
      Node* type = content == nullptr ? nullptr : content->find(media.range);
      Node* schema = type == nullptr ? nullptr : type->find("schema");
      if (schema != nullptr) check_form(*schema, form);
    }
    if (found) return;
    error("response-media-type", node->place, "A batch is answered as JSON only.",
          "Declare application/json: " + form.shown + ".");
  }

  void check_answer() {
    binding_->status = 200;
    const BatchForm form = answer_form(FormMember::Need::kAlways);
    const Response* response = operation_->response_for(200);
    if (response == nullptr) {
      error("response-missing", node_->node->place,
            in_quotes(operation_->id) + " does not declare the answer 200 of a batch.",
            "Declare 200 under \"responses\": " + form.shown + ".");
      return;
    }
    check_response(*response, form);
  }

  // A 207 offers batches whose items fail one by one.
  void check_partial_answer() {
    const auto& responses = operation_->responses;
    const auto partial = std::find_if(responses.begin(), responses.end(), [](const Response& one) {
      return one.first_status == 207 && one.last_status == 207;
    });
    if (partial == responses.end()) return;
    binding_->batch.partial = BatchProfile::Partial::kAnswered;
    check_response(*partial, answer_form(FormMember::Need::kSometimes));
  }

  AnnotationState* state_;
  const OperationNode* node_;
  Operation* operation_;
  ResourceBinding* binding_;
  Bindings bindings_;
};

}  // namespace

void compile_batches(AnnotationState& state, std::span<const OperationNode> nodes) {
  const auto bindings = state.diagnostics.has_errors() ? BatchCompiler::Bindings::kIncomplete
                                                       : BatchCompiler::Bindings::kComplete;
  for (const OperationNode& node : nodes) {
    const Operation& operation = state.plan.operations[node.operation];
    if (!operation.resource || operation.resource->action != Action::kBatch) continue;
    BatchCompiler(state, node, bindings).compile();
  }
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
// Declared error bodies: which of their members say what of a problem.

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "base/problem.h"
#include "base/text.h"
#include "contract/plan/annotation_state.h"
#include "contract/plan/coded_problems.h"
#include "contract/plan/problem_proof.h"

namespace servanda::internal {
namespace {

constexpr int kDepthMax = 4;  // Objects in objects.
constexpr std::string_view kProblemType = "application/problem+json";

struct NamedPart {
  std::string_view name;  // In lower case without "_" and "-".
  ProblemPart part;
};

constexpr auto kStrings = std::to_array<NamedPart>({
    {"type", ProblemPart::kType},
    {"title", ProblemPart::kTitle},
    {"status", ProblemPart::kStatus},
    {"statuscode", ProblemPart::kStatus},
    {"detail", ProblemPart::kDetail},
    {"message", ProblemPart::kDetail},
    {"msg", ProblemPart::kDetail},
    {"description", ProblemPart::kDetail},
    {"errormessage", ProblemPart::kDetail},
    {"errordescription", ProblemPart::kDetail},
    {"code", ProblemPart::kCode},
    {"errorcode", ProblemPart::kCode},
    {"id", ProblemPart::kCode},
    {"error", ProblemPart::kCode},
    {"requestid", ProblemPart::kRequestId},
    {"traceid", ProblemPart::kRequestId},
    {"correlationid", ProblemPart::kRequestId},
    {"instance", ProblemPart::kInstance},
    {"path", ProblemPart::kInstance},
    {"timestamp", ProblemPart::kTime},
    {"time", ProblemPart::kTime},
});
constexpr auto kIntegers = std::to_array<NamedPart>({
    {"status", ProblemPart::kStatus},
    {"statuscode", ProblemPart::kStatus},
    {"httpstatus", ProblemPart::kStatus},
    {"code", ProblemPart::kStatus},
    {"errorcode", ProblemPart::kStatus},
});
constexpr auto kFieldStrings = std::to_array<NamedPart>({
    {"field", ProblemPart::kFieldName},
    {"name", ProblemPart::kFieldName},
    {"property", ProblemPart::kFieldName},
    {"param", ProblemPart::kFieldName},
    {"parameter", ProblemPart::kFieldName},
    {"attribute", ProblemPart::kFieldName},
    {"pointer", ProblemPart::kPointer},
    {"path", ProblemPart::kPointer},
    {"in", ProblemPart::kIn},
    {"location", ProblemPart::kIn},
    {"code", ProblemPart::kFieldCode},
    {"rule", ProblemPart::kFieldCode},
    {"type", ProblemPart::kFieldCode},
    {"message", ProblemPart::kFieldDetail},
    {"msg", ProblemPart::kFieldDetail},
    {"detail", ProblemPart::kFieldDetail},
    {"description", ProblemPart::kFieldDetail},
    {"reason", ProblemPart::kFieldDetail},
    {"title", ProblemPart::kTitle},
    {"status", ProblemPart::kStatus},
    {"statuscode", ProblemPart::kStatus},
});
// Lists of strings in an entry about a field.
constexpr auto kFieldLists = std::to_array<std::string_view>({"loc", "location", "path"});
// Where failing fields are listed.
constexpr auto kLists = std::to_array<std::string_view>(
    {"errors", "detail", "details", "fields", "invalidfields", "invalidparams", "fielderrors",
     "violations", "issues", "validationerrors", "messages"});

std::string folded(std::string_view name) {
  std::string text = to_lower(name);
  std::erase_if(text, [](char c) { return c == '_' || c == '-'; });
  return text;
}

std::optional<ProblemPart> find_part(std::span<const NamedPart> parts, std::string_view name) {
  for (const NamedPart& known : parts) {
    if (known.name == name) return known.part;
  }
  return std::nullopt;
}

bool is_only(TypeMask types, uint8_t wanted) {
  const uint8_t bits = types.bits & ~TypeMask::kNull;
  return bits != 0 && (bits & ~wanted) == 0;
}

// Derives the form of one schema. What it cannot fill and is required is told by unfilled().
class FormReader {
 public:
  explicit FormReader(AnnotationState& state) : state_(&state) {}

  std::vector<ProblemMember> object(Node* schema, std::span<const NamedPart> strings, int depth) {
    std::vector<ProblemMember> members;
    const ObjectShape shape = state_->reader.object(schema);
    const bool has_detail =
        std::any_of(shape.members.begin(), shape.members.end(), [](const MemberShape& member) {
          return find_part(kStrings, folded(member.name)) == ProblemPart::kDetail;
        });
    for (const MemberShape& member : shape.members) {
      ProblemMember made;
      made.name = member.name;
      made.required = shape.requires_member(member.name);
      const bool filled = fill(made, member, strings, depth) || settle(made, member);
      if (filled && made.part == ProblemPart::kCode && !has_detail &&
          folded(member.name) == "error") {
        made.part = ProblemPart::kDetail;  // {"error": "..."} is all that such a body says.
      }
      if (filled) {
        members.push_back(std::move(made));
      } else if (made.required && unfilled_ == nullptr) {
        unfilled_name_ = made.name;
        unfilled_ = member.schemas.front();
      }
    }
    for (std::string_view name : shape.required) {
      if (shape.find(name) != nullptr || unfilled_ != nullptr) continue;
      unfilled_name_ = name;
      unfilled_ = schema;
    }
    return members;
  }

  [[nodiscard]] const Node* unfilled() const { return unfilled_; }
  [[nodiscard]] const std::string& unfilled_name() const { return unfilled_name_; }

 private:
  // False when nothing of a problem fits the member.
  bool fill(ProblemMember& made, const MemberShape& member, std::span<const NamedPart> strings,
            int depth) {
    if (const auto part = annotated(member)) {
      made.part = *part;
      return fill_as(made, member, depth);
    }
    const ValueShape value = state_->reader.value(member.schemas);
    if (constant(made, member, value)) return true;
    const std::string name = folded(member.name);
    if (is_only(value.types, TypeMask::kBoolean)) return fill_boolean(made, name);
    if (is_only(value.types, TypeMask::kInteger | TypeMask::kNumber)) {
      const auto part = find_part(kIntegers, name);
      made.part = part.value_or(ProblemPart::kConstant);
      return part.has_value();
    }
    if (value.types.has(TypeMask::kString) && !is_only(value.types, TypeMask::kObject)) {
      const auto part = find_part(strings, name);
      made.part = part.value_or(ProblemPart::kConstant);
      return part && fill_as(made, member, depth);
    }
    if (strings.data() == kFieldStrings.data() && fill_path(made, value, name)) return true;
    const bool lists = std::find(kLists.begin(), kLists.end(), name) != kLists.end();
    if (is_only(value.types, TypeMask::kArray)) {
      made.part = ProblemPart::kFields;
      return lists && fill_as(made, member, depth);
    }
    if (!is_only(value.types, TypeMask::kObject)) return false;
    if (lists) {
      made.part = ProblemPart::kByField;
      return fill_as(made, member, depth);
    }
    return depth < kDepthMax && fill_object(made, member, strings, depth);
  }

  // Members of an object in an entry about a field are about the field, too.
  bool fill_object(ProblemMember& made, const MemberShape& member,
                   std::span<const NamedPart> strings, int depth) {
    made.part = ProblemPart::kObject;
    made.members = object(member.schemas.front(), strings, depth + 1);
    return !made.members.empty();
  }

  bool fill_path(ProblemMember& made, const ValueShape& value, std::string_view name) {
    const bool named = std::find(kFieldLists.begin(), kFieldLists.end(), name) != kFieldLists.end();
    if (!named || !is_only(value.types, TypeMask::kArray) || value.items == nullptr) return false;
    made.part = ProblemPart::kFieldPath;
    return state_->reader.value(value.items).types.has(TypeMask::kString);
  }

  // A required member that says nothing of a problem has its default, or null.
  bool settle(ProblemMember& made, const MemberShape& member) {
    if (!made.required) return false;
    const ValueShape value = state_->reader.value(member.schemas);
    if (value.default_value == nullptr && !value.nullable()) return false;
    ProblemMember constant;
    constant.name = made.name;
    constant.required = true;
    constant.json = "null";
    if (value.default_value != nullptr) {
      constant.json.clear();
      append_json(constant.json, *value.default_value);
    }
    made = std::move(constant);
    return true;
  }

  static bool fill_boolean(ProblemMember& made, std::string_view name) {
    if (name == "retryable") {
      made.part = ProblemPart::kRetryable;
      return true;
    }
    made.json = "false";
    return name == "success" || name == "ok";
  }

  // A value that the schema leaves no choice of.
  bool constant(ProblemMember& made, const MemberShape& member, const ValueShape& value) {
    const Node* only = nullptr;
    if (value.values != nullptr && value.values->size == 1) only = value.values->begin()->value;
    for (Node* schema : member.schemas) {
      const Node* const fixed = state_->reader.identity(schema)->find("const");
      if (fixed != nullptr) only = fixed;
    }
    if (only == nullptr) return false;
    append_json(made.json, *only);
    return true;
  }

  // What `x-servanda: {problem: ...}` says.
  std::optional<ProblemPart> annotated(const MemberShape& member) {
    static constexpr auto kWords = std::to_array<NamedPart>({
        {"type", ProblemPart::kType},
        {"title", ProblemPart::kTitle},
        {"status", ProblemPart::kStatus},
        {"detail", ProblemPart::kDetail},
        {"code", ProblemPart::kCode},
        {"request_id", ProblemPart::kRequestId},
        {"retryable", ProblemPart::kRetryable},
        {"instance", ProblemPart::kInstance},
        {"time", ProblemPart::kTime},
        {"errors", ProblemPart::kFields},
    });
    for (Node* schema : member.schemas) {
      const Node* const annotation = annotation_of(schema);
      const Node* const word = annotation == nullptr ? nullptr : annotation->find("problem");
      if (word == nullptr || !word->is_string()) continue;
      state_->used_properties.insert(schema);
      return find_part(kWords, word->text);
    }
    return std::nullopt;
  }

  // Fills what the part needs besides; false when the schema cannot hold it.
  bool fill_as(ProblemMember& made, const MemberShape& member, int depth) {
    const ValueShape value = state_->reader.value(member.schemas);
    switch (made.part) {
      case ProblemPart::kRetryable:
        return value.types.has(TypeMask::kBoolean);
      case ProblemPart::kStatus:
        made.as_text = !value.types.has(TypeMask::kInteger);
        return !made.as_text || fill_string(made, member, value);
      case ProblemPart::kFields:
      case ProblemPart::kByField:
      case ProblemPart::kObject:
        return fill_container(made, member, value, depth);
      default:
        return fill_string(made, member, value);
    }
  }

  bool fill_string(ProblemMember& made, const MemberShape& member, const ValueShape& value) {
    if (!value.types.has(TypeMask::kString)) return false;
    if (value.values != nullptr) {
      // A list that need not have the word at hand can be left out only.
      if (made.required) return false;
      for (const NodeEntry& word : *value.values) made.words.emplace_back(word.value->text);
    }
    if (!value.format.empty() && !has_format(made.part, value.format)) return false;
    for (Node* schema : member.schemas) {
      const Node* const plain = state_->reader.identity(schema);
      if (plain->find("pattern") != nullptr) return false;
      const Node* const most = plain->find("maxLength");
      const auto length = most == nullptr ? std::nullopt : parse_integer(most->text);
      if (length)
        made.length_max = static_cast<uint32_t>(std::clamp<int64_t>(*length, 1, 1'000'000));
    }
    return true;
  }

  static bool has_format(ProblemPart part, std::string_view format) {
    if (format.starts_with("uri")) {
      return part == ProblemPart::kType || part == ProblemPart::kInstance;
    }
    return part == ProblemPart::kTime && format == "date-time";
  }

  bool fill_container(ProblemMember& made, const MemberShape& member, const ValueShape& value,
                      int depth) {
    if (depth == kDepthMax) return false;
    Node* const schema = member.schemas.front();
    if (is_only(value.types, TypeMask::kArray)) return fill_list(made, value.items, depth);
    if (!is_only(value.types, TypeMask::kObject)) return false;
    if (made.part == ProblemPart::kFields) made.part = ProblemPart::kByField;
    if (made.part == ProblemPart::kByField && fill_by_field(made, schema)) return true;
    return fill_object(made, member, kStrings, depth);
  }

  bool fill_list(ProblemMember& made, Node* items, int depth) {
    if (items == nullptr) return false;
    const ValueShape item = state_->reader.value(items);
    if (is_only(item.types, TypeMask::kString)) {
      made.part = ProblemPart::kSentences;
      return item.values == nullptr && item.format.empty();
    }
    if (!is_only(item.types, TypeMask::kObject)) return false;
    made.part = ProblemPart::kFields;
    made.members = object(items, kFieldStrings, depth + 1);
    return !made.members.empty();
  }

  // Sentences, or lists of them, under undeclared names or one declared one.
  bool fill_by_field(ProblemMember& made, Node* schema) {
    const ObjectShape shape = state_->reader.object(schema);
    Node* values = nullptr;
    if (!shape.members.empty()) {
      const auto wanted =
          std::find_if(shape.members.begin(), shape.members.end(), [&](const MemberShape& one) {
            return shape.required.empty() || shape.requires_member(one.name);
          });
      if (wanted == shape.members.end() || shape.required.size() > 1) return false;
      made.only_name = wanted->name;
      values = wanted->schemas.front();
    } else if (shape.open != nullptr && shape.open->is_object()) {
      values = shape.open;
    }
    if (values == nullptr) {
      made.as_list = true;  // Anything goes.
      return shape.members.empty() && shape.required.empty();
    }
    const ValueShape value = state_->reader.value(values);
    made.as_list = is_only(value.types, TypeMask::kArray);
    if (!made.as_list) return is_only(value.types, TypeMask::kString);
    return value.items != nullptr && state_->reader.value(value.items).types.has(TypeMask::kString);
  }

  AnnotationState* state_;
  const Node* unfilled_ = nullptr;
  std::string unfilled_name_;
};

// Whether the engine's own form already is what the schema of problem details wants.
bool is_native(AnnotationState& state, std::string_view essence, Node* schema) {
  static constexpr auto kMembers = std::to_array<std::string_view>(
      {"type", "title", "status", "detail", "code", "request_id", "retryable"});
  if (essence != kProblemType) return false;
  const Node* const rest = state.reader.identity(schema)->find("additionalProperties");
  if (rest != nullptr && rest->kind == JsonKind::kBoolean && !rest->boolean) return false;
  const ObjectShape shape = state.reader.object(schema);
  return std::all_of(shape.required.begin(), shape.required.end(), [](std::string_view name) {
    return std::find(kMembers.begin(), kMembers.end(), name) != kMembers.end();
  });
}

class ProblemCompiler {
 public:
  explicit ProblemCompiler(AnnotationState& state) : state_(&state), coded_(state) {}

  void compile(const OperationNode& node) {
    Operation& operation = state_->plan.operations[node.operation];
    for (Response& response : operation.responses) {
      const FailureBody body = failure_body(state_->documents(), *node.node, response);
      if (body.schema == nullptr) continue;
      response.problem = form_of(operation, *body.media, *body.schema);
    }
  }

  void finish() { coded_.report_unused(); }

 private:
  struct Known {
    std::shared_ptr<const ProblemForm> form;
    const Node* unfilled = nullptr;
    std::string unfilled_name;
  };

  // Contracts repeat a few schemas on very many operations.
  std::shared_ptr<const ProblemForm> form_of(const Operation& operation, const MediaType& media,
                                             Node& schema) {
    const std::string essence = to_lower(media.range.substr(0, media.range.find(';')));
    const bool exact = essence.find('*') == std::string::npos;
    const std::string type = exact ? essence : "application/json";
    const auto [at, is_new] = known_.try_emplace({state_->reader.identity(&schema), type});
    Known& known = at->second;
    const std::string* const coded = is_new ? coded_.find(&schema) : nullptr;
    if (coded != nullptr) {
      known.form = std::make_shared<const ProblemForm>(ProblemForm{type, {}, *coded});
    } else if (is_new && !is_native(*state_, type, &schema)) {
      FormReader reader(*state_);
      ProblemForm form{type, reader.object(&schema, kStrings, 0), {}};
      known.unfilled = reader.unfilled();
      known.unfilled_name = reader.unfilled_name();
      if (known.unfilled == nullptr) {
        known.form = std::make_shared<const ProblemForm>(std::move(form));
      }
    }
    if (known.unfilled != nullptr && operation.handler == HandlerKind::kResource) report(known);
    return known.form;
  }

  void report(Known& known) {
    state_->diagnostics.error(
        "problem-member", known.unfilled->place,
        "An error body requires " + in_quotes(known.unfilled_name) +
            ", of which the engine does not know what it says of a problem.",
        "Take it out of \"required\", give it a default, or say what it is: x-servanda: "
        "{problem: detail} (or code, title, type, status, request_id, instance, time, retryable, "
        "errors). Or have C++ write the whole body: x-servanda: {problem: code} on a component "
        "schema.");
    known.unfilled = nullptr;  // Once is enough.
  }

  AnnotationState* state_;
  CodedProblems coded_;
  std::map<std::pair<const Node*, std::string>, Known> known_;
};

}  // namespace

FailureBody failure_body(Documents& documents, const Node& operation, Response& response) {
  if (!response.is_default() && !can_fail_between(response.first_status, response.last_status)) {
    return {};
  }
  Node* const written =
      response.content.empty() ? nullptr : response_node(documents, operation, response);
  Node* const content = written == nullptr ? nullptr : written->find("content");
  if (content == nullptr) return {};
  for (MediaType& media : response.content) {
    Node* const type = content->find(media.range);
    Node* const schema = type == nullptr ? nullptr : type->find("schema");
    if (media.kind == MediaKind::kJson && schema != nullptr) return {&media, schema};
  }
  return {};
}

void compile_problems(AnnotationState& state, std::span<const OperationNode> nodes) {
  ProblemCompiler compiler(state);
  for (const OperationNode& node : nodes) compiler.compile(node);
  compiler.finish();
}

}  // namespace servanda::internal

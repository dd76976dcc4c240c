// SPDX-License-Identifier: Apache-2.0
// Properties that are computed: their expressions, compiled against the properties of the resource.

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "contract/expression/expression.h"
#include "contract/plan/annotation_state.h"

namespace servanda::internal {
namespace {

using Kind = ExpressionKind;

// How deep the declared members of objects are known to expressions; below, anything may stand.
constexpr int kMemberDepthMax = 4;
constexpr size_t kMembersMax = 5'000;  // Of all objects of one resource.
// In place of an expression: the value is made in C++.
constexpr std::string_view kByCode = "code";

Kind kind_of(ColumnType type) {
  switch (type) {
    case ColumnType::kText:
      return Kind::kText;
    case ColumnType::kUuid:
      return Kind::kUuid;
    case ColumnType::kTimestamp:
      return Kind::kTimestamp;
    case ColumnType::kDate:
      return Kind::kDate;
    case ColumnType::kDecimal:
      return Kind::kDecimal;
    case ColumnType::kInteger:
      return Kind::kInteger;
    case ColumnType::kNumber:
      return Kind::kNumber;
    case ColumnType::kBoolean:
      return Kind::kBoolean;
    case ColumnType::kJson:
      break;
  }
  return Kind::kAny;
}

// How a schema declares values of the kind.
std::string_view declaration_of(Kind kind) {
  switch (kind) {
    case Kind::kBoolean:
      return "type: boolean";
    case Kind::kInteger:
      return "type: integer";
    case Kind::kNumber:
      return "type: number";
    case Kind::kDecimal:
      return "type: string, format: decimal";
    case Kind::kUuid:
      return "type: string, format: uuid";
    case Kind::kTimestamp:
      return "type: string, format: date-time";
    case Kind::kDate:
      return "type: string, format: date";
    default:
      return "type: string";
  }
}

// Whether the engine gives every row a value.
bool is_always_made(const Resource& resource, size_t index) {
  switch (resource.properties[index].generated) {
    case Generated::kCreated:
    case Generated::kUpdated:
    case Generated::kUuid:
    case Generated::kCounter:
      return true;
    default:
      return index == resource.key;
  }
}

class ComputedCompiler {
 public:
  ComputedCompiler(AnnotationState& state, const ResourceSource& source, Resource& resource)
      : state_(&state), resource_(&resource), shape_(state.reader.object(source.schema)) {}

  void compile() {
    scope_.roots = {self(), {}, {}, {}};
    scope_.roots[ComputedRoot::kNow].name = "now";
    scope_.roots[ComputedRoot::kNow].type.kind = Kind::kTimestamp;
    for (const auto& [root, name] : {std::pair(2, "caller"), std::pair(3, "next")}) {
      scope_.roots[static_cast<size_t>(root)].name = name;
      scope_.roots[static_cast<size_t>(root)].refused =
          "a computed value is the same for everybody and made from the row alone";
    }
    for (ComputedProperty& property : resource_->computed) compile_one(property);
  }

 private:
  void error(std::string_view rule, Place place, std::string message, std::string fix) {
    state_->diagnostics.error(rule, place, std::move(message), std::move(fix));
  }
  [[nodiscard]] std::string called(const ComputedProperty& property) const {
    return in_quotes(resource_->name + "." + property.name);
  }

  // --- What expressions may name.

  ExpressionMember self() {
    ExpressionMember root;
    root.name = "self";
    root.called = resource_->name;
    root.type.kind = Kind::kObject;
    for (size_t i = 0; i < resource_->properties.size(); ++i) {
      const Property& property = resource_->properties[i];
      const MemberShape* const shape = shape_.find(property.name);
      if (shape == nullptr) {
        // Not of the schema, but it keeps its index.
        root.members.emplace_back().refused = "it is kept by the engine";
        continue;
      }
      ExpressionMember member = member_of(*shape, resource_->name, 0);
      const bool there = property.required && !property.nullable;
      member.type.nullable = !there && !is_always_made(*resource_, i);
      if (property.write_only)
        member.refused = "it is writeOnly, and what is shown would reveal it";
      root.members.push_back(std::move(member));
    }
    // These have no index among the properties and are told, not read.
    for (const ComputedProperty& property : resource_->computed) {
      ExpressionMember member;
      member.name = property.name;
      member.refused = "it is computed itself";
      root.members.push_back(std::move(member));
    }
    return root;
  }

  ExpressionMember member_of(const MemberShape& shape, const std::string& owner, int depth) {
    ++members_;
    ExpressionMember member;
    member.name = shape.name;
    member.called = owner + "." + member.name;
    const ValueShape value = state_->reader.value(shape.schemas);
    member.type.kind = kind_of(value.column_type());
    if (member.type.kind != Kind::kAny) return member;
    const uint8_t bits = value.types.bits & ~TypeMask::kNull;
    if (bits == TypeMask::kArray) {
      member.type.kind = Kind::kList;
      if (value.items != nullptr) {
        const ValueShape items = state_->reader.value(value.items);
        member.type.items = kind_of(items.column_type());
      }
    } else if (bits == TypeMask::kObject) {
      member.type.kind = Kind::kObject;
      add_inner(shape, member, depth + 1);
    }
    return member;
  }

  void add_inner(const MemberShape& shape, ExpressionMember& member, int depth) {
    member.open = true;
    if (depth > kMemberDepthMax || shape.schemas.size() != 1) return;
    const ObjectShape inner = state_->reader.object(shape.schemas.front());
    if (members_ + inner.members.size() > kMembersMax) return;
    member.open = inner.open != nullptr || inner.foreign != nullptr || inner.too_large ||
                  inner.members.empty();
    for (const MemberShape& one : inner.members) {
      ExpressionMember made = member_of(one, member.called, depth);
      const bool nullable = state_->reader.value(one.schemas).nullable();
      made.type.nullable = nullable || !inner.requires_member(one.name);
      member.members.push_back(std::move(made));
    }
  }

  // --- One property.

  const Node* annotation(const MemberShape& member, std::string_view key) const {
    for (const Node* schema : member.schemas) {
      const Node* object = annotation_of(schema);
      const Node* value = object == nullptr ? nullptr : object->find(key);
      if (value != nullptr) return value;
    }
    return nullptr;
  }

  void compile_one(ComputedProperty& property) {
    const MemberShape& member = *shape_.find(property.name);
    const Node& text = *annotation(member, "computed");
    const ValueShape value = state_->reader.value(member.schemas);
    check_alone(property, member, value);
    if (!value.read_only) {
      error("computed-writable", text.place,
            called(property) + " is computed, yet clients may write it.",
            "Add \"readOnly: true\" to the property.");
    }
    if (property.by_code) return;
    if (property.type == ColumnType::kJson) {
      error("computed-type", member.place,
            called(property) +
                " is an object, a list or of mixed type, which no expression computes.",
            "Declare one scalar type, such as \"type: integer\", or write \"computed: code\" and "
            "make the value in C++.");
      return;
    }
    // Another form has been reported with the vocabulary.
    const bool readable = text.is_string() && !text.text.empty() &&
                          count_code_points(text.text) <= ExpressionLimits::kCharacters;
    if (!readable) return;
    property.source = text.text;
    auto made = compile_expression(text.text, scope_, kind_of(property.type));
    if (!made) return report(property, text, made.error());
    property.expression = std::move(*made);
    property.uses_now = property.expression.uses(ComputedRoot::kNow);
    check_null(property, member, text);
    if (value.values != nullptr) check_words(property, text, *value.values);
  }

  // What would have no meaning beside it is refused.
  void check_alone(const ComputedProperty& property, const MemberShape& member,
                   const ValueShape& value) {
    static constexpr std::array<std::string_view, 4> kKeys = {"generated", "immutable", "ref",
                                                              "column"};
    for (const std::string_view key : kKeys) {
      const Node* const other = annotation(member, key);
      if (other == nullptr) continue;
      error("computed-conflict", other->place,
            called(property) + " is computed and not stored, so " + in_quotes(key) +
                " has no meaning for it.",
            "Remove " + in_quotes(key) + " or \"computed\".");
    }
    if (value.write_only) {
      error("computed-conflict", member.place,
            called(property) + " is computed to be shown, yet writeOnly.", "Remove \"writeOnly\".");
    }
    if (value.default_value != nullptr) {
      error("computed-conflict", value.default_value->place,
            called(property) + " is computed, so its default would never be used.",
            "Remove \"default\".");
    }
  }

  void report(const ComputedProperty& property, const Node& text, const ExpressionError& wrong) {
    const std::string column =
        " (column " + std::to_string(column_of(text.text, wrong.offset)) + " of the expression).";
    const std::string message = called(property) + " cannot be computed: " + wrong.message + column;
    switch (wrong.sort) {
      case ExpressionError::Sort::kSyntax:
        return error("expression-syntax", text.place, message, wrong.fix);
      case ExpressionError::Sort::kLimit:
        return error("expression-limit", text.place, message, wrong.fix);
      case ExpressionError::Sort::kType:
        return error("expression-type", text.place, message, wrong.fix);
      case ExpressionError::Sort::kResult:
        return error("computed-type", text.place, message,
                     "The property says \"" + std::string(declaration_of(kind_of(property.type))) +
                         "\": change that or the expression.");
    }
  }

  void check_null(const ComputedProperty& property, const MemberShape& member, const Node& text) {
    const bool must_be_there = shape_.requires_member(member.name) && !property.nullable;
    if (!must_be_there || !property.expression.type().nullable) return;
    error("computed-may-be-null", text.place,
          called(property) + " is required and admits no null, but its expression may be null.",
          "Rule null out, such as \"has(self.x) ? self.x : ''\", admit null, or take it out of "
          "\"required\".");
  }

  // --- Enums.

  void check_words(const ComputedProperty& property, const Node& text, const Node& values) {
    if (property.type != ColumnType::kText) return;
    check_words_of(property, text, values, property.expression.root());
  }

  static bool has_word(const Node& values, std::string_view word) {
    return std::any_of(values.begin(), values.end(), [&](const NodeEntry& entry) {
      return entry.value->is_string() && entry.value->text == word;
    });
  }

  // Every result that the node may have must be a value of the enum.
  void check_words_of(const ComputedProperty& property, const Node& text, const Node& values,
                      const ExpressionNode& node) {
    const Expression& expression = property.expression;
    if (node.op == ExpressionOp::kChoose) {
      check_words_of(property, text, values, expression.operand(node, 1));
      check_words_of(property, text, values, expression.operand(node, 2));
      return;
    }
    if (node.type.kind == Kind::kNull) return;
    std::string wrong = "text that is none of its enum";
    if (node.op == ExpressionOp::kLiteral) {
      if (has_word(values, expression.text(node))) return;
      wrong = "'" + std::string(expression.text(node)) + "', which is none of its enum";
    } else if (is_within(values, node)) {
      return;
    }
    const std::string column = std::to_string(column_of(text.text, node.offset));
    error("computed-type", text.place,
          called(property) + " may become " + wrong + " (column " + column + " of the expression).",
          "Choose among its values with \"?\" and \":\", or extend the enum.");
  }

  // Whether the node reads a property whose own enum holds no other values.
  bool is_within(const Node& values, const ExpressionNode& node) {
    if (node.op != ExpressionOp::kRead || node.root != ComputedRoot::kSelf) return false;
    const MemberShape* const member = shape_.find(resource_->properties[node.member].name);
    const Node* const own = state_->reader.value(member->schemas).values;
    return own != nullptr && std::all_of(own->begin(), own->end(), [&](const NodeEntry& entry) {
             return !entry.value->is_string() || has_word(values, entry.value->text);
           });
  }

  AnnotationState* state_;
  Resource* resource_;
  ObjectShape shape_;
  ExpressionScope scope_;
  size_t members_ = 0;
};

}  // namespace

void declare_computed(AnnotationState& state, Resource& resource, const MemberShape& member) {
  const ValueShape value = state.reader.value(member.schemas);
  ComputedProperty property;
  property.name = member.name;
  property.type = value.column_type();
  property.nullable = value.nullable();
  property.before = static_cast<uint16_t>(resource.properties.size());
  for (const Node* schema : member.schemas) {
    const Node* const annotated = annotation_of(schema);
    const Node* const computed = annotated == nullptr ? nullptr : annotated->find("computed");
    if (computed == nullptr) continue;
    property.by_code = computed->is_string() && computed->text == kByCode;
    break;
  }
  resource.computed.push_back(std::move(property));
}

void compile_computed(AnnotationState& state, const ResourceSource& source, Resource& resource) {
  if (resource.computed.empty()) return;
  ComputedCompiler(state, source, resource).compile();
}

}  // namespace servanda::internal

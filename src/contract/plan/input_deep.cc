// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/input_deep.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "contract/plan/input.h"

namespace servanda::internal {
namespace {

std::string quoted(std::string_view key) {
  return "`" + std::string(key) + "`";
}

std::optional<size_t> array_index(std::string_view key) {
  auto index = parse_integer(key);
  if (!index || *index < 0 || *index >= static_cast<int64_t>(InputLimits::kItemsMax)) {
    return std::nullopt;
  }
  return static_cast<size_t>(*index);
}

}  // namespace

BracketName split_brackets(std::string_view name) {
  size_t open = name.find('[');
  if (open == std::string_view::npos) return {name, {}};
  return {name.substr(0, open), name.substr(open)};
}

DeepTree::Node* DeepTree::child(Node& parent, std::string_view key) {
  for (Node* node = parent.first_child; node != nullptr; node = node->next) {
    if (node->key == key) return node;
  }
  if (parent.children == InputLimits::kItemsMax) {
    text_.fail("limit",
               "Must have at most " + std::to_string(InputLimits::kItemsMax) + " members.");
    return nullptr;
  }
  Node* node = text_.arena().make<Node>();
  node->key = key;
  (parent.last_child == nullptr ? parent.first_child : parent.last_child->next) = node;
  parent.last_child = node;
  ++parent.children;
  return node;
}

bool DeepTree::add(std::string_view name, std::string_view brackets, std::string_view raw_value) {
  if (name.size() + brackets.size() > InputLimits::kNameBytesMax) {
    return text_.fail("limit", "Must have names of at most " +
                                   std::to_string(InputLimits::kNameBytesMax) + " bytes.");
  }
  Node* node = name.empty() ? root_ : child(*root_, name);
  size_t depth = 0;
  while (node != nullptr && !brackets.empty()) {
    size_t close = brackets.find(']');
    std::string_view key = brackets.substr(1, close == std::string_view::npos ? 0 : close - 1);
    if (brackets[0] != '[' || close == std::string_view::npos ||
        key.find('[') != std::string_view::npos) {
      return text_.fail("style", "Must be written with balanced brackets, as in name[member].");
    }
    if (++depth > InputLimits::kBracketsMax) {
      return text_.fail(
          "limit", "Must nest at most " + std::to_string(InputLimits::kBracketsMax) + " brackets.");
    }
    brackets.remove_prefix(close + 1);
    if (!key.empty()) {
      node = child(*node, key);
    } else if (brackets.empty()) {
      node->listed = true;
    } else {
      return text_.fail("style", "Must have empty brackets only at the end of a name.");
    }
  }
  if (node == nullptr) return false;
  Value* value = text_.arena().make<Value>();
  value->raw = raw_value;
  (node->last_value == nullptr ? node->first_value : node->last_value->next) = value;
  node->last_value = value;
  ++node->values;
  return true;
}

bool DeepTree::build(const TextShape& shape) {
  if (build_node(*root_, shape, nullptr)) return true;
  if (!failed_member_.empty()) {
    text_.fault().detail = "In " + quoted(failed_member_) + ": " + text_.fault().detail;
  }
  return false;
}

bool DeepTree::build_form(const TextShape& shape, std::span<const MemberRule> rules) {
  return build_object(*root_, shape, rules);
}

bool DeepTree::build_node(const Node& node, const TextShape& shape, const MemberRule* rule) {
  if (node.children > 0 && node.values > 0) {
    return text_.fail("style", "Must not have both a value and members at one name.");
  }
  if (node.children == 0 && node.values > 0) {
    if (rule != nullptr && rule->form != MemberRule::Form::kRepeated) {
      return build_by_rule(node, shape, *rule);
    }
    return build_values(node, shape);
  }
  bool objects = shape.types.has(TypeMask::kObject);
  bool arrays = shape.types.has(TypeMask::kArray) && !is_any(shape.types);
  if (arrays && node.children > 0 && (!objects || array_index(node.first_child->key))) {
    return build_indexed(node, shape);
  }
  if (!objects) return text_.fail("type", "Must be " + types_text(shape.types) + ".");
  return build_object(node, shape, {});
}

bool DeepTree::build_object(const Node& node, const TextShape& shape,
                            std::span<const MemberRule> rules) {
  JsonBuilder& out = text_.builder();
  out.begin_object();
  for (const Node* member = node.first_child; member != nullptr; member = member->next) {
    auto rule = std::ranges::find(rules, member->key, &MemberRule::name);
    out.key(member->key);
    if (!build_node(*member, member_shape(shape, member->key),
                    rule == rules.end() ? nullptr : &*rule)) {
      if (&node == root_) {
        failed_member_ = member->key;
      } else if (failed_member_.empty()) {
        text_.fault().detail = "In " + quoted(member->key) + ": " + text_.fault().detail;
      }
      return false;
    }
  }
  out.end_object();
  return true;
}

bool DeepTree::build_indexed(const Node& node, const TextShape& shape) {
  std::vector<const Node*> items(node.children, nullptr);
  for (const Node* item = node.first_child; item != nullptr; item = item->next) {
    auto index = array_index(item->key);
    if (!index || *index >= items.size() || items[*index] != nullptr) {
      return text_.fail("style", "Must number its items from 0 without gaps.");
    }
    items[*index] = item;
  }
  text_.builder().begin_array();
  for (const Node* item : items) {
    if (!build_node(*item, item_shape(shape), nullptr)) return false;
  }
  text_.builder().end_array();
  return true;
}

bool DeepTree::build_values(const Node& node, const TextShape& shape) {
  bool arrays = shape.types.has(TypeMask::kArray) && !is_any(shape.types);
  bool as_array = node.listed || (arrays && (node.values > 1 || !admits_scalar(shape.types)));
  if (as_array && !arrays && !is_any(shape.types)) {
    return text_.fail("type", "Must be " + types_text(shape.types) + ".");
  }
  if (!as_array) {
    if (node.values > 1) return text_.fail("duplicate", "Must be given once.");
    return text_.value(node.first_value->raw, shape);
  }
  if (node.values == 1 && !node.listed &&
      TextBuilder::is_json_array(node.first_value->raw, shape)) {
    auto text = text_.decode(node.first_value->raw);
    return text && text_.json(*text);
  }
  const TextShape& items = item_shape(shape);
  text_.builder().begin_array();
  for (const Value* value = node.first_value; value != nullptr; value = value->next) {
    if (!text_.value(value->raw, items)) return false;
  }
  text_.builder().end_array();
  return true;
}

bool DeepTree::build_by_rule(const Node& node, const TextShape& shape, const MemberRule& rule) {
  if (node.values > 1) return text_.fail("duplicate", "Must be given once.");
  std::string_view raw = node.first_value->raw;
  if (rule.form == MemberRule::Form::kJson) {
    auto text = text_.decode(raw);
    return text && text_.json(*text);
  }
  if (shape.types.has(TypeMask::kArray)) return text_.array(raw, rule.delimiter, shape);
  if (shape.types.has(TypeMask::kObject)) return text_.flat_object(raw, rule.delimiter, shape);
  return text_.value(raw, shape);
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
// What issues say: pointers and sentences.
#include <algorithm>
#include <optional>

#include "base/text.h"
#include "contract/schema/validate.h"

namespace servanda::internal {
namespace {

constexpr size_t kChoicesShown = 12;
constexpr size_t kChoiceTextMax = 300;

void append_token(std::string& out, std::string_view token) {
  out += '/';
  for (char c : token) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
}

std::string pointer_to(const Spot& spot) {
  std::vector<const Spot*> path;
  for (const Spot* at = &spot; at->parent != nullptr; at = at->parent) path.push_back(at);
  std::string out;
  for (auto it = path.rbegin(); it != path.rend(); ++it) {
    append_token(out, (*it)->is_item ? std::to_string((*it)->index) : (*it)->key);
  }
  return out;
}

}  // namespace

template <bool kCollect>
bool Walker<kCollect>::report(const Spot& spot, std::string_view code, std::string detail) {
  run_.issues->add({std::string(run_.in), pointer_to(spot), std::string(code), std::move(detail)});
  return false;
}

template <bool kCollect>
bool Walker<kCollect>::report_member(const Spot& spot, std::string_view name, std::string_view code,
                                     std::string detail) {
  Spot child;
  child.parent = &spot;
  child.key = name;
  return report(child, code, std::move(detail));
}

template bool Walker<true>::report(const Spot&, std::string_view, std::string);
template bool Walker<false>::report(const Spot&, std::string_view, std::string);
template bool Walker<true>::report_member(const Spot&, std::string_view, std::string_view,
                                          std::string);
template bool Walker<false>::report_member(const Spot&, std::string_view, std::string_view,
                                           std::string);

std::string types_sentence(const Rules& rules) {
  std::vector<std::string_view> names;
  const auto has = [&](JsonKind kind) { return (rules.types & type_bit(kind)) != 0; };
  if (has(JsonKind::kObject)) names.push_back("an object");
  if (has(JsonKind::kArray)) names.push_back("an array");
  if (has(JsonKind::kString)) names.push_back("a string");
  if (has(JsonKind::kInteger)) names.push_back(rules.integral ? "an integer" : "a number");
  if (has(JsonKind::kBoolean)) names.push_back("true or false");
  if (has(JsonKind::kNull)) names.push_back("null");
  std::string out = "Must be ";
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
    out += names[i];
  }
  return out + ".";
}

std::string choices_sentence(const SchemaProgram& program, const Choices& choices) {
  std::string out = choices.all.count == 1 ? "Must be " : "Must be one of ";
  for (uint32_t i = 0; i < choices.all.count; ++i) {
    if (i == kChoicesShown || out.size() > kChoiceTextMax) {
      return out + " and " + std::to_string(choices.all.count - i) + " more.";
    }
    if (i > 0) out += ", ";
    out += json_text(program.constants[choices.all.first + i].root());
  }
  return out + ".";
}

std::string unknown_sentence(const SchemaProgram& program, const ObjectRules& rules,
                             std::string_view name) {
  std::vector<std::string_view> names;
  for (uint32_t i = 0; i < rules.names.entries.count; ++i) {
    names.push_back(program.properties[rules.names.entries.first + i].name());
  }
  const std::optional<std::string_view> near = nearest(name, names);
  if (!near) return "This property is not declared.";
  return "This property is not declared. Did you mean \"" + std::string(*near) + "\"?";
}

std::string count_sentence(std::string_view before, uint64_t count, std::string_view one,
                           std::string_view many) {
  std::string out(before);
  out += std::to_string(count);
  out += count == 1 ? one : many;
  return out + ".";
}

}  // namespace servanda::internal

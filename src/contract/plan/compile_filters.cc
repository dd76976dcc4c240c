// SPDX-License-Identifier: Apache-2.0
// Filters of a list: parameters named after a property, alone or with operators in brackets.

#include <algorithm>
#include <array>

#include "base/text.h"
#include "contract/plan/annotation_state.h"
#include "contract/plan/list_scope.h"

namespace servanda::internal {
namespace {

struct OperatorWord {
  std::string_view word;
  FilterTest test;
};
constexpr std::array<OperatorWord, 10> kOperators = {{{"eq", FilterTest::kEqual},
                                                      {"ne", FilterTest::kNotEqual},
                                                      {"gt", FilterTest::kGreater},
                                                      {"gte", FilterTest::kAtLeast},
                                                      {"lt", FilterTest::kLess},
                                                      {"lte", FilterTest::kAtMost},
                                                      {"in", FilterTest::kIn},
                                                      {"nin", FilterTest::kNotIn},
                                                      {"null", FilterTest::kNull},
                                                      {"prefix", FilterTest::kPrefix}}};

const OperatorWord* find_operator(std::string_view word) {
  const auto* found = std::find_if(kOperators.begin(), kOperators.end(),
                                   [&](const OperatorWord& known) { return known.word == word; });
  return found == kOperators.end() ? nullptr : found;
}

// Whether values of the type have an order that a client can mean.
bool test_fits(FilterTest test, ColumnType type) {
  if (test == FilterTest::kPrefix) return type == ColumnType::kText;
  const bool compares = test == FilterTest::kLess || test == FilterTest::kAtMost ||
                        test == FilterTest::kGreater || test == FilterTest::kAtLeast;
  return !compares || type != ColumnType::kBoolean;
}

class FilterCompiler {
 public:
  FilterCompiler(ListScope& scope, size_t parameter)
      : scope_(&scope), index_(static_cast<uint16_t>(parameter)) {}

  void compile(std::string_view name, std::string_view word) {
    const auto key = parse_index_key(scope_->state, scope_->resource, name, place());
    if (!key) return;
    property_ = key->property;
    if (!word.empty()) return add_word(word, "", parameter().shape);
    const uint8_t bits = parameter().shape.types.bits & ~TypeMask::kNull;
    if (bits == TypeMask::kObject) return compile_members();
    if (bits == TypeMask::kArray) return add(FilterTest::kIn, "", parameter().shape);
    add(FilterTest::kEqual, "", parameter().shape);
  }

 private:
  [[nodiscard]] const Parameter& parameter() const { return scope_->operation.parameters[index_]; }
  [[nodiscard]] Place place() const { return scope_->node.parameters[index_]->place; }
  [[nodiscard]] const Property& property() const { return scope_->resource.properties[property_]; }

  void error(std::string_view rule, std::string message, std::string fix) {
    scope_->state.diagnostics.error(rule, place(), std::move(message), std::move(fix));
  }

  void compile_members() {
    if (parameter().style != ParameterStyle::kDeepObject) {
      return error("filter-style", in_quotes(parameter().name) + " holds operators in brackets.",
                   "Declare \"style: deepObject\".");
    }
    if (parameter().shape.members.empty() || parameter().shape.open) {
      return error("filter-operators",
                   in_quotes(parameter().name) + " does not list its operators, or admits others.",
                   "List them under \"properties\", such as gte and lte, with "
                   "\"additionalProperties: false\" or nothing about others.");
    }
    for (const TextShape::Member& member : parameter().shape.members) {
      add_word(member.name, member.name, member.shape);
    }
  }

  void add_word(std::string_view word, std::string_view member, const TextShape& shape) {
    if (const OperatorWord* known = find_operator(word)) return add(known->test, member, shape);
    if (word == "contains" || word == "any") {
      return error("not-supported-yet",
                   "The operator " + in_quotes(word) + " (" + in_quotes(parameter().name) +
                       ") is not supported yet.",
                   "Use one of eq, ne, gt, gte, lt, lte, in, nin, null, prefix.");
    }
    std::vector<std::string_view> words;
    for (const OperatorWord& one : kOperators) words.push_back(one.word);
    error("filter-operator", in_quotes(word) + " is no operator of a filter.",
          "Use one of eq, ne, gt, gte, lt, lte, in, nin, null, prefix." + suggestion(word, words));
  }

  void add(FilterTest test, std::string_view member, const TextShape& shape) {
    const ColumnType type = property().type;
    if (!test_fits(test, type)) {
      return error("filter-operator",
                   in_quotes(filter_test_text(test)) + " says nothing about " +
                       in_quotes(scope_->resource.name + "." + property().name) + ".",
                   test == FilterTest::kPrefix ? "Use it on plain strings."
                                               : "Filter a boolean by its value.");
    }
    const uint8_t bits = shape.types.bits & ~TypeMask::kNull;
    uint8_t wanted = json_type(type);
    if (test == FilterTest::kNull) wanted = TypeMask::kBoolean;
    const bool list = is_list_test(test) && bits == TypeMask::kArray;
    const uint8_t given =
        list && !shape.items.empty() ? shape.items.front().types.bits & ~TypeMask::kNull : bits;
    // A list may also be one text with commas.
    const bool commas = is_list_test(test) && !list && bits == TypeMask::kString;
    if ((given & wanted) == 0 && !commas) {
      return error(
          "parameter-type",
          in_quotes(parameter().name) + " has another type than the property it filters by.",
          "Give both the same type.");
    }
    scope_->list.filters.push_back({index_, std::string(member), property_, test});
  }

  ListScope* scope_;
  uint16_t index_;
  uint16_t property_ = 0;
};

// Whether some order serves this filter without another one beside it.
bool is_served_alone(const ListScope& scope, const ListFilter& filter) {
  const AskedTest test{filter.property, filter.test};
  return std::any_of(scope.orders.begin(), scope.orders.end(), [&](const auto& order) {
    return find_index(scope.resource, {&test, 1}, order).has_value();
  });
}

}  // namespace

bool compile_filter(ListScope& scope, size_t parameter) {
  const std::string& name = scope.operation.parameters[parameter].name;
  const size_t bracket = name.find('[');
  const bool bracketed = bracket != std::string::npos && name.ends_with(']');
  std::string_view property = std::string_view(name).substr(0, bracket);
  const bool in_path = scope.operation.parameters[parameter].in == ParameterIn::kPath;
  if (in_path && !scope.resource.property_index(property)) {
    // An owner may also be named as the relation that leads to it.
    const auto relation = find_relation(scope.resource, property);
    if (!relation || scope.resource.relations[*relation].kind != Relation::Kind::kToOne)
      return false;
    property = scope.resource.properties[scope.resource.relations[*relation].property].name;
  }
  if (!scope.resource.property_index(property) && !scope.resource.computed_index(property)) {
    return false;
  }
  std::string_view word;
  if (bracketed) word = std::string_view(name).substr(bracket + 1, name.size() - bracket - 2);
  FilterCompiler(scope, parameter).compile(property, word);
  return true;
}

void check_filters(const ListScope& scope) {
  for (const ListFilter& filter : scope.list.filters) {
    if (is_served_alone(scope, filter)) continue;
    const Property& property = scope.resource.properties[filter.property];
    scope.state.diagnostics.notice(
        "filter-needs-another", scope.node.parameters[filter.parameter]->place,
        "No index finds rows by " + in_quotes(filter_test_text(filter.test)) + " of " +
            in_quotes(property.name) + " alone: requests must filter by something else too.");
  }
}

}  // namespace servanda::internal

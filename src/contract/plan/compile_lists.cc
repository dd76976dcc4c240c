// SPDX-License-Identifier: Apache-2.0
// How a list pages, filters and sorts: from declared parameters to properties and indexes.

#include <algorithm>
#include <array>

#include "base/text.h"
#include "contract/plan/annotation_state.h"
#include "contract/plan/list_scope.h"

namespace servanda::internal {
namespace {

enum class Role : uint8_t {
  kNone,
  kLimit,
  kCursor,
  kSort,
  kOffset,
  kPage,
  kCount,
  kProjection,
  kDeleted,
  kLater
};

// What the name of a query parameter means where no property is called so.
Role role_of(std::string_view name) {
  static constexpr struct {
    std::string_view name;
    Role role;
  } kNames[] = {
      {"limit", Role::kLimit},       {"page_size", Role::kLimit},
      {"pageSize", Role::kLimit},    {"per_page", Role::kLimit},
      {"perPage", Role::kLimit},     {"cursor", Role::kCursor},
      {"page_token", Role::kCursor}, {"pageToken", Role::kCursor},
      {"sort", Role::kSort},         {"sort_by", Role::kSort},
      {"sortBy", Role::kSort},       {"order_by", Role::kSort},
      {"orderBy", Role::kSort},      {"offset", Role::kOffset},
      {"skip", Role::kOffset},       {"page", Role::kPage},
      {"page_number", Role::kPage},  {"pageNumber", Role::kPage},
      {"count", Role::kCount},       {"fields", Role::kProjection},
      {"expand", Role::kProjection}, {"q", Role::kLater},
      {"filter", Role::kLater},      {"include_deleted", Role::kDeleted},
  };
  for (const auto& known : kNames) {
    if (known.name == name) return known.role;
  }
  return Role::kNone;
}

std::string_view role_text(Role role) {
  switch (role) {
    case Role::kLimit:
      return "the page size";
    case Role::kCursor:
      return "the cursor";
    case Role::kOffset:
    case Role::kPage:
      return "the place in the list";
    case Role::kCount:
      return "the wish for a count";
    case Role::kProjection:
      return "the choice of fields";
    case Role::kDeleted:
      return "the wish for deleted rows";
    default:
      return "the sort order";
  }
}

class ListCompiler {
 public:
  ListCompiler(AnnotationState& state, const OperationNode& node, ResourceBinding& binding)
      : state_(&state),
        node_(&node),
        operation_(&state.plan.operations[node.operation]),
        resource_(&state.plan.resources[binding.resource]),
        list_(&binding.list),
        shows_deleted_(binding.include_deleted_parameter.has_value()),
        scope_{state, node, *operation_, *resource_, *list_, {}} {}

  void compile() {
    list_->default_sort = {{resource_->key, false}};
    for (size_t i = 0; i < operation_->parameters.size(); ++i) {
      const Parameter& parameter = operation_->parameters[i];
      if (parameter.in == ParameterIn::kPath) read_path_filter(i);
      if (parameter.in == ParameterIn::kQuery) read_query(i);
    }
    check_paging();
    check_count();
    derive_indexes();
    check_filters(scope_);
  }

 private:
  [[nodiscard]] Node& schema_node(size_t parameter) const {
    Node* schema = node_->parameters[parameter]->find("schema");
    return schema != nullptr ? *schema : *node_->parameters[parameter];
  }
  [[nodiscard]] Place place(size_t parameter) const { return node_->parameters[parameter]->place; }

  void later(size_t parameter, std::string_view what, std::string fix) {
    state_->diagnostics.error("not-supported-yet", place(parameter),
                              std::string(what) + " (" +
                                  in_quotes(operation_->parameters[parameter].name) +
                                  ") is not supported yet.",
                              std::move(fix));
  }

  void check_paging() {
    const bool by_place = list_->offset_parameter || list_->page_parameter;
    if (!list_->cursor_parameter && !by_place) {
      state_->diagnostics.warning(
          "list-without-cursor", node_->node->place,
          in_quotes(operation_->id) + " declares no cursor: callers reach only its first page.",
          "Declare \"{name: cursor, in: query, schema: {type: string}}\".");
    } else if (list_->cursor_parameter && list_->next_member.empty()) {
      state_->diagnostics.notice(
          "page-without-next", node_->node->place,
          "The page has no member for the next cursor; it travels in the Link header only.");
    }
    if (list_->cursor_parameter && by_place) {
      const uint16_t other =
          list_->offset_parameter ? *list_->offset_parameter : *list_->page_parameter;
      state_->diagnostics.error("parameter-ambiguous", place(other),
                                "A list is paged by cursor or by place, not by both.",
                                "Remove " + in_quotes(operation_->parameters[other].name) + ".");
    }
  }

  void check_count() {
    if (!list_->count_parameter || !list_->total_member.empty()) return;
    state_->diagnostics.error("count-without-total", place(*list_->count_parameter),
                              "The page has no member for the count.",
                              "Declare \"total: {type: integer}\" in the page's schema.");
  }

  void read_query(size_t i) {
    const Parameter& parameter = operation_->parameters[i];
    const Role role = role_of(parameter.name);
    const bool property = resource_->property_index(parameter.name).has_value();
    if (property && role != Role::kNone && role != Role::kLater) {
      state_->diagnostics.error("parameter-ambiguous", place(i),
                                in_quotes(parameter.name) + " could be " +
                                    std::string(role_text(role)) +
                                    " or a filter by the property of that name.",
                                "Rename the parameter.");
      return;
    }
    // No filter is by a computed property, so a name that lists know means what it always does.
    const bool computed = resource_->computed_index(parameter.name).has_value();
    const bool known = computed && role != Role::kNone;
    if (!known && compile_filter(scope_, i)) return;
    switch (role) {
      case Role::kLimit:
        return take(i, role, list_->limit_parameter);
      case Role::kCursor:
        return take(i, role, list_->cursor_parameter);
      case Role::kSort:
        return take(i, role, list_->sort_parameter);
      case Role::kOffset:
        return take(i, role, list_->offset_parameter);
      case Role::kPage:
        return take(i, role, list_->page_parameter);
      case Role::kCount:
        return take(i, role, list_->count_parameter);
      case Role::kProjection:
      case Role::kDeleted:
        return;
      case Role::kLater:
        return later(
            i, "This way to query a list",
            "Remove it; filters, sort, limit, cursor, count, fields, expand and include_deleted "
            "are served.");
      case Role::kNone:
        return unknown(i);
    }
  }

  void unknown(size_t i) {
    const Parameter& parameter = operation_->parameters[i];
    std::vector<std::string_view> names = {"limit",  "cursor", "sort",           "count",
                                           "fields", "expand", "include_deleted"};
    for (const Property& known : resource_->shown()) names.push_back(known.name);
    state_->diagnostics.error("parameter-unmapped", place(i),
                              in_quotes(parameter.name) + " is neither a property of " +
                                  in_quotes(resource_->name) +
                                  " nor a name the list knows (limit, cursor, sort, offset, page, "
                                  "count, fields, expand, include_deleted).",
                              "Rename or remove it." + suggestion(parameter.name, names));
  }

  void take(size_t i, Role role, std::optional<uint16_t>& slot) {
    const Parameter& parameter = operation_->parameters[i];
    if (slot) {
      state_->diagnostics.error("parameter-ambiguous", place(i),
                                in_quotes(parameter.name) + " and " +
                                    in_quotes(operation_->parameters[*slot].name) +
                                    " both seem to be " + std::string(role_text(role)) + ".",
                                "Remove or rename one.");
      return;
    }
    slot = static_cast<uint16_t>(i);
    if (role == Role::kLimit) read_limit(i);
    if (role == Role::kSort) read_sort(i);
    if (role == Role::kOffset || role == Role::kPage) read_place(i);
    if (role == Role::kCount) read_count(i);
    if (role == Role::kCursor && !parameter.shape.types.has(TypeMask::kString)) {
      state_->diagnostics.error("parameter-type", place(i), "A cursor is opaque text.",
                                "Declare \"schema: {type: string}\".");
    }
  }

  // The integer value of a keyword; reports one out of range.
  std::optional<uint32_t> read_bound(size_t i, std::string_view keyword) {
    Node* value = find_keyword(schema_node(i), keyword);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    const auto number = parse_integer(value->text);
    if (number && *number >= 1 && *number <= ResourceLimits::kPage) {
      return static_cast<uint32_t>(*number);
    }
    state_->diagnostics.error(
        "limit-range", value->place,
        "A page holds from 1 to 10000 items, not " + std::string(value->text) + ".",
        "Lower " + in_quotes(keyword) + ".");
    return std::nullopt;
  }

  void read_limit(size_t i) {
    const Parameter& parameter = operation_->parameters[i];
    const uint8_t bits = parameter.shape.types.bits & ~TypeMask::kNull;
    if (bits != TypeMask::kInteger) {
      state_->diagnostics.error("parameter-type", place(i), "A page size is an integer.",
                                "Declare \"schema: {type: integer, minimum: 1, maximum: 500}\".");
      return;
    }
    const auto maximum = read_bound(i, "maximum");
    const auto standard = read_bound(i, "default");
    if (standard) list_->limit_default = *standard;
    list_->limit_max = maximum.value_or(std::max(list_->limit_max, list_->limit_default));
    if (standard && *standard > list_->limit_max) {
      state_->diagnostics.error("limit-range", place(i),
                                "The default page size is above its maximum.",
                                "Lower \"default\".");
    }
    list_->limit_default = std::min(list_->limit_default, list_->limit_max);
  }

  // A keyword of the schema or of what it refers to.
  Node* find_keyword(const Node& schema, std::string_view keyword) {
    const Node* at = &schema;
    for (int hops = 0; at != nullptr && hops < SchemaReader::kDepthMax; ++hops) {
      if (Node* value = at->find(keyword)) return value;
      at = state_->reader.target(*at);
    }
    return nullptr;
  }

  void read_sort(size_t i) {
    const Parameter& parameter = operation_->parameters[i];
    if (parameter.shape.types.bits == TypeMask::kArray) {
      return later(i, "A list of sort keys",
                   "Declare a string with \"enum\" whose values may hold several keys, such as "
                   "[\"category,-price\"].");
    }
    const Node* values = state_->reader.value(&schema_node(i)).values;
    if (values == nullptr || values->size == 0) {
      state_->diagnostics.error("sort-without-enum", place(i),
                                "The sort orders are not listed, so no index could serve them.",
                                "Declare \"schema: {enum: [" + example_sort() + "]}\".");
      return;
    }
    for (const NodeEntry& value : *values) read_sort_value(*value.value);
    const Node* standard = find_keyword(schema_node(i), "default");
    if (standard == nullptr) return;
    for (const SortChoice& choice : list_->sorts) {
      if (choice.text == standard->text) list_->default_sort = choice.keys;
    }
  }

  [[nodiscard]] std::string example_sort() const {
    const std::string& name = resource_->properties[resource_->key].name;
    return name + ", -" + name;
  }

  void read_sort_value(const Node& value) {
    if (!value.is_string() || value.text.empty()) {
      state_->diagnostics.error("sort-value", value.place, "A sort order is a non-empty string.",
                                "Write property names, with \"-\" in front to descend.");
      return;
    }
    SortChoice choice;
    choice.text = value.text;
    for (std::string_view part : split(value.text, ',')) {
      const auto key = parse_index_key(*state_, *resource_, part, value.place);
      if (!key) return;
      choice.keys.push_back(*key);
    }
    if (choice.keys.size() > ResourceLimits::kSortKeys) {
      state_->diagnostics.error("sort-value", value.place,
                                in_quotes(value.text) + " has more than 4 keys.", "Use fewer.");
      return;
    }
    // The tie-break runs the way of the key before it, so that one index serves the order both
    // ways. Nothing behind the resource's key could matter.
    const auto is_key = [&](const IndexKey& key) { return key.property == resource_->key; };
    const auto at = std::find_if(choice.keys.begin(), choice.keys.end(), is_key);
    if (at == choice.keys.end()) {
      choice.keys.push_back({resource_->key, choice.keys.back().descending});
    } else {
      choice.keys.erase(at + 1, choice.keys.end());
    }
    list_->sorts.push_back(std::move(choice));
  }

  void read_place(size_t i) {
    const uint8_t bits = operation_->parameters[i].shape.types.bits & ~TypeMask::kNull;
    if (bits == TypeMask::kInteger) return;
    state_->diagnostics.error("parameter-type", place(i), "A place in a list is an integer.",
                              "Declare \"schema: {type: integer, minimum: 0}\".");
  }

  void read_count(size_t i) {
    const uint8_t bits = operation_->parameters[i].shape.types.bits & ~TypeMask::kNull;
    if (bits == TypeMask::kBoolean || bits == TypeMask::kString) return;
    state_->diagnostics.error("parameter-type", place(i),
                              "The wish for a count is a word or a boolean.",
                              "Declare \"schema: {enum: [none, estimated, exact]}\".");
  }

  void read_path_filter(size_t i) {
    if (compile_filter(scope_, i)) return;
    std::vector<std::string_view> names;
    for (const Property& known : resource_->shown()) names.push_back(known.name);
    const std::string& name = operation_->parameters[i].name;
    state_->diagnostics.error("parameter-unmapped", place(i),
                              "The path variable " + in_quotes(name) +
                                  " of a list must be a property of " + in_quotes(resource_->name) +
                                  " to filter by.",
                              "Name it after the property." + suggestion(name, names));
  }

  // An index for every order by itself and below every filter by value, and one in the order of
  // every property that is filtered by range. More filters at once narrow what the index of one of
  // them finds.
  void derive_indexes() {
    scope_.orders = {list_->default_sort};
    for (const SortChoice& sort : list_->sorts) scope_.orders.push_back(sort.keys);
    for (const ListFilter& filter : list_->filters) {
      if (is_range(filter.test)) want_order(filter.property);
    }
    want_indexes(resource_->usual_rows());
    if (shows_deleted_) want_indexes(RowScope::kAll);
  }

  void want_indexes(RowScope rows) {
    for (const auto& order : scope_.orders) {
      want_index({}, order, rows);
      for (const ListFilter& filter : list_->filters) {
        if (names_values(filter.test)) want_index(filter, order, rows);
      }
    }
  }

  static bool is_range(FilterTest test) {
    return test == FilterTest::kLess || test == FilterTest::kAtMost ||
           test == FilterTest::kGreater || test == FilterTest::kAtLeast ||
           test == FilterTest::kPrefix;
  }

  // The order in which a range is read when the request names none.
  void want_order(uint16_t property) {
    const bool there =
        std::any_of(scope_.orders.begin(), scope_.orders.end(),
                    [&](const auto& order) { return order.front().property == property; });
    if (!there) scope_.orders.push_back({{property, false}, {resource_->key, false}});
  }

  void want_index(std::optional<ListFilter> filter, const std::vector<IndexKey>& order,
                  RowScope rows) {
    Index index;
    index.rows = rows;
    if (filter) {
      if (filter->property == resource_->key) return;
      // A unique index finds the one row with a value, but many may have none.
      if (is_unique(filter->property, rows) && !may_ask_for_null(*filter)) return;
      index.keys.push_back({filter->property, false});
    }
    for (const IndexKey& key : order) {
      if (!filter || key.property != filter->property) index.keys.push_back(key);
    }
    if (rows == RowScope::kLive) drop_idle_key(index, filter, order);
    // The table itself is in the order of its key, deleted rows among the others.
    const bool by_key = index.keys.empty() || index.keys[0].property == resource_->key;
    if (by_key && rows == RowScope::kAll) return;
    const size_t first = filter ? 1 : 0;
    if (first < index.keys.size() && index.keys[first].descending) {
      for (size_t i = first; i < index.keys.size(); ++i) {
        index.keys[i].descending = !index.keys[i].descending;
      }
    }
    add_index(*state_, *resource_, std::move(index), node_->node->place);
  }

  // Rows that are not deleted have one time of deletion, none, so behind another key of the order
  // it orders nothing; and SQLite, which sees that it is null, would not take the index for sorted.
  void drop_idle_key(Index& index, const std::optional<ListFilter>& filter,
                     const std::vector<IndexKey>& order) {
    const uint16_t deleted = resource_->soft_delete->deleted;
    if (order.front().property == deleted || (filter && filter->property == deleted)) return;
    std::erase_if(index.keys, [&](const IndexKey& key) { return key.property == deleted; });
  }

  [[nodiscard]] bool may_ask_for_null(const ListFilter& filter) const {
    if (filter.test == FilterTest::kNull) return true;
    const Parameter& parameter = operation_->parameters[filter.parameter];
    return filter.test == FilterTest::kEqual && parameter.shape.types.has(TypeMask::kNull);
  }

  [[nodiscard]] bool is_unique(uint16_t property, RowScope rows) const {
    return std::any_of(resource_->indexes.begin(), resource_->indexes.end(),
                       [&](const Index& index) {
                         return index.unique && index.rows == rows && index.keys.size() == 1 &&
                                index.keys[0].property == property;
                       });
  }

  AnnotationState* state_;
  const OperationNode* node_;
  const Operation* operation_;
  Resource* resource_;
  ListProfile* list_;
  bool shows_deleted_;
  ListScope scope_;
};

}  // namespace

void compile_list_parameters(AnnotationState& state, const OperationNode& node,
                             ResourceBinding& binding) {
  ListCompiler(state, node, binding).compile();
}

}  // namespace servanda::internal

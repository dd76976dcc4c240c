// SPDX-License-Identifier: Apache-2.0
#include "call/row_view.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "call/list_query.h"
#include "call/related_pages.h"
#include "call/resource_handler.h"
#include "call/row_computation.h"
#include "call/worker.h"

namespace servanda::internal {
namespace {

// The names of a list parameter: an array of strings, or one string with commas.
std::string list_text(JsonValue value) {
  if (value.is_string()) return std::string(value.text());
  std::string text;
  if (!value.is_array()) return text;
  for (const JsonValue item : value.items()) {
    if (!item.is_string()) continue;
    if (!text.empty()) text += ',';
    text += item.text();
  }
  return text;
}

// Reads `name,name(inner,inner)`.
class FieldReader {
 public:
  FieldReader(const Resource& resource, std::string_view text)
      : resource_(&resource), rest_(text) {}

  // The sentence that says what is wrong; empty when all is well.
  std::string read(FieldChoice& choice) {
    choice.wanted.assign(resource_->properties.size() + resource_->computed.size(), false);
    choice.inner.assign(resource_->properties.size(), {});
    for (size_t i = 0; i < resource_->properties.size(); ++i) {
      const bool counter = resource_->properties[i].generated == Generated::kCounter;
      choice.wanted[i] = counter || i == resource_->key;
    }
    do {
      const std::string_view name = take_name();
      const auto member = member_index(name);
      if (!member) return unknown(name);
      choice.wanted[*member] = true;
      if (take('(') && !read_inner(*member, choice)) {
        return "\"" + std::string(name) + "\" has no fields to choose from, or a bracket is open.";
      }
    } while (take(','));
    return rest_.empty() ? ""
                         : "A name or a comma is missing before \"" + std::string(rest_) + "\".";
  }

 private:
  std::string_view take_name() {
    const size_t end = std::min(rest_.find_first_of(",()"), rest_.size());
    const std::string_view name = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return name;
  }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // The member that clients may see under this name.
  [[nodiscard]] std::optional<size_t> member_index(std::string_view name) const {
    if (const auto computed = resource_->computed_index(name)) {
      return resource_->properties.size() + *computed;
    }
    const auto property = resource_->property_index(name);
    if (!property || resource_->properties[*property].write_only) return std::nullopt;
    return *property;
  }
  bool read_inner(size_t property, FieldChoice& choice) {
    if (property >= resource_->properties.size()) return false;
    if (resource_->properties[property].type != ColumnType::kJson) return false;
    do {
      const std::string_view name = take_name();
      if (name.empty()) return false;
      choice.inner[property].push_back(name);
    } while (take(','));
    return take(')');
  }
  std::string unknown(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const Property& property : resource_->shown()) {
      if (!property.write_only) names.push_back(property.name);
    }
    for (const ComputedProperty& property : resource_->computed) names.push_back(property.name);
    std::string text = "\"" + std::string(name) + "\" is no field of " + resource_->name + ".";
    if (const auto near = nearest(name, names))
      text += " Did you mean \"" + std::string(*near) + "\"?";
    return text;
  }

  const Resource* resource_;
  std::string_view rest_;
};

bool read_fields(Call& call, const Projection& projection, RowView& view) {
  if (!projection.fields_parameter) return true;
  const JsonValue value = call.parameters[*projection.fields_parameter];
  if (!value.exists()) return true;
  const std::string text = list_text(value);
  if (text.size() > ViewLimits::kFieldsTextMax) {
    return refuse_parameter(call, *projection.fields_parameter, "limit",
                            "The choice of fields has at most 2,000 characters.");
  }
  const std::string_view kept = call.arena->copy(text);
  std::string wrong = FieldReader(resource_of(call), kept).read(view.fields);
  if (wrong.empty()) return true;
  return refuse_parameter(call, *projection.fields_parameter, "unknown-field", std::move(wrong));
}

bool read_expansions(Call& call, const Projection& projection, RowView& view) {
  if (!projection.expand_parameter) return true;
  const JsonValue value = call.parameters[*projection.expand_parameter];
  if (!value.exists()) return true;
  const std::string text = list_text(value);
  for (const std::string_view name : split(text, ',')) {
    const auto found = std::find_if(projection.expansions.begin(), projection.expansions.end(),
                                    [&](const Expansion& known) { return known.text == name; });
    if (found == projection.expansions.end()) {
      std::string names;
      for (const Expansion& known : projection.expansions) {
        names += names.empty() ? known.text : ", " + known.text;
      }
      return refuse_parameter(
          call, *projection.expand_parameter, "unknown-relation",
          "\"" + std::string(name) + "\" cannot be expanded here; these can: " + names + ".");
    }
    view.expansions.push_back(&*found);
  }
  return true;
}

// What is left of an expansion below some relation.
using Paths = std::vector<std::span<const uint16_t>>;

// Reads one level of relations for some rows, and then the levels below.
class RelationReader {
 public:
  explicit RelationReader(Call& call) : call_(&call), plan_(&call.engine->plan()) {}

  Task<Result<std::vector<RelatedRows>>> read(const Resource& resource, std::vector<Row> rows,
                                              Paths paths) {
    using Found = Result<std::vector<RelatedRows>>;
    std::vector<RelatedRows> found;
    for (uint16_t r = 0; r < resource.relations.size(); ++r) {
      Paths below;
      if (!take_paths(paths, r, below)) continue;
      Result<RelatedRows> related = co_await read_one(resource, resource.relations[r], rows);
      if (!related) co_return Found(pass(related));
      if (!below.empty()) {
        std::vector<Row> all;
        for (const Page& page : related->pages) {
          all.insert(all.end(), page.rows.begin(), page.rows.end());
        }
        Found deeper = co_await read(*related->resource, std::move(all), std::move(below));
        if (!deeper) co_return deeper;
        related->below = std::move(*deeper);
      }
      found.push_back(std::move(*related));
    }
    co_return Found(std::move(found));
  }

 private:
  // Whether some path begins with the relation; what is left of those goes to `below`.
  static bool take_paths(const Paths& paths, uint16_t relation, Paths& below) {
    bool taken = false;
    for (const std::span<const uint16_t> path : paths) {
      if (path.empty() || path.front() != relation) continue;
      taken = true;
      if (path.size() > 1) below.push_back(path.subspan(1));
    }
    return taken;
  }

  Task<Result<RelatedRows>> read_one(const Resource& resource, const Relation& relation,
                                     const std::vector<Row>& rows) {
    RelatedRows related;
    related.name = relation.name;
    related.relation = &relation;
    related.resource = &plan_->resources[relation.resource];
    const bool to_one = relation.kind == Relation::Kind::kToOne;
    const uint16_t looks_at = to_one ? relation.property : resource.key;
    Value* const values = call_->arena->array<Value>(rows.size());
    size_t count = 0;
    for (const Row& row : rows) {
      const Value& value = row.values[looks_at];
      related.page_of.push_back(value.is_null() ? RelatedRows::kNoPage
                                                : static_cast<uint32_t>(count));
      if (!value.is_null()) new (values + count++) Value(value);
    }
    if (count > ViewLimits::kRowsMax) {
      co_return Result<RelatedRows>(fail(Code::kInvalidArgument,
                                         "The expansion leads from too many rows: lower the limit.",
                                         "expansion-limit"));
    }
    PagesWanted wanted;
    wanted.resource = related.resource;
    wanted.by = to_one ? related.resource->key : relation.property;
    wanted.values = {values, count};
    wanted.with_code = related.resource->shows_code() && is_seen(*call_);
    Task<Result<PagesFound>> finding = find_pages(*call_, wanted);
    Result<PagesFound> found = co_await finding;
    if (!found) co_return Result<RelatedRows>(pass(found));
    related.pages = found->pages;
    related.next = found->next;
    size_t first = 0;
    for (const Page& page : related.pages) {
      related.first_row.push_back(first);
      first += page.rows.size();
    }
    co_return Result<RelatedRows>(std::move(related));
  }

  Call* call_;
  const Plan* plan_;
};

// Writes rows with their relations.
class ViewWriter {
 public:
  ViewWriter(Call& call, Timestamp now) : call_(&call), out_(&call.answer.text), now_(now) {}

  void write(const Resource& resource, const Row& row, size_t index, const FieldChoice& fields,
             const std::vector<RelatedRows>& related) {
    const size_t begin = out_->size();
    if (fields.is_all()) {
      append_row(*out_, resource, row, RowReader::kClient, now_);
    } else {
      write_fields(resource, row, fields);
    }
    if (related.empty()) return;
    out_->pop_back();  // The closing brace.
    if (out_->size() > begin + 1) *out_ += ',';
    *out_ += "\"expand\":{";
    for (size_t i = 0; i < related.size(); ++i) {
      if (i > 0) *out_ += ',';
      write_related(related[i], index);
    }
    *out_ += "}}";
  }

 private:
  void write_fields(const Resource& resource, const Row& row, const FieldChoice& fields) {
    char separator = '{';
    for_each_member(resource, [&](size_t member) {
      if (!fields.wanted[member]) return;
      const size_t before = out_->size();
      *out_ += separator;
      if (!append_member(*out_, resource, row, member, now_)) {
        out_->resize(before);
        return;
      }
      separator = ',';
      const bool stored = member < resource.properties.size();
      if (stored && !fields.inner[member].empty()) keep_inner(before, fields.inner[member]);
    });
    if (separator == '{') *out_ += '{';
    *out_ += '}';
  }

  // Leaves of the member written last, an object, only the members named.
  void keep_inner(size_t member_begin, const std::vector<std::string_view>& names) {
    // Behind the separator stands the quoted name and a colon.
    const std::string_view written = std::string_view(*out_).substr(member_begin + 1);
    const size_t value_begin = member_begin + 1 + end_of_string(written) + 1;
    const std::string text = out_->substr(value_begin);
    Result<JsonValue> value = call_->worker->scratch_parser().parse(text, {kJsonDepthMax});
    if (!value || !value->is_object()) return;
    out_->resize(value_begin);
    char separator = '{';
    for (const auto [name, inner] : value->members()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) continue;
      *out_ += separator;
      separator = ',';
      json_append_string(*out_, name);
      *out_ += ':';
      *out_ += json_text(inner);
    }
    if (separator == '{') *out_ += '{';
    *out_ += '}';
  }

  // Bytes of the JSON string that `text` begins with.
  static size_t end_of_string(std::string_view text) {
    size_t at = 1;
    while (text[at] != '"') at += text[at] == '\\' ? 2 : 1;
    return at + 1;
  }

  void write_related(const RelatedRows& related, size_t index) {
    json_append_string(*out_, related.name);
    *out_ += ':';
    const uint32_t at = related.page_of[index];
    const bool to_one = related.relation->kind == Relation::Kind::kToOne;
    const Page page = at == RelatedRows::kNoPage ? Page{} : related.pages[at];
    if (to_one) {
      if (page.rows.empty()) {
        *out_ += "null";
      } else {
        write(*related.resource, page.rows[0], related.first_row[at], {}, related.below);
      }
      return;
    }
    *out_ += "{\"items\":[";
    for (size_t i = 0; i < page.rows.size(); ++i) {
      if (i > 0) *out_ += ',';
      write(*related.resource, page.rows[i], related.first_row[at] + i, {}, related.below);
    }
    *out_ += ']';
    if (at != RelatedRows::kNoPage && !related.next[at].empty()) {
      *out_ += ",\"next\":";
      json_append_string(*out_, related.next[at]);
    }
    *out_ += '}';
  }

  Call* call_;
  std::string* out_;
  Timestamp now_;
};

}  // namespace

namespace {

bool wants_code(const Resource& resource, const FieldChoice& fields) {
  for (size_t i = 0; i < resource.computed.size(); ++i) {
    if (!resource.computed[i].by_code) continue;
    if (fields.is_all() || fields.wanted[resource.properties.size() + i]) return true;
  }
  return false;
}

bool shows_code(const std::vector<RelatedRows>& related) {
  return std::ranges::any_of(related, [](const RelatedRows& one) {
    return one.resource->shows_code() || shows_code(one.below);
  });
}

}  // namespace

bool is_seen(const Call& call) {
  return call.input.method != Method::kHead;
}

Task<std::optional<std::span<const Row>>> compute_shown(Call& call, std::span<const Row> rows,
                                                        const RowView& view) {
  using Shown = std::optional<std::span<const Row>>;
  if (!view.shows_code || !is_seen(call)) co_return Shown(rows);
  const RowsToShow page{resource_of(call), rows, *call.arena};
  Task<Result<std::span<const Row>>> computing = compute_rows(call, page);
  Result<std::span<const Row>> computed = co_await computing;
  if (computed) co_return Shown(*computed);
  refuse_rows(call, std::move(computed.error()));
  co_return std::nullopt;
}

void mark_view(Call& call, const RowView& view) {
  call.answer.length_unknown = view.shows_code && !is_seen(call);
  // A choice of fields leaves out what the schema may require.
  call.answer.conforms = call.answer.length_unknown || !view.fields.is_all();
}

std::optional<RowView> read_view(Call& call) {
  const Projection& projection = call.operation->resource->projection;
  RowView view;
  if (!read_fields(call, projection, view)) return std::nullopt;
  if (!read_expansions(call, projection, view)) return std::nullopt;
  const bool may_compute = !view.expansions.empty() || resource_of(call).shows_time();
  if (may_compute) view.now = call.worker->clock().wall();
  view.shows_code = wants_code(resource_of(call), view.fields);
  return view;
}

Task<bool> fetch_related(Call& call, std::span<const Row> rows, RowView& view) {
  if (view.expansions.empty()) co_return true;
  Paths paths;
  for (const Expansion* const expansion : view.expansions) paths.push_back(expansion->relations);
  RelationReader reader(call);
  Result<std::vector<RelatedRows>> related = co_await reader.read(
      resource_of(call), std::vector<Row>(rows.begin(), rows.end()), std::move(paths));
  if (!related) co_return refuse_rows(call, std::move(related.error()));
  view.related = std::move(*related);
  view.shows_code = view.shows_code || shows_code(view.related);
  co_return true;
}

void append_view(Call& call, const Row& row, size_t index, const RowView& view) {
  ViewWriter(call, view.now).write(resource_of(call), row, index, view.fields, view.related);
}

}  // namespace servanda::internal

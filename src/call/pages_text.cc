// SPDX-License-Identifier: Apache-2.0
#include "call/pages_text.h"

#include <algorithm>
#include <cstdint>

#include "call/computed_values.h"
#include "call/resource_rows.h"
#include "call/row_view.h"

namespace servanda::internal {
namespace {

constexpr JsonLimits kLimits{kJsonDepthMax, 10'000'000};

void append_member(std::string& out, std::string_view name, std::string_view json, bool& first) {
  if (!first) out += ',';
  first = false;
  json_append_string(out, name);
  out += ':';
  out += json;
}

void append_row(std::string& out, const Resource& resource, const Row& row) {
  out += "{\"version\":" + std::to_string(row.version) + ",\"values\":{";
  bool first = true;
  std::string value;
  for (size_t i = 0; i < resource.properties.size(); ++i) {
    if (row.values[i].is_null()) continue;
    value.clear();
    append_value(value, resource.properties[i].type, row.values[i]);
    append_member(out, resource.properties[i].name, value, first);
  }
  for (size_t i = 0; i < resource.computed.size(); ++i) {
    if (!resource.computed[i].by_code) continue;
    const std::string_view made = code_value(resource, row, i);
    if (!made.empty()) append_member(out, resource.computed[i].name, made, first);
  }
  out += "}}";
}

// The value in memory of its own; nothing where the column cannot hold it.
std::optional<Value> kept_value(ColumnType type, JsonValue json, Arena& arena) {
  std::optional<Value> value = value_from_json(type, json, arena);
  if (value && type == ColumnType::kText) value->text = arena.copy(value->text);
  return value;
}

std::optional<Row> read_row(JsonValue json, const Resource& resource, Arena& arena) {
  const JsonValue version = json.find("version");
  const JsonValue members = json.find("values");
  if (!version.exists() || version.kind() != JsonKind::kInteger) return std::nullopt;
  if (!members.exists() || !members.is_object()) return std::nullopt;
  const size_t stored = resource.properties.size();
  const size_t width = stored + resource.computed.size();
  Value* const values = arena.array<Value>(width);
  for (size_t i = 0; i < width; ++i) {
    new (values + i) Value(Value::null());
    const bool is_stored = i < stored;
    if (!is_stored && !resource.computed[i - stored].by_code) continue;
    const JsonValue member =
        members.find(is_stored ? resource.properties[i].name : resource.computed[i - stored].name);
    if (!member.exists()) continue;
    if (!is_stored) {
      values[i] = Value::of_text(arena.copy(json_text(member)));
      continue;
    }
    const std::optional<Value> value = kept_value(resource.properties[i].type, member, arena);
    if (!value) return std::nullopt;
    values[i] = *value;
  }
  if (values[resource.key].is_null()) return std::nullopt;
  return Row{{values, width}, version.integer()};
}

std::optional<Page> read_page(JsonValue json, const Resource& resource, Arena& arena) {
  const JsonValue list = json.find("rows");
  const JsonValue more = json.find("more");
  if (!list.exists() || !list.is_array()) return std::nullopt;
  Row* const rows = arena.array<Row>(list.size());
  size_t count = 0;
  for (const JsonValue item : list.items()) {
    if (!item.is_object()) return std::nullopt;
    const std::optional<Row> row = read_row(item, resource, arena);
    if (!row) return std::nullopt;
    new (rows + count++) Row(*row);
  }
  const bool is_more = more.exists() && more.kind() == JsonKind::kBoolean && more.boolean();
  return Page{{rows, count}, is_more};
}

// Whether rows are looked for by the property: it is the key, or names rows.
bool is_looked_by(const Resource& resource, uint16_t property) {
  return property == resource.key || resource.properties[property].references.has_value();
}

std::string_view text_of(JsonValue object, std::string_view name) {
  const JsonValue member = object.find(name);
  return member.exists() && member.is_string() ? member.text() : std::string_view();
}

}  // namespace

void append_pages_wanted(std::string& out, const PagesWanted& wanted) {
  const Property& by = wanted.resource->properties[wanted.by];
  out += "{\"resource\":";
  json_append_string(out, wanted.resource->name);
  out += ",\"by\":";
  json_append_string(out, by.name);
  out += wanted.with_code ? ",\"code\":true,\"values\":[" : ",\"values\":[";
  for (size_t i = 0; i < wanted.values.size(); ++i) {
    if (i > 0) out += ',';
    append_value(out, by.type, wanted.values[i]);
  }
  out += "]}";
}

std::optional<PagesWanted> read_pages_wanted(std::string_view text, const Plan& plan, Arena& arena,
                                             JsonParser& parser) {
  const Result<JsonValue> json = parser.parse(text, kLimits);
  if (!json || !json->is_object()) return std::nullopt;
  const auto resource =
      std::ranges::find(plan.resources, text_of(*json, "resource"), &Resource::name);
  if (resource == plan.resources.end()) return std::nullopt;
  const auto by = resource->property_index(text_of(*json, "by"));
  if (!by || !is_looked_by(*resource, static_cast<uint16_t>(*by))) return std::nullopt;
  const JsonValue list = json->find("values");
  if (!list.exists() || !list.is_array() || list.size() > ViewLimits::kRowsMax) return std::nullopt;
  Value* const values = arena.array<Value>(list.size());
  size_t count = 0;
  for (const JsonValue item : list.items()) {
    const std::optional<Value> value = kept_value(resource->properties[*by].type, item, arena);
    if (!value || value->is_null()) return std::nullopt;
    new (values + count++) Value(*value);
  }
  const JsonValue code = json->find("code");
  PagesWanted wanted;
  wanted.resource = &*resource;
  wanted.by = static_cast<uint16_t>(*by);
  wanted.values = {values, count};
  wanted.with_code = code.exists() && code.kind() == JsonKind::kBoolean && code.boolean();
  return wanted;
}

void append_pages(std::string& out, const Resource& resource, const PagesFound& found) {
  out += "{\"pages\":[";
  for (size_t i = 0; i < found.pages.size(); ++i) {
    if (i > 0) out += ',';
    out += "{\"rows\":[";
    for (size_t j = 0; j < found.pages[i].rows.size(); ++j) {
      if (j > 0) out += ',';
      append_row(out, resource, found.pages[i].rows[j]);
    }
    out += found.pages[i].more ? "],\"more\":true" : "]";
    if (!found.next[i].empty()) {
      out += ",\"next\":";
      json_append_string(out, found.next[i]);
    }
    out += '}';
  }
  out += "]}";
}

std::optional<PagesFound> read_pages(std::string_view text, const Resource& resource, size_t count,
                                     Arena& arena, JsonParser& parser) {
  const Result<JsonValue> json = parser.parse(text, kLimits);
  if (!json || !json->is_object()) return std::nullopt;
  const JsonValue list = json->find("pages");
  if (!list.exists() || !list.is_array() || list.size() != count) return std::nullopt;
  Page* const pages = arena.array<Page>(count);
  auto* const next = arena.array<std::string_view>(count);
  size_t read = 0;
  for (const JsonValue item : list.items()) {
    if (!item.is_object()) return std::nullopt;
    const std::optional<Page> page = read_page(item, resource, arena);
    if (!page) return std::nullopt;
    new (pages + read) Page(*page);
    new (next + read++) std::string_view(arena.copy(text_of(item, "next")));
  }
  return PagesFound{{pages, count}, {next, count}};
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/schema_names.h"

#include <set>
#include <string>
#include <string_view>

#include "base/text.h"
#include "store/sqlite/schema_advice.h"
#include "store/sqlite/table.h"

namespace servanda::internal {
namespace {

class NameCheck {
 public:
  // Whether `name` is new among those of this check, ASCII case aside.
  [[nodiscard]] bool add(std::string_view name) { return names_.insert(to_lower(name)).second; }

 private:
  std::set<std::string> names_;
};

bool is_reserved(std::string_view name) {
  const std::string lower = to_lower(name);
  return lower.empty() || lower[0] == '_' || lower.starts_with("sqlite_") ||
         lower.find('\0') != std::string::npos;
}

void check_columns(const Resource& resource, std::vector<SchemaRefusal>& refusals) {
  size_t count = 1;  // The version.
  NameCheck names;
  (void)names.add("_version");
  for (const Property& property : resource.properties) {
    const bool decimal = property.type == ColumnType::kDecimal;
    count += decimal ? 2 : 1;
    if (property.column.empty() || property.column.find('\0') != std::string::npos ||
        !names.add(property.column) || (decimal && !names.add(order_column(property.column)))) {
      refusals.push_back({resource.table,
                          property.column,
                          column_text(resource, property.column) +
                              " has a name that is taken or cannot be used; give property \"" +
                              property.name + "\" another with x-servanda: {column: {name: ...}}.",
                          {}});
    }
  }
  if (count > kTableColumnsMax) {
    refusals.push_back({resource.table,
                        "",
                        "Table \"" + resource.table + "\" would have " + std::to_string(count) +
                            " columns and the store takes " + std::to_string(kTableColumnsMax) +
                            "; put properties together into an object or split the resource.",
                        {}});
  }
  const Property& key = resource.properties[resource.key];
  if (key.type == ColumnType::kJson || key.type == ColumnType::kNumber ||
      key.type == ColumnType::kDecimal) {
    refusals.push_back({resource.table,
                        key.column,
                        column_text(resource, key.column) + " is a " +
                            std::string(type_word(key.type)) +
                            " and cannot be the key; use a string, a uuid or an integer.",
                        {}});
  }
}

}  // namespace

std::vector<SchemaRefusal> check_names(std::span<const Resource> resources) {
  std::vector<SchemaRefusal> refusals;
  NameCheck names;  // Tables and indexes share one space of names.
  for (const Resource& resource : resources) {
    if (is_reserved(resource.table) || !names.add(resource.table)) {
      refusals.push_back({resource.table,
                          "",
                          "Table \"" + resource.table + "\" of resource \"" + resource.name +
                              "\" has a name that is taken or reserved; give it another with "
                              "x-servanda: {resource: {table: ...}}.",
                          {}});
    }
    check_columns(resource, refusals);
    for (const Index& index : resource.indexes) {
      if (!is_reserved(index.name) && names.add(index.name)) continue;
      refusals.push_back({resource.table,
                          index.name,
                          "Index \"" + index.name + "\" of table \"" + resource.table +
                              "\" has a name that is taken or reserved.",
                          {}});
    }
  }
  return refusals;
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/table.h"

#include <array>
#include <utility>

namespace servanda::internal {
namespace {

constexpr std::string_view kVersion = "\"_version\"";

// Texts joined with ", ".
class Listing {
 public:
  void add(std::string_view text) {
    if (!text_.empty()) text_ += ", ";
    text_ += text;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string unique_sql(const TableShape& shape, const std::vector<uint16_t>& properties,
                       const std::string& key_column) {
  std::string sql = "SELECT 1 FROM " + shape.table + " WHERE ";
  for (const uint16_t property : properties) sql += shape.compared[property] + " = ? AND ";
  if (shape.soft_delete) sql += shape.compared[shape.soft_delete->deleted] + " IS NULL AND ";
  return sql + key_column + " <> ? LIMIT 1";
}

void make_soft_delete_statements(TableShape& shape, const std::string& by_key) {
  const std::string& deleted = shape.compared[shape.soft_delete->deleted];
  const std::string gone = deleted + " <= ?";
  shape.exists_sql = "SELECT " + deleted + " IS NOT NULL FROM " + shape.table + by_key;
  shape.drop_gone_sql = shape.remove_any_sql + " AND " + gone;
  shape.sweep_sql = "DELETE FROM " + shape.table + " WHERE _rowid_ IN (SELECT _rowid_ FROM " +
                    shape.table + " WHERE " + gone + " LIMIT ?)";
}

// One run that finds several rows opens the table once. The names cannot be those of columns.
std::string select_keys_sql(const TableShape& shape, const std::string& key_column) {
  Listing places;
  for (size_t i = 0; i < TableShape::kKeysAtOnce; ++i) {
    places.add("(" + std::to_string(i) + ", ?)");
  }
  return R"(WITH "?keys"("?place", "?key") AS (VALUES )" + places.text() + ") SELECT " +
         shape.columns + R"(, "?place" FROM "?keys" CROSS JOIN )" + shape.table + " ON " +
         key_column + R"( = "?key")";
}

void make_statements(TableShape& shape, const Resource& resource) {
  Listing columns;
  Listing slots;
  Listing changes;
  for (const Property& property : resource.properties) {
    columns.add(quoted(property.column));
    slots.add("?");
    changes.add(quoted(property.column) + " = ?");
  }
  shape.columns = columns.text() + ", " + std::string(kVersion);
  for (const uint16_t decimal : shape.decimals) {
    columns.add(shape.compared[decimal]);
    slots.add("?");
    changes.add(shape.compared[decimal] + " = ?");
  }
  const std::string key_column = quoted(resource.properties[resource.key].column);
  const std::string by_key = " WHERE " + key_column + " = ?";
  const std::string by_version = " AND " + std::string(kVersion) + " = ?";
  const std::string& table = shape.table;
  shape.select_sql = "SELECT " + shape.columns + " FROM " + table + by_key;
  shape.select_keys_sql = select_keys_sql(shape, key_column);
  shape.insert_sql = "INSERT INTO " + table + " (" + columns.text() + ", " + std::string(kVersion) +
                     ") VALUES (" + slots.text() + ", 1)";
  shape.update_any_sql = "UPDATE " + table + " SET " + changes.text() + ", " +
                         std::string(kVersion) + " = " + std::string(kVersion) + " + 1" + by_key;
  shape.update_sql = shape.update_any_sql + by_version;
  shape.remove_any_sql = "DELETE FROM " + table + by_key;
  shape.remove_sql = shape.remove_any_sql + by_version;
  shape.exists_sql = "SELECT 0 FROM " + table + by_key;
  shape.count_sql = "SELECT count(*) FROM " + table;
  shape.span_sql =
      "SELECT (SELECT max(_rowid_) FROM " + table + ") - (SELECT min(_rowid_) FROM " + table + ")";
  if (shape.soft_delete) make_soft_delete_statements(shape, by_key);
  for (const std::vector<uint16_t>& unique : shape.uniques) {
    shape.unique_sqls.push_back(unique_sql(shape, unique, key_column));
  }
}

TableShape make_shape(const Resource& resource) {
  TableShape shape;
  shape.key = resource.key;
  shape.soft_delete = resource.soft_delete;
  shape.table = quoted(resource.table);
  shape.key_index = quoted("sqlite_autoindex_" + resource.table + "_1");
  for (size_t i = 0; i < resource.properties.size(); ++i) {
    const Property& property = resource.properties[i];
    shape.types.push_back(property.type);
    shape.names.push_back(property.name);
    shape.compared.push_back(quoted(comparison_column(property)));
    if (property.type == ColumnType::kDecimal) shape.decimals.push_back(static_cast<uint16_t>(i));
  }
  for (const Index& index : resource.indexes) {
    if (!index.unique) continue;
    std::vector<uint16_t> properties;
    for (const IndexKey& key : index.keys) properties.push_back(key.property);
    shape.uniques.push_back(std::move(properties));
  }
  make_statements(shape, resource);
  return shape;
}

// Everything that tells two shapes apart. Names of properties may hold any character, so each part
// carries its length.
std::string layout_of(const TableShape& shape) {
  std::string text = shape.insert_sql + ';' + std::to_string(shape.key) + ';';
  for (const std::string& sql : shape.unique_sqls) text += sql + ';';
  if (shape.soft_delete) {
    text += shape.drop_gone_sql + ';' + std::to_string(shape.soft_delete->restore.ns) + ';';
  }
  for (size_t i = 0; i < shape.names.size(); ++i) {
    text += std::to_string(shape.names[i].size()) + ':' + shape.names[i];
    text += type_word(shape.types[i]);
  }
  return text;
}

}  // namespace

std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

std::string order_column(std::string_view column) {
  return std::string(column) + "#order";
}

std::string comparison_column(const Property& property) {
  return property.type == ColumnType::kDecimal ? order_column(property.column) : property.column;
}

std::string_view storage_class(ColumnType type) {
  switch (type) {
    case ColumnType::kText:
    case ColumnType::kDecimal:
    case ColumnType::kJson:
      return "TEXT";
    case ColumnType::kUuid:
      return "BLOB";
    case ColumnType::kNumber:
      return "REAL";
    case ColumnType::kTimestamp:
    case ColumnType::kDate:
    case ColumnType::kInteger:
    case ColumnType::kBoolean:
      break;
  }
  return "INTEGER";
}

std::string_view type_word(ColumnType type) {
  static constexpr std::array<std::string_view, 9> kWords = {
      "text", "uuid", "timestamp", "date", "decimal", "integer", "number", "boolean", "json"};
  return kWords[static_cast<size_t>(type)];
}

std::shared_ptr<const TableShape> ShapeRegistry::shape_of(const Resource& resource) {
  TableShape made = make_shape(resource);
  const std::string layout = layout_of(made);
  const std::lock_guard lock(mutex_);
  std::erase_if(by_layout_, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<const TableShape>& known = by_layout_[layout];
  if (std::shared_ptr<const TableShape> shape = known.lock()) return shape;
  made.id = next_id_++;
  auto shape = std::make_shared<const TableShape>(std::move(made));
  known = shape;
  return shape;
}

}  // namespace servanda::internal

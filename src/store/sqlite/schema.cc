// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/schema.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "store/sqlite/table.h"

namespace servanda::internal {
namespace {

constexpr std::string_view kRoleKey = "key";
constexpr std::string_view kRoleRequired = "required";
constexpr std::string_view kRoleOptional = "optional";
constexpr std::string_view kRoleRetired = "retired";

constexpr const char* kSystemTables = R"(
CREATE TABLE _servanda (name TEXT NOT NULL PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE _servanda_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, type TEXT NOT NULL, role TEXT NOT NULL,
  PRIMARY KEY (table_name, column_name)) STRICT, WITHOUT ROWID;
CREATE TABLE _servanda_idempotency (
  scope BLOB NOT NULL UNIQUE, fingerprint BLOB NOT NULL, status INTEGER NOT NULL,
  fields TEXT NOT NULL, body BLOB NOT NULL, completed_at INTEGER NOT NULL) STRICT;
CREATE INDEX _servanda_idempotency_completed ON _servanda_idempotency (completed_at);
)";

std::unexpected<Error> conflict(std::string message) {
  return fail(Code::kConflict, std::move(message), "migration");
}

std::string column_text(const Resource& resource, std::string_view column) {
  return "Column \"" + std::string(column) + "\" of table \"" + resource.table + "\"";
}

std::string_view role_of(const Resource& resource, size_t property) {
  if (property == resource.key) return kRoleKey;
  const Property& p = resource.properties[property];
  return p.required && !p.nullable ? kRoleRequired : kRoleOptional;
}

std::string create_table_sql(const Resource& resource) {
  std::string sql = "CREATE TABLE " + quoted(resource.table) + " (";
  for (size_t i = 0; i < resource.properties.size(); ++i) {
    const Property& property = resource.properties[i];
    sql += quoted(property.column) + ' ' + std::string(storage_class(property.type));
    if (i == resource.key) sql += " NOT NULL PRIMARY KEY";
    sql += ", ";
  }
  for (const Property& property : resource.properties) {
    if (property.type != ColumnType::kDecimal) continue;
    sql += quoted(order_column(property.column)) + " BLOB, ";
  }
  return sql + "\"_version\" INTEGER NOT NULL) STRICT";
}

// SQLite keeps the text of CREATE INDEX as it was given, so that equal texts are equal indexes.
std::string create_index_sql(const Resource& resource, const Index& index) {
  std::string sql = index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  sql += quoted(index.name) + " ON " + quoted(resource.table) + " (";
  for (const IndexKey& key : index.keys) {
    if (&key != index.keys.data()) sql += ", ";
    sql += quoted(comparison_column(resource.properties[key.property]));
    if (key.descending) sql += " DESC";
  }
  return sql + ")";
}

// Names that SQLite would take for one another are refused here, before any SQL is made of them.
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

Result<void> check_columns(const Resource& resource) {
  size_t count = 1;  // The version.
  NameCheck names;
  (void)names.add("_version");
  for (const Property& property : resource.properties) {
    const bool decimal = property.type == ColumnType::kDecimal;
    count += decimal ? 2 : 1;
    if (property.column.empty() || property.column.find('\0') != std::string::npos ||
        !names.add(property.column) || (decimal && !names.add(order_column(property.column)))) {
      return conflict(column_text(resource, property.column) +
                      " has a name that is taken or cannot be used; give property \"" +
                      property.name + "\" another with x-servanda: {column: {name: ...}}.");
    }
  }
  if (count > kTableColumnsMax) {
    return conflict("Table \"" + resource.table + "\" would have " + std::to_string(count) +
                    " columns and the store takes " + std::to_string(kTableColumnsMax) +
                    "; put properties together into an object or split the resource.");
  }
  const ColumnType key = resource.properties[resource.key].type;
  if (key == ColumnType::kJson || key == ColumnType::kNumber || key == ColumnType::kDecimal) {
    return conflict(column_text(resource, resource.properties[resource.key].column) + " is a " +
                    std::string(type_word(key)) +
                    " and cannot be the key; use a string, a uuid or an integer.");
  }
  return {};
}

Result<void> check_names(std::span<const Resource> resources) {
  NameCheck names;  // Tables and indexes share one space of names.
  for (const Resource& resource : resources) {
    if (is_reserved(resource.table) || !names.add(resource.table)) {
      return conflict("Table \"" + resource.table + "\" of resource \"" + resource.name +
                      "\" has a name that is taken or reserved; give it another with "
                      "x-servanda: {resource: {table: ...}}.");
    }
    Result<void> columns = check_columns(resource);
    if (!columns) return pass(columns);
    for (const Index& index : resource.indexes) {
      if (is_reserved(index.name) || !names.add(index.name)) {
        return conflict("Index \"" + index.name + "\" of table \"" + resource.table +
                        "\" has a name that is taken or reserved.");
      }
    }
  }
  return {};
}

struct StoredColumn {
  std::string type;
  std::string role;
};
using StoredColumns = std::map<std::string, StoredColumn, std::less<>>;

// One run of apply_schema(), inside its transaction.
class SchemaChange {
 public:
  explicit SchemaChange(Database& database) : database_(database) {}

  Result<void> load() {
    Result<Statement> rows =
        database_.prepare("SELECT table_name, column_name, type, role FROM _servanda_columns");
    if (!rows) return pass(rows);
    Step step = rows->step();
    for (; step == Step::kRow; step = rows->step()) {
      stored_[std::string(rows->text(0))][std::string(rows->text(1))] = {
          std::string(rows->text(2)), std::string(rows->text(3))};
    }
    return done(step, "reading the schema");
  }

  Result<void> apply(const Resource& resource) {
    const auto found = stored_.find(resource.table);
    Result<void> table = found == stored_.end() ? create(resource) : alter(resource, found->second);
    if (!table) return pass(table);
    return apply_indexes(resource);
  }

 private:
  Result<void> done(Step step, std::string_view doing) const {
    if (step == Step::kFailed) return std::unexpected<Error>(database_.error(doing));
    return {};
  }

  Result<bool> any_row(const Resource& resource, const std::string& condition) {
    Result<int64_t> found =
        database_.query_integer("SELECT 1 FROM " + quoted(resource.table) + condition + " LIMIT 1");
    if (!found) return pass(found);
    return *found == 1;
  }

  Result<void> remember(const Resource& resource, std::string_view column, std::string_view type,
                        std::string_view role) {
    Result<Statement> statement = database_.prepare(
        "INSERT OR REPLACE INTO _servanda_columns (table_name, column_name, type, role) "
        "VALUES (?, ?, ?, ?)");
    if (!statement) return pass(statement);
    statement->bind_text(1, resource.table);
    statement->bind_text(2, column);
    statement->bind_text(3, type);
    statement->bind_text(4, role);
    return done(statement->step(), "writing the schema");
  }

  Result<void> create(const Resource& resource) {
    Result<void> created = database_.execute(create_table_sql(resource));
    if (!created) {
      if (database_.failure() != DatabaseFailure::kOther) return pass(created);
      return conflict("Table \"" + resource.table +
                      "\" is in the store already, made by something else; rename or drop it.");
    }
    for (size_t i = 0; i < resource.properties.size(); ++i) {
      const Property& property = resource.properties[i];
      Result<void> kept =
          remember(resource, property.column, type_word(property.type), role_of(resource, i));
      if (!kept) return pass(kept);
    }
    return {};
  }

  Result<void> alter(const Resource& resource, const StoredColumns& stored) {
    std::set<std::string_view> wanted;
    for (size_t i = 0; i < resource.properties.size(); ++i) {
      wanted.insert(resource.properties[i].column);
      const auto found = stored.find(resource.properties[i].column);
      Result<void> column = found == stored.end() ? add_column(resource, i)
                                                  : alter_column(resource, i, found->second);
      if (!column) return pass(column);
    }
    for (const auto& [name, column] : stored) {
      if (wanted.contains(name) || column.role == kRoleRetired) continue;
      Result<void> retired = retire_column(resource, name, column);
      if (!retired) return pass(retired);
    }
    return {};
  }

  Result<void> add_column(const Resource& resource, size_t index) {
    const Property& property = resource.properties[index];
    const std::string_view role = role_of(resource, index);
    if (role == kRoleKey) {
      return conflict("The key of table \"" + resource.table + "\" would become column \"" +
                      property.column +
                      "\", and a key cannot change; make a new resource with the new key, copy the "
                      "rows over, then drop the old one.");
    }
    if (role == kRoleRequired) {
      Result<bool> rows = any_row(resource, "");
      if (!rows) return pass(rows);
      if (*rows) {
        return conflict(column_text(resource, property.column) +
                        " is new and required, and the rows that are there have no value for it; "
                        "make property \"" +
                        property.name + "\" optional, fill it in every row, then require it.");
      }
    }
    std::string sql = "ALTER TABLE " + quoted(resource.table) + " ADD COLUMN ";
    std::string all =
        sql + quoted(property.column) + ' ' + std::string(storage_class(property.type)) + ';';
    if (property.type == ColumnType::kDecimal) {
      all += sql + quoted(order_column(property.column)) + " BLOB;";
    }
    Result<void> added = database_.execute(all);
    if (!added) return pass(added);
    return remember(resource, property.column, type_word(property.type), role);
  }

  Result<void> alter_column(const Resource& resource, size_t index, const StoredColumn& stored) {
    const Property& property = resource.properties[index];
    const std::string_view role = role_of(resource, index);
    if (stored.type != type_word(property.type)) {
      return conflict(column_text(resource, property.column) + " holds " + stored.type +
                      " and property \"" + property.name + "\" is now " +
                      std::string(type_word(property.type)) +
                      "; give the property a new column with x-servanda: {column: {name: ...}}, "
                      "fill it from the old one, then remove the old property.");
    }
    if ((stored.role == kRoleKey) != (role == kRoleKey)) {
      return conflict(column_text(resource, property.column) +
                      (role == kRoleKey ? " would become the key" : " would no longer be the key") +
                      ", and a key cannot change; make a new resource with the new key, copy the "
                      "rows over, then drop the old one.");
    }
    if (stored.role == role) return {};
    if (role == kRoleRequired) {
      Result<bool> gaps = any_row(resource, " WHERE " + quoted(property.column) + " IS NULL");
      if (!gaps) return pass(gaps);
      if (*gaps) {
        return conflict(column_text(resource, property.column) +
                        " becomes required, and there are rows without a value; fill property \"" +
                        property.name + "\" in every row first.");
      }
    }
    return remember(resource, property.column, stored.type, role);
  }

  Result<void> retire_column(const Resource& resource, const std::string& name,
                             const StoredColumn& stored) {
    Result<bool> values = any_row(resource, " WHERE " + quoted(name) + " IS NOT NULL");
    if (!values) return pass(values);
    if (*values) {
      return conflict(column_text(resource, name) +
                      " holds values, and no property of resource \"" + resource.name +
                      "\" has it any more; put the property back, or, if it was renamed, write "
                      "x-servanda: {column: {name: " +
                      name + "}} at the new one.");
    }
    return remember(resource, name, stored.type, kRoleRetired);
  }

  Result<void> apply_indexes(const Resource& resource) {
    std::map<std::string, const Index*> missing;  // By the SQL that makes them.
    for (const Index& index : resource.indexes) missing[create_index_sql(resource, index)] = &index;
    Result<std::vector<std::string>> outdated = split_indexes(resource, missing);
    if (!outdated) return pass(outdated);
    for (const std::string& name : *outdated) {
      Result<void> dropped = database_.execute("DROP INDEX " + quoted(name));
      if (!dropped) return pass(dropped);
    }
    for (const auto& [sql, index] : missing) {
      Result<void> created = database_.execute(sql);
      if (created) continue;
      if (database_.failure() != DatabaseFailure::kUnique) return pass(created);
      return duplicates(resource, *index);
    }
    return {};
  }

  // Takes what the table has out of `missing` and returns the names of what it should not have.
  Result<std::vector<std::string>> split_indexes(const Resource& resource,
                                                 std::map<std::string, const Index*>& missing) {
    Result<Statement> rows = database_.prepare(
        "SELECT name, sql FROM sqlite_schema "
        "WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL");
    if (!rows) return pass(rows);
    rows->bind_text(1, resource.table);
    std::vector<std::string> outdated;
    Step step = rows->step();
    for (; step == Step::kRow; step = rows->step()) {
      if (missing.erase(std::string(rows->text(1))) == 0) outdated.emplace_back(rows->text(0));
    }
    Result<void> read = done(step, "reading the schema");
    if (!read) return pass(read);
    return outdated;
  }

  static std::unexpected<Error> duplicates(const Resource& resource, const Index& index) {
    std::string columns;
    for (const IndexKey& key : index.keys) {
      if (!columns.empty()) columns += ", ";
      columns += '"' + resource.properties[key.property].column + '"';
    }
    return conflict("Table \"" + resource.table + "\" has rows with equal values in " + columns +
                    ", which the contract now declares unique; make them differ first.");
  }

  Database& database_;
  std::map<std::string, StoredColumns, std::less<>> stored_;
};

Result<void> apply_all(Database& database, std::span<const Resource> resources,
                       std::string_view contract_hash) {
  SchemaChange change(database);
  Result<void> loaded = change.load();
  if (!loaded) return pass(loaded);
  for (const Resource& resource : resources) {
    Result<void> applied = change.apply(resource);
    if (!applied) return pass(applied);
  }
  Result<Statement> hash = database.prepare(
      "INSERT INTO _servanda (name, value) VALUES ('contract', ?1) "
      "ON CONFLICT DO UPDATE SET value = ?1 WHERE value <> ?1");
  if (!hash) return pass(hash);
  hash->bind_text(1, contract_hash);
  if (hash->step() == Step::kFailed) {
    return std::unexpected<Error>(database.error("writing the schema"));
  }
  return {};
}

// Runs `work` in one write transaction: committed when it succeeds, otherwise without effect.
template <typename Work>
Result<void> in_transaction(Database& database, const Work& work) {
  Result<void> begun = database.execute("BEGIN IMMEDIATE");
  if (!begun) return pass(begun);
  Result<void> worked = work();
  if (worked) worked = database.execute("COMMIT");
  if (!worked && database.in_transaction()) {
    // Nothing follows from its failure: closing the connection rolls back as well.
    (void)database.execute("ROLLBACK");
  }
  return worked;
}

Result<void> create_system_tables(Database& database, Timestamp now) {
  return in_transaction(database, [&]() -> Result<void> {
    Result<void> created = database.execute(kSystemTables);
    if (!created) return pass(created);
    return database.execute("INSERT INTO _servanda (name, value) VALUES ('format', " +
                            std::to_string(kStoreFormat) + "), ('created', " +
                            std::to_string(now.us) + "), ('contract', '')");
  });
}

}  // namespace

Result<void> open_schema(Database& database, Timestamp now) {
  Result<int64_t> tables = database.query_integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return pass(tables);
  if (*tables == 0) return create_system_tables(database, now);
  Result<int64_t> ours = database.query_integer(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '_servanda'");
  if (!ours) return pass(ours);
  if (*ours == 0) {
    return fail(Code::kConflict,
                "The file is an SQLite database of another program; choose another directory.",
                "not-a-store");
  }
  Result<int64_t> format =
      database.query_integer("SELECT value FROM _servanda WHERE name = 'format'");
  if (!format) return pass(format);
  if (*format > kStoreFormat) {
    return fail(Code::kConflict,
                "The store has format " + std::to_string(*format) +
                    ", written by a newer release; this release knows formats up to " +
                    std::to_string(kStoreFormat) +
                    ". Run the newer release, or restore a backup made before it.",
                "store-format");
  }
  return {};
}

Result<void> apply_schema(Database& database, std::span<const Resource> resources,
                          std::string_view contract_hash) {
  Result<void> names = check_names(resources);
  if (!names) return pass(names);
  return in_transaction(database, [&] { return apply_all(database, resources, contract_hash); });
}

}  // namespace servanda::internal

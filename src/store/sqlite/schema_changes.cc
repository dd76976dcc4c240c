// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/schema_changes.h"

#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/schema_advice.h"
#include "store/sqlite/schema_names.h"
#include "store/sqlite/table.h"

namespace servanda::internal {
namespace {

std::string_view role_of(const Resource& resource, size_t property) {
  if (property == resource.key) return kRoleKey;
  if (resource.soft_delete && property == resource.soft_delete->deleted) return kRoleDeleted;
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

std::string add_column_sql(const Resource& resource, const Property& property) {
  const std::string add = "ALTER TABLE " + quoted(resource.table) + " ADD COLUMN ";
  std::string sql =
      add + quoted(property.column) + ' ' + std::string(storage_class(property.type)) + ';';
  if (property.type == ColumnType::kDecimal) {
    sql += add + quoted(order_column(property.column)) + " BLOB;";
  }
  return sql;
}

// The rows that an index holds, as the end of a statement.
std::string rows_sql(const Resource& resource, const Index& index) {
  if (index.rows == RowScope::kAll) return "";
  const std::string deleted =
      quoted(comparison_column(resource.properties[resource.soft_delete->deleted]));
  return " WHERE " + deleted + (index.rows == RowScope::kLive ? " IS NULL" : " IS NOT NULL");
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
  return sql + ")" + rows_sql(resource, index);
}

std::string index_text(const Resource& resource, const Index& index) {
  std::string text = index.unique ? "Make unique index \"" : "Make index \"";
  text += index.name + "\" on table \"" + resource.table + "\" over ";
  for (const IndexKey& key : index.keys) {
    if (&key != index.keys.data()) text += ", ";
    text += '"' + resource.properties[key.property].column + '"';
    if (key.descending) text += " descending";
  }
  if (index.rows == RowScope::kLive) text += ", without deleted rows";
  if (index.rows == RowScope::kDeleted) text += ", of deleted rows";
  return text + '.';
}

struct StoredColumn {
  std::string type;
  std::string role;
};
using StoredColumns = std::map<std::string, StoredColumn, std::less<>>;

// Something that SQLite knows by a name: a table or an index.
struct StoredObject {
  std::string name;
  std::string table;
  std::string sql;  // "" for indexes that belong to a key.
  bool is_index = false;
};

// One run of plan_schema(). Without a database, the store is empty.
class SchemaPlanner {
 public:
  explicit SchemaPlanner(Database* database) : database_(database) {}

  Result<void> load() {
    if (!database_) return {};
    Result<void> columns = load_columns();
    return columns ? load_objects() : pass(columns);
  }

  Result<void> plan_table(const Resource& resource) {
    const auto found = stored_.find(resource.table);
    if (found == stored_.end()) {
      create(resource);
      return {};
    }
    Result<void> altered = alter(resource, found->second);
    if (altered) drop_outdated_indexes(resource);
    return altered;
  }

  // Requires: plan_table() for every resource, so that all names that become free are known.
  Result<void> plan_indexes(const Resource& resource) {
    if (!usable_.contains(resource.table)) return {};
    for (const Index& index : resource.indexes) {
      const std::string sql = create_index_sql(resource, index);
      const auto taken = objects_.find(to_lower(index.name));
      if (taken != objects_.end()) {
        if (taken->second.sql == sql) continue;
        refuse(resource, index.name,
               "Index \"" + index.name + "\" of table \"" + resource.table +
                   "\" has a name that something else in the store has.");
        continue;
      }
      Result<bool> doubled = has_duplicates(resource, index);
      if (!doubled) return pass(doubled);
      if (*doubled) {
        changes_.refusals.push_back(refuse_duplicates(resource, index));
        continue;
      }
      const bool is_new = created_.contains(resource.table);
      changes_.steps.push_back(
          {SchemaStep::Kind::kCreateIndex,
           is_new ? SchemaStep::Reads::kNothing : SchemaStep::Reads::kWholeTable,
           resource.table,
           index.name,
           index_text(resource, index),
           sql,
           {}});
    }
    return {};
  }

  SchemaChanges take() {
    using Kind = SchemaStep::Kind;
    SchemaChanges ordered{{}, std::move(changes_.refusals)};
    for (const Kind kind : {Kind::kDropIndex, Kind::kCreateTable, Kind::kAddColumn, Kind::kSetRole,
                            Kind::kCreateIndex}) {
      for (SchemaStep& step : changes_.steps) {
        if (step.kind == kind) ordered.steps.push_back(std::move(step));
      }
    }
    return ordered;
  }

 private:
  Result<void> load_columns() {
    Result<Statement> rows =
        database_->prepare("SELECT table_name, column_name, type, role FROM _servanda_columns");
    if (!rows) return pass(rows);
    Step step = rows->step();
    for (; step == Step::kRow; step = rows->step()) {
      stored_[std::string(rows->text(0))][std::string(rows->text(1))] = {
          std::string(rows->text(2)), std::string(rows->text(3))};
    }
    return done(step);
  }

  Result<void> load_objects() {
    Result<Statement> rows =
        database_->prepare("SELECT name, tbl_name, sql, type = 'index' FROM sqlite_schema");
    if (!rows) return pass(rows);
    Step step = rows->step();
    for (; step == Step::kRow; step = rows->step()) {
      StoredObject object{std::string(rows->text(0)), std::string(rows->text(1)),
                          std::string(rows->text(2)), rows->integer(3) == 1};
      objects_[to_lower(object.name)] = std::move(object);
    }
    return done(step);
  }

  Result<void> done(Step step) const {
    if (step == Step::kFailed) {
      return std::unexpected<Error>(database_->error("reading the schema"));
    }
    return {};
  }

  Result<bool> any_row(const Resource& resource, const std::string& condition) {
    Result<int64_t> found = database_->query_integer("SELECT 1 FROM " + quoted(resource.table) +
                                                     condition + " LIMIT 1");
    if (!found) return pass(found);
    return *found == 1;
  }

  void refuse(const Resource& resource, std::string subject, std::string reason) {
    changes_.refusals.push_back({resource.table, std::move(subject), std::move(reason), {}});
  }

  void add_role_step(const Resource& resource, const std::string& column, std::string text,
                     SchemaStep::Reads reads, std::string_view type, std::string_view role) {
    changes_.steps.push_back({SchemaStep::Kind::kSetRole,
                              reads,
                              resource.table,
                              column,
                              std::move(text),
                              "",
                              {{column, std::string(type), std::string(role)}}});
  }

  void create(const Resource& resource) {
    if (objects_.contains(to_lower(resource.table))) {
      return refuse(resource, "",
                    "Table \"" + resource.table +
                        "\" is in the store already, made by something else; rename or drop it, "
                        "or give the resource another with x-servanda: {resource: {table: ...}}.");
    }
    SchemaStep step{SchemaStep::Kind::kCreateTable,
                    SchemaStep::Reads::kNothing,
                    resource.table,
                    "",
                    "Make table \"" + resource.table + "\" for resource \"" + resource.name +
                        "\", " + std::to_string(resource.properties.size()) + " columns.",
                    create_table_sql(resource),
                    {}};
    for (size_t i = 0; i < resource.properties.size(); ++i) {
      const Property& property = resource.properties[i];
      step.records.push_back({property.column, std::string(type_word(property.type)),
                              std::string(role_of(resource, i))});
    }
    changes_.steps.push_back(std::move(step));
    created_.insert(resource.table);
    usable_.insert(resource.table);
  }

  Result<void> alter(const Resource& resource, const StoredColumns& stored) {
    usable_.insert(resource.table);
    Result<void> read = load_physical(resource);
    if (!read) return read;
    std::set<std::string_view> wanted;
    for (size_t i = 0; i < resource.properties.size(); ++i) {
      wanted.insert(resource.properties[i].column);
      const auto found = stored.find(resource.properties[i].column);
      Result<void> column = found == stored.end() ? add_column(resource, i)
                                                  : alter_column(resource, i, found->second);
      if (!column) return column;
    }
    for (const auto& [name, column] : stored) {
      if (wanted.contains(name) || column.role == kRoleRetired) continue;
      Result<void> retired = retire_column(resource, name, column);
      if (!retired) return retired;
    }
    return {};
  }

  // The names of the columns as SQLite compares them, order columns included.
  Result<void> load_physical(const Resource& resource) {
    physical_.clear();
    Result<Statement> rows = database_->prepare("SELECT name FROM pragma_table_info(?)");
    if (!rows) return pass(rows);
    rows->bind_text(1, resource.table);
    Step step = rows->step();
    for (; step == Step::kRow; step = rows->step()) physical_.insert(to_lower(rows->text(0)));
    return done(step);
  }

  Result<void> add_column(const Resource& resource, size_t index) {
    const Property& property = resource.properties[index];
    const std::string_view role = role_of(resource, index);
    if (role == kRoleKey) {
      changes_.refusals.push_back(refuse_new_key(resource, property));
      return {};
    }
    if (physical_.contains(to_lower(property.column)) ||
        (property.type == ColumnType::kDecimal &&
         physical_.contains(to_lower(order_column(property.column))))) {
      changes_.refusals.push_back(refuse_taken_column(resource, property));
      return {};
    }
    if (role == kRoleRequired) {
      Result<bool> rows = any_row(resource, "");
      if (!rows) return pass(rows);
      if (*rows) {
        changes_.refusals.push_back(refuse_required_column(resource, property));
        return {};
      }
    }
    added_.insert({resource.table, property.column});
    changes_.steps.push_back(
        {SchemaStep::Kind::kAddColumn,
         SchemaStep::Reads::kNothing,
         resource.table,
         property.column,
         "Add column \"" + property.column + "\" (" + std::string(type_word(property.type)) +
             ") to table \"" + resource.table + "\"; rows that are there have no value in it.",
         add_column_sql(resource, property),
         {{property.column, std::string(type_word(property.type)), std::string(role)}}});
    return {};
  }

  Result<void> alter_column(const Resource& resource, size_t index, const StoredColumn& stored) {
    const Property& property = resource.properties[index];
    const std::string_view role = role_of(resource, index);
    if (stored.type != type_word(property.type)) {
      changes_.refusals.push_back(stored.role == kRoleRetired
                                      ? refuse_reuse(resource, property, stored.type)
                                      : refuse_other_type(resource, property, stored.type));
      return {};
    }
    if ((stored.role == kRoleKey) != (role == kRoleKey)) {
      changes_.refusals.push_back(role == kRoleKey ? refuse_new_key(resource, property)
                                                   : refuse_lost_key(resource, property));
      return {};
    }
    if (stored.role == role) return {};
    if (stored.role == kRoleDeleted || role == kRoleDeleted) {
      Result<bool> values = any_row(resource, " WHERE " + quoted(property.column) + " IS NOT NULL");
      if (!values) return pass(values);
      if (*values) {
        changes_.refusals.push_back(role == kRoleDeleted
                                        ? refuse_values_as_deletions(resource, property)
                                        : refuse_lost_deletions(resource, property.column));
        return {};
      }
    }
    if (role == kRoleRequired) {
      Result<bool> gaps = any_row(resource, " WHERE " + quoted(property.column) + " IS NULL");
      if (!gaps) return pass(gaps);
      if (*gaps) {
        changes_.refusals.push_back(refuse_gaps(resource, property));
        return {};
      }
    }
    const std::string column = column_text(resource, property.column);
    std::string text = column + " becomes optional.";
    if (role == kRoleDeleted) text = column + " becomes the time of deletion; no row has one.";
    if (role == kRoleRequired) text = column + " becomes required; every row has a value.";
    if (stored.role == kRoleRetired) {
      text = column + " is taken up again by property \"" + property.name + "\".";
    }
    add_role_step(
        resource, property.column, std::move(text),
        role == kRoleRequired ? SchemaStep::Reads::kWholeTable : SchemaStep::Reads::kNothing,
        stored.type, role);
    return {};
  }

  Result<void> retire_column(const Resource& resource, const std::string& name,
                             const StoredColumn& stored) {
    if (stored.role == kRoleKey) return {};  // The new key is refused, which says enough.
    Result<bool> values = any_row(resource, " WHERE " + quoted(name) + " IS NOT NULL");
    if (!values) return pass(values);
    if (*values) {
      changes_.refusals.push_back(stored.role == kRoleDeleted
                                      ? refuse_lost_deletions(resource, name)
                                      : refuse_forgotten_column(resource, name));
      return {};
    }
    add_role_step(resource, name,
                  column_text(resource, name) +
                      " is given up: no property has it and no row has a value in it. It stays in "
                      "the file.",
                  SchemaStep::Reads::kWholeTable, stored.type, kRoleRetired);
    return {};
  }

  // Frees the names of indexes that the table has and should not have.
  void drop_outdated_indexes(const Resource& resource) {
    std::set<std::string> wanted;
    for (const Index& index : resource.indexes) wanted.insert(create_index_sql(resource, index));
    for (auto object = objects_.begin(); object != objects_.end();) {
      const StoredObject& stored = object->second;
      const bool outdated = stored.is_index && stored.table == resource.table &&
                            !stored.sql.empty() && !wanted.contains(stored.sql);
      if (!outdated) {
        ++object;
        continue;
      }
      changes_.steps.push_back(
          {SchemaStep::Kind::kDropIndex,
           SchemaStep::Reads::kNothing,
           resource.table,
           stored.name,
           "Drop index \"" + stored.name + "\" of table \"" + resource.table + "\".",
           "DROP INDEX " + quoted(stored.name),
           {}});
      object = objects_.erase(object);
    }
  }

  // Whether a unique index could not be made. Rows with a null among the values never collide.
  Result<bool> has_duplicates(const Resource& resource, const Index& index) {
    if (!index.unique || created_.contains(resource.table)) return false;
    std::string present;
    std::string columns;
    for (const IndexKey& key : index.keys) {
      const Property& property = resource.properties[key.property];
      if (added_.contains({resource.table, property.column})) return false;
      // Its column is refused already.
      if (!stored_[resource.table].contains(property.column)) return false;
      const std::string column = quoted(comparison_column(property));
      present += (present.empty() ? "" : " AND ") + column + " IS NOT NULL";
      columns += (columns.empty() ? "" : ", ") + column;
    }
    present += live_rows(resource, index);
    Result<int64_t> found =
        database_->query_integer("SELECT 1 FROM " + quoted(resource.table) + " WHERE " + present +
                                 " GROUP BY " + columns + " HAVING count(*) > 1 LIMIT 1");
    if (!found) return pass(found);
    return *found == 1;
  }

  // Narrows the rows that a unique index compares. A column that is new says of no row that it is
  // deleted.
  std::string live_rows(const Resource& resource, const Index& index) {
    if (index.rows != RowScope::kLive) return "";
    const Property& deleted = resource.properties[resource.soft_delete->deleted];
    if (!stored_[resource.table].contains(deleted.column)) return "";
    return " AND " + quoted(deleted.column) + " IS NULL";
  }

  Database* database_;
  SchemaChanges changes_;
  std::map<std::string, StoredColumns, std::less<>> stored_;
  std::map<std::string, StoredObject, std::less<>> objects_;  // By name in lower case.
  std::set<std::string> physical_;                            // Of the table at hand.
  std::set<std::string> created_;                             // Tables that a step makes.
  std::set<std::string> usable_;  // Tables that are there or that a step makes.
  std::set<std::pair<std::string, std::string>> added_;  // Table and column that a step adds.
};

Result<SchemaChanges> plan_changes(Database* database, std::span<const Resource> resources) {
  std::vector<SchemaRefusal> names = check_names(resources);
  if (!names.empty()) return SchemaChanges{{}, std::move(names)};
  SchemaPlanner planner(database);
  Result<void> planned = planner.load();
  for (size_t i = 0; i < resources.size() && planned; ++i) {
    if (resources[i].here) planned = planner.plan_table(resources[i]);
  }
  for (size_t i = 0; i < resources.size() && planned; ++i) {
    if (resources[i].here) planned = planner.plan_indexes(resources[i]);
  }
  if (!planned) return pass(planned);
  return planner.take();
}

}  // namespace

Result<SchemaChanges> plan_schema(Database& database, std::span<const Resource> resources) {
  return plan_changes(&database, resources);
}

Result<SchemaChanges> plan_new_schema(std::span<const Resource> resources) {
  return plan_changes(nullptr, resources);
}

}  // namespace servanda::internal

namespace servanda {

std::string SchemaRefusal::text() const {
  std::string text = reason;
  for (size_t i = 0; i < way.size(); ++i) text += "\n  " + std::to_string(i + 1) + ". " + way[i];
  return text;
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/schema_advice.h"

#include <utility>
#include <vector>

#include "base/text.h"
#include "store/sqlite/table.h"

namespace servanda::internal {
namespace {

std::string column_name(std::string_view column) {
  return "x-servanda: {column: {name: " + std::string(column) + "}}";
}

std::vector<std::string> way_to_another_key(const Resource& resource) {
  const std::string table = in_quotes(resource.table);
  return {"Expand: leave resource " + in_quotes(resource.name) +
              " as it is and add a resource with the new key and a table of its own, such as " +
              in_quotes(resource.table + "_new") + '.',
          "Backfill: copy every row of table " + table + " into it through the API.",
          "Switch: move the clients to the operations of the new resource.",
          "Contract: take the operations of " + in_quotes(resource.name) +
              " out of the contract. Table " + table +
              " stays in the file and nothing uses it any more."};
}

}  // namespace

std::string column_text(const Resource& resource, std::string_view column) {
  return "Column " + in_quotes(column) + " of table " + in_quotes(resource.table);
}

SchemaRefusal refuse_required_column(const Resource& resource, const Property& property) {
  const std::string name = in_quotes(property.name);
  return {resource.table,
          property.column,
          column_text(resource, property.column) +
              " is new and required, and the rows that are there have no value for it.",
          {"Expand: make property " + name + " of " + in_quotes(resource.name) +
               " optional and start; column " + in_quotes(property.column) + " is added, empty.",
           "Backfill: write a value for " + name + " into every row through the API.",
           "Switch: make " + name +
               " required again and start; it is taken as soon as every row "
               "has a value.",
           "Contract: nothing is left over."}};
}

SchemaRefusal refuse_gaps(const Resource& resource, const Property& property) {
  const std::string name = in_quotes(property.name);
  return {
      resource.table,
      property.column,
      column_text(resource, property.column) +
          " becomes required, and there are rows without a value.",
      {"Expand: leave property " + name + " of " + in_quotes(resource.name) +
           " optional and let clients send it from now on.",
       "Backfill: write a value for " + name + " into every row that has none, through the API.",
       "Switch: make " + name + " required and start.", "Contract: nothing is left over."}};
}

SchemaRefusal refuse_other_type(const Resource& resource, const Property& property,
                                std::string_view stored_type) {
  const std::string name = in_quotes(property.name);
  const std::string wanted(type_word(property.type));
  const std::string next = in_quotes(property.name + "New");
  const std::string next_column = property.column + "_new";
  return {resource.table,
          property.column,
          column_text(resource, property.column) + " holds " + std::string(stored_type) +
              " and property " + name + " is now " + wanted + ".",
          {"Expand: make property " + name + " of " + in_quotes(resource.name) + " " +
               std::string(stored_type) + " again, and add an optional property " + next +
               " that is " + wanted + ", with " + column_name(next_column) + "; start.",
           "Backfill: let clients write both, and copy " + name + " into " + next +
               " in every row through the API.",
           "Switch: let clients read " + next + "; make it required if it should be.",
           "Contract: make " + name +
               " optional, set it to null in every row, and take it out of "
               "the schema. From then on " +
               next + " may take the name " + name + ", with " + column_name(next_column) + "."}};
}

SchemaRefusal refuse_reuse(const Resource& resource, const Property& property,
                           std::string_view stored_type) {
  return {resource.table,
          property.column,
          column_text(resource, property.column) + " was used before, for " +
              std::string(stored_type) + ", and property " + in_quotes(property.name) + " is " +
              std::string(type_word(property.type)) + "; give the property another column with " +
              column_name(property.column + "_new") + ".",
          {}};
}

SchemaRefusal refuse_taken_column(const Resource& resource, const Property& property) {
  return {resource.table,
          property.column,
          column_text(resource, property.column) +
              " has a name that the table uses already, in other letters or for another purpose; "
              "give property " +
              in_quotes(property.name) + " another column with " +
              column_name(property.column + "_new") + ".",
          {}};
}

SchemaRefusal refuse_new_key(const Resource& resource, const Property& property) {
  return {
      resource.table, property.column,
      column_text(resource, property.column) + " would become the key, and a key cannot change.",
      way_to_another_key(resource)};
}

SchemaRefusal refuse_lost_key(const Resource& resource, const Property& property) {
  return {resource.table, property.column,
          column_text(resource, property.column) +
              " would no longer be the key, and a key cannot change.",
          way_to_another_key(resource)};
}

SchemaRefusal refuse_forgotten_column(const Resource& resource, std::string_view column) {
  return {resource.table,
          std::string(column),
          column_text(resource, column) + " holds values, and no property of resource " +
              in_quotes(resource.name) + " has it any more. If the property was renamed, write " +
              column_name(column) + " at the new one; nothing is copied then. If it is to go:",
          {"Expand: put the property back, as optional, and start.",
           "Backfill: set it to null in every row through the API.",
           "Switch: let clients do without it.",
           "Contract: take the property out and start; column " + in_quotes(column) +
               " stays in the file, empty."}};
}

SchemaRefusal refuse_lost_deletions(const Resource& resource, std::string_view column) {
  const std::string name = in_quotes(resource.name);
  const std::string marks = column_text(resource, column) + " says which rows are deleted, and ";
  if (resource.soft_delete) {
    return {resource.table,
            std::string(column),
            marks +
                "another column is to say it now: the rows that are deleted would be back. One "
                "of these helps:",
            {"Keep the column: write x-servanda: {generated: deleted, column: {name: " +
                 std::string(column) + "}} at the property that shows when a row was deleted.",
             "Wait until no deleted row is left. Each is removed for good some time after it can "
             "no longer be restored; \"servanda migrate --plan\" says when none is left."}};
  }
  return {resource.table,
          std::string(column),
          marks + "resource " + name + " has no softDelete any more: they would be back.",
          {"Expand: put \"softDelete\" back, and \"generated: deleted\" where it was; start.",
           "Backfill: restore the rows that shall stay, through an operation with action restore.",
           "Switch: write \"softDelete: {restore: 1s}\" and start. The other deleted rows are "
           "removed for good with the writes that follow, within minutes; \"servanda migrate "
           "--plan\" says when none is left.",
           "Contract: take \"softDelete\" out and start."}};
}

SchemaRefusal refuse_values_as_deletions(const Resource& resource, const Property& property) {
  const std::string name = in_quotes(property.name);
  return {resource.table,
          property.column,
          column_text(resource, property.column) +
              " has values, and \"generated: deleted\" would delete the rows that have one.",
          {"Expand: leave property " + name + " of " + in_quotes(resource.name) +
               " as it was, and give \"generated: deleted\" to a new one or to none; start.",
           "Backfill: delete the rows that have a value in " + name + ", through the API.",
           "Switch: let clients do without " + name + ".",
           "Contract: set it to null in every row that is left, and take it out."}};
}

SchemaRefusal refuse_duplicates(const Resource& resource, const Index& index) {
  std::string names;
  std::string columns;
  for (const IndexKey& key : index.keys) {
    const Property& property = resource.properties[key.property];
    names += (names.empty() ? "" : ", ") + in_quotes(property.column);
    columns += (columns.empty() ? "" : ", ") + quoted(comparison_column(property));
  }
  return {resource.table,
          index.name,
          "Table " + in_quotes(resource.table) + " has rows with equal values in " + names +
              ", which the contract now declares unique.",
          {"Expand: take the unique declaration over " + names + " out of " +
               in_quotes(resource.name) + " and start.",
           "Backfill: change rows until all differ. This lists what is there more than once: "
           "sqlite3 -readonly DIR/store.db 'SELECT " +
               columns + ", count(*) FROM " + quoted(resource.table) + " GROUP BY " + columns +
               " HAVING count(*) > 1'.",
           "Switch: declare it unique again and start.", "Contract: nothing is left over."}};
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
// From annotated schemas to resources: properties, columns, keys.

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"
#include "contract/plan/annotation_state.h"
#include "contract/plan/vocabulary.h"

namespace servanda::internal {
namespace {

bool is_identifier(std::string_view name) {
  if (name.empty() || name.size() > ResourceLimits::kIdentifier) return false;
  if (name[0] < 'a' || name[0] > 'z') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// Names that a store or the engine keeps for itself.
bool is_reserved_table(std::string_view name) {
  return name.starts_with("sqlite_") || name.starts_with("servanda_") || name.starts_with("pg_");
}
// The column of a hidden time of deletion. A property may take it over.
constexpr std::string_view kDeletedColumn = "servanda_deleted_at";
bool is_reserved_column(std::string_view name) {
  static constexpr std::array<std::string_view, 8> kNames = {"rowid", "oid",  "ctid", "xmin",
                                                             "xmax",  "cmin", "cmax", "tableoid"};
  return name.starts_with("servanda_") ||
         std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// The snake_case of a JSON name with everything an identifier cannot hold as '_'.
std::string identifier_of(std::string_view name) {
  std::string text;
  for (char c : snake_case(name)) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!fits && (text.empty() || text.back() == '_')) continue;
    text += fits ? c : '_';
  }
  while (!text.empty() && text.back() == '_') text.pop_back();
  return text;
}

std::string_view column_type_text(ColumnType type) {
  static constexpr std::array<std::string_view, 9> kTexts = {
      "text", "uuid", "date-time", "date", "decimal", "integer", "number", "boolean", "JSON"};
  return kTexts[static_cast<size_t>(type)];
}

// Compiles one resource; a value that lives for one call of compile().
class ResourceCompiler {
 public:
  ResourceCompiler(AnnotationState& state, ResourceSource& source, Resource& resource)
      : state_(&state), source_(&source), resource_(&resource) {}

  void compile() {
    const Node& declaration = *source_->declaration;
    const ObjectShape shape = state_->reader.object(source_->schema);
    for (const MemberShape& member : shape.members) {
      for (const Node* schema : member.schemas) state_->used_properties.insert(schema);
    }
    check_shape(shape);
    if (!source_->sound) return;
    resource_->service = choose_service(*state_, declaration.find_entry("service"), {},
                                        in_quotes(resource_->name), source_->place);
    compile_table(declaration);
    compile_soft_delete(declaration);
    for (const MemberShape& member : shape.members) {
      if (is_place_of_expansions(member)) continue;
      if (annotation(member, "computed") == nullptr) {
        compile_property(member, shape);
      } else {
        declare_computed(*state_, *resource_, member);
      }
    }
    compile_key(declaration);
    compile_computed(*state_, *source_, *resource_);
    if (source_->sound) warn_of_unfilled(shape);
    add_hidden_deleted();
    resource_->schema = state_->plan.schemas.compile(*source_->schema, state_->diagnostics);
  }

  // Requires: all resources are compiled.
  void compile_references() {
    const ObjectShape shape = state_->reader.object(source_->schema);
    for (Property& property : resource_->properties) {
      const MemberShape* member = property.hidden ? nullptr : shape.find(property.name);
      const Node* ref = member == nullptr ? nullptr : annotation(*member, "ref");
      if (ref != nullptr && ref->is_string()) compile_reference(property, *ref);
    }
  }

  void compile_indexes() {
    read_indexes("unique", true);
    read_indexes("indexes", false);
    if (!resource_->soft_delete || !source_->sound) return;
    const Index gone{"", {{resource_->soft_delete->deleted, false}}, false, RowScope::kDeleted};
    add_index(*state_, *resource_, gone, source_->place);
  }

 private:
  void error(std::string_view rule, Place place, std::string message, std::string fix) {
    source_->sound = false;
    state_->diagnostics.error(rule, place, std::move(message), std::move(fix));
  }

  [[nodiscard]] std::string property_text(const Property& property) const {
    return in_quotes(resource_->name + "." + property.name);
  }

  void check_shape(const ObjectShape& shape) {
    const std::string name = in_quotes(resource_->name);
    const ValueShape value = state_->reader.value(source_->schema);
    if (!value.types.has(TypeMask::kObject) || value.types.bits != TypeMask::kObject) {
      const bool untyped = value.types.bits == TypeMask::kAny;
      if (!untyped || shape.members.empty()) {
        error("resource-shape", source_->place,
              "Resource " + name + " is no object: rows are made of an object's properties.",
              "Declare \"type: object\" with \"properties\".");
        return;
      }
    }
    if (shape.foreign != nullptr) {
      error("resource-shape", shape.foreign->key_place,
            "Resource " + name + " may take its properties from " + in_quotes(shape.foreign->key) +
                ", which cannot be stored in fixed columns.",
            "List every property under \"properties\", or keep the varying part in one property "
            "of type object.");
    }
    if (shape.open != nullptr) {
      error("resource-open", shape.open->place,
            "Resource " + name + " admits undeclared properties, which have no column.",
            "Write \"additionalProperties: false\", or keep them in one property of type object.");
    }
    if (shape.members.size() > ResourceLimits::kProperties || shape.too_large) {
      error("resource-limit", source_->place,
            "Resource " + name + " has more than 500 properties or is nested too deeply.",
            "Split it, or keep a part in one property of type object.");
    }
    if (shape.members.empty()) {
      error("resource-shape", source_->place, "Resource " + name + " has no properties.",
            "Declare its properties, the key among them.");
    }
  }

  void compile_table(const Node& declaration) {
    const Node* declared = declaration.find("table");
    const bool given = declared != nullptr && declared->is_string() && !declared->text.empty();
    const Place place = given ? declared->place : source_->place;
    resource_->table = given ? std::string(declared->text) : plural(identifier_of(resource_->name));
    if (!is_identifier(resource_->table) || is_reserved_table(resource_->table)) {
      error("table-name", place, in_quotes(resource_->table) + " cannot name a table.",
            "Write \"table:\" with 1 to 63 lower-case letters, digits and underscores, beginning "
            "with a letter and not with sqlite_, servanda_ or pg_.");
    }
  }

  void compile_soft_delete(const Node& declaration) {
    const Node* declared = declaration.find("softDelete");
    if (declared == nullptr || !declared->is_object()) return;
    const Node* restore = declared->find("restore");
    const bool given = restore != nullptr && restore->is_string();
    const auto duration = given ? parse_duration(restore->text) : std::nullopt;
    resource_->soft_delete.emplace().restore = duration.value_or(kRestoreDefault);
  }

  // Where no property shows when a row was deleted, a column that only the engine knows holds it.
  void add_hidden_deleted() {
    if (!resource_->soft_delete || has_generated(Generated::kDeleted)) return;
    Property property;
    property.name = property.column = kDeletedColumn;
    property.type = ColumnType::kTimestamp;
    property.nullable = property.read_only = property.hidden = true;
    property.generated = Generated::kDeleted;
    resource_->soft_delete->deleted = static_cast<uint16_t>(resource_->properties.size());
    resource_->properties.push_back(std::move(property));
  }

  [[nodiscard]] bool has_generated(Generated generated) const {
    return std::any_of(resource_->properties.begin(), resource_->properties.end(),
                       [&](const Property& property) { return property.generated == generated; });
  }

  // The value of `key` in the first x-servanda of a property that has it.
  const Node* annotation(const MemberShape& member, std::string_view key) {
    for (const Node* schema : member.schemas) {
      const Node* object = annotation_of(schema);
      const Node* value = object == nullptr ? nullptr : object->find(key);
      if (value != nullptr) return value;
    }
    return nullptr;
  }

  // A read-only object called "expand" is where answers show related rows: nothing is stored there.
  bool is_place_of_expansions(const MemberShape& member) {
    if (member.name != "expand") return false;
    const ValueShape value = state_->reader.value(member.schemas);
    return value.read_only && value.column_type() == ColumnType::kJson;
  }

  void compile_property(const MemberShape& member, const ObjectShape& shape) {
    const ValueShape value = state_->reader.value(member.schemas);
    Property property;
    property.name = member.name;
    json_append_string(property.member, property.name);
    property.member += ':';
    property.type = value.column_type();
    property.nullable = value.nullable();
    property.required = shape.requires_member(member.name);
    property.read_only = value.read_only;
    property.write_only = value.write_only;
    const Node* immutable = annotation(member, "immutable");
    property.immutable = immutable != nullptr && immutable->boolean;
    if (value.default_value != nullptr) {
      append_json(property.default_json.emplace(), *value.default_value);
    }
    compile_generated(member, property);
    compile_column(member, property);
    if (property.type == ColumnType::kNumber && value.format == "decimal") {
      state_->diagnostics.warning("decimal-as-number", member.place,
                                  property_text(property) +
                                      " is a JSON number and is stored as binary floating point, "
                                      "which rounds decimals.",
                                  "Declare \"type: string, format: decimal\".");
    }
    resource_->properties.push_back(std::move(property));
  }

  void compile_generated(const MemberShape& member, Property& property) {
    const Node* word = annotation(member, "generated");
    if (word == nullptr || !word->is_string()) return;
    static constexpr struct {
      std::string_view word;
      Generated generated;
      ColumnType type;
      std::string_view wanted;
    } kKinds[] = {
        {"created", Generated::kCreated, ColumnType::kTimestamp, "type: string, format: date-time"},
        {"updated", Generated::kUpdated, ColumnType::kTimestamp, "type: string, format: date-time"},
        {"uuid", Generated::kUuid, ColumnType::kUuid, "type: string, format: uuid"},
        {"counter", Generated::kCounter, ColumnType::kInteger, "type: integer"},
        {"deleted", Generated::kDeleted, ColumnType::kTimestamp, "type: string, format: date-time"},
        {"purged", Generated::kPurged, ColumnType::kTimestamp, "type: string, format: date-time"},
    };
    for (const auto& kind : kKinds) {
      if (kind.word != word->text) continue;
      property.generated = kind.generated;
      if (property.type != kind.type) {
        error("generated-type", word->place,
              property_text(property) + " is " + std::string(column_type_text(property.type)) +
                  ", which \"generated: " + std::string(kind.word) + "\" cannot fill.",
              "Declare \"" + std::string(kind.wanted) + "\".");
      }
      if (!property.read_only) {
        error("generated-writable", word->place,
              property_text(property) + " is generated by the engine, yet clients may write it.",
              "Add \"readOnly: true\" to the property.");
      }
      const bool of_deletion =
          kind.generated == Generated::kDeleted || kind.generated == Generated::kPurged;
      if (of_deletion) compile_deletion_time(property, *word);
    }
  }

  // A time that only deleted rows have. Requires: the property is not among the resource's yet.
  void compile_deletion_time(const Property& property, const Node& word) {
    const std::string text = "\"generated: " + std::string(word.text) + "\"";
    if (!resource_->soft_delete) {
      return error("soft-delete-missing", word.place,
                   property_text(property) + " is about deleted rows, but " +
                       in_quotes(resource_->name) + " keeps none.",
                   "Add \"softDelete: {}\" to the resource, or remove " + text + ".");
    }
    if (has_generated(property.generated)) {
      return error("generated-twice", word.place,
                   "Another property of " + in_quotes(resource_->name) + " has " + text + ", too.",
                   "Keep one of them.");
    }
    if (property.required && !property.nullable) {
      error("generated-required", word.place,
            property_text(property) + " is required and not nullable, but only deleted rows have " +
                "a value.",
            "Take it out of \"required\", or declare \"type: [string, 'null']\".");
    }
    const auto index = static_cast<uint16_t>(resource_->properties.size());
    if (property.generated == Generated::kDeleted) {
      resource_->soft_delete->deleted = index;
    } else {
      resource_->soft_delete->purged = index;
    }
  }

  void compile_column(const MemberShape& member, Property& property) {
    const Node* column = annotation(member, "column");
    const Node* name = column == nullptr ? nullptr : column->find("name");
    const bool given = name != nullptr && name->is_string();
    const Place place = given ? name->place : member.place;
    property.column = given ? std::string(name->text) : identifier_of(member.name);
    const bool takes_over =
        property.generated == Generated::kDeleted && property.column == kDeletedColumn;
    if (!is_identifier(property.column) || (is_reserved_column(property.column) && !takes_over)) {
      error("column-name", place,
            in_quotes(property.column) + " cannot name the column of " + property_text(property) +
                ".",
            "Write \"x-servanda: {column: {name: ...}}\" with 1 to 63 lower-case letters, digits "
            "and underscores, beginning with a letter.");
    }
    for (const Property& other : resource_->properties) {
      if (other.column != property.column) continue;
      error("column-collision", place,
            property_text(property) + " and " + property_text(other) + " share the column " +
                in_quotes(property.column) + ".",
            "Give one of them another: \"x-servanda: {column: {name: ...}}\".");
    }
  }

  void compile_key(const Node& declaration) {
    const Node* declared = declaration.find("key");
    const bool given = declared != nullptr && declared->is_string();
    const std::string_view name = given ? declared->text : std::string_view("id");
    const Place place = given ? declared->place : source_->place;
    const auto index = resource_->property_index(name);
    if (!index && resource_->computed_index(name)) {
      return error("computed-stored", place,
                   in_quotes(resource_->name + "." + std::string(name)) +
                       " is computed and not stored, so it identifies no row.",
                   "Name a stored property with \"key:\".");
    }
    if (!index) {
      std::vector<std::string_view> names;
      for (const Property& property : resource_->properties) names.push_back(property.name);
      return error("resource-key", place,
                   "Resource " + in_quotes(resource_->name) + " has no property " +
                       in_quotes(name) + " to be its key.",
                   "Name another with \"key:\", or declare it." + suggestion(name, names));
    }
    resource_->key = *index;
    Property& key = resource_->properties[*index];
    key.immutable = true;
    resource_->generated_key = key.read_only;
    const bool text = key.type == ColumnType::kText || key.type == ColumnType::kUuid;
    if (!text && (key.type != ColumnType::kInteger || key.read_only)) {
      return error("resource-key-type", place,
                   "The key " + property_text(key) + " is " +
                       std::string(column_type_text(key.type)) +
                       (key.read_only ? ", but the engine makes UUIDs." : "."),
                   "Use a string (format uuid when it is readOnly), or an integer that the client "
                   "chooses.");
    }
    if (key.nullable || (!key.required && !key.read_only)) {
      return error(
          "resource-key", place,
          "The key " + property_text(key) + " may be " + (key.nullable ? "null" : "left out") + ".",
          "Add it to \"required\" and do not let it be null, or make it readOnly so that "
          "the engine fills it.");
    }
    if (key.generated == Generated::kNone || key.generated == Generated::kUuid) return;
    error("resource-key-type", place, "The key " + property_text(key) + " changes with time.",
          "Remove \"generated\" from it.");
  }

  void warn_of_unfilled(const ObjectShape& shape) {
    for (size_t i = 0; i < resource_->properties.size(); ++i) {
      const Property& property = resource_->properties[i];
      const bool by_engine = i == resource_->key || property.generated != Generated::kNone ||
                             property.default_json.has_value();
      // What is required as well is an error where an operation creates rows.
      if (!property.read_only || property.required || by_engine) continue;
      state_->diagnostics.warning(
          "property-never-set", shape.find(property.name)->place,
          property_text(property) + " is readOnly and nothing generates it: it stays absent.",
          "Add \"x-servanda: {generated: ...}\" or a default, or remove "
          "\"readOnly\".");
    }
  }

  void compile_reference(Property& property, const Node& ref) {
    const auto target = find_resource(*state_, ref.text, ref.place);
    if (!target) return;
    property.references = *target;
    const Resource& other = state_->plan.resources[*target];
    if (!state_->sources[*target].sound) return;
    const ColumnType wanted = other.properties[other.key].type;
    if (property.type == wanted) return;
    error("ref-type", ref.place,
          property_text(property) + " is " + std::string(column_type_text(property.type)) +
              ", but the key of " + in_quotes(other.name) + " is " +
              std::string(column_type_text(wanted)) + ".",
          "Give both the same type and format.");
  }

  void read_indexes(std::string_view key, bool unique) {
    const Node* lists = source_->declaration->find(key);
    if (lists == nullptr || !lists->is_array()) return;
    for (const NodeEntry& list : *lists) {
      Index index;
      index.unique = unique;
      index.rows = resource_->usual_rows();
      bool sound = list.value->is_array() && list.value->size > 0 &&
                   list.value->size <= VocabularyLimits::kListNames;
      if (!sound) continue;
      for (const NodeEntry& name : *list.value) {
        if (!name.value->is_string() || name.value->text.empty()) {
          sound = false;
          continue;
        }
        const auto part = parse_index_key(*state_, *resource_, name.value->text, name.value->place);
        if (!part) {
          sound = false;
          continue;
        }
        for (const IndexKey& earlier : index.keys) {
          if (earlier.property != part->property) continue;
          sound = false;
          error("index-duplicate", name.value->place,
                in_quotes(name.value->text) + " occurs twice in one index.", "Remove one.");
        }
        index.keys.push_back(*part);
      }
      if (sound) add_index(*state_, *resource_, std::move(index), list.value->place);
    }
  }

  AnnotationState* state_;
  ResourceSource* source_;
  Resource* resource_;
};

const Node* declaration_on(const Node* schema) {
  const Node* object = annotation_of(schema);
  const Node* resource = object == nullptr ? nullptr : object->find("resource");
  return resource != nullptr && resource->is_object() ? resource : nullptr;
}

void add_source(AnnotationState& state, const NodeEntry& entry, const Node* declaration) {
  Node* identity = state.reader.identity(entry.value);
  for (const ResourceSource& other : state.sources) {
    if (other.identity == identity) return;
  }
  for (const Resource& other : state.plan.resources) {
    if (other.name != entry.key) continue;
    state.diagnostics.error("resource-duplicate", entry.key_place,
                            "Two resources are called " + in_quotes(entry.key) + ".",
                            "Rename one of the schemas.");
    return;
  }
  if (state.plan.resources.size() == ResourceLimits::kResources) {
    state.diagnostics.error("resource-limit", entry.key_place,
                            "The contract has more than 2000 resources.", "Split it.");
    return;
  }
  Resource resource;
  resource.index = static_cast<uint16_t>(state.plan.resources.size());
  resource.name = entry.key;
  state.plan.resources.push_back(std::move(resource));
  state.sources.push_back({entry.value, identity, declaration, entry.key_place});
}

// Schemas that carry the declaration themselves come first, so that a mere alias of one does not
// give it its name.
void collect_sources(AnnotationState& state) {
  for (const bool direct : {true, false}) {
    for (uint32_t file = 0; file < state.documents().file_count(); ++file) {
      const Node* root = state.documents().root_of(file);
      const Node* components = root == nullptr ? nullptr : root->find("components");
      const Node* schemas = components == nullptr ? nullptr : components->find("schemas");
      if (schemas == nullptr || !schemas->is_object()) continue;
      for (const NodeEntry& entry : *schemas) {
        const Node* at = direct ? entry.value : state.reader.identity(entry.value);
        const Node* declaration = declaration_on(at);
        if (declaration != nullptr) add_source(state, entry, declaration);
      }
    }
  }
}

void check_tables(AnnotationState& state) {
  for (size_t i = 0; i < state.plan.resources.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const Resource& one = state.plan.resources[i];
      const Resource& other = state.plan.resources[j];
      if (one.table.empty() || one.table != other.table) continue;
      state.sources[i].sound = false;
      state.diagnostics.error("table-collision", state.sources[i].place,
                              in_quotes(one.name) + " and " + in_quotes(other.name) +
                                  " share the table " + in_quotes(one.table) + ".",
                              "Give one of them another with \"table:\".");
    }
  }
}

}  // namespace

void compile_resources(AnnotationState& state) {
  collect_sources(state);
  const auto each = [&](auto step) {
    for (size_t i = 0; i < state.sources.size(); ++i) {
      ResourceCompiler compiler(state, state.sources[i], state.plan.resources[i]);
      step(compiler);
    }
  };
  each([](ResourceCompiler& compiler) { compiler.compile(); });
  check_tables(state);
  each([](ResourceCompiler& compiler) { compiler.compile_references(); });
  compile_relations(state);
  each([](ResourceCompiler& compiler) { compiler.compile_indexes(); });
}

}  // namespace servanda::internal

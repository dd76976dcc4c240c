// SPDX-License-Identifier: Apache-2.0
// Definitions, readers and writers of declarations.

#include <algorithm>
#include <map>

#include "contract/generate/cpp_text.h"
#include "contract/generate/names.h"
#include "contract/generate/problem_schemas.h"
#include "contract/generate/services.h"
#include "contract/generate/tables.h"
#include "contract/generate/unions.h"

namespace servanda::internal {
namespace {

constexpr size_t kMemberCommentLines = 4;
constexpr size_t kEnumCommentLines = 4;

// One declaration's text.
class SchemaText {
 public:
  SchemaText(const CppContext& context, uint32_t index)
      : context_(context), index_(index), it_(context.model->declarations[index]) {}

  std::string header(Initialise initialise) {
    initialise_ = initialise;
    out_ += comment(it_.description, 0);
    if (it_.deprecated) out_ += "// Deprecated.\n";
    switch (it_.kind) {
      case DeclarationKind::kAlias:
        if (it_.description.empty()) out_ += "// Schema " + it_.name + ".\n";
        out_ += "using " + it_.name + " = " + type(it_.target) + ";\n\n";
        return std::move(out_);
      case DeclarationKind::kEnum:
        define_enum();
        return std::move(out_);
      case DeclarationKind::kStruct:
        define_struct();
        break;
      case DeclarationKind::kUnion:
        define_union();
        break;
      case DeclarationKind::kWrapper:
        out_ += "struct " + it_.name + " {\n  " + type(it_.target) + " value;\n\n" + equality() +
                "};\n";
        break;
    }
    declare_functions();
    return std::move(out_);
  }

  std::string source() {
    switch (it_.kind) {
      case DeclarationKind::kAlias:
        break;
      case DeclarationKind::kEnum:
        implement_enum();
        break;
      case DeclarationKind::kStruct:
        read_struct();
        write_struct();
        if (context_.fits[index_]) fit_struct();
        if (reads_rows()) read_row();
        write_computed();
        break;
      case DeclarationKind::kUnion:
        it_.discriminator.empty() ? read_union() : read_tagged();
        write_union();
        if (context_.fits[index_]) fit_union();
        break;
      case DeclarationKind::kWrapper:
        implement_wrapper();
        break;
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string type(const TypeUse& use) const {
    return type_text(context_, use, it_.of_operation);
  }
  [[nodiscard]] std::string equality() const {
    return "  bool operator==(const " + it_.name + "&) const = default;\n";
  }
  [[nodiscard]] std::string reader_head() const {
    return "bool read(servanda::JsonValue value, " + it_.name +
           "& out, servanda::ReadError& error)";
  }
  [[nodiscard]] std::string writer_head() const {
    return "void write(const " + it_.name + "& value, servanda::JsonWriter& writer)";
  }
  [[nodiscard]] std::string fits_head() const {
    return "bool fits(servanda::JsonValue value, const " + it_.name + "*)";
  }

  void declare_functions() {
    out_ += "[[nodiscard]] " + reader_head() + ";\n" + writer_head() + ";\n";
    if (context_.fits[index_]) out_ += "[[nodiscard]] " + fits_head() + ";\n";
    name_resource();
    name_owner();
    name_computed();
    out_ += '\n';
  }

  // Ties the struct to the service whose resource its schema is, if it is one.
  void name_owner() {
    const Resource* const resource = resource_of(context_, it_);
    if (resource == nullptr) return;
    const std::string service = service_text(context_, resource->service);
    out_ += "constexpr " + service + " owner_of(const " + it_.name + "*) {\n  return {};\n}\n";
  }

  // Ties the struct to the resource that its schema is, for servanda::Db.
  void name_resource() {
    if (!is_resource()) return;
    out_ += "constexpr std::string_view resource_name(const " + it_.name + "*) {\n  return " +
            literal(it_.place) + ";\n}\n";
    out_ += table_text(context_, it_, *resource_of(context_, it_));
    if (!reads_rows()) return;
    out_ += row_members_head() + ";\n[[nodiscard]] " + row_reader_head() + ";\n";
  }

  // --- Rows of the resource, see servanda/rows.h. Undeclared members are in JSON only.

  [[nodiscard]] bool is_resource() const { return resource_of(context_, it_) != nullptr; }
  [[nodiscard]] bool reads_rows() const {
    return is_resource() && !it_.members.empty() && !it_.additional;
  }
  [[nodiscard]] std::string row_members_head() const {
    return "std::span<const std::string_view> row_members(const " + it_.name + "*)";
  }
  [[nodiscard]] std::string row_reader_head() const {
    return "bool read(servanda::RowSource& row, " + it_.name + "& out, servanda::ReadError& error)";
  }

  // The members that C++ makes when rows are shown, see servanda/rows.h.
  [[nodiscard]] std::vector<const StructMember*> made_in_code() const {
    std::vector<const StructMember*> out;
    const Resource* const resource = resource_of(context_, it_);
    for (const StructMember& member : it_.members) {
      if (resource != nullptr && is_made_in_code(*resource, member.key)) out.push_back(&member);
    }
    return out;
  }
  [[nodiscard]] std::string computed_writer_head() const {
    return "void write_computed(const " + it_.name + "& value, servanda::MadeValues& values)";
  }

  void name_computed() {
    const std::vector<const StructMember*> made = made_in_code();
    if (made.empty()) return;
    out_ += "constexpr std::array<std::string_view, " + std::to_string(made.size()) +
            "> computed_members(const " + it_.name + "*) {\n  return {{";
    for (const StructMember* const member : made) {
      out_ += (member == made.front() ? "" : ", ") + literal(member->key);
    }
    out_ += "}};\n}\ninline std::string_view contract_hash_of(const " + it_.name +
            "*) {\n  return kContractHash;\n}\n" + computed_writer_head() + ";\n";
  }

  void write_computed() {
    const std::vector<const StructMember*> made = made_in_code();
    if (made.empty()) return;
    out_ += computed_writer_head() + " {\n";
    for (const StructMember* const member : made) {
      out_ += "  values.add(value." + member->name + ");\n";
    }
    out_ += "}\n\n";
  }

  void read_row() {
    out_ += row_members_head() + " {\n  static constexpr std::string_view kMembers[] = {";
    std::string reads;
    size_t index = 0;
    const Resource& resource = *resource_of(context_, it_);
    for (const StructMember& member : it_.members) {
      if (is_made_in_code(resource, member.key)) continue;  // No row has it.
      const std::string key = literal(member.key);
      out_ += (index > 0 ? ",\n      " : "\n      ") + key;
      reads += index > 0 ? " &&\n         " : "  return ";
      reads += "servanda::read_member(row, " + std::to_string(index) + ", " + key + ", out." +
               member.name + ", error)";
      ++index;
    }
    out_ += "};\n  return kMembers;\n}\n\n" + row_reader_head() + " {\n" + reads + ";\n}\n\n";
  }

  // --- Enums

  void define_enum() {
    out_ += "enum class " + it_.name + " : std::uint16_t {\n";
    for (const Enumerator& one : it_.enumerators) {
      out_ += "  " + one.name + ",  // " + literal(one.text) + "\n";
    }
    out_ += "  kUnrecognized,\n};\n";
    out_ += "[[nodiscard]] std::string_view enumerator_text(" + it_.name + " value);\n";
    out_ += "[[nodiscard]] bool find_enumerator(std::string_view text, " + it_.name + "& out);\n\n";
  }

  void implement_enum() {
    out_ += "std::string_view enumerator_text(" + it_.name + " value) {\n  switch (value) {\n";
    for (const Enumerator& one : it_.enumerators) {
      out_ +=
          "    case " + it_.name + "::" + one.name + ":\n      return " + literal(one.text) + ";\n";
    }
    out_ += "    default:\n      return {};\n  }\n}\n\n";
    out_ += "bool find_enumerator(std::string_view text, " + it_.name + "& out) {\n";
    std::map<size_t, std::string> by_size;
    for (const Enumerator& one : it_.enumerators) {
      by_size[one.text.size()] += "      if (text == " + literal(one.text) +
                                  ") {\n        out = " + it_.name + "::" + one.name +
                                  ";\n        return true;\n      }\n";
    }
    write_size_switch("text.size()", by_size, 2);
    out_ += "  return false;\n}\n\n";
  }

  // switch over a length; every case ends with a break.
  void write_size_switch(const std::string& size, const std::map<size_t, std::string>& by_size,
                         size_t indent) {
    const std::string space(indent, ' ');
    out_ += space + "switch (" + size + ") {\n";
    for (const auto& [length, code] : by_size) {
      out_ += space + "  case " + std::to_string(length) + ":\n" + code + space + "    break;\n";
    }
    out_ += space + "  default:\n" + space + "    break;\n" + space + "}\n";
  }

  // --- Structs

  // Members get an initialiser, so that designated initialisation may leave them out. Where types
  // of the header hold each other, only scalars can have one.
  [[nodiscard]] std::string initialiser(const TypeUse& use, bool optional) const {
    const TypeKind kind = use.kind;
    const bool scalar = !optional && !use.nullable &&
                        (kind == TypeKind::kBoolean || kind == TypeKind::kInt32 ||
                         kind == TypeKind::kInt64 || kind == TypeKind::kDouble);
    return scalar || initialise_ == Initialise::kAll ? "{}" : "";
  }

  void define_struct() {
    out_ += "struct " + it_.name + " {\n";
    for (const StructMember& member : it_.members) {
      out_ += comment(member.description, 2, kMemberCommentLines);
      if (member.deprecated) out_ += "  // Deprecated.\n";
      std::string text = type(member.type);
      if (!member.required) text = "std::optional<" + text + ">";
      out_ += "  " + text + " " + member.name + initialiser(member.type, !member.required) + ";";
      if (!member.absence.empty()) {
        out_ += "  // Required, but " + std::string(member.absence) + ".";
      }
      out_ += '\n';
    }
    if (it_.additional) {
      out_ += "  // Members that are not declared. Names must differ from those above.\n";
      out_ += "  std::map<std::string, " + type(*it_.additional) + "> " + it_.additional_name +
              (initialise_ == Initialise::kAll ? "{}" : "") + ";\n";
    }
    out_ += (it_.members.empty() && !it_.additional ? "" : "\n") + equality() + "};\n";
  }

  [[nodiscard]] size_t required_count() const {
    return static_cast<size_t>(std::ranges::count_if(it_.members, &StructMember::required));
  }

  void read_struct() {
    out_ += reader_head() + " {\n";
    out_ += "  if (!value.is_object()) return error.wrong_type(\"an object\", value);\n";
    if (it_.members.empty() && !it_.additional) {
      out_ += "  (void)out;\n  return true;\n}\n\n";
      return;
    }
    const size_t required = required_count();
    const size_t words = (required + 63) / 64;
    if (required > 0) out_ += "  std::uint64_t seen[" + std::to_string(words) + "] = {};\n";
    out_ += "  for (const servanda::JsonMember member : value.members()) {\n";
    read_members();
    if (it_.additional) {
      out_ += "    if (!read(member.value, out." + it_.additional_name +
              "[std::string(member.key)], error)) {\n      return error.in_member(member.key);\n"
              "    }\n";
    }
    out_ += "  }\n";
    if (required > 0) check_required(required, words);
    out_ += "  return true;\n}\n\n";
  }

  void read_members() {
    std::map<size_t, std::string> by_size;
    size_t bit = 0;
    for (const StructMember& member : it_.members) {
      const std::string key = literal(member.key);
      std::string& code = by_size[member.key.size()];
      code += "        if (member.key == " + key + ") {\n";
      code += "          if (!read(member.value, out." + member.name +
              ", error)) return error.in_member(" + key + ");\n";
      if (member.required) {
        code += "          seen[" + std::to_string(bit / 64) + "] |= " + bit_text(bit % 64) + ";\n";
        ++bit;
      }
      code += "          continue;\n        }\n";
    }
    if (!by_size.empty()) write_size_switch("member.key.size()", by_size, 4);
  }

  [[nodiscard]] static std::string bit_text(size_t bit) {
    return "std::uint64_t{1} << " + std::to_string(bit);
  }

  void check_required(size_t required, size_t words) {
    std::string whole;
    for (size_t word = 0; word < words; ++word) {
      const size_t bits = std::min<size_t>(64, required - word * 64);
      const uint64_t mask = bits == 64 ? UINT64_MAX : (uint64_t{1} << bits) - 1;
      if (word > 0) whole += " || ";
      whole += "seen[" + std::to_string(word) + "] != " + std::to_string(mask) + "U";
    }
    out_ += "  if (" + whole + ") {\n    static constexpr std::string_view kRequired[] = {";
    bool first = true;
    for (const StructMember& member : it_.members) {
      if (!member.required) continue;
      out_ += (first ? "\n        " : ",\n        ") + literal(member.key);
      first = false;
    }
    out_ += "};\n    return error.missing(kRequired, seen);\n  }\n";
  }

  void write_struct() {
    out_ += writer_head() + " {\n";
    if (it_.members.empty() && !it_.additional) out_ += "  (void)value;\n";
    out_ += "  writer.begin_object();\n";
    for (const StructMember& member : it_.members) {
      const std::string key = literal(member.key);
      const std::string name = "value." + member.name;
      if (member.required) {
        out_ += "  writer.key(" + key + ");\n  write(" + name + ", writer);\n";
      } else {
        out_ += "  if (" + name + ") {\n    writer.key(" + key + ");\n    write(*" + name +
                ", writer);\n  }\n";
      }
    }
    if (it_.additional) {
      out_ += "  for (const auto& [key, item] : value." + it_.additional_name +
              ") {\n    writer.key(key);\n    write(item, writer);\n  }\n";
    }
    out_ += "  writer.end_object();\n}\n\n";
  }

  void fit_struct() {
    out_ += fits_head() + " {\n  return value.is_object()";
    for (const StructMember& member : it_.members) {
      if (member.required) out_ += " &&\n         " + member_test(member);
    }
    out_ += ";\n}\n\n";
  }

  [[nodiscard]] std::string member_test(const StructMember& member) const {
    const Declaration* texts = tag_enum(*context_.model, member);
    if (texts == nullptr) {
      const uint8_t kinds = kinds_of(*context_.model, member.type);
      return "servanda::member_is(value, " + literal(member.key) + ", " + std::to_string(kinds) +
             "U)";
    }
    std::string list;
    for (const Enumerator& one : texts->enumerators) {
      list += (list.empty() ? "" : ", ") + literal(one.text);
    }
    return "servanda::member_in(value, " + literal(member.key) + ", {" + list + "})";
  }

  // --- Unions

  void define_union() {
    std::string types;
    for (const Alternative& one : it_.alternatives) {
      types += (types.empty() ? "" : ", ") + type(one.type);
    }
    if (it_.holds_rest()) types += ", servanda::Json";
    if (!it_.discriminator.empty()) {
      out_ += "// Told apart by the member " + literal(it_.discriminator) +
              "; the last holds what it does not name.\n";
    } else if (it_.use_optional_tags) {
      out_ += "// The first that fits; the last holds what fits none.\n";
    } else {
      out_ += "// The first that fits.\n";
    }
    out_ +=
        "struct " + it_.name + " {\n  std::variant<" + types + "> value;\n\n" + equality() + "};\n";
  }

  [[nodiscard]] static std::string read_as(size_t index) {
    return "return read(value, out.value.emplace<" + std::to_string(index) + ">(), error);\n";
  }

  // The test for an alternative inside this union, which may look at tags that can be absent.
  [[nodiscard]] std::string alternative_test(const Alternative& one) const {
    std::string test = test_text(context_, one.type, "value", it_.of_operation);
    const Declaration* held = context_.model->declaration_of(one.type);
    if (!it_.use_optional_tags || held == nullptr || held->kind != DeclarationKind::kStruct) {
      return test;
    }
    for (const StructMember& member : held->members) {
      if (member.required || tag_enum(*context_.model, member) == nullptr) continue;
      if (separates(member, *held)) test += " &&\n      " + member_test(member);
    }
    return test;
  }

  // Whether some other alternative has this tag with other texts: only then it is looked at.
  [[nodiscard]] bool separates(const StructMember& member, const Declaration& held) const {
    return std::ranges::any_of(it_.alternatives, [&](const Alternative& other) {
      const Declaration* second = context_.model->declaration_of(other.type);
      if (second == nullptr || second == &held) return false;
      const auto at = std::ranges::find(second->members, member.key, &StructMember::key);
      return at != second->members.end() && tag_enum(*context_.model, *at) != nullptr;
    });
  }

  void read_union() {
    out_ += reader_head() + " {\n";
    for (size_t i = 0; i < it_.alternatives.size(); ++i) {
      out_ += "  if (" + alternative_test(it_.alternatives[i]) + ") {\n    " + read_as(i) + "  }\n";
    }
    read_other_texts();
    if (it_.use_optional_tags) {
      out_ += "  " + read_as(it_.alternatives.size());
    } else {
      out_ += "  return error.fail(\"oneOf\", \"has none of the forms of " + it_.name + "\");\n";
    }
    out_ += "}\n\n";
  }

  // Enums are open: a text that none of them knows is kept by the first.
  void read_other_texts() {
    for (size_t i = 0; i < it_.alternatives.size(); ++i) {
      const TypeUse& held = context_.model->behind(it_.alternatives[i].type);
      if (held.kind == TypeKind::kString) return;
    }
    for (size_t i = 0; i < it_.alternatives.size(); ++i) {
      const Declaration* held = context_.model->declaration_of(it_.alternatives[i].type);
      if (held == nullptr || held->kind != DeclarationKind::kEnum) continue;
      out_ += "  if (value.is_string()) " + read_as(i);
      return;
    }
  }

  void read_tagged() {
    const std::string key = literal(it_.discriminator);
    out_ += reader_head() + " {\n";
    out_ += "  if (!value.is_object()) return error.wrong_type(\"an object\", value);\n";
    out_ += "  const servanda::JsonValue tag = value.find(" + key + ");\n";
    out_ +=
        "  const std::string_view text =\n"
        "      tag.exists() && tag.is_string() ? tag.text() : std::string_view();\n";
    for (size_t i = 0; i < it_.alternatives.size(); ++i) {
      std::string test;
      for (const std::string& one : it_.alternatives[i].tags) {
        test += (test.empty() ? "" : " || ") + ("text == " + literal(one));
      }
      out_ += "  if (" + test + ") {\n    " + read_as(i) + "  }\n";
    }
    out_ += "  " + read_as(it_.alternatives.size()) + "}\n\n";
  }

  void write_union() {
    out_ += writer_head() + " {\n  switch (value.value.index()) {\n";
    const size_t count = it_.alternatives.size() + (it_.holds_rest() ? 1 : 0);
    for (size_t i = 0; i < count; ++i) {
      const std::string number = std::to_string(i);
      out_ += "    case " + number + ":\n      return write(*std::get_if<" + number +
              ">(&value.value), writer);\n";
    }
    out_ += "    default:\n      return writer.null();\n  }\n}\n\n";
  }

  void fit_union() {
    out_ += fits_head() + " {\n  return ";
    if (it_.holds_rest()) {
      out_ += "value.is_object()";
    } else {
      for (size_t i = 0; i < it_.alternatives.size(); ++i) {
        if (i > 0) out_ += " ||\n         ";
        out_ += "(" + alternative_test(it_.alternatives[i]) + ")";
      }
    }
    out_ += ";\n}\n\n";
  }

  void implement_wrapper() {
    out_ += reader_head() + " {\n  return read(value, out.value, error);\n}\n\n";
    out_ += writer_head() + " {\n  write(value.value, writer);\n}\n\n";
    if (!context_.fits[index_]) return;
    out_ += fits_head() + " {\n  return " +
            test_text(context_, it_.target, "value", it_.of_operation) + ";\n}\n\n";
  }

  const CppContext& context_;
  uint32_t index_;
  const Declaration& it_;
  Initialise initialise_ = Initialise::kAll;
  std::string out_;
};

}  // namespace

std::string schema_header(const CppContext& context, uint32_t declaration, Initialise initialise) {
  return SchemaText(context, declaration).header(initialise) +
         problem_schema_text(context, context.model->declarations[declaration]);
}

std::string schema_source(const CppContext& context, uint32_t declaration) {
  return SchemaText(context, declaration).source();
}

}  // namespace servanda::internal

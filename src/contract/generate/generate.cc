// SPDX-License-Identifier: Apache-2.0
// generate_cpp(): the order of its steps, and which text goes into which file.

#include "contract/generate/generate.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "contract/generate/build_operations.h"
#include "contract/generate/build_types.h"
#include "contract/generate/cpp_text.h"
#include "contract/generate/events.h"
#include "contract/generate/layout.h"
#include "contract/generate/names.h"
#include "contract/generate/problem_schemas.h"
#include "contract/generate/services.h"
#include "contract/generate/unions.h"

namespace servanda {
namespace internal {
namespace {

// FNV-1a: which source a header's functions go to. Stable over versions, so that an upgrade does
// not move everything.
uint32_t name_hash(std::string_view text) {
  uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619u;
  return hash;
}

// Text in the namespaces of a contract, opened and closed as needed.
class NamespaceText {
 public:
  explicit NamespaceText(const CppContext& context) : context_(context) {}

  void add(std::string_view text, bool of_operation) {
    if (text.empty()) return;
    if (!open_ || in_operation_ != of_operation) {
      close();
      in_operation_ = of_operation;
      open_ = true;
      out_ += "namespace " + name() + " {\n\n";
    }
    out_ += text;
  }

  std::string take() {
    close();
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string name() const {
    return context_.name_space + (in_operation_ ? "::op" : "");
  }
  void close() {
    if (open_) out_ += "}  // namespace " + name() + "\n";
    open_ = false;
  }

  const CppContext& context_;
  std::string out_;
  bool open_ = false;
  bool in_operation_ = false;
};

class FileWriter {
 public:
  FileWriter(const CppContext& context, const Plan& plan, const GenerateOptions& options)
      : context_(context),
        layout_(*context.layout),
        plan_(plan),
        options_(options),
        folder_(namespace_folder(options.name_space) + "/") {}

  std::vector<GeneratedFile> write() {
    for (const Header& header : layout_.headers) add_header(header);
    add_umbrella("schemas");
    add_umbrella("operations");
    add_events();
    add_contract();
    add("services.h", services_header(context_));
    add_sources();
    std::ranges::sort(files_, {}, &GeneratedFile::name);
    return std::move(files_);
  }

 private:
  void add(const std::string& name, std::string content) {
    files_.push_back({folder_ + name, std::string(kGeneratedMarker) + "\n" + std::move(content)});
  }

  [[nodiscard]] std::string include(const std::string& file) const {
    return "#include \"" + folder_ + file + "\"\n";
  }

  [[nodiscard]] bool is_operation(uint32_t unit) const {
    return unit >= context_.model->declarations.size();
  }

  [[nodiscard]] bool is_resource(uint32_t unit) const {
    return !is_operation(unit) &&
           resource_of(context_, context_.model->declarations[unit]) != nullptr;
  }

  // Whether what the unit declares is tied to the contract's very text.
  [[nodiscard]] bool names_contract(uint32_t unit) const {
    if (is_operation(unit)) return true;
    const Declaration& declaration = context_.model->declarations[unit];
    const Resource* const resource = resource_of(context_, declaration);
    return is_problem_schema(context_, declaration) ||
           (resource != nullptr && resource->shows_code());
  }

  [[nodiscard]] bool names_service(uint32_t unit) const {
    return is_operation(unit) || is_resource(unit);
  }

  void add_header(const Header& header) {
    std::string out = "#pragma once\n\n";
    out +=
        "#include <array>\n#include <cstdint>\n#include <map>\n#include <optional>\n"
        "#include <span>\n#include <string>\n#include <string_view>\n#include <variant>\n"
        "#include <vector>\n\n";
    if (std::ranges::any_of(header.units, [&](uint32_t unit) { return is_resource(unit); })) {
      out += "#include \"servanda/query/table.h\"\n";
    }
    out += "#include \"servanda/types.h\"\n";
    if (std::ranges::any_of(header.units, [&](uint32_t unit) { return names_contract(unit); })) {
      out += include("contract.h");
    }
    if (std::ranges::any_of(header.units, [&](uint32_t unit) { return names_service(unit); })) {
      out += include("services.h");
    }
    for (const uint32_t other : header.needs) out += include(layout_.headers[other].file);
    out += '\n';
    NamespaceText text(context_);
    for (const uint32_t unit : header.forward) {
      const Declaration& declaration = context_.model->declarations[unit];
      text.add("struct " + declaration.name + ";\n", declaration.of_operation);
    }
    if (!header.forward.empty()) text.add("\n", is_operation(header.forward.front()));
    const Initialise initialise = header.forward.empty() ? Initialise::kAll : Initialise::kScalars;
    for (const uint32_t unit : header.units) {
      if (is_operation(unit)) {
        text.add(operation_header(context_, operation(unit)), true);
      } else {
        text.add(schema_header(context_, unit, initialise),
                 context_.model->declarations[unit].of_operation);
      }
    }
    add(header.file, out + text.take());
    for (const std::string& door : header.doors) {
      add(door, "#pragma once\n\n" + include(header.file));
    }
  }

  [[nodiscard]] const OperationModel& operation(uint32_t unit) const {
    return context_.model->operations[unit - context_.model->declarations.size()];
  }

  void add_umbrella(const std::string& kind) {
    std::string out = "#pragma once\n\n";
    for (const Header& header : layout_.headers) {
      if (header.file.starts_with(kind + "/")) out += include(header.file);
    }
    add(kind + ".h", std::move(out));
  }

  // Each event has a header, and all of them one more; no event, no header.
  void add_events() {
    if (context_.model->events.empty()) return;
    Scope files;
    std::string all = "#pragma once\n\n";
    for (const EventModel& event : context_.model->events) {
      const std::string file = "events/" + files.take_file(snake_case(event.name)) + ".h";
      std::string out = "#pragma once\n\n";
      out +=
          "#include <cstdint>\n#include <map>\n#include <string>\n#include <string_view>\n"
          "#include <vector>\n\n#include \"servanda/types.h\"\n";
      out += include("contract.h");
      TypeUse body = event.body;
      const auto need = [&](const TypeUse& use, bool) {
        out += include(layout_.headers[layout_.header_of[use.named]].file);
      };
      visit_leaf(body, false, need);
      out += "\nnamespace " + options_.name_space + "::event {\n\n" +
             event_header(context_, event) + "}  // namespace " + options_.name_space + "::event\n";
      add(file, std::move(out));
      all += include(file);
    }
    add("events.h", std::move(all));
  }

  // The hash stands in a source of its own: it changes with every edit of the contract.
  void add_contract() {
    add("contract.h",
        "#pragma once\n\n#include <string_view>\n\nnamespace " + options_.name_space +
            " {\n\n// SHA-256, in hexadecimal, of the contract that this code was made from: the "
            "engine that runs it\n// must have compiled the same.\nextern const std::string_view "
            "kContractHash;\n\n}  // namespace " +
            options_.name_space + "\n");
    add("contract.cc", include("contract.h") + "\nnamespace " + options_.name_space +
                           " {\n\nconstinit const std::string_view kContractHash =\n    " +
                           literal(plan_.hash) + ";\n\n}  // namespace " + options_.name_space +
                           "\n");
  }

  // The functions of one unit.
  struct Functions {
    std::string text;
    bool of_operation;
  };

  [[nodiscard]] std::vector<Functions> functions_of(const Header& header) const {
    std::vector<Functions> out;
    for (const uint32_t unit : header.units) {
      if (is_operation(unit)) {
        out.push_back({operation_source(context_, operation(unit)), true});
      } else {
        out.push_back(
            {schema_source(context_, unit), context_.model->declarations[unit].of_operation});
      }
    }
    return out;
  }

  void add_sources() {
    std::vector<std::vector<Functions>> functions;
    std::vector<size_t> bytes;
    std::vector<uint32_t> hashes;
    for (const Header& header : layout_.headers) {
      functions.push_back(functions_of(header));
      hashes.push_back(name_hash(header.file));
      bytes.push_back(0);
      for (const Functions& one : functions.back()) bytes.back() += one.text.size();
    }
    const uint32_t count = options_.sources != 0 ? options_.sources : fitting(bytes, hashes);
    for (uint32_t source = 0; source < count; ++source) {
      std::string includes =
          "#include \"servanda/json.h\"\n#include \"servanda/outgoing.h\"\n"
          "#include \"servanda/rows.h\"\n";
      NamespaceText text(context_);
      for (size_t i = 0; i < functions.size(); ++i) {
        if (hashes[i] % count != source || bytes[i] == 0) continue;
        includes += include(layout_.headers[i].file);
        for (const Functions& one : functions[i]) text.add(one.text, one.of_operation);
      }
      const std::string code = text.take();
      add(source_name(source), code.empty() ? "" : includes + "\n" + code);
    }
  }

  [[nodiscard]] static std::string source_name(uint32_t number) {
    std::string digits = std::to_string(number);
    return "source_" + std::string(4 - std::min<size_t>(4, digits.size()), '0') + digits + ".cc";
  }

  [[nodiscard]] static uint32_t fitting(const std::vector<size_t>& bytes,
                                        const std::vector<uint32_t>& hashes) {
    for (uint32_t count = 1; count < GenerateLimits::kSourcesMax; count *= 2) {
      std::vector<size_t> sums(count);
      for (size_t i = 0; i < bytes.size(); ++i) sums[hashes[i] % count] += bytes[i];
      if (std::ranges::max(sums) <= GenerateLimits::kSourceBytesMax) return count;
    }
    return GenerateLimits::kSourcesMax;
  }

  const CppContext& context_;
  const Layout& layout_;
  const Plan& plan_;
  const GenerateOptions& options_;
  std::string folder_;
  std::vector<GeneratedFile> files_;
};

Result<std::vector<GeneratedFile>> generate(ContractDocument& contract, const Plan& plan,
                                            const GenerateOptions& options) {
  if (Result<void> checked = check_namespace(options.name_space); !checked) return pass(checked);
  if (options.sources > GenerateLimits::kSourcesMax) {
    return fail(Code::kInvalidArgument, std::to_string(options.sources) +
                                            " sources are too many; write at most " +
                                            std::to_string(GenerateLimits::kSourcesMax) + ".");
  }
  Model model;
  TypeBuilder types(*contract.documents, model, options.declarations_max);
  OperationBuilder operations(contract, plan, types, model);
  operations.take_names();
  if (has_one_service(plan)) (void)types.take_name("Ctx", false);
  types.declare_components(*contract.root);
  operations.run();
  build_events(contract, plan, types, model);
  if (!types.failure().empty()) return fail(Code::kInvalidArgument, types.failure());
  break_alias_cycles(model);
  settle_unions(model);
  // Unions of which one alternative remained are aliases now.
  break_alias_cycles(model);
  const Layout layout = lay_out(model);
  const CppContext context{
      &model, &layout, options.name_space, fits_needed(model), &plan, service_names(plan)};
  return FileWriter(context, plan, options).write();
}

}  // namespace
}  // namespace internal

std::string namespace_folder(std::string_view name_space) {
  std::string out;
  for (size_t i = 0; i < name_space.size(); ++i) {
    if (name_space[i] == ':' && i + 1 < name_space.size()) {
      out += '/';
      ++i;
    } else {
      out += name_space[i];
    }
  }
  return out;
}

Result<std::vector<GeneratedFile>> generate_cpp(ContractDocument& contract, const Plan& plan,
                                                const GenerateOptions& options) {
  return internal::generate(contract, plan, options);
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "app/commands.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/contract_files.h"
#include "app/generate_command.h"
#include "app/new_command.h"
#include "app/serve.h"
#include "app/split_command.h"
#include "app/store_commands.h"
#include "app/version.h"
#include "base/text.h"
#include "contract/check/check.h"
#include "contract/check/report.h"
#include "contract/check/routes_table.h"
#include "contract/check/vocabulary_schema.h"
#include "contract/document/contract_document.h"
#include "contract/plan/call_graph.h"
#include "contract/plan/load.h"
#include "io/file.h"
#include "store/sqlite/sqlite_store.h"

namespace servanda {
namespace {

namespace fs = std::filesystem;

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

int complain(const std::string& sentence) {
  std::fprintf(stderr, "servanda: %s\n", sentence.c_str());
  return 1;
}

// What several commands take.
struct ContractArguments {
  std::string contract;
  std::vector<std::string> overlays;
  std::shared_ptr<const CodeHandlers> handlers = nullptr;  // Of this program.
  ServicePlacement placement = {};

  [[nodiscard]] LoadOptions load_options() const {
    LoadOptions options;
    if (handlers) handlers->describe(options.compile);
    options.compile.placement = placement;
    return options;
  }
  void add_to(CLI::App& command) {
    command.add_option("contract", contract,
                       "OpenAPI document, YAML or JSON (default: the one in this folder)");
    command.add_option("--overlay", overlays, "OpenAPI Overlay document, applied in order")
        ->type_name("FILE");
  }
};

bool looks_like_a_contract(const fs::path& path) {
  const std::string extension = path.extension().string();
  if (extension != ".yaml" && extension != ".yml" && extension != ".json") return false;
  Result<std::string> text = read_file(path.string(), ContractFiles::kBytesMax);
  if (!text) return false;
  const std::string_view head = std::string_view(*text).substr(0, 4096);
  return head.starts_with("openapi") || head.find("\nopenapi:") != std::string_view::npos ||
         head.find("\"openapi\"") != std::string_view::npos;
}

// The contract named, or the only one in this folder.
Result<std::string> choose_contract(const std::string& named) {
  if (!named.empty()) return named;
  std::vector<std::string> found;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(".", failed)) {
    if (entry.is_regular_file(failed) && looks_like_a_contract(entry.path())) {
      found.push_back(entry.path().filename().string());
    }
  }
  if (found.size() == 1) return found.front();
  return fail(Code::kInvalidArgument,
              found.empty() ? "There is no OpenAPI document in this folder: name one."
                            : "There are several OpenAPI documents in this folder: name one.");
}

CompiledContract compile_named(const ContractArguments& arguments, const std::string& contract,
                               CompileOptions::Publish publish) {
  ContractFiles files(contract);
  std::vector<std::string> overlays;
  for (const std::string& overlay : arguments.overlays) overlays.push_back(files.add(overlay));
  LoadOptions options = arguments.load_options();
  options.compile.publish = publish;
  return compile_contract(files, files.entry(), overlays, options);
}

void print_errors(const std::string& contract, const CompiledContract& compiled) {
  const std::string text =
      report(ReportFormat::kText, contract, compiled.diagnostics, compiled.places);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

struct ServeArguments {
  ContractArguments contract;
  std::vector<std::string> configs;
  std::string listen;
  std::string admin;
  std::string data;
  std::vector<std::string> run;
  bool gateway = false;
};

int run_serve(const ServeArguments& arguments, std::shared_ptr<const CodeHandlers> handlers) {
  Result<std::string> contract = choose_contract(arguments.contract.contract);
  if (!contract) return complain(contract.error().message);
  std::vector<std::string> configs = arguments.configs;
  if (configs.empty() && fs::exists("servanda.yaml")) configs.emplace_back("servanda.yaml");

  OperatorFiles files;
  Documents documents(files);
  Diagnostics diagnostics;
  const ConfigSources sources{&files, [](const std::string& name) -> std::optional<std::string> {
                                const char* value = std::getenv(name.c_str());
                                return value ? std::optional<std::string>(value) : std::nullopt;
                              }};
  ServeOptions options;
  options.config = read_config(configs, sources, documents, diagnostics);
  if (diagnostics.has_errors()) {
    const std::string text = report(ReportFormat::kText, configs.front(), diagnostics,
                                    source_places(diagnostics, documents));
    std::fwrite(text.data(), 1, text.size(), stderr);
    return 1;
  }
  if (!arguments.listen.empty()) options.config.listen = arguments.listen;
  if (!arguments.admin.empty()) options.config.admin = arguments.admin;
  if (!arguments.data.empty()) options.config.data = arguments.data;
  if (!arguments.run.empty() || arguments.gateway) options.config.run = arguments.run;
  if (Result<void> checked = check_config(options.config); !checked) {
    return complain(checked.error().message);
  }
  options.contract = *contract;
  options.overlays = arguments.contract.overlays;
  options.handlers = std::move(handlers);
  return serve(options);
}

struct CheckArguments {
  ContractArguments contract;
  std::string format = "text";
  std::string fail_on = "error";
};

int run_check(const CheckArguments& arguments) {
  Result<std::string> contract = choose_contract(arguments.contract.contract);
  if (!contract) return complain(contract.error().message);
  ContractFiles files(*contract);
  std::vector<std::string> overlays;
  for (const std::string& overlay : arguments.contract.overlays) {
    overlays.push_back(files.add(overlay));
  }
  const CompiledContract checked =
      check_contract(files, files.entry(), overlays, arguments.contract.load_options());
  print(report(*parse_report_format(arguments.format), *contract, checked.diagnostics,
               checked.places));
  const FailOn fail_on = arguments.fail_on == "notice"    ? FailOn::kNotice
                         : arguments.fail_on == "warning" ? FailOn::kWarning
                                                          : FailOn::kError;
  const int code = check_exit_code(checked.diagnostics, fail_on);
  if (!checked.plan) return code;
  if (arguments.format == "text") print(worst_calls_text(*checked.plan));
  if (Result<void> proven = prove_in_memory(*checked.plan); !proven) {
    return complain(proven.error().message);
  }
  return code;
}

int run_routes(const ContractArguments& arguments, const std::string& format) {
  Result<std::string> contract = choose_contract(arguments.contract);
  if (!contract) return complain(contract.error().message);
  const CompiledContract compiled =
      compile_named(arguments, *contract, CompileOptions::Publish::kNo);
  if (!compiled.plan) {
    print_errors(*contract, compiled);
    return 1;
  }
  print(format == "json" ? routes_json(*compiled.plan) : routes_text(*compiled.plan));
  return 0;
}

int run_publish(const ContractArguments& arguments, const std::string& format) {
  Result<std::string> contract = choose_contract(arguments.contract);
  if (!contract) return complain(contract.error().message);
  const CompiledContract compiled =
      compile_named(arguments, *contract, CompileOptions::Publish::kYes);
  if (!compiled.plan) {
    print_errors(*contract, compiled);
    return 1;
  }
  const PublishedContract& published = compiled.plan->published;
  print(format == "json" ? published.json : published.yaml);
  return 0;
}

// For commands that need a contract but print nothing of it.
std::shared_ptr<const Plan> plan_of(const std::string& named,
                                    const std::vector<std::string>& overlays,
                                    const ServicePlacement& placement) {
  Result<std::string> contract = choose_contract(named);
  if (!contract) {
    (void)complain(contract.error().message);
    return nullptr;
  }
  const CompiledContract compiled =
      compile_named({.contract = named, .overlays = overlays, .placement = placement}, *contract,
                    CompileOptions::Publish::kNo);
  if (!compiled.plan) print_errors(*contract, compiled);
  return compiled.plan;
}

// For commands that walk the documents too.
CompiledContract load_for_generation(const std::string& named,
                                     const std::vector<std::string>& overlays,
                                     std::vector<std::string>& files_read) {
  Result<std::string> contract = choose_contract(named);
  if (!contract) {
    (void)complain(contract.error().message);
    return {};
  }
  ContractFiles files(*contract);
  std::vector<std::string> names;
  for (const std::string& overlay : overlays) names.push_back(files.add(overlay));
  LoadOptions options;
  options.compile.publish = CompileOptions::Publish::kNo;
  options.keep = LoadOptions::Keep::kDocuments;
  CompiledContract compiled = compile_contract(files, files.entry(), names, options);
  if (!compiled.plan) print_errors(*contract, compiled);
  files_read = files.touched();
  return compiled;
}

CLI::App* add_serve_command(CLI::App& app, ServeArguments& arguments) {
  CLI::App* command = app.add_subcommand("serve", "Serve a contract");
  arguments.contract.add_to(*command);
  command
      ->add_option("--config", arguments.configs,
                   "configuration file; later ones override (default: servanda.yaml)")
      ->type_name("FILE");
  command->add_option("--listen", arguments.listen, "public door, HOST:PORT");
  command->add_option("--admin", arguments.admin, "admin door, HOST:PORT, loopback");
  command->add_option("--data", arguments.data, "folder of the embedded store");
  CLI::Option* const run =
      command->add_option("--run", arguments.run, "services of this process: A,B")
          ->delimiter(',')
          ->allow_extra_args(false)
          ->type_name("NAMES");
  command->add_flag("--gateway", arguments.gateway, "run no service, hand requests on")
      ->excludes(run);
  return command;
}

}  // namespace

int run_command(int count, char** arguments, std::shared_ptr<const CodeHandlers> handlers) {
  CLI::App app("Servanda: one OpenAPI contract in, a production backend out.", "servanda");
  app.set_version_flag("--version", std::string(kVersion));
  app.require_subcommand(1);
  int code = 0;

  ServeArguments serve_arguments;
  CLI::App* serve_command = add_serve_command(app, serve_arguments);
  serve_command->callback([&] { code = run_serve(serve_arguments, handlers); });

  CheckArguments check_arguments;
  CLI::App* check_command = app.add_subcommand("check", "Compile and lint a contract");
  check_arguments.contract.handlers = handlers;
  check_arguments.contract.add_to(*check_command);
  check_command->add_option("--format", check_arguments.format, "text, json or sarif")
      ->check(CLI::IsMember({"text", "json", "sarif"}));
  check_command->add_option("--fail-on", check_arguments.fail_on, "error, warning or notice")
      ->check(CLI::IsMember({"error", "warning", "notice"}));
  check_command->callback([&] { code = run_check(check_arguments); });

  ContractArguments routes_arguments;
  routes_arguments.handlers = handlers;
  std::string routes_format = "text";
  CLI::App* routes_command = app.add_subcommand("routes", "List what a contract serves");
  routes_arguments.add_to(*routes_command);
  routes_command->add_option("--format", routes_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  routes_command->callback([&] { code = run_routes(routes_arguments, routes_format); });

  ContractArguments publish_arguments;
  std::string publish_format = "yaml";
  CLI::App* publish_command =
      app.add_subcommand("publish", "Print the contract as consumers see it");
  publish_arguments.add_to(*publish_command);
  publish_command->add_option("--format", publish_format, "yaml or json")
      ->check(CLI::IsMember({"yaml", "json"}));
  publish_command->callback([&] { code = run_publish(publish_arguments, publish_format); });

  add_new_command(app, code);

  CLI::App* schema_command =
      app.add_subcommand("schema", "Print the JSON Schema of x-servanda for editors");
  schema_command->callback([] { print(vocabulary_schema()); });

  add_store_commands(app, code, plan_of);
  add_split_command(app, code, plan_of);
  add_generate_command(app, code, load_for_generation);

  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    // The library reports a wrong command line, and requests for help, by throwing.
    return app.exit(error) == 0 ? 0 : 2;
  }
  return code;
}

}  // namespace servanda

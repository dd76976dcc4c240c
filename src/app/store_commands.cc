// SPDX-License-Identifier: Apache-2.0
#include "app/store_commands.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string_view>
#include <utility>

#include "io/platform.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/migration.h"
#include "store/sqlite/sqlite_store.h"

namespace servanda {
namespace {

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

int complain(const std::string& sentence) {
  std::fprintf(stderr, "servanda: %s\n", sentence.c_str());
  return 1;
}

struct MigrateArguments {
  std::string contract;
  std::vector<std::string> overlays;
  std::string data;
  std::vector<std::string> run;  // Services whose store it is; empty: all.
  bool plan_only = false;
};

std::string steps_text(const SchemaChanges& changes) {
  std::string text;
  for (const SchemaStep& step : changes.steps) {
    text += "  " + step.text;
    if (step.reads == SchemaStep::Reads::kWholeTable) text += " (reads the whole table)";
    text += '\n';
  }
  return text;
}

std::string refusals_text(const SchemaChanges& changes) {
  std::string text;
  for (const SchemaRefusal& refusal : changes.refusals) text += refusal.text() + "\n";
  return text;
}

std::string count_text(size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + ' ' + std::string(count == 1 ? one : many);
}

int show_plan(const SchemaChanges& changes, const std::string& data) {
  if (!changes.steps.empty()) print("To be applied to " + data + ":\n" + steps_text(changes));
  if (!changes.refusals.empty()) {
    print("Refused:\n" + refusals_text(changes));
    return complain(count_text(changes.refusals.size(), "difference", "differences") +
                    " cannot be bridged; as long as this holds, nothing is applied.");
  }
  if (changes.steps.empty()) print("The store in " + data + " fits the contract.\n");
  return 0;
}

// Opening the store takes its lock, so that no server is at it.
int apply(const std::string& data, std::shared_ptr<const Plan> plan, const SchemaChanges& changes) {
  const std::unique_ptr<Platform> platform = make_real_platform();
  Result<std::unique_ptr<Store>> store = open_sqlite_store(data, *platform);
  if (!store) return complain(store.error().message);
  Result<void> prepared = (*store)->prepare(std::move(plan));
  if (!prepared) return complain(prepared.error().message);
  if (changes.steps.empty()) {
    print("The store in " + data + " fits the contract.\n");
  } else {
    print("Applied to " + data + ":\n" + steps_text(changes));
  }
  return 0;
}

int run_migrate(const MigrateArguments& arguments, const PlanSource& plan_of) {
  ServicePlacement placement;
  if (!arguments.run.empty()) placement.here = arguments.run;
  std::shared_ptr<const Plan> plan = plan_of(arguments.contract, arguments.overlays, placement);
  if (!plan) return 1;
  for (const std::string& name : arguments.run) {
    if (plan->find_service(name) != nullptr) continue;
    return complain("--run names \"" + name + "\", which is no service of the contract.");
  }
  Result<SchemaChanges> changes = plan_migration(arguments.data, plan->resources);
  if (!changes) return complain(arguments.data + ": " + changes.error().message);
  if (arguments.plan_only || !changes->refusals.empty()) {
    return show_plan(*changes, arguments.data);
  }
  return apply(arguments.data, std::move(plan), *changes);
}

void print_contents(const std::string& path, const StoreContents& contents) {
  std::string text = path + ": " + std::to_string(contents.bytes) + " bytes\n";
  for (const StoreContents::Table& table : contents.tables) {
    text += "  " + table.name + ": " + count_text(static_cast<size_t>(table.rows), "row", "rows") +
            '\n';
  }
  print(text);
}

int run_copy(const Result<StoreContents>& copied, const std::string& path) {
  if (!copied) return complain(copied.error().message);
  print_contents(path, *copied);
  return 0;
}

int run_verify(const std::string& data) {
  Result<StoreFindings> found = verify_store(data);
  if (!found) return complain(found.error().message);
  if (found->contents.bytes > 0) print_contents(data, found->contents);
  if (found->sentences.empty()) {
    print("The store is whole.\n");
    return 0;
  }
  for (const std::string& sentence : found->sentences) (void)complain(sentence);
  return 1;
}

struct CopyArguments {
  std::string data;
  std::string file;
};

void require_data(CLI::App& command, std::string& data) {
  command.add_option("--data", data, "folder of the embedded store")->type_name("DIR")->required();
}

void add_migrate(CLI::App& app, int& exit_code, PlanSource plan_of) {
  auto arguments = std::make_shared<MigrateArguments>();
  CLI::App* command = app.add_subcommand("migrate", "Bring a store to a contract, or show how");
  command->add_option("contract", arguments->contract,
                      "OpenAPI document, YAML or JSON (default: the one in this folder)");
  command
      ->add_option("--overlay", arguments->overlays, "OpenAPI Overlay document, applied in order")
      ->type_name("FILE");
  require_data(*command, arguments->data);
  command->add_option("--run", arguments->run, "services whose store it is: A,B (default: all)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAMES");
  command->add_flag("--plan", arguments->plan_only,
                    "only show what would change; works beside a running server");
  command->callback([arguments, &exit_code, plan_of = std::move(plan_of)] {
    exit_code = run_migrate(*arguments, plan_of);
  });
}

}  // namespace

void add_store_commands(CLI::App& app, int& exit_code, PlanSource plan_of) {
  add_migrate(app, exit_code, std::move(plan_of));

  auto backup = std::make_shared<CopyArguments>();
  CLI::App* backup_command =
      app.add_subcommand("backup", "Copy a store, also while it is served, into one file");
  require_data(*backup_command, backup->data);
  backup_command->add_option("--to", backup->file, "file to make")->type_name("FILE")->required();
  backup_command->callback([backup, &exit_code] {
    exit_code = run_copy(backup_store(backup->data, backup->file), backup->file);
  });

  auto restore = std::make_shared<CopyArguments>();
  CLI::App* restore_command = app.add_subcommand("restore", "Make a store from a backup");
  restore_command->add_option("--from", restore->file, "backup to read")
      ->type_name("FILE")
      ->required();
  require_data(*restore_command, restore->data);
  restore_command->callback([restore, &exit_code] {
    exit_code = run_copy(restore_store(restore->file, restore->data), restore->data);
  });

  auto data = std::make_shared<std::string>();
  CLI::App* verify_command = app.add_subcommand("verify", "Read all of a store and report damage");
  require_data(*verify_command, *data);
  verify_command->callback([data, &exit_code] { exit_code = run_verify(*data); });
}

}  // namespace servanda

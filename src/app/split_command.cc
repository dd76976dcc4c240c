// SPDX-License-Identifier: Apache-2.0
#include "app/split_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "contract/check/split_report.h"

namespace servanda {
namespace {

struct SplitArguments {
  std::string contract;
  std::vector<std::string> overlays;
  std::vector<std::string> run;
  std::string format = "text";
};

int run_split(const SplitArguments& arguments, const PlanSource& plan_of) {
  const std::shared_ptr<const Plan> plan = plan_of(arguments.contract, arguments.overlays, {});
  if (plan == nullptr) return 1;
  const SplitFormat format = arguments.format == "json" ? SplitFormat::kJson : SplitFormat::kText;
  const Result<std::string> report = split_report(*plan, arguments.run, format);
  if (!report) {
    std::fprintf(stderr, "servanda: %s\n", report.error().message.c_str());
    return 1;
  }
  std::fwrite(report->data(), 1, report->size(), stdout);
  return 0;
}

}  // namespace

void add_split_command(CLI::App& app, int& exit_code, PlanSource plan_of) {
  auto arguments = std::make_shared<SplitArguments>();
  CLI::App* split = app.add_subcommand("split", "Tell what a split into processes would change");
  split->add_option("contract", arguments->contract,
                    "OpenAPI document, YAML or JSON (default: the one in this folder)");
  split->add_option("--overlay", arguments->overlays, "OpenAPI Overlay document, applied in order")
      ->type_name("FILE");
  split->add_option("--run", arguments->run, "services of one of the processes: A,B")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAMES")
      ->required();
  split->add_option("--format", arguments->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  split->callback([arguments, &exit_code, plan_of = std::move(plan_of)] {
    exit_code = run_split(*arguments, plan_of);
  });
}

}  // namespace servanda

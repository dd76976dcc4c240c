// SPDX-License-Identifier: Apache-2.0
// servanda_model FIRST COUNT [MISTAKE]: random contracts from the seeds FIRST to FIRST + COUNT - 1,
// served and asked, compared with the model. Exit code 0 when nothing differs; with a MISTAKE of
// the model (not-equal-forgets-null, nulls-last, version-stays, shows-deleted, batch-stays,
// computed-off) when something does.
// Environment: SERVANDA_MODEL_CONTRACTS (in place of COUNT), SERVANDA_MODEL_REQUESTS (100, for each
// contract), SERVANDA_MODEL_KINDS (anything: how many requests of each kind there were).

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "base/text.h"
#include "model_session.h"

namespace {

using servanda::model::Mistake;

constexpr int kShownMax = 3;  // Differences that are made small and printed.

int number_of(const char* text, int otherwise) {
  if (text == nullptr) return otherwise;
  return static_cast<int>(servanda::parse_integer(text).value_or(otherwise));
}

struct Sum {
  int contracts = 0;
  int requests = 0;
  int pages = 0;
  int items = 0;
  int differences = 0;
  std::map<std::string, int> kinds;
};

void run_one(int seed, int count, Mistake mistake, Sum& sum) {
  servanda::model::Dice dice(static_cast<uint64_t>(seed));
  const auto contract = servanda::model::make_contract(dice);
  const auto requests = servanda::model::make_requests(contract, count, dice);
  const auto report = servanda::model::run_session(contract, requests, mistake);
  ++sum.contracts;
  sum.requests += report.sent;
  sum.pages += report.pages;
  sum.items += report.items;
  for (const auto& [kind, times] : report.kinds) sum.kinds[kind] += times;
  if (report.difference.empty()) return;
  ++sum.differences;
  if (mistake != Mistake::kNone && sum.differences > 1) return;
  std::printf("seed %d, request %d: %s\n", seed, report.request, report.difference.c_str());
  if (sum.differences > kShownMax) return;
  const std::string title = "Seed " + std::to_string(seed) + ".";
  const std::string text = smallest_case(contract, requests, mistake, title);
  std::printf("----\n%s----\n", text.c_str());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** arguments) {
  static const std::map<std::string, Mistake> mistakes = {
      {"not-equal-forgets-null", Mistake::kNotEqualForgetsNull},
      {"nulls-last", Mistake::kNullsLast},
      {"version-stays", Mistake::kVersionStays},
      {"shows-deleted", Mistake::kShowsDeleted},
      {"batch-stays", Mistake::kBatchStays},
      {"computed-off", Mistake::kComputedOff}};
  if (argc < 3 || argc > 4 || (argc == 4 && !mistakes.contains(arguments[3]))) {
    std::fprintf(stderr, "servanda_model FIRST COUNT [MISTAKE]\n");
    return 2;
  }
  const Mistake mistake = argc == 4 ? mistakes.at(arguments[3]) : Mistake::kNone;
  const int first = number_of(arguments[1], 1);
  const int contracts =
      number_of(std::getenv("SERVANDA_MODEL_CONTRACTS"), number_of(arguments[2], 1));
  const int count = number_of(std::getenv("SERVANDA_MODEL_REQUESTS"), 100);
  Sum sum;
  for (int seed = first; seed < first + contracts; ++seed) {
    run_one(seed, count, mistake, sum);
    if (mistake != Mistake::kNone && sum.differences > 0) break;
  }
  if (std::getenv("SERVANDA_MODEL_KINDS") != nullptr) {
    for (const auto& [kind, times] : sum.kinds) std::printf("%6d %s\n", times, kind.c_str());
  }
  std::printf(
      "%d contracts, %d requests (%d pages of lists, %d items of batches), %d differences\n",
      sum.contracts, sum.requests, sum.pages, sum.items, sum.differences);
  if (mistake != Mistake::kNone) return sum.differences > 0 ? 0 : 1;
  return sum.differences == 0 && sum.requests > 0 ? 0 : 1;
}

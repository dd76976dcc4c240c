// SPDX-License-Identifier: Apache-2.0
// Cost of one route match in tables of 20, 1,200 and 20,000 routes.

#include <benchmark/benchmark.h>

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/plan/operation.h"
#include "contract/plan/route_build.h"

namespace servanda {
namespace {

struct Bench {
  std::deque<Operation> operations;
  RouteTable table;
  // One request for every route, shuffled; side by side, as a server finds each path in memory that
  // it has just read into.
  std::string text;
  std::vector<std::string_view> requests;
};

enum class Requests : uint8_t { kPlain, kEncoded, kMissing };

// Routes as a large public API has them: collections, items, nested collections, custom actions.
Bench make_bench(size_t routes, Requests kind) {
  Bench bench;
  RouteTableBuilder builder;
  std::vector<std::string> requests;
  constexpr std::string_view kForms[] = {
      "", "/{id}", "/{id}/members", "/{id}/members/{member_id}", "/{id}/settings", "/{id}:cancel"};
  constexpr std::string_view kFilled[] = {"",
                                          "/8f14e45f",
                                          "/8f14e45f/members",
                                          "/8f14e45f/members/octocat",
                                          "/8f14e45f/settings",
                                          "/8f14e45f:cancel"};
  for (size_t i = 0; i < routes; ++i) {
    std::string base =
        "/v1/organization" + std::to_string(i / 24) + "/projects" + std::to_string(i / 6);
    Operation& operation = bench.operations.emplace_back();
    operation.path = base + std::string(kForms[i % 6]);
    builder.add(*parse_path_template(operation.path), Method::kGet, &operation);
    std::string request = base + std::string(kFilled[i % 6]);
    if (kind == Requests::kEncoded) request.replace(request.find("org"), 1, "%6F");
    if (kind == Requests::kMissing) request += "/none";
    requests.push_back(std::move(request));
  }
  bench.table = builder.build();
  uint64_t random = 7;
  for (size_t i = requests.size(); i > 1; --i) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    std::swap(requests[i - 1], requests[(random >> 33) % i]);
  }
  for (const std::string& request : requests) bench.text += request;
  const char* from = bench.text.data();
  for (const std::string& request : requests) {
    bench.requests.emplace_back(from, request.size());
    from += request.size();
  }
  return bench;
}

void run(benchmark::State& state, Requests kind) {
  Bench bench = make_bench(static_cast<size_t>(state.range(0)), kind);
  size_t at = 0;
  for (auto _ : state) {
    RouteMatch match = bench.table.match(Method::kGet, bench.requests[at]);
    benchmark::DoNotOptimize(match.operation);
    if (++at == bench.requests.size()) at = 0;
  }
}

void BM_MatchRoute(benchmark::State& state) {
  run(state, Requests::kPlain);
}
void BM_MatchEncodedRoute(benchmark::State& state) {
  run(state, Requests::kEncoded);
}
void BM_MatchNothing(benchmark::State& state) {
  run(state, Requests::kMissing);
}
BENCHMARK(BM_MatchRoute)->Arg(20)->Arg(1'200)->Arg(20'000);
BENCHMARK(BM_MatchEncodedRoute)->Arg(20)->Arg(1'200)->Arg(20'000);
BENCHMARK(BM_MatchNothing)->Arg(20)->Arg(1'200)->Arg(20'000);

}  // namespace
}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
// Cost of reading the parameters of one request, without the schema checks that follow.

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/plan/input.h"

namespace servanda {
namespace {

Parameter parameter(std::string_view name, ParameterIn in, uint8_t types) {
  Parameter out;
  out.name = name;
  out.in = in;
  out.style = in == ParameterIn::kQuery ? ParameterStyle::kForm : ParameterStyle::kSimple;
  out.explode = in == ParameterIn::kQuery;
  out.shape.types = {types};
  return out;
}

void run(benchmark::State& state, const Operation& operation, std::string_view query) {
  PathValues path;
  path.values[0] = "0190163d-8694-739b-aea5-966c26f8ad91";
  path.count = 1;
  std::vector<HeaderField> fields = {{"host", "localhost"}, {"accept", "application/json"}};
  RawInput raw{&path, query, fields, {}};
  Arena arena;
  ValidationContext context;
  ParameterValues values;
  Issues issues;
  for (auto _ : state) {
    arena.reset();
    read_parameters(operation, raw, arena, context, values, issues);
    benchmark::DoNotOptimize(values[0].exists());
  }
  if (!issues.empty()) state.SkipWithError("The request was refused.");
}

void BM_ReadScalars(benchmark::State& state) {
  Operation operation;
  operation.parameters.push_back(parameter("id", ParameterIn::kPath, TypeMask::kString));
  operation.parameters.push_back(parameter("category", ParameterIn::kQuery, TypeMask::kString));
  operation.parameters.push_back(parameter("limit", ParameterIn::kQuery, TypeMask::kInteger));
  operation.parameters.push_back(parameter("cursor", ParameterIn::kQuery, TypeMask::kString));
  run(state, operation, "category=lamps&limit=50");
}

void BM_ReadDeepObject(benchmark::State& state) {
  Operation operation;
  operation.parameters.push_back(parameter("id", ParameterIn::kPath, TypeMask::kString));
  Parameter price = parameter("price", ParameterIn::kQuery, TypeMask::kObject);
  price.style = ParameterStyle::kDeepObject;
  for (std::string_view name : {"gte", "lte"}) {
    TextShape number;
    number.types = {TypeMask::kNumber};
    price.shape.members.push_back({std::string(name), number});
  }
  operation.parameters.push_back(std::move(price));
  run(state, operation, "price[gte]=10&price%5Blte%5D=99.5");
}

BENCHMARK(BM_ReadScalars);
BENCHMARK(BM_ReadDeepObject);

}  // namespace
}  // namespace servanda

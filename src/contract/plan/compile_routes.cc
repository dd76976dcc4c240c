// SPDX-License-Identifier: Apache-2.0
// The route table of what the doors offer, and what can be wrong between paths.

#include <string>
#include <unordered_map>
#include <utility>

#include "contract/plan/compile_state.h"
#include "contract/plan/route_build.h"

namespace servanda::internal {
namespace {

// The operations that share one shape of path.
struct Claim {
  uint32_t first = 0;  // Index of the first operation.
  uint16_t methods = 0;
};

// Whether the operation may join those that claimed the same paths before it.
bool may_join(CompileState& state, const Claim& claim, const Operation& operation) {
  const Operation& first = state.plan.operations[claim.first];
  bool method_taken = (claim.methods >> static_cast<size_t>(operation.method) & 1) != 0;
  if (first.path == operation.path && !method_taken) return true;
  std::string_view why =
      first.path == operation.path ? " has this method twice" : " differs only in variable names";
  state.diagnostics.error("path-duplicate", state.operation_places[operation.index],
                          "The path " + operation.path + std::string(why) + ": the other, " +
                              first.path + ", is declared at " +
                              state.documents().place_text(state.operation_places[claim.first]) +
                              ".",
                          "Merge the two path items.");
  return false;
}

}  // namespace

void compile_routes(CompileState& state) {
  constexpr size_t kAmbiguitiesMax = 100;
  RouteTableBuilder builder;
  std::unordered_map<std::string, Claim> claims;
  claims.reserve(state.plan.operations.size());
  for (const Operation& operation : state.plan.operations) {
    const PathTemplate& path = state.templates[operation.index];
    auto [at, added] = claims.try_emplace(path.shape(), Claim{operation.index, 0});
    if (!added && !may_join(state, at->second, operation)) continue;
    auto bit = static_cast<size_t>(operation.method);
    at->second.methods = static_cast<uint16_t>(at->second.methods | (1u << bit));
    if (!operation.exposed) continue;
    builder.add(path, operation.method, &operation, operation.index);
  }
  for (const RouteAmbiguity& found : builder.ambiguities(kAmbiguitiesMax)) {
    const Operation& winner = state.plan.operations[found.winner];
    const Operation& loser = state.plan.operations[found.loser];
    state.diagnostics.notice("path-ambiguous", state.operation_places[found.winner],
                             winner.path + " and " + loser.path + " both match " + found.example +
                                 "; it goes to " + winner.path +
                                 ", whose literal comes further left.");
  }
  state.plan.routes = builder.build();
}

}  // namespace servanda::internal

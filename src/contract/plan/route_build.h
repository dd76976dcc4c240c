// SPDX-License-Identifier: Apache-2.0
#pragma once
// Builds a RouteTable, and finds templates that compete for the same paths.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "contract/plan/path_template.h"
#include "contract/plan/routes.h"

namespace servanda {

// Two templates of which neither is more specific at every segment: both match some paths.
struct RouteAmbiguity {
  uint32_t winner = 0;  // What add() was told for the template that gets those paths.
  uint32_t loser = 0;
  std::string example;  // A path that both match.
};

// Collects templates, then makes the table.
class RouteTableBuilder {
 public:
  RouteTableBuilder();
  ~RouteTableBuilder();

  // Routes `method` on `path` to `operation`, which must outlive the table. `tag` names the
  // template in ambiguities(). Requires: no other operation has the same method and shape.
  void add(const PathTemplate& path, Method method, const Operation* operation, uint32_t tag = 0);

  // Competing templates, at most `max`. Looks at a bounded number of pairs per template, so that
  // the cost stays linear in the number of routes.
  [[nodiscard]] std::vector<RouteAmbiguity> ambiguities(size_t max) const;

  [[nodiscard]] RouteTable build() const;

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#pragma once
// Example values made from schemas, for the mock handler.

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "contract/schema/schema.h"

namespace servanda {

// JSON text of a value that conforms to the schema at `node`, by Prism's order: example, default,
// first of examples, then by keywords. An example that does not conform is not used. Cycles end at
// the first optional place. Nothing when no conforming value was found within the search budget.
[[nodiscard]] std::optional<std::string> static_sample(const Node& node, SchemaSet& schemas,
                                                       Documents& documents, Direction direction,
                                                       Diagnostics& diagnostics);

// JSON text of a random value that conforms to the schema, made from its keywords alone: needs no
// documents, so it may be asked while serving. The same numbers from `rng` give the same value.
// Nothing when no conforming value was found within the search budget.
[[nodiscard]] std::optional<std::string> dynamic_sample(const Schema& schema, Direction direction,
                                                        Rng& rng);

}  // namespace servanda

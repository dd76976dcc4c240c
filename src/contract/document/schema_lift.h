// SPDX-License-Identifier: Apache-2.0
#pragma once
// Schemas as OpenAPI 3.0 writes them, turned into those of 3.1.

#include "contract/document/documents.h"
#include "contract/document/tally.h"

namespace servanda::internal {

// Edits one schema (not those inside it): "nullable", boolean exclusive bounds, "example", the
// formats byte and binary, and keywords beside "$ref", which 3.0 ignores. Doing it twice changes
// nothing more.
void lift_schema(Node& schema, Documents& documents, Tally& tally);

}  // namespace servanda::internal

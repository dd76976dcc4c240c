// SPDX-License-Identifier: Apache-2.0
// JSONPath queries of any text over one small document.

#include <cstdlib>
#include <string>
#include <string_view>

#include "contract/document/documents.h"
#include "contract/document/json_path.h"
#include "contract/document/test_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  constexpr std::string_view kDocument =
      "{a: {b: [1, 2.5, 'x', {c: null, 'd e': true}], a: {a: [[], [[3]]]}},\n"
      " paths: {/x: {get: {operationId: one, tags: [t]}, put: {deprecated: true}}}}\n";
  const auto path = servanda::internal::JsonPath::parse(
      std::string_view(reinterpret_cast<const char*>(bytes), size));
  if (!path) {
    if (path.error().message.empty()) std::abort();
    return 0;
  }
  servanda::MemoryFiles files;
  servanda::Documents documents(files);
  servanda::Diagnostics diagnostics;
  servanda::Node* root = documents.load_text("a.yaml", std::string(kDocument), diagnostics);
  uint64_t steps = 100'000;
  const auto matches = path->select(*root, steps);
  if (!matches) return 0;
  for (const servanda::internal::PathMatch& match : *matches) {
    const bool hangs = match.parent == nullptr
                           ? match.node == root
                           : match.parent->entries[match.index].value == match.node;
    if (!hangs) std::abort();
  }
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Contracts of any content: the first byte picks YAML or JSON; further parts, each behind a byte 1,
// are a second file "b.yaml" and an overlay. What is accepted must publish, and that must load.

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "contract/document/contract_document.h"
#include "contract/document/test_files.h"

namespace {

using servanda::ContractDocument;
using servanda::Diagnostics;
using servanda::DocumentLimits;
using servanda::MemoryFiles;

constexpr DocumentLimits kLimits{.file_bytes_max = 1u << 20,
                                 .total_bytes_max = 1u << 20,
                                 .files_max = 10,
                                 .depth_max = 50,
                                 .nodes_max = 50'000,
                                 .alias_nodes_max = 5'000};

void require(bool holds) {
  if (!holds) std::abort();
}

// Every finding has a place that can be shown.
void show(const Diagnostics& diagnostics, const ContractDocument& contract) {
  for (const servanda::Diagnostic& one : diagnostics.all()) {
    require(!one.rule.empty() && !one.message.empty());
    (void)contract.documents->place_text(one.place);
    (void)contract.documents->line_text(one.place);
  }
}

void publish_and_load(ContractDocument& contract) {
  Diagnostics diagnostics;
  const servanda::PublishedContract published = servanda::publish(contract, diagnostics);
  require(diagnostics.has_errors() == published.json.empty());
  if (published.json.empty()) return;
  MemoryFiles files;
  files.put("p.json", published.json);
  files.put("p.yaml", published.yaml);
  std::string texts[2];
  for (int i = 0; i < 2; ++i) {
    Diagnostics found;
    servanda::Documents documents(files);
    const servanda::Node* root = documents.load(i == 0 ? "p.json" : "p.yaml", found);
    require(root != nullptr);
    servanda::append_json(texts[i], *root);
  }
  require(texts[0] == published.json && texts[1] == published.json);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  std::vector<std::string> parts{""};
  for (size_t i = 1; i < size; ++i) {
    if (bytes[i] == 1 && parts.size() < 3) {
      parts.emplace_back();
    } else {
      parts.back() += static_cast<char>(bytes[i]);
    }
  }
  const std::string entry = bytes[0] % 2 == 0 ? "a.yaml" : "a.json";
  MemoryFiles files;
  files.put(entry, parts[0]);
  std::vector<std::string> overlays;
  if (parts.size() > 1) files.put("b.yaml", parts[1]);
  if (parts.size() > 2) {
    files.put("o.yaml", parts[2]);
    overlays.emplace_back("o.yaml");
  }
  Diagnostics diagnostics;
  ContractDocument contract = servanda::load_contract(files, entry, overlays, diagnostics, kLimits);
  require(contract.root != nullptr || diagnostics.has_errors());
  show(diagnostics, contract);
  if (!diagnostics.has_errors()) publish_and_load(contract);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// What mocks answer where the contract gives no example: one made from the schema, while its
// annotations (example, default, examples) can still be read.

#include <map>
#include <optional>
#include <string>

#include "contract/plan/compile_state.h"
#include "contract/schema/sample.h"

namespace servanda::internal {
namespace {

constexpr size_t kSampleBytesMax = 64 * 1024;  // A larger one is made anew when it is asked for.

class Samples {
 public:
  explicit Samples(CompileState& state) : state_(state) {}

  void add_to(Operation& operation, const Node& node) {
    for (Response& response : operation.responses) {
      const Node* declared = response_node(state_.documents(), node, response);
      const Node* content = declared == nullptr ? nullptr : declared->find("content");
      if (content == nullptr) continue;
      for (MediaType& media : response.content) add_to(media, *content);
    }
  }

 private:
  void add_to(MediaType& media, const Node& content) {
    if (media.kind != MediaKind::kJson || !media.examples.empty() || !media.schema.exists()) return;
    Node* entry = content.find(media.range);
    Node* node = entry == nullptr ? nullptr : state_.documents().follow(entry, state_.diagnostics);
    const Node* schema = node == nullptr ? nullptr : node->find("schema");
    if (schema == nullptr) return;
    if (const std::optional<std::string>& made = sample_of(*schema)) {
      media.examples.push_back({"", *made});
    }
  }

  // Many operations share one schema by reference: the target is made once.
  const std::optional<std::string>& sample_of(const Node& schema) {
    const Node* key = &schema;
    if (const Node* reference = schema.find("$ref"); reference != nullptr && schema.size == 1) {
      const Node* target =
          state_.documents().resolve(reference->text, reference->place, state_.diagnostics);
      if (target != nullptr) key = target;
    }
    const auto [known, is_new] = made_.try_emplace(key);
    if (is_new) {
      known->second = static_sample(schema, state_.plan.schemas, state_.documents(),
                                    Direction::kResponse, state_.diagnostics);
      if (known->second && known->second->size() > kSampleBytesMax) known->second.reset();
    }
    return known->second;
  }

  CompileState& state_;
  std::map<const Node*, std::optional<std::string>> made_;
};

}  // namespace

void compile_samples(CompileState& state) {
  Samples samples(state);
  for (Operation& operation : state.plan.operations) {
    if (operation.handler != HandlerKind::kMock) continue;
    samples.add_to(operation, *state.nodes[operation.index].node);
  }
}

}  // namespace servanda::internal

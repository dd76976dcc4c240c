// SPDX-License-Identifier: Apache-2.0
// Values that authors wrote beside their schemas.
#include <algorithm>
#include <array>

#include "contract/document/node.h"
#include "contract/schema/access.h"
#include "contract/schema/sampler.h"

namespace servanda::internal {

// The first conforming one among: example, default, first of examples; of the schema itself, then
// of those it is made of.
std::optional<std::string> Sampler::example(const Schemas& schemas, const Parts& parts) {
  std::vector<uint32_t> order = schemas;
  for (uint32_t schema : parts.visited) {
    if (std::find(order.begin(), order.end(), schema) == order.end()) order.push_back(schema);
  }
  for (uint32_t schema : order) {
    const Node* node = SchemaAccess::node_of(*examples_, schema);
    if (node == nullptr) continue;
    const Node* list = node->find("examples");
    const Node* first_listed =
        list != nullptr && list->is_array() && list->size > 0 ? list->entries[0].value : nullptr;
    const std::array<const Node*, 3> candidates = {node->find("example"), node->find("default"),
                                                   first_listed};
    for (const Node* candidate : candidates) {
      if (candidate == nullptr) continue;
      std::string json = without_left_out(*candidate, parts);
      if (!accepted(schemas, json)) continue;
      bytes_made_ += json.size();
      return json;
    }
  }
  return std::nullopt;
}

// The value as JSON, less the properties that do not travel in this direction.
std::string Sampler::without_left_out(const Node& value, const Parts& parts) const {
  std::string json;
  if (!value.is_object() || direction_ == Direction::kNeutral) {
    append_json(json, value);
    return json;
  }
  JsonWriter writer(json);
  writer.begin_object();
  for (const NodeEntry& entry : value) {
    if (is_left_out(parts, entry.key)) continue;
    std::string member;
    append_json(member, *entry.value);
    writer.key(entry.key);
    writer.raw(member);
  }
  writer.end_object();
  return json;
}

}  // namespace servanda::internal

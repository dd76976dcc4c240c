// SPDX-License-Identifier: Apache-2.0
#include "call/merge_patch.h"

#include <algorithm>
#include <vector>

namespace servanda {
namespace {

// Finds members by name. Small objects are searched as they stand, large ones through a sorted
// index, so that two large objects do not cost the product of their sizes.
class MemberIndex {
 public:
  explicit MemberIndex(JsonValue object) : object_(object) {
    if (!object.exists() || object.size() <= kLinearMax) return;
    sorted_.reserve(object.size());
    for (const JsonMember member : object.members()) sorted_.push_back(member);
    std::ranges::sort(sorted_, {}, &JsonMember::key);
  }
  [[nodiscard]] JsonValue find(std::string_view key) const {
    if (!object_.exists()) return {};
    if (sorted_.empty()) return object_.find(key);
    const auto at = std::ranges::lower_bound(sorted_, key, {}, &JsonMember::key);
    return at != sorted_.end() && at->key == key ? at->value : JsonValue();
  }

 private:
  static constexpr uint32_t kLinearMax = 16;
  JsonValue object_;
  std::vector<JsonMember> sorted_;
};

}  // namespace

// One level of recursion per level of the patch, which the parser bounds.
void merge_patch(JsonValue target, JsonValue patch, JsonBuilder& builder) {
  if (!patch.is_object()) {
    builder.value(patch);
    return;
  }
  const JsonValue base = target.exists() && target.is_object() ? target : JsonValue();
  const MemberIndex changes(patch);
  const MemberIndex present(base);
  builder.begin_object();
  if (base.exists()) {
    for (const auto [key, value] : base.members()) {
      const JsonValue change = changes.find(key);
      if (change.exists() && change.is_null()) continue;
      builder.key(key);
      if (change.exists()) {
        merge_patch(value, change, builder);
      } else {
        builder.value(value);
      }
    }
  }
  for (const auto [key, change] : patch.members()) {
    if (change.is_null() || present.find(key).exists()) continue;
    builder.key(key);
    merge_patch(JsonValue(), change, builder);
  }
  builder.end_object();
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "contract/generate/events.h"

#include <utility>

#include "contract/generate/names.h"
#include "contract/plan/annotations.h"

namespace servanda::internal {
namespace {

std::string_view text_of(const Node& node, std::string_view key) {
  const Node* text = node.find(key);
  return text != nullptr && text->is_string() ? text->text : std::string_view();
}

}  // namespace

void build_events(ContractDocument& contract, const Plan& plan, TypeBuilder& types, Model& model) {
  Scope names;
  // A class cannot hold another of its own name.
  (void)names.take("Body");
  for (const EventDeclaration& event : plan.events) {
    const EventNode node = event_node(contract, event.name);
    if (node.post == nullptr) continue;
    EventModel made;
    made.event = &event;
    made.name = names.take(type_name(event.name));
    made.description = text_of(*node.post, "description");
    if (made.description.empty()) made.description = text_of(*node.post, "summary");
    made.body = types.use(node.schema, Hint{made.name, false, kNoHome, kNoHome}.inside("body"));
    model.events.push_back(std::move(made));
  }
  types.drain();
}

std::string event_header(const CppContext& context, const EventModel& event) {
  std::string out = comment(event.description, 0);
  out += "struct " + event.name + " {\n";
  out += "  static constexpr std::string_view kName = " + literal(event.event->name) + ";\n";
  out += "  static std::string_view contract_hash() { return kContractHash; }\n";
  out += "  using Body = " + type_text(context, event.body, true) + ";\n";
  out += "};\n\n";
  return out;
}

}  // namespace servanda::internal

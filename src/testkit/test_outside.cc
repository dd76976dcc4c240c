// SPDX-License-Identifier: Apache-2.0
// What handlers do to others, as tests see it: events that they emit, operations that they call.

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "testkit/test_engine.h"

namespace servanda::internal {
namespace {

// Bodies of one name, as one document.
constexpr JsonLimits kBodiesLimits = {.depth_max = kJsonDepthMax, .nodes_max = 500'000'000};

}  // namespace

Result<void> TestEngine::check_hash(std::string_view of, std::string_view hash) const {
  if (hash.empty() || hash == plan_->hash) return {};
  return fail(Code::kInvalidArgument, "The types of " + in_quotes(of) +
                                          " were generated from another contract than the one "
                                          "that is served: build the test again.");
}

Result<std::vector<StoredEvent>> TestEngine::all_events() {
  if (!backend_) return fail(Code::kUnavailable, "The server did not start again.");
  platform_->run_ready();
  std::vector<StoredEvent> all;
  for (bool more = true; more;) {
    Result<StoredEvents> page =
        backend_->store().read_events(all.empty() ? 0 : all.back().sequence, kEventsReadMax);
    if (!page) return pass(page);
    more = page->more;
    std::ranges::move(page->events, std::back_inserter(all));
  }
  return all;
}

Result<JsonDocument> TestEngine::read_events(std::string_view name,
                                             std::string_view contract_hash) {
  if (Result<void> same = check_hash(name, contract_hash); !same) return pass(same);
  std::vector<std::string_view> names;
  for (const EventDeclaration& event : plan_->events) names.push_back(event.name);
  if (std::ranges::find(names, name) == names.end()) {
    const auto near = nearest(name, names);
    return fail(Code::kNotFound, "Nothing in the contract emits an event " + in_quotes(name) +
                                     (near ? " (did you mean " + in_quotes(*near) + "?)." : "."));
  }
  Result<std::vector<StoredEvent>> all = all_events();
  if (!all) return pass(all);
  std::string text = "[";
  for (const StoredEvent& event : *all) {
    if (event.name != name) continue;
    if (text.size() > 1) text += ',';
    text += event.payload;
  }
  return JsonDocument::parse(text + "]", kBodiesLimits);
}

Result<size_t> TestEngine::count_events() {
  Result<std::vector<StoredEvent>> all = all_events();
  if (!all) return pass(all);
  return all->size();
}

Result<void> TestEngine::set_fake(std::shared_ptr<const CodeHandler> fake) {
  const std::string_view id = fake->operation_id();
  if (Result<void> same = check_hash(id, fake->contract_hash()); !same) return same;
  if (std::ranges::find(plan_->operations, id, &Operation::id) == plan_->operations.end()) {
    return fail(Code::kNotFound, "The contract has no operation " + in_quotes(id) + " to fake.");
  }
  stand_ins_->set(std::move(fake));
  return {};
}

Result<void> TestEngine::remove_fake(std::string_view operation_id) {
  if (stand_ins_->remove(operation_id)) return {};
  return fail(Code::kNotFound, in_quotes(operation_id) + " has no fake to remove.");
}

}  // namespace servanda::internal

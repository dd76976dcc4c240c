// SPDX-License-Identifier: Apache-2.0
// What applies to the same value: references, allOf, anyOf, oneOf, not, if, and unevaluated*.
#include <algorithm>

#include "base/text.h"
#include "contract/schema/compile.h"

namespace servanda::internal {

uint32_t Compiler::schema_of(Job& job, const Node& node) {
  return number_of(node, job.resource);
}

uint32_t Compiler::schema_of(Job& job, Keyword keyword) {
  const Node* node = job.keywords[keyword];
  return node == nullptr ? kNone : number_of(*node, job.resource);
}

Span Compiler::freeze_list(const std::vector<uint32_t>& items) {
  const Span span{static_cast<uint32_t>(program_->lists.size()),
                  static_cast<uint32_t>(items.size())};
  program_->lists.insert(program_->lists.end(), items.begin(), items.end());
  return span;
}

void Compiler::append_branches(Job& job, Keyword keyword, std::vector<uint32_t>& branches) {
  const NodeEntry* entry = job.keywords.entries[static_cast<size_t>(keyword)];
  if (entry == nullptr) return;
  if (!entry->value->is_array() || entry->value->size == 0) {
    fail(job, *entry->value,
         "\"" + std::string(entry->key) + "\" must be a list with at least one schema.",
         "Write a list of schemas, or leave the keyword out.");
    return;
  }
  for (const NodeEntry& branch : *entry->value) branches.push_back(schema_of(job, *branch.value));
}

void Compiler::compile_reference(Job& job, InPlace& in_place, std::vector<uint32_t>& all_of) {
  if (const Node* ref = job.keywords[Keyword::kRef]) {
    const std::optional<Target> target = resolve(*ref, job.resource);
    if (!target) {
      job.failed = true;
      return;
    }
    all_of.push_back(number_of(*target->node, target->resource));
  }
  const Node* dynamic = job.keywords[Keyword::kDynamicRef];
  if (dynamic == nullptr) return;
  const std::optional<Target> target = resolve(*dynamic, job.resource);
  if (!target) {
    job.failed = true;
    return;
  }
  const uint32_t number = number_of(*target->node, target->resource);
  const size_t hash = dynamic->text.find('#');
  const std::string_view anchor =
      hash == std::string_view::npos ? std::string_view() : dynamic->text.substr(hash + 1);
  const auto& anchors = registry_.resource(target->resource).dynamic_anchors;
  const bool bookend = std::any_of(anchors.begin(), anchors.end(), [&](const auto& one) {
    return one.first == anchor && one.second == target->node;
  });
  if (!bookend) {
    all_of.push_back(number);
    return;
  }
  const auto [known, fresh] = dynamic_numbers_.try_emplace(
      std::string(anchor), static_cast<uint32_t>(program_->dynamic_anchors.size()));
  if (fresh) program_->dynamic_anchors.push_back({std::string(anchor), {}});
  resources_entered_.insert(target->resource);
  in_place.dynamic_name = known->second;
  in_place.dynamic_target = number;
}

// Maps the values of the discriminating property to branches: by "mapping", and by the last part of
// each branch's reference. Only a hint: what it does not know is tried in order.
void Compiler::compile_discriminator(Job& job, InPlace& in_place) {
  const Node* discriminator = job.keywords[Keyword::kDiscriminator];
  if (discriminator == nullptr) return;
  const Node* name = discriminator->find("propertyName");
  if (name == nullptr || !name->is_string()) {
    fail(job, *discriminator, "\"discriminator\" needs a \"propertyName\".",
         "Name the property whose value tells the branches apart.");
    return;
  }
  const Keyword keyword = in_place.one_of.count > 0 ? Keyword::kOneOf : Keyword::kAnyOf;
  const Node* branches = job.keywords[keyword];
  const Span span = in_place.one_of.count > 0 ? in_place.one_of : in_place.any_of;
  if (branches == nullptr || span.count == 0) return;
  std::vector<Property> values;
  const auto add = [&](std::string_view value, uint32_t branch) {
    const bool known = std::any_of(values.begin(), values.end(),
                                   [&](const Property& one) { return one.name() == value; });
    if (known) return;
    const std::string_view text = program_->text.copy(value);
    Property entry{text.data(), static_cast<uint32_t>(text.size())};
    entry.schema = branch;
    values.push_back(entry);
  };
  const auto last_part = [](std::string_view ref) {
    return ref.substr(ref.find_last_of("/#") + 1);
  };
  std::vector<std::string_view> refs;
  for (const NodeEntry& branch : *branches) {
    const Node* ref = branch.value->find("$ref");
    refs.push_back(ref != nullptr && ref->is_string() ? ref->text : std::string_view());
  }
  if (const Node* mapping = discriminator->find("mapping"); mapping != nullptr) {
    for (const NodeEntry& entry : *mapping) {
      if (!entry.value->is_string()) continue;
      const std::string_view meant = entry.value->text;
      for (uint32_t i = 0; i < refs.size(); ++i) {
        if (refs[i].empty() || (refs[i] != meant && last_part(refs[i]) != meant)) continue;
        add(entry.key, i);
        break;
      }
    }
  }
  for (uint32_t i = 0; i < refs.size(); ++i) {
    if (!refs[i].empty()) add(last_part(refs[i]), i);
  }
  Discriminator made;
  made.property = program_->text.copy(name->text);
  made.values = freeze_table(values);
  in_place.discriminator = static_cast<uint32_t>(program_->discriminators.size());
  program_->discriminators.push_back(made);
}

// Decides whether children must be counted: only when something beside these keywords could have
// evaluated them. Otherwise they are plain "items" and "additionalProperties".
void Compiler::compile_unevaluated(Job& job, Rules& rules, InPlace& in_place) {
  const bool applies = in_place.all_of.count + in_place.any_of.count + in_place.one_of.count > 0 ||
                       in_place.if_schema != kNone || in_place.dynamic_target != kNone ||
                       job.keywords[Keyword::kDependentSchemas] != nullptr ||
                       job.keywords[Keyword::kDependencies] != nullptr;
  const bool items = job.keywords[Keyword::kUnevaluatedItems] != nullptr &&
                     (applies || job.keywords[Keyword::kContains] != nullptr);
  const bool properties = job.keywords[Keyword::kUnevaluatedProperties] != nullptr && applies;
  if (items) in_place.unevaluated_items = schema_of(job, Keyword::kUnevaluatedItems);
  if (properties) in_place.unevaluated_properties = schema_of(job, Keyword::kUnevaluatedProperties);
  rules.tracks = items || properties;
}

void Compiler::compile_in_place(Job& job, Rules& rules) {
  InPlace made;
  std::vector<uint32_t> branches;
  compile_reference(job, made, branches);
  append_branches(job, Keyword::kAllOf, branches);
  made.all_of = freeze_list(branches);
  branches.clear();
  append_branches(job, Keyword::kAnyOf, branches);
  made.any_of = freeze_list(branches);
  branches.clear();
  append_branches(job, Keyword::kOneOf, branches);
  made.one_of = freeze_list(branches);
  made.not_schema = schema_of(job, Keyword::kNot);
  made.if_schema = schema_of(job, Keyword::kIf);
  if (made.if_schema != kNone) {
    made.then_schema = schema_of(job, Keyword::kThen);
    made.else_schema = schema_of(job, Keyword::kElse);
  }
  compile_discriminator(job, made);
  compile_unevaluated(job, rules, made);
  const bool empty = made.all_of.count + made.any_of.count + made.one_of.count == 0 &&
                     made.not_schema == kNone && made.if_schema == kNone &&
                     made.dynamic_target == kNone && !rules.tracks;
  if (empty) return;
  rules.in_place = static_cast<uint32_t>(program_->in_places.size());
  program_->in_places.push_back(made);
}

}  // namespace servanda::internal

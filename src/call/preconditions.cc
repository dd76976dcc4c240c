// SPDX-License-Identifier: Apache-2.0
#include "call/preconditions.h"

#include <string>

#include "base/text.h"
#include "http/conditions.h"

namespace servanda {
namespace {

constexpr std::string_view kCodingSuffix = "-gzip";

std::string_view without_coding(std::string_view opaque) {
  if (opaque.ends_with(kCodingSuffix)) opaque.remove_suffix(kCodingSuffix.size());
  return opaque;
}

// The version that a tag of ours names: its leading number, whatever follows a '-'.
std::optional<int64_t> version_of(const EntityTag& tag) {
  return parse_integer(tag.opaque.substr(0, tag.opaque.find('-')));
}

enum class Comparison : uint8_t { kStrong, kWeak };

bool names_version(const EntityTagList& list, int64_t version, Comparison comparison) {
  if (list.any) return true;
  for (const EntityTag& tag : list.tags) {
    if (comparison == Comparison::kStrong && tag.strength == EntityTag::Strength::kWeak) continue;
    if (version_of(tag) == version) return true;
  }
  return false;
}

ConditionOutcome refuse_unreadable(Call& call, std::string_view name) {
  Error error{Code::kInvalidArgument, "A condition cannot be read.", "condition", {}};
  error.fields.push_back(
      {"header", std::string(name), "format", "This must be * or a list of quoted entity tags."});
  refuse(call, std::move(error));
  return ConditionOutcome::kRefused;
}

ConditionOutcome refuse_failed(Call& call, std::optional<int64_t> version) {
  const std::string now = version ? "the current version is \"" + std::to_string(*version) + "\"."
                                  : "there is nothing yet.";
  refuse(call, Code::kPreconditionFailed, "The condition does not hold: " + now,
         "version-mismatch");
  return ConditionOutcome::kRefused;
}

// If-Match, on anything. kProceed when the header is not there.
ConditionOutcome check_if_match(Call& call, std::optional<int64_t> version) {
  if (!call.input.known.has(KnownField::kIfMatch)) return ConditionOutcome::kProceed;
  const auto list = parse_entity_tags(call.input.known[KnownField::kIfMatch]);
  if (!list) return refuse_unreadable(call, "If-Match");
  if (version && names_version(*list, *version, Comparison::kStrong)) {
    return ConditionOutcome::kProceed;
  }
  return refuse_failed(call, version);
}

}  // namespace

ConditionOutcome check_read_conditions(Call& call, int64_t version) {
  const ConditionOutcome matched = check_if_match(call, version);
  if (matched != ConditionOutcome::kProceed) return matched;
  if (!call.input.known.has(KnownField::kIfNoneMatch)) return ConditionOutcome::kProceed;
  const auto list = parse_entity_tags(call.input.known[KnownField::kIfNoneMatch]);
  if (!list) return refuse_unreadable(call, "If-None-Match");
  return names_version(*list, version, Comparison::kWeak) ? ConditionOutcome::kNotModified
                                                          : ConditionOutcome::kProceed;
}

ConditionOutcome check_write_conditions(Call& call, std::optional<int64_t> version) {
  if (call.operation->precondition == PreconditionMode::kOff) return ConditionOutcome::kProceed;
  const ConditionOutcome matched = check_if_match(call, version);
  if (matched != ConditionOutcome::kProceed) return matched;
  if (!call.input.known.has(KnownField::kIfNoneMatch)) return ConditionOutcome::kProceed;
  const auto list = parse_entity_tags(call.input.known[KnownField::kIfNoneMatch]);
  if (!list) return refuse_unreadable(call, "If-None-Match");
  const bool found = version && names_version(*list, *version, Comparison::kWeak);
  return found ? refuse_failed(call, version) : ConditionOutcome::kProceed;
}

bool has_required_condition(Call& call) {
  const Operation& operation = *call.operation;
  if (operation.precondition != PreconditionMode::kRequired || !operation.resource) return true;
  if (operation.resource->action == Action::kCreate) return true;
  if (call.input.known.has(KnownField::kIfMatch)) return true;
  // "Create, but do not replace" is a condition too.
  if (operation.resource->action == Action::kReplace &&
      call.input.known.has(KnownField::kIfNoneMatch)) {
    return true;
  }
  return refuse(call, Code::kPreconditionRequired,
                "This operation needs an If-Match header with the ETag that you have read.",
                "precondition-required");
}

bool matches_any_tag(std::string_view list_text, std::string_view tag) {
  if (list_text.empty()) return false;
  const auto list = parse_entity_tags(list_text);
  if (!list) return false;
  if (list->any) return true;
  for (const EntityTag& one : list->tags) {
    if (without_coding(one.opaque) == tag) return true;
  }
  return false;
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "contract/check/lint.h"

#include <algorithm>

#include "base/check.h"
#include "contract/check/lint_state.h"

namespace servanda {
namespace {

constexpr Severity kWarning = Severity::kWarning;
constexpr Severity kNotice = Severity::kNotice;

constexpr LintRule kRules[] = {
    {"operation-id-url", kWarning,
     "An operationId holds characters that must be escaped in URLs, so tools cannot use it in "
     "links.",
     "Use letters, digits, \"-\", \".\", \"_\" and \"~\"."},
    {"operation-success-response", kWarning,
     "An operation declares no success response, so callers cannot know what they get.",
     "Declare a 2XX response."},
    {"operation-tag-undeclared", kNotice,
     "An operation's tag is not declared at the root, so it has no description and no place in the "
     "order of the documentation.",
     "Add it to the root's \"tags\"."},
    {"tag-duplicate", kWarning, "Two tags at the root have the same name.", "Remove one."},
    {"server-missing", kNotice, "The contract names no server, so documentation cannot show URLs.",
     "Add \"servers: [{url: ...}]\"."},
    {"server-trailing-slash", kNotice,
     "A server's URL ends with a slash, which tools join to paths in different ways.",
     "Remove the slash."},
    {"path-trailing-slash", kNotice,
     "A path ends with a slash; with and without it are two different paths.", "Remove the slash."},
    {"callback-nested", kWarning, "A callback inside a callback is beyond most tools.",
     "Describe it as an operation of its own."},
    {"webhook-servers", kNotice,
     "A webhook names servers, but the receiver's address is not the contract's to say.",
     "Remove \"servers\"."},
    {"markdown-script", kWarning,
     "A description holds script, which a documentation page might run.", "Remove it."},
    {"enum-type", kWarning,
     "A value of \"enum\" has another type than the schema, so it never fits.",
     "Correct the value or the type."},
    {"enum-duplicate", kWarning, "A value of \"enum\" occurs twice.", "Remove one."},
    {"array-items-missing", kNotice,
     "An array does not say what its items are, so anything is accepted.", "Add \"items\"."},
    {"example-invalid", kWarning, "An example does not conform to its own schema.",
     "Correct the example or the schema."},
    {"default-invalid", kWarning, "A default does not conform to its own schema.",
     "Correct the default or the schema."},
    {"component-unused", kNotice, "Nothing refers to a component.", "Remove it, or refer to it."},
    {"input-string-unbounded", kNotice,
     "A string that callers send has no greatest length, so each may be as long as a whole body.",
     "Add \"maxLength\"."},
    {"input-array-unbounded", kNotice,
     "A list that callers send has no greatest length, so each may fill a whole body.",
     "Add \"maxItems\"."},
    {"input-object-open", kNotice,
     "An object that callers send accepts undeclared members, so a typing slip passes unnoticed.",
     "Add \"additionalProperties: false\"."},
    {"write-without-security", kNotice,
     "A writing operation asks for no credentials although the contract declares security schemes.",
     "Add \"security\"."},
    {"response-401-missing", kNotice,
     "An operation asks for credentials and does not say what happens without them.",
     "Declare 401, 4XX or default."},
    {"response-429-missing", kNotice, "An operation does not say what too many requests get.",
     "Declare 429, 4XX or default."},
    {"id-enumerable", kNotice,
     "A path identifies items by integers, which strangers can count through.",
     "Use UUIDs for what is not public."},
    {"lint-left-out", kNotice, "A rule found more than is shown.",
     "Mend what is shown and check again."},
};

const LintRule& rule_called(std::string_view id) {
  const auto* at = std::find_if(std::begin(kRules), std::end(kRules),
                                [&](const LintRule& rule) { return rule.id == id; });
  SERVANDA_CHECK(at != std::end(kRules), id);
  return *at;
}

}  // namespace

std::span<const LintRule> lint_rules() {
  return kRules;
}

namespace internal {

std::string in_quotes_of(std::string_view text) {
  return '"' + std::string(text) + '"';
}

void LintState::add(std::string_view id, Place place, std::string message) {
  const LintRule& rule = rule_called(id);
  auto at = std::find_if(counts_.begin(), counts_.end(),
                         [&](const auto& count) { return count.first == &rule; });
  if (at == counts_.end()) {
    counts_.emplace_back(&rule, 0);
    first_places_.push_back(place);
    at = counts_.end() - 1;
  }
  if (++at->second > kLintFindingsMax) return;
  diagnostics_->add(rule.id, rule.severity, place, std::move(message), std::string(rule.fix));
}

void LintState::finish() {
  for (size_t i = 0; i < counts_.size(); ++i) {
    const auto& [rule, count] = counts_[i];
    if (count <= kLintFindingsMax) continue;
    diagnostics_->notice("lint-left-out", first_places_[i],
                         std::to_string(count - kLintFindingsMax) + " more findings of " +
                             std::string(rule->id) + " are not shown.",
                         "Mend what is shown and check again.");
  }
}

Node* LintState::follow(Node* node) const {
  Diagnostics reported_elsewhere;
  return node == nullptr ? nullptr : documents().follow(node, reported_elsewhere);
}

Node* LintState::target(const Node& schema) const {
  const Node* ref = schema.find("$ref");
  if (ref == nullptr || !ref->is_string()) return nullptr;
  Diagnostics reported_elsewhere;
  return documents().resolve(ref->text, ref->place, reported_elsewhere);
}

}  // namespace internal

void lint(ContractDocument& contract, Diagnostics& diagnostics) {
  internal::LintState state(contract, diagnostics);
  const internal::LintSubjects subjects = internal::collect_subjects(state);
  internal::lint_document(state);
  internal::lint_operations(state, subjects);
  internal::lint_schemas(state, subjects);
  internal::lint_examples(state, subjects);
  internal::lint_unused(state);
  state.finish();
}

}  // namespace servanda

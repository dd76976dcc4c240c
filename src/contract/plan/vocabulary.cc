// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/vocabulary.h"

#include <array>

namespace servanda {
namespace {

using Form = ValueForm;
using Null = NullMeaning;
using Where = VocabularyPlace;

constexpr VocabularyKey kRoot[] = {
    {"services",
     Form::kObjects,
     Null::kRefused,
     "The services of this contract by name: who exists and owns resources and operations.",
     {},
     {},
     Where::kService},
    {"policies",
     Form::kObject,
     Null::kRefused,
     "Defaults for every operation; a path item or an operation may override each.",
     {},
     {},
     Where::kPolicies},
    {"budget",
     Form::kObject,
     Null::kRefused,
     "How deep and how wide the calls between services may become that one request leads to.",
     {},
     {},
     Where::kBudget},
    {"rules", Form::kLater, Null::kRefused, "Named access expressions."},
    {"tenancy", Form::kLater, Null::kRefused,
     "Which caller claim is the tenant and which property holds it."},
    {"classes", Form::kLater, Null::kRefused, "Data classes with masking, retention, residency."},
};

constexpr VocabularyKey kService[] = {
    {"title", Form::kText, Null::kRefused, "A name for people."},
    {"calls", Form::kNames, Null::kRefused,
     "The services whose operations the handlers of this one may call; its own need no mention."},
    {"proxy", Form::kLater, Null::kRefused, "Whether it is implemented elsewhere.", {}, "false"},
};

constexpr VocabularyKey kTimeout = {
    "timeout", Form::kDuration, Null::kOff,
    "The whole budget of the operation, from 1ms to 1h: \"250ms\", \"5s\", \"2m\". Default 10s, "
    "also after null, because every wait has a deadline."};
constexpr VocabularyKey kIdempotency = {
    "idempotency", Form::kWord, Null::kOff,
    "Whether an Idempotency-Key is ignored, honoured or demanded. Default optional on POST and "
    "PATCH served by a resource; null means off.",
    "off optional required"};
constexpr VocabularyKey kPrecondition = {
    "precondition", Form::kWord, Null::kOff,
    "What If-Match does on PUT, PATCH, DELETE and restore of a resource: nothing, checked when "
    "sent, or demanded (428). Default checked; null means off.",
    "off checked required"};
constexpr VocabularyKey kLimit = {"limit", Form::kLater, Null::kRefused, "Rate limits."};
constexpr VocabularyKey kQuota = {"quota", Form::kLater, Null::kRefused, "Durable quotas."};
constexpr VocabularyKey kRetry = {"retry", Form::kLater, Null::kRefused,
                                  "Attempts towards a dependency."};
constexpr VocabularyKey kCache = {"cache", Form::kLater, Null::kRefused, "HTTP caching."};
constexpr VocabularyKey kPriority = {"priority", Form::kLater, Null::kRefused,
                                     "What is shed first under overload."};
constexpr VocabularyKey kConsistency = {"consistency", Form::kLater, Null::kRefused,
                                        "How fresh reads must be."};
constexpr VocabularyKey kAccess = {"access", Form::kLater, Null::kRefused,
                                   "An expression that says who may."};
constexpr VocabularyKey kAudit = {
    "audit", Form::kLater, Null::kRefused, "What is written to the audit log.", {}, "\"write\""};
constexpr VocabularyKey kExpose = {
    "expose",
    Form::kLater,
    Null::kRefused,
    "The doors an operation is served at; this version opens the REST door. An operation with an "
    "empty list is for calls of services alone.",
    {},
    "[\"rest\"]|[\"rest\",\"graphql\",\"grpc\"]|[]"};

constexpr VocabularyKey kPolicies[] = {
    kTimeout, kIdempotency, kPrecondition, kAccess,      kLimit, kQuota,
    kRetry,   kCache,       kPriority,     kConsistency, kAudit, kExpose,
};

constexpr VocabularyKey kOperation[] = {
    {"service", Form::kName, Null::kOff,
     "The service that owns the operation. Default: that of its resource, else the only service."},
    {"resource", Form::kName, Null::kOff,
     "The schema whose resource the built-in handlers serve here."},
    {"handler", Form::kWord, Null::kOff,
     "Who answers: the built-in resource handlers, a C++ handler, or the mock that answers from "
     "examples and schemas. Default: resource where one is named; else the C++ handler registered "
     "for the operationId; otherwise the mock in development and 501 elsewhere.",
     "resource code mock"},
    {"action", Form::kWord, Null::kOff,
     "What is done with the resource when the method does not "
     "say it.",
     "list create read replace update delete restore batch"},
    kTimeout,
    kIdempotency,
    kPrecondition,
    kAccess,
    kLimit,
    kQuota,
    kRetry,
    kCache,
    kPriority,
    kConsistency,
    {"fallback", Form::kLater, Null::kRefused, "What is served while a dependency is down."},
    {"emits", Form::kNames, Null::kOff,
     "The events, by their names under webhooks, that C++ handlers and hooks of the operation may "
     "emit: written together with its effect."},
    {"transform", Form::kLater, Null::kRefused, "Mapping of proxied requests and responses."},
    {"merge", Form::kLater, Null::kRefused, "Parts of an aggregated response."},
    kAudit,
    kExpose,
};

constexpr VocabularyKey kParameter[] = {
    {"filter", Form::kLater, Null::kRefused, "An expression over self and value."},
};

constexpr VocabularyKey kSchema[] = {
    {"resource",
     Form::kObject,
     Null::kRefused,
     "Makes the schema a resource: rows that the engine "
     "stores. An empty object takes every default.",
     {},
     {},
     Where::kResource},
    {"problem", Form::kWord, Null::kRefused,
     "Who writes the problems of operations that declare the schema as the JSON body of a failure: "
     "code, a C++ function. Without it the engine does, by the names of the schema's members.",
     "code"},
};

constexpr VocabularyKey kResource[] = {
    {"service", Form::kName, Null::kRefused,
     "The service that owns it. Default: the only service."},
    {"table", Form::kText, Null::kRefused,
     "The table's name. Default: the plural snake_case of the schema's name."},
    {"key", Form::kName, Null::kRefused,
     "The property that identifies a row. Default id. Made by the engine (UUIDv7) when it is "
     "readOnly, chosen by the client otherwise."},
    {"unique", Form::kNameLists, Null::kRefused,
     "Lists of properties whose values together occur once."},
    {"indexes", Form::kNameLists, Null::kRefused,
     "Indexes besides those derived from declared filters and sorts; \"-field\" descends."},
    {"access", Form::kLater, Null::kRefused, "Expressions that say who may read and write rows."},
    {"softDelete",
     Form::kObject,
     Null::kRefused,
     "Keeps deleted rows for a while, hidden, so that they can be restored. An empty object takes "
     "every default.",
     {},
     {},
     Where::kSoftDelete},
    {"partition", Form::kLater, Null::kRefused, "The property that the table is partitioned by."},
    {"placement", Form::kLater, Null::kRefused, "The property that selects a store by region."},
    {"retain", Form::kLater, Null::kRefused, "How long rows are kept."},
    {"search", Form::kLater, Null::kRefused, "Properties in the full-text index."},
    {"events", Form::kLater, Null::kRefused, "Events for created, updated, deleted rows."},
    {"history", Form::kLater, Null::kRefused, "Keeps every version of a row."},
};

constexpr VocabularyKey kProperty[] = {
    {"ref", Form::kName, Null::kRefused,
     "The resource whose key this property holds. Its existence and type are checked; whether the "
     "row exists is not."},
    {"generated", Form::kWord, Null::kRefused,
     "A value made by the engine: time of creation, time of the last change, a UUIDv7 made once, "
     "the row's version counter, or with softDelete the time of deletion and the time when the "
     "row goes for good. The property must be readOnly.",
     "created updated uuid counter deleted purged"},
    {"immutable", Form::kBoolean, Null::kRefused, "Settable on create only."},
    {"column", Form::kObject, Null::kRefused, "How it is stored.", {}, {}, Where::kColumn},
    {"problem", Form::kWord, Null::kRefused,
     "What the property of an error body says of a problem, where its name does not.",
     "type title status detail code request_id retryable instance time errors"},
    {"access", Form::kLater, Null::kRefused, "Expressions that say who may read and write it."},
    {"class", Form::kLater, Null::kRefused, "The data class it belongs to."},
    {"computed", Form::kExpression, Null::kRefused,
     "An expression over the stored properties (self.x) and now, or the word code: then C++ of the "
     "serving program makes the value. It is made when a row is shown, never stored and never "
     "written. The property must be readOnly."},
};

constexpr VocabularyKey kColumn[] = {
    {"name", Form::kText, Null::kRefused,
     "The column's name. Default: the snake_case of the property's name."},
    {"type", Form::kLater, Null::kRefused, "The column's type in the store."},
};

constexpr VocabularyKey kSoftDelete[] = {
    {"restore",
     Form::kDuration,
     Null::kRefused,
     "How long a deleted row can be restored, from 1s to 3650d; then it is gone for good. Default "
     "30d.",
     {},
     {},
     Where::kRoot,
     VocabularyLimits::kRestoreMin,
     VocabularyLimits::kRestoreMax},
};

constexpr VocabularyKey kBudget[] = {
    {.name = "depth",
     .form = Form::kCount,
     .meaning = "The most calls between services one inside the other, proven at load from the "
                "declared calls: 0 to 16.",
     .count_most = VocabularyLimits::kBudgetDepth},
    {.name = "calls",
     .form = Form::kCount,
     .meaning = "The most calls between services that one request leads to: 0 to 1000. One call "
                "over each declared edge must fit at load; more than it are refused while serving.",
     .count_most = VocabularyLimits::kBudgetCalls},
};

}  // namespace

std::span<const VocabularyKey> vocabulary_keys(VocabularyPlace place) {
  switch (place) {
    case Where::kRoot:
      return kRoot;
    case Where::kPathItem:
    case Where::kOperation:
      return kOperation;
    case Where::kParameter:
      return kParameter;
    case Where::kSchema:
      return kSchema;
    case Where::kProperty:
      return kProperty;
    case Where::kService:
      return kService;
    case Where::kPolicies:
      return kPolicies;
    case Where::kResource:
      return kResource;
    case Where::kColumn:
      return kColumn;
    case Where::kSoftDelete:
      return kSoftDelete;
    case Where::kBudget:
      return kBudget;
  }
  return {};
}

std::string_view vocabulary_place_text(VocabularyPlace place) {
  static constexpr std::array<std::string_view, kVocabularyPlaceCount> kTexts = {
      "the root",
      "a path item",
      "an operation",
      "a parameter",
      "a component schema",
      "a property",
      "a service",
      "the policies",
      "a schema's resource",
      "a property's column",
      "a resource's softDelete",
      "the budget",
  };
  return kTexts[static_cast<size_t>(place)];
}

}  // namespace servanda

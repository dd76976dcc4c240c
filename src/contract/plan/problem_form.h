// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a declared error body tells a problem, where it is not RFC 9457.

#include <cstdint>
#include <string>
#include <vector>

namespace servanda {

// What one member of an error body says of the problem.
enum class ProblemPart : uint8_t {
  kConstant,  // ProblemMember::json, whatever happened.
  kType,      // URI of the problem's type.
  kTitle,     // Of the problem's type.
  kStatus,    // The HTTP status.
  kDetail,    // The sentence about what happened.
  kCode,      // Its stable word.
  kRequestId,
  kRetryable,
  kInstance,   // The path of the request.
  kTime,       // When it happened.
  kObject,     // An object of more members.
  kSentences,  // A list of strings: a sentence for each failing field, or the detail alone.
  kFields,     // A list of objects, one for each failing field, whose members are those below.
  kByField,    // An object: under each failing field's name its sentences.
  kFieldName,  // "address.city".
  kPointer,    // "/address/city".
  kFieldPath,  // A list of strings: "body", "address", "city".
  kIn,         // "body", "query".
  kFieldCode,
  kFieldDetail,
};

// One member, and when it is written.
struct ProblemMember {
  std::string name;
  ProblemPart part = ProblemPart::kConstant;
  bool required = false;           // Others are left out when there is nothing to say.
  bool as_text = false;            // kStatus: as a string.
  bool as_list = false;            // kByField: a list of sentences, not one.
  uint32_t length_max = 0;         // Characters of a string; 0: no bound.
  std::string json;                // kConstant.
  std::string only_name;           // kByField: the name of all sentences; "": that of their field.
  std::vector<std::string> words;  // The only values that a string may have; empty: any.
  std::vector<ProblemMember> members;  // kObject, kFields.
};

// A whole body.
struct ProblemForm {
  std::string content_type;
  // Without members: those of RFC 9457 under this content type.
  std::vector<ProblemMember> members;
  // Not empty: C++ writes the body, by a function for the schema of this name (one of
  // Plan::coded_problems).
  std::string coded_schema;
};

}  // namespace servanda

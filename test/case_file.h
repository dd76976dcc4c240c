// SPDX-License-Identifier: Apache-2.0
#pragma once
// A behaviour case as written: see test/README.md for the form.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace servanda::cases {

// One expected answer.
struct Expectation {
  int line = 0;
  int status = 0;
  bool closed = false;  // The server closes the connection after it.
  std::vector<std::pair<std::string, std::string>> headers;  // Lower-case name and pattern.
  std::vector<std::string> absent_headers;
  std::optional<std::string> body;        // Compared whole (JSON or text); nothing: not looked at.
  std::vector<std::string> contains;      // `~` lines.
  std::vector<std::string> not_contains;  // `!~` lines.
};

// One step of a case, in the order written.
struct Step {
  enum class Kind : uint8_t {
    kRequest,
    kRaw,
    kPipelineStart,
    kPipelineEnd,
    kAdvance,
    kRestart,
    kCrash,
    kReload,
    kDown,
    kUp,
    kMetric,
    kLog,
  };
  Kind kind = Kind::kRequest;
  int line = 0;
  bool admin = false;   // kRequest: goes to the admin door.
  std::string at;       // kRequest: the process of this service is asked itself; "": the door.
  std::string request;  // kRequest: "METHOD TARGET\nname: value\n...\n\nbody" with captures.
  std::string text;  // kRaw: bytes; kReload: file; kDown, kUp: service; kMetric, kLog: what follows
                     // the colon.
  int64_t advance_ns = 0;  // kAdvance.
  std::vector<Expectation> answers;
};

// A diagnostic that the contract must (or must not) have.
struct ExpectedDiagnostic {
  int line = 0;
  bool wanted = true;
  std::string severity;  // "" for `!!`.
  std::string rule;
  std::string place;  // "" when left out.
};

struct CaseFile {
  std::string title;
  std::string contract;  // A path, or empty when `contract_text` is given.
  std::string contract_text;
  std::vector<std::pair<std::string, std::string>> overlays;  // Path or name, and text if inline.
  std::string environment = "development";
  std::string handlers;           // Whose C++ handlers serve: "orders" or "front"; "" for none.
  bool in_services_only = false;  // It says what one process has not.
  uint64_t seed = 1;
  uint32_t workers = 1;
  std::vector<Step> steps;
  std::vector<ExpectedDiagnostic> diagnostics;
};

// Reads a case. The error's message starts with "line N: ".
[[nodiscard]] Result<CaseFile> parse_case(std::string_view text);

// Replaces the escapes of `raw:` lines; the error names the bad one.
[[nodiscard]] Result<std::string> unescape(std::string_view text);

}  // namespace servanda::cases

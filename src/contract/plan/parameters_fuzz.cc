// SPDX-License-Identifier: Apache-2.0
// Random parameter declarations and random request text: whatever is read must be sound JSON, and
// reading the same request again with recycled memory must give the same.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/json.h"
#include "contract/plan/input.h"
#include "contract/plan/test_bytes.h"

namespace servanda {
namespace {

void add_parameter(FuzzBytes& bytes, Operation& operation) {
  Parameter p;
  p.name = std::string(1, static_cast<char>('p' + bytes.next() % 4));
  p.in = static_cast<ParameterIn>(bytes.next() % 4);
  switch (p.in) {
    case ParameterIn::kPath:
      p.style = static_cast<ParameterStyle>(bytes.next() % 3);
      break;
    case ParameterIn::kQuery:
      p.style = static_cast<ParameterStyle>(3 + bytes.next() % 4);
      break;
    case ParameterIn::kHeader:
      p.style = ParameterStyle::kSimple;
      break;
    case ParameterIn::kCookie:
      p.style = ParameterStyle::kForm;
      break;
  }
  uint8_t flags = bytes.next();
  p.explode = (flags & 1) != 0;
  p.required = (flags & 2) != 0;
  p.allow_empty = (flags & 4) != 0;
  p.is_json = (flags & 0x38) == 0x38;
  p.shape = bytes.shape(3);
  operation.parameters.push_back(std::move(p));
}

std::string read(const Operation& operation, const RawInput& raw, ParameterValues& values) {
  Arena arena;
  ValidationContext context;
  Issues issues;
  read_parameters(operation, raw, arena, context, values, issues);
  std::string out;
  for (size_t i = 0; i < operation.parameters.size(); ++i) {
    if (!values[i].exists()) continue;
    std::string json = json_text(values[i]);
    auto again = JsonDocument::parse(json);
    if (!again || !json_equal(again->root(), values[i])) std::abort();
    out += json;
  }
  for (const FieldError& error : issues.fields()) {
    if (error.code.empty() || error.detail.empty()) std::abort();
    out += error.in + error.pointer + error.code + error.detail;
  }
  return out;
}

void run(const uint8_t* data, size_t size) {
  FuzzBytes bytes(data, size);
  Operation operation;
  int count = bytes.next() % 6;
  for (int i = 0; i < count; ++i) add_parameter(bytes, operation);
  PathValues path;
  for (const Parameter& parameter : operation.parameters) {
    if (parameter.in == ParameterIn::kPath) path.values[path.count++] = bytes.line();
  }
  std::string_view header = bytes.line();
  std::string_view cookie = bytes.line();
  std::vector<HeaderField> fields = {{"P", header}, {"q", header}, {"p", cookie}};
  RawInput raw{&path, bytes.rest(), fields, cookie};
  ParameterValues values;
  if (read(operation, raw, values) != read(operation, raw, values)) std::abort();
}

}  // namespace
}  // namespace servanda

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  servanda::run(data, size);
  return 0;
}

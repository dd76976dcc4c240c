// SPDX-License-Identifier: Apache-2.0
// A schema and a value out of one text: "schema NUL value", both JSON. Besides not crashing and not
// hanging, both ways of validating must agree, and a sample must conform.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "contract/schema/sample.h"
#include "contract/schema/schema.h"

namespace servanda {
namespace {

class NoFiles : public FileSource {
 public:
  Result<std::string> read(std::string_view) override {
    return fail(Code::kNotFound, "There are no files.");
  }
};

class FixedRng : public Rng {
 public:
  uint64_t next() override { return state_ = state_ * 6364136223846793005u + 1442695040888963407u; }

 private:
  uint64_t state_ = 1;
};

void require(bool holds) {
  if (!holds) std::abort();
}

void check_value(const Schema& schema, std::string_view text, ValidationContext& context) {
  const Result<JsonDocument> value = JsonDocument::parse(text);
  if (!value) return;
  for (Direction direction : {Direction::kNeutral, Direction::kRequest, Direction::kResponse}) {
    Issues issues;
    const bool accepted = schema.accepts(value->root(), direction, context);
    const bool valid = schema.validate(value->root(), direction, context, issues);
    require(accepted == valid && valid == issues.empty() && issues.fields().size() <= 20);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const size_t cut = text.find('\0');
  const std::string_view schema_text = text.substr(0, cut);
  const std::string_view value_text =
      cut == std::string_view::npos ? std::string_view("null") : text.substr(cut + 1);
  NoFiles files;
  Documents documents(files);
  Diagnostics diagnostics;
  const Node* root = documents.load_text("fuzz.json", std::string(schema_text), diagnostics);
  if (root == nullptr) return 0;
  SchemaSet set(documents);
  const Schema schema = set.compile(*root, diagnostics);
  ValidationContext context;
  check_value(schema, value_text, context);
  check_value(schema, schema_text, context);
  const auto made = static_sample(*root, set, documents, Direction::kNeutral, diagnostics);
  FixedRng rng;
  const auto random = dynamic_sample(schema, Direction::kNeutral, rng);
  for (const auto& sample : {made, random}) {
    if (!sample) continue;
    const Result<JsonDocument> value = JsonDocument::parse(*sample);
    require(value.has_value());
    require(schema.accepts(value->root(), Direction::kNeutral, context));
  }
  return 0;
}

}  // namespace servanda

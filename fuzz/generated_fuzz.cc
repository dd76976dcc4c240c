// SPDX-License-Identifier: Apache-2.0
// Generated readers and writers on any JSON, beside the validator of the same contract: what the
// schema accepts must be read, and what reads must be written as the schema accepts it, read again
// to an equal value and written as the same bytes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/document/contract_document.h"
#include "contract/schema/schema.h"
#include "gen/types/operations.h"
#include "gen/types/schemas.h"
#include "servanda/json.h"

namespace {

class Folder : public servanda::FileSource {
 public:
  servanda::Result<std::string> read(std::string_view path) override {
    std::ifstream stream(std::string(SERVANDA_SOURCE_DIR "/test/generated/") + std::string(path));
    if (!stream) return servanda::fail(servanda::Code::kNotFound, "No such file.");
    return std::string{std::istreambuf_iterator<char>(stream), {}};
  }
};

// The contract's component schemas, compiled.
class Validators {
 public:
  Validators() : contract_(load()), set_(*contract_.documents) {
    servanda::Diagnostics diagnostics;
    const servanda::Node* schemas = contract_.root->find("components")->find("schemas");
    for (const servanda::NodeEntry& entry : *schemas) {
      schemas_[std::string(entry.key)] = set_.compile(*entry.value, diagnostics);
    }
    if (diagnostics.has_errors()) std::abort();
    set_.finish();
  }

  bool accepts(std::string_view name, servanda::JsonValue value) {
    const servanda::Schema& schema = schemas_.at(std::string(name));
    return schema.accepts(value, servanda::Direction::kNeutral, context_);
  }

 private:
  servanda::ContractDocument load() {
    servanda::Diagnostics diagnostics;
    const std::vector<std::string> overlays = {"types_overlay.yaml"};
    servanda::ContractDocument contract =
        servanda::load_contract(files_, "types.yaml", overlays, diagnostics);
    if (contract.root == nullptr) std::abort();
    return contract;
  }

  Folder files_;
  servanda::ContractDocument contract_;
  servanda::SchemaSet set_;
  std::map<std::string, servanda::Schema> schemas_;
  servanda::ValidationContext context_;
};

// To the validator a discriminator is a hint; a reader goes by what it names, and refuses what is
// something else.
enum class Tag { kNone, kNamesTheType };

template <typename T, Tag tag = Tag::kNone>
void check(Validators& validators, std::string_view name, servanda::JsonValue value) {
  const bool valid = validators.accepts(name, value);
  const auto first = servanda::from_json<T>(value);
  if (!first) {
    // Numbers that no C++ type of the contract holds are the one thing a schema accepts alone.
    const bool explained = first.error().reason == "range" || tag == Tag::kNamesTheType;
    if (valid && !explained) std::abort();
    return;
  }
  const std::string written = servanda::to_json_text(*first);
  const auto document = servanda::JsonDocument::parse(written);
  if (!document || (valid && !validators.accepts(name, document->root()))) std::abort();
  const auto second = servanda::from_json<T>(document->root());
  if (!second || !(*second == *first)) std::abort();
  if (servanda::to_json_text(*second) != written) std::abort();
  const T copy = *second;
  if (!(copy == *first)) std::abort();
}

void check_input(servanda::JsonValue value) {
  if (!value.is_array()) return;
  std::vector<servanda::JsonValue> parameters;
  for (const servanda::JsonValue item : value.items()) parameters.push_back(item);
  gen::types::op::GetThing::In in;
  servanda::ReadError error;
  if (!read(servanda::Input{parameters, {}, {}}, in, error)) {
    if (error.field().detail.empty()) std::abort();
    return;
  }
  std::string written;
  servanda::JsonWriter writer(written);
  write_parameters(in, writer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  namespace types = gen::types;
  static Validators& validators = *new Validators();
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto document = servanda::JsonDocument::parse(text);
  if (!document) return 0;
  const servanda::JsonValue value = document->root();
  check<types::Scalars>(validators, "Scalars", value);
  check<types::Account>(validators, "Account", value);
  check<types::Open>(validators, "Open", value);
  check<types::Free>(validators, "Free", value);
  check<types::Tree>(validators, "Tree", value);
  check<types::Nest>(validators, "Nest", value);
  check<types::Shape, Tag::kNamesTheType>(validators, "Shape", value);
  check<types::AnyShape>(validators, "AnyShape", value);
  check<types::Sized>(validators, "Sized", value);
  check<types::Method>(validators, "Method", value);
  check<types::Mixed>(validators, "Mixed", value);
  check<types::Words>(validators, "Words", value);
  check<types::Several>(validators, "Several", value);
  check<types::Merged>(validators, "Merged", value);
  check<types::Wide>(validators, "Wide", value);
  check<types::Blurred>(validators, "Blurred", value);
  check_input(value);
  return 0;
}

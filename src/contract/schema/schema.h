// SPDX-License-Identifier: Apache-2.0
#pragma once
// JSON Schema 2020-12 compiled to a validator over JsonValue.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "contract/document/diagnostics.h"
#include "contract/document/documents.h"

namespace servanda {

// Which way a message travels: decides what "required" means for readOnly and writeOnly
// properties (a request need not hold readOnly ones, a response need not hold writeOnly ones).
enum class Direction : uint8_t { kNeutral, kRequest, kResponse };

// What is wrong with one value. At most `fields_max` are kept; validation stops there.
class Issues {
 public:
  explicit Issues(size_t fields_max = 20) : fields_max_(fields_max) {}
  [[nodiscard]] bool full() const { return fields_.size() >= fields_max_; }
  [[nodiscard]] bool empty() const { return fields_.empty(); }
  void add(FieldError field);
  [[nodiscard]] std::vector<FieldError>& fields() { return fields_; }
  void clear() { fields_.clear(); }

 private:
  size_t fields_max_;
  std::vector<FieldError> fields_;
};

namespace internal {
struct SchemaProgram;
struct SchemaAccess;
}  // namespace internal

// Scratch memory of validation, recycled between calls. Not shared between threads.
class ValidationContext {
 public:
  ValidationContext();
  ~ValidationContext();
  struct State;
  [[nodiscard]] State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

// One compiled schema: a pointer into its SchemaSet, cheap to copy, immutable, shared by threads.
class Schema {
 public:
  Schema() = default;
  // Whether this refers to a schema at all. A missing schema accepts everything.
  [[nodiscard]] bool exists() const { return program_ != nullptr; }
  // Whether `value` conforms. Stops at the first failure and explains nothing. Does not allocate
  // in the steady state.
  [[nodiscard]] bool accepts(JsonValue value, Direction direction,
                             ValidationContext& context) const;
  // As accepts(), but collects issues: `pointer` is the JSON Pointer of the failing value ("" is
  // the whole), `code` the keyword ("maxLength", "required", "type", "unknown" for a property that
  // a closed object does not declare), `in` is "body" unless `in` says otherwise.
  bool validate(JsonValue value, Direction direction, ValidationContext& context, Issues& issues,
                std::string_view in = "body") const;

 private:
  friend class SchemaSet;
  friend struct internal::SchemaAccess;
  Schema(const internal::SchemaProgram* program, uint32_t entry)
      : program_(program), entry_(entry) {}
  const internal::SchemaProgram* program_ = nullptr;
  uint32_t entry_ = 0;
};

enum class FormatMode : uint8_t { kAssert, kAnnotate };

// Bounds of one set. Reaching one is an error diagnostic ("schema-count", "pattern-count").
struct SchemaLimits {
  uint32_t schemas_max = 2'000'000;
  uint32_t patterns_max = 20'000;  // Different ones.
};

// Compiles schemas out of documents and owns the result. Each schema node is compiled once, cyclic
// references become a graph. Immutable and shareable once compilation is done.
//
// Errors in schemas (bad keyword values, patterns outside linear-time regular expressions,
// unresolved references) are added to the diagnostics with their place; the schema then accepts
// nothing, and the contract is not served.
class SchemaSet {
 public:
  explicit SchemaSet(Documents& documents, FormatMode formats = FormatMode::kAssert,
                     SchemaLimits limits = {});
  ~SchemaSet();
  SchemaSet(SchemaSet&&) noexcept;
  SchemaSet& operator=(SchemaSet&&) noexcept;

  // Makes a schema document known under an absolute URI, so that "$ref" and "$schema" find it and
  // what it identifies by "$id" and "$anchor". The 2020-12 meta-schemas are known from the start;
  // files of the contract need no call.
  void add_document(std::string_view uri, const Node& root);
  // The compiled form of the schema at `node` (object or boolean).
  Schema compile(const Node& node, Diagnostics& diagnostics);
  // Drops what only compilation needs (everything that points into Documents). After it compile()
  // may not be called and the Documents may go.
  void finish();
  [[nodiscard]] size_t schema_count() const;

 private:
  friend struct internal::SchemaAccess;
  std::unique_ptr<struct SchemaCompilerState> compiler_;
  std::unique_ptr<internal::SchemaProgram> program_;
};

}  // namespace servanda

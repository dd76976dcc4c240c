// SPDX-License-Identifier: Apache-2.0
#pragma once
// JSONPath (RFC 9535) over nodes, as overlays use it to say what they change.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "contract/document/node.h"

namespace servanda::internal {

// One selected node and where it hangs.
struct PathMatch {
  Node* node = nullptr;
  Node* parent = nullptr;  // Null for the root.
  uint32_t index = 0;      // Of the entry in the parent.
  uint32_t depth = 0;      // Collections around the node.
};

// A parsed query. All of RFC 9535 but the functions match() and search(), which are refused; names
// after a '.' may also hold '-'.
//
// Errors: kInvalidArgument with the position in the text. Cost: select() stops when its budget
// ends.
class JsonPath {
 public:
  [[nodiscard]] static Result<JsonPath> parse(std::string_view text);

  // Every selected node once, in document order of the first selection. Takes one step per node
  // looked at; nothing when `steps` is used up.
  [[nodiscard]] std::optional<std::vector<PathMatch>> select(Node& root, uint64_t& steps) const;

 private:
  friend class JsonPathParser;
  friend class JsonPathEvaluator;

  enum class Select : uint8_t { kName, kAll, kIndex, kSlice, kFilter };
  struct Selector {
    Select kind = Select::kAll;
    std::string name;
    std::optional<int64_t> first;  // Index, or start of a slice.
    std::optional<int64_t> last;
    int64_t step = 1;
    uint32_t filter = 0;  // Index of an expression.
  };
  struct Segment {
    bool descendant = false;
    std::vector<Selector> selectors;
  };
  struct Query {
    bool relative = false;  // '@' instead of '$'.
    std::vector<Segment> segments;
    [[nodiscard]] bool is_singular() const;
  };

  enum class Operand : uint8_t { kLiteral, kQuery, kLength, kCount, kValue };
  struct Comparable {
    Operand kind = Operand::kLiteral;
    JsonKind literal = JsonKind::kNull;
    bool boolean = false;
    std::string text;    // Of a literal string or number.
    uint32_t query = 0;  // Index of a query.
    uint32_t inner = 0;  // length(): index of the comparable that is measured.
  };

  enum class Logic : uint8_t {
    kOr,
    kAnd,
    kNot,
    kExists,
    kEqual,
    kUnequal,
    kLess,
    kAtMost,
    kMore,
    kAtLeast
  };
  struct Expression {
    Logic kind = Logic::kExists;
    std::vector<uint32_t> operands;  // kOr, kAnd, kNot: expressions. Comparisons: comparables.
    uint32_t query = 0;              // kExists.
  };

  Query query_;
  std::vector<Query> queries_;
  std::vector<Comparable> comparables_;
  std::vector<Expression> expressions_;
};

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#include "contract/generate/unions.h"

#include <algorithm>
#include <utility>

namespace servanda::internal {
namespace {

constexpr int kDepthMax = 16;  // Unions and arrays inside each other that are told apart.
constexpr size_t kNestedMax = 200;

// Which of two alternatives may be tried before the other, as bits.
constexpr int kFirst = 1;
constexpr int kSecond = 2;
constexpr int kEither = kFirst | kSecond;

constexpr uint8_t kNumeric = TypeMask::kInteger | TypeMask::kNumber;

const StructMember* member_of(const Declaration& declaration, std::string_view key) {
  const auto at = std::ranges::find(declaration.members, key, &StructMember::key);
  return at == declaration.members.end() ? nullptr : &*at;
}

bool share_a_text(const Declaration& a, const Declaration& b) {
  return std::ranges::any_of(a.enumerators, [&](const Enumerator& one) {
    return std::ranges::find(b.enumerators, one.text, &Enumerator::text) != b.enumerators.end();
  });
}

enum class Tags { kRequired, kAll };

class Settler {
 public:
  explicit Settler(Model& model) : model_(model), state_(model.declarations.size()) {}

  void run() {
    for (uint32_t i = 0; i < model_.declarations.size(); ++i) settle(i, 0);
  }

 private:
  enum class State : uint8_t { kNew, kOpen, kDone };

  void settle(uint32_t index, int depth) {
    if (model_.declarations[index].kind != DeclarationKind::kUnion) return;
    if (state_[index] == State::kDone) return;
    if (state_[index] == State::kOpen || depth > kDepthMax) return make_json(index);
    state_[index] = State::kOpen;
    for (size_t i = 0; i < model_.declarations[index].alternatives.size(); ++i) {
      const TypeUse& use = model_.behind(model_.declarations[index].alternatives[i].type);
      if (use.kind == TypeKind::kNamed) settle(use.named, depth + 1);
      // A union that holds itself became JSON while it was looked at.
      if (model_.declarations[index].kind != DeclarationKind::kUnion) return;
    }
    state_[index] = State::kDone;
    decide(index);
  }

  void make_json(uint32_t index) {
    Declaration& declaration = model_.declarations[index];
    declaration.kind = DeclarationKind::kAlias;
    declaration.target = {};
    declaration.alternatives.clear();
    state_[index] = State::kDone;
  }

  void decide(uint32_t index) {
    drop_repeated(model_.declarations[index]);
    Declaration& declaration = model_.declarations[index];
    auto& alternatives = declaration.alternatives;
    for (const Alternative& one : alternatives) {
      if (model_.is_json(one.type)) return make_json(index);
    }
    if (alternatives.size() == 1) {
      TypeUse only = alternatives.front().type;
      declaration.kind = DeclarationKind::kAlias;
      declaration.target = std::move(only);
      return;
    }
    const bool all_structs = std::ranges::all_of(alternatives, [&](const Alternative& one) {
      const Declaration* held = model_.declaration_of(one.type);
      return held != nullptr && held->kind == DeclarationKind::kStruct &&
             !model_.is_nullable(one.type);
    });
    if (!declaration.discriminator.empty() && all_structs) return;
    declaration.discriminator = {};
    if (order(alternatives, Tags::kRequired)) return;
    declaration.use_optional_tags = true;
    if (order(alternatives, Tags::kAll)) return;
    make_json(index);
  }

  void drop_repeated(Declaration& declaration) {
    std::vector<Alternative> kept;
    for (Alternative& one : declaration.alternatives) {
      const auto same = std::ranges::find_if(
          kept, [&](const Alternative& other) { return same_type(model_, one.type, other.type); });
      if (same == kept.end()) {
        kept.push_back(std::move(one));
      } else {
        same->tags.insert(same->tags.end(), one.tags.begin(), one.tags.end());
      }
    }
    declaration.alternatives = std::move(kept);
  }

  // Sorts so that every alternative that must be tried before another is; otherwise the declared
  // order is kept. False when there is no such order.
  bool order(std::vector<Alternative>& alternatives, Tags tags) {
    const size_t count = alternatives.size();
    std::vector<std::vector<bool>> before(count, std::vector<bool>(count));  // [a][b]: a first.
    for (size_t a = 0; a < count; ++a) {
      for (size_t b = a + 1; b < count; ++b) {
        const int may = apart(alternatives[a].type, alternatives[b].type, tags, 0);
        if (may == 0) return false;
        if (may == kFirst) before[a][b] = true;
        if (may == kSecond) before[b][a] = true;
      }
    }
    std::vector<bool> placed(count);
    std::vector<Alternative> sorted;
    while (sorted.size() < count) {
      size_t next = count;
      for (size_t i = 0; i < count && next == count; ++i) {
        bool free = !placed[i];
        for (size_t j = 0; j < count && free; ++j) free = placed[j] || !before[j][i];
        if (free) next = i;
      }
      if (next == count) return false;
      placed[next] = true;
      sorted.push_back(alternatives[next]);
    }
    alternatives = std::move(sorted);
    return true;
  }

  // Which of the two may be tried first without taking a value of the other.
  int apart(const TypeUse& a, const TypeUse& b, Tags tags, int depth) {
    const uint8_t shared = kinds_of(model_, a) & kinds_of(model_, b);
    if (shared == 0) return kEither;
    const bool any = model_.is_json(a) || model_.is_json(b);
    if (any || depth > kDepthMax || (shared & TypeMask::kNull) != 0) return 0;
    const Declaration* first = model_.declaration_of(a);
    const Declaration* second = model_.declaration_of(b);
    if (first != nullptr && first->kind == DeclarationKind::kUnion) {
      return apart_nested(*first, b, tags, depth);
    }
    if (second != nullptr && second->kind == DeclarationKind::kUnion) {
      const int may = apart_nested(*second, a, tags, depth);
      return (may & kFirst ? kSecond : 0) | (may & kSecond ? kFirst : 0);
    }
    if ((shared & TypeMask::kObject) != 0) {
      const bool structs = first != nullptr && second != nullptr &&
                           first->kind == DeclarationKind::kStruct &&
                           second->kind == DeclarationKind::kStruct;
      return structs ? apart_structs(*first, *second, tags) : 0;
    }
    if ((shared & TypeMask::kArray) != 0) return apart_arrays(a, b, tags, depth);
    if ((shared & kNumeric) != 0) return apart_numbers(a, b);
    return (shared & TypeMask::kString) != 0 ? apart_strings(a, b) : kEither;
  }

  int apart_nested(const Declaration& of_many, const TypeUse& other, Tags tags, int depth) {
    // Tags that may be absent are looked at by the union that holds the struct itself.
    if (tags == Tags::kAll || of_many.use_optional_tags || !of_many.discriminator.empty() ||
        of_many.alternatives.size() > kNestedMax) {
      return 0;
    }
    int may = kEither;
    for (const Alternative& one : of_many.alternatives) {
      may &= apart(one.type, other, tags, depth + 1);
    }
    return may;
  }

  int apart_arrays(const TypeUse& a, const TypeUse& b, Tags tags, int depth) {
    const TypeUse& first = model_.behind(a);
    const TypeUse& second = model_.behind(b);
    if (first.element.empty() || second.element.empty() || tags == Tags::kAll) return 0;
    // A test looks at the first item only. One scalar may fit a type that the next does not, so
    // scalars have to differ in kind.
    constexpr uint8_t kNested = TypeMask::kArray | TypeMask::kObject;
    const uint8_t shared =
        kinds_of(model_, first.element.front()) & kinds_of(model_, second.element.front());
    if ((shared & ~kNested) != 0) return 0;
    return apart(first.element.front(), second.element.front(), tags, depth + 1);
  }

  // Whole numbers are numbers too.
  int apart_numbers(const TypeUse& a, const TypeUse& b) {
    const auto whole = [&](const TypeUse& use) {
      const TypeKind kind = model_.behind(use).kind;
      return kind == TypeKind::kInt32 || kind == TypeKind::kInt64;
    };
    if (whole(a) == whole(b)) return whole(a) ? 0 : kEither;
    return whole(a) ? kFirst : kSecond;
  }

  // Every text is a string; what has a form of its own comes before it.
  int apart_strings(const TypeUse& a, const TypeUse& b) {
    const bool first_any = model_.behind(a).kind == TypeKind::kString;
    const bool second_any = model_.behind(b).kind == TypeKind::kString;
    if (first_any == second_any) return kEither;
    return first_any ? kSecond : kFirst;
  }

  int apart_structs(const Declaration& a, const Declaration& b, Tags tags) {
    return (refuses(a, b, tags) ? kFirst : 0) | (refuses(b, a, tags) ? kSecond : 0);
  }

  // Whether the test for `a` fails on every value of `b`.
  bool refuses(const Declaration& a, const Declaration& b, Tags tags) {
    return std::ranges::any_of(a.members, [&](const StructMember& member) {
      const Declaration* texts = tag_enum(model_, member);
      if (!member.required && (tags == Tags::kRequired || texts == nullptr)) return false;
      const StructMember* other = member_of(b, member.key);
      if (other == nullptr) return member.required && !b.additional;
      const Declaration* other_texts = tag_enum(model_, *other);
      if (texts != nullptr && other_texts != nullptr) return !share_a_text(*texts, *other_texts);
      return member.required &&
             (kinds_of(model_, member.type) & kinds_of(model_, other->type)) == 0;
    });
  }

  Model& model_;
  std::vector<State> state_;
};

uint8_t kinds_of_declaration(const Model& model, const Declaration& declaration, int depth);

uint8_t kinds_at(const Model& model, const TypeUse& use, int depth) {
  const TypeUse& type = model.behind(use);
  const uint8_t null = model.is_nullable(use) ? TypeMask::kNull : 0;
  switch (type.kind) {
    case TypeKind::kJson:
      return TypeMask::kAny;
    case TypeKind::kBoolean:
      return null | TypeMask::kBoolean;
    case TypeKind::kInt32:
    case TypeKind::kInt64:
    case TypeKind::kDouble:
    case TypeKind::kDecimalNumber:
      return null | kNumeric;
    case TypeKind::kVector:
      return null | TypeMask::kArray;
    case TypeKind::kMap:
      return null | TypeMask::kObject;
    case TypeKind::kNamed:
      return null | kinds_of_declaration(model, model.declarations[type.named], depth);
    default:
      return null | TypeMask::kString;
  }
}

uint8_t kinds_of_declaration(const Model& model, const Declaration& declaration, int depth) {
  if (depth > kDepthMax) return TypeMask::kAny;
  switch (declaration.kind) {
    case DeclarationKind::kEnum:
      return TypeMask::kString;
    case DeclarationKind::kStruct:
      return TypeMask::kObject;
    case DeclarationKind::kAlias:
    case DeclarationKind::kWrapper:
      return kinds_at(model, declaration.target, depth + 1);
    case DeclarationKind::kUnion:
      break;
  }
  uint8_t kinds = 0;
  for (const Alternative& one : declaration.alternatives) {
    kinds |= kinds_at(model, one.type, depth + 1);
  }
  return kinds;
}

}  // namespace

uint8_t kinds_of(const Model& model, const TypeUse& use) {
  return kinds_at(model, use, 0);
}

namespace {

bool same_at(const Model& model, const TypeUse& a, const TypeUse& b, int depth) {
  if (depth > kDepthMax) return false;
  if (model.is_nullable(a) != model.is_nullable(b)) return false;
  const TypeUse& first = model.behind(a);
  const TypeUse& second = model.behind(b);
  if (first.kind != second.kind) return false;
  if (first.kind == TypeKind::kNamed) return first.named == second.named;
  if (first.element.empty() || second.element.empty()) return true;
  return same_at(model, first.element.front(), second.element.front(), depth + 1);
}

}  // namespace

bool same_type(const Model& model, const TypeUse& a, const TypeUse& b) {
  return same_at(model, a, b, 0);
}

const Declaration* tag_enum(const Model& model, const StructMember& member) {
  if (model.is_nullable(member.type)) return nullptr;
  const Declaration* declaration = model.declaration_of(member.type);
  const bool is_enum = declaration != nullptr && declaration->kind == DeclarationKind::kEnum;
  return is_enum ? declaration : nullptr;
}

void settle_unions(Model& model) {
  Settler(model).run();
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#include "contract/generate/layout.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "contract/generate/names.h"

namespace servanda::internal {
namespace {

using Edges = std::vector<std::vector<uint32_t>>;

// Strongly connected components without recursion (Tarjan). Components come out with those they
// lead to before them.
class Components {
 public:
  explicit Components(const Edges& edges)
      : edges_(edges), index_(edges.size()), low_(edges.size()), on_stack_(edges.size()) {
    for (uint32_t node = 0; node < edges.size(); ++node) {
      if (index_[node] == 0) walk(node);
    }
  }
  [[nodiscard]] const std::vector<std::vector<uint32_t>>& all() const { return found_; }

 private:
  struct Frame {
    uint32_t node;
    size_t next;
  };

  void enter(uint32_t node) {
    index_[node] = low_[node] = ++counter_;
    stack_.push_back(node);
    on_stack_[node] = true;
    frames_.push_back({node, 0});
  }

  void walk(uint32_t root) {
    enter(root);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      const uint32_t node = frame.node;
      if (frame.next < edges_[node].size()) {
        const uint32_t other = edges_[node][frame.next++];
        if (index_[other] == 0) {
          enter(other);
        } else if (on_stack_[other]) {
          low_[node] = std::min(low_[node], index_[other]);
        }
        continue;
      }
      frames_.pop_back();
      if (!frames_.empty()) {
        low_[frames_.back().node] = std::min(low_[frames_.back().node], low_[node]);
      }
      if (low_[node] == index_[node]) take(node);
    }
  }

  void take(uint32_t root) {
    std::vector<uint32_t>& component = found_.emplace_back();
    for (;;) {
      const uint32_t node = stack_.back();
      stack_.pop_back();
      on_stack_[node] = false;
      component.push_back(node);
      if (node == root) break;
    }
    std::ranges::sort(component);
  }

  const Edges& edges_;
  std::vector<uint32_t> index_;
  std::vector<uint32_t> low_;
  std::vector<bool> on_stack_;
  std::vector<uint32_t> stack_;
  std::vector<Frame> frames_;
  uint32_t counter_ = 0;
  std::vector<std::vector<uint32_t>> found_;
};

bool is_struct(const Declaration& declaration) {
  return declaration.kind == DeclarationKind::kStruct ||
         declaration.kind == DeclarationKind::kUnion ||
         declaration.kind == DeclarationKind::kWrapper;
}

// Finds an order of definition, boxing what would make a type contain itself.
class DefinitionOrder {
 public:
  explicit DefinitionOrder(Model& model) : model_(model) {
    // A walk that finds a type inside itself boxes one use, which changes the graph; it goes on
    // unless the use lies further up its own path.
    while (!walk_all()) {
    }
  }
  [[nodiscard]] const std::vector<uint32_t>& positions() const { return positions_; }

 private:
  enum class Color : uint8_t { kNew, kOpen, kDone };
  struct Frame {
    uint32_t node;
    std::vector<TypeUse*> uses;
    size_t next = 0;
  };

  bool walk_all() {
    const size_t count = model_.declarations.size();
    colors_.assign(count, Color::kNew);
    positions_.assign(count, 0);
    next_position_ = 0;
    frames_.clear();
    for (uint32_t i = 0; i < count; ++i) {
      if (colors_[i] == Color::kNew && !walk(i)) return false;
    }
    return true;
  }

  void enter(uint32_t node) {
    colors_[node] = Color::kOpen;
    Frame frame{node, {}, 0};
    visit_uses(model_.declarations[node], [&](TypeUse& use, bool indirect) {
      const bool enough_by_name = indirect && is_struct(model_.declarations[use.named]);
      if (!enough_by_name && !use.boxed) frame.uses.push_back(&use);
    });
    frames_.push_back(std::move(frame));
  }

  bool walk(uint32_t root) {
    enter(root);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      if (frame.next == frame.uses.size()) {
        colors_[frame.node] = Color::kDone;
        positions_[frame.node] = next_position_++;
        frames_.pop_back();
        continue;
      }
      TypeUse& use = *frame.uses[frame.next++];
      if (colors_[use.named] == Color::kNew) {
        enter(use.named);
      } else if (colors_[use.named] == Color::kOpen) {
        if (is_struct(model_.declarations[use.named])) {
          use.boxed = true;
        } else {
          box_on_path(use.named);
          return false;
        }
      }
    }
    return true;
  }

  // The cycle closes at an alias, which has no name before its definition: the box goes where the
  // path leads to a struct. There is one, for aliases alone form no cycle.
  void box_on_path(uint32_t alias) {
    auto at = std::ranges::find(frames_, alias, &Frame::node);
    for (; at != frames_.end(); ++at) {
      TypeUse& use = *at->uses[at->next - 1];
      if (!is_struct(model_.declarations[use.named])) continue;
      use.boxed = true;
      return;
    }
  }

  Model& model_;
  std::vector<Color> colors_;
  std::vector<uint32_t> positions_;
  std::vector<Frame> frames_;
  uint32_t next_position_ = 0;
};

Edges all_edges(Model& model) {
  const auto declarations = static_cast<uint32_t>(model.declarations.size());
  Edges edges(declarations + model.operations.size());
  for (uint32_t i = 0; i < declarations; ++i) {
    Declaration& declaration = model.declarations[i];
    visit_uses(declaration, [&](TypeUse& use, bool) { edges[i].push_back(use.named); });
    if (declaration.home == kNoHome || declaration.home == i) continue;
    // What is written in the place of another type stands in its header, and so the other way.
    const uint32_t home = declaration.home + (declaration.of_operation ? declarations : 0);
    edges[i].push_back(home);
    edges[home].push_back(i);
  }
  for (uint32_t i = 0; i < model.operations.size(); ++i) {
    visit_uses(model.operations[i],
               [&](TypeUse& use, bool) { edges[declarations + i].push_back(use.named); });
  }
  return edges;
}

// Names the file of a component of the graph.
void name_header(const Model& model, Header& header, Scope& schema_files, Scope& operation_files) {
  const auto declarations = static_cast<uint32_t>(model.declarations.size());
  const auto add = [&](const std::string& file, const std::string& title) {
    if (header.file.empty()) {
      header.file = file;
      header.title = title;
    } else {
      header.doors.push_back(file);
    }
  };
  std::vector<uint32_t> units = header.units;
  // Operations first: what is written in their place belongs to them.
  std::ranges::stable_sort(
      units, [&](uint32_t a, uint32_t b) { return (a >= declarations) > (b >= declarations); });
  for (const uint32_t unit : units) {
    if (unit >= declarations) {
      const std::string& name = model.operations[unit - declarations].name;
      add("operations/" + operation_files.take_file(snake_case(name)) + ".h", name);
      continue;
    }
    const Declaration& declaration = model.declarations[unit];
    if (declaration.home != kNoHome && declaration.home != unit) continue;
    add("schemas/" + schema_files.take_file(snake_case(declaration.name)) + ".h", declaration.name);
  }
}

// Declarations that are named, by a vector, a map or a box, before they are defined.
std::vector<uint32_t> forward_of(Model& model, const Header& header, const Layout& layout) {
  std::vector<uint32_t> out;
  const auto declarations = static_cast<uint32_t>(model.declarations.size());
  for (const uint32_t unit : header.units) {
    if (unit >= declarations) continue;
    visit_uses(model.declarations[unit], [&](TypeUse& use, bool) {
      const bool here = layout.header_of[use.named] == layout.header_of[unit];
      if (here && layout.position_of[use.named] > layout.position_of[unit]) {
        out.push_back(use.named);
      }
    });
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

}  // namespace

void break_alias_cycles(Model& model) {
  Edges edges(model.declarations.size());
  for (uint32_t i = 0; i < edges.size(); ++i) {
    if (model.declarations[i].kind != DeclarationKind::kAlias) continue;
    visit_uses(model.declarations[i], [&](TypeUse& use, bool) {
      if (model.declarations[use.named].kind == DeclarationKind::kAlias) {
        edges[i].push_back(use.named);
      }
    });
  }
  const Components components(edges);
  for (const std::vector<uint32_t>& component : components.all()) {
    const uint32_t first = component.front();
    const bool holds_itself = std::ranges::find(edges[first], first) != edges[first].end();
    if (component.size() == 1 && !holds_itself) continue;
    for (const uint32_t alias : component) {
      model.declarations[alias].kind = DeclarationKind::kWrapper;
    }
  }
}

Layout lay_out(Model& model) {
  Layout layout;
  const auto declarations = static_cast<uint32_t>(model.declarations.size());
  layout.position_of = DefinitionOrder(model).positions();
  for (uint32_t i = 0; i < model.operations.size(); ++i) {
    layout.position_of.push_back(declarations + i);
  }
  const Edges edges = all_edges(model);
  const Components components(edges);
  Scope schema_files;
  Scope operation_files;
  std::vector<std::vector<uint32_t>> found = components.all();
  // Files get their names in the order of the documents, so that a new type renames no old one.
  std::ranges::sort(found, {}, [](const auto& component) { return component.front(); });
  for (std::vector<uint32_t>& component : found) {
    Header header;
    header.units = std::move(component);
    name_header(model, header, schema_files, operation_files);
    std::ranges::sort(header.units, {}, [&](uint32_t unit) { return layout.position_of[unit]; });
    layout.headers.push_back(std::move(header));
  }
  std::ranges::sort(layout.headers, {}, &Header::file);
  layout.header_of.resize(edges.size());
  for (uint32_t i = 0; i < layout.headers.size(); ++i) {
    for (const uint32_t unit : layout.headers[i].units) layout.header_of[unit] = i;
  }
  for (uint32_t i = 0; i < layout.headers.size(); ++i) {
    Header& header = layout.headers[i];
    for (const uint32_t unit : header.units) {
      for (const uint32_t other : edges[unit]) {
        if (layout.header_of[other] != i) header.needs.push_back(layout.header_of[other]);
      }
    }
    std::ranges::sort(header.needs);
    header.needs.erase(std::ranges::unique(header.needs).begin(), header.needs.end());
    header.forward = forward_of(model, header, layout);
  }
  return layout;
}

}  // namespace servanda::internal

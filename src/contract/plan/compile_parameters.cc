// SPDX-License-Identifier: Apache-2.0
// Parameters of an operation: those of the path item and its own, checked and compiled.

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "contract/plan/compile_state.h"

namespace servanda::internal {
namespace {

constexpr std::string_view kPlaces[] = {"path", "query", "header", "cookie"};

std::optional<ParameterIn> parse_in(std::string_view text) {
  auto found = std::ranges::find(kPlaces, text);
  if (found == std::end(kPlaces)) return std::nullopt;
  return static_cast<ParameterIn>(found - std::begin(kPlaces));
}

std::optional<ParameterStyle> parse_style(std::string_view text) {
  static constexpr std::pair<std::string_view, ParameterStyle> kStyles[] = {
      {"simple", ParameterStyle::kSimple},
      {"label", ParameterStyle::kLabel},
      {"matrix", ParameterStyle::kMatrix},
      {"form", ParameterStyle::kForm},
      {"spaceDelimited", ParameterStyle::kSpaceDelimited},
      {"pipeDelimited", ParameterStyle::kPipeDelimited},
      {"deepObject", ParameterStyle::kDeepObject},
  };
  for (auto [name, style] : kStyles) {
    if (name == text) return style;
  }
  return std::nullopt;
}

bool style_fits(ParameterIn in, ParameterStyle style) {
  switch (style) {
    case ParameterStyle::kSimple:
      return in == ParameterIn::kPath || in == ParameterIn::kHeader;
    case ParameterStyle::kLabel:
    case ParameterStyle::kMatrix:
      return in == ParameterIn::kPath;
    case ParameterStyle::kForm:
      return in == ParameterIn::kQuery || in == ParameterIn::kCookie;
    case ParameterStyle::kSpaceDelimited:
    case ParameterStyle::kPipeDelimited:
    case ParameterStyle::kDeepObject:
      return in == ParameterIn::kQuery;
  }
  return false;
}

std::string_view styles_of(ParameterIn in) {
  switch (in) {
    case ParameterIn::kPath:
      return "simple, label or matrix";
    case ParameterIn::kQuery:
      return "form, spaceDelimited, pipeDelimited or deepObject";
    case ParameterIn::kHeader:
      return "simple";
    case ParameterIn::kCookie:
      break;
  }
  return "form";
}

bool is_ignored_header(std::string_view name) {
  return equals_ignoring_case(name, "Accept") || equals_ignoring_case(name, "Content-Type") ||
         equals_ignoring_case(name, "Authorization");
}

std::string describe(const Parameter& parameter) {
  return "The " + std::string(kPlaces[static_cast<size_t>(parameter.in)]) + " parameter `" +
         parameter.name + "`";
}

// One Parameter Object.
class ParameterCompiler {
 public:
  ParameterCompiler(CompileState& state, Node& node) : state_(state), node_(node) {}

  // Nothing when the parameter is left out or in error.
  std::optional<Parameter> compile() {
    if (!read_identity()) return std::nullopt;
    if (out_.in == ParameterIn::kHeader && is_ignored_header(out_.name)) {
      state_.diagnostics.notice(
          "parameter-header-ignored", node_.place,
          describe(out_) + " is ignored: OpenAPI leaves this field to security and media types.",
          "Remove it.");
      return std::nullopt;
    }
    out_.required = is_true(node_, "required");
    out_.deprecated = is_true(node_, "deprecated");
    out_.allow_empty = out_.in == ParameterIn::kQuery && is_true(node_, "allowEmptyValue");
    if (!read_style()) return std::nullopt;
    Node* schema = node_.find("schema");
    const Node* content = node_.find("content");
    if (content != nullptr) schema = read_content(*content);
    if (bad_) return std::nullopt;
    if (schema == nullptr) return std::move(out_);
    out_.schema = state_.plan.schemas.compile(*schema, state_.diagnostics);
    out_.shape = text_shape(state_, *schema);
    if (const Node* value = schema_default(state_, *schema); value != nullptr && !out_.required) {
      out_.default_value = to_json(*value);
    }
    check_style_and_shape();
    return std::move(out_);
  }

 private:
  void error(std::string_view rule, Place place, std::string message, std::string fix) {
    state_.diagnostics.add(rule, Severity::kError, place, std::move(message), std::move(fix));
  }

  // The form check of documents has refused other places.
  bool read_identity() {
    auto place = parse_in(text_member(node_, "in"));
    if (!place) return false;
    out_.in = *place;
    out_.name = text_member(node_, "name");
    if (!out_.name.empty()) return true;
    error("parameter-name", node_.place, "The parameter's name is empty.", "Give it one.");
    return false;
  }

  bool read_style() {
    bool form = out_.in == ParameterIn::kQuery || out_.in == ParameterIn::kCookie;
    out_.style = form ? ParameterStyle::kForm : ParameterStyle::kSimple;
    const Node* style = node_.find("style");
    if (style != nullptr) {
      auto parsed = parse_style(style->text);
      if (!parsed || !style_fits(out_.in, *parsed)) {
        state_.diagnostics.error(
            "parameter-style", style->place,
            describe(out_) + " cannot have the style \"" + std::string(style->text) + "\".",
            "Use " + std::string(styles_of(out_.in)) + ".");
        return false;
      }
      out_.style = *parsed;
    }
    const Node* explode = node_.find("explode");
    out_.explode = explode == nullptr ? out_.style == ParameterStyle::kForm : explode->boolean;
    if (out_.style == ParameterStyle::kDeepObject) {
      if (explode != nullptr && !explode->boolean) {
        state_.diagnostics.notice(
            "parameter-explode", explode->place,
            describe(out_) + " is read as exploded: deepObject has no other form.",
            "Remove `explode`.");
      }
      out_.explode = true;
    }
    return true;
  }

  // The schema of the one media type, or null. Documents have either `schema` or `content`.
  Node* read_content(const Node& content) {
    if (content.size != 1) {
      error("parameter-content", content.place,
            describe(out_) + " must have exactly one media type under `content`.", "Keep one.");
      return nullptr;
    }
    const NodeEntry& entry = *content.begin();
    auto essence = media_essence(entry.key);
    if (!essence || media_kind(*essence, {}) != MediaKind::kJson) {
      if (!essence || !essence->starts_with("text/")) {
        state_.diagnostics.warning(
            "parameter-content-opaque", entry.key_place,
            describe(out_) + " is taken as text: \"" + std::string(entry.key) + "\" is not read.",
            "Declare application/json or a schema.");
        return nullptr;
      }
    } else {
      out_.is_json = true;
    }
    return entry.value->find("schema");
  }

  void check_style_and_shape() {
    TypeMask types = out_.shape.types;
    if (out_.style == ParameterStyle::kDeepObject && !types.has(TypeMask::kObject)) {
      error("parameter-style", node_.find("style")->place,
            describe(out_) + " has the style deepObject, but its schema admits no object.",
            "Declare an object, or use the style form.");
    }
    bool delimited = out_.style == ParameterStyle::kSpaceDelimited ||
                     out_.style == ParameterStyle::kPipeDelimited;
    if (delimited && !types.has(TypeMask::kArray) && !types.has(TypeMask::kObject)) {
      state_.diagnostics.warning("parameter-style-scalar", node_.find("style")->place,
                                 describe(out_) + " is a single value, so its style says nothing.",
                                 "Declare an array, or remove `style`.");
    }
    if (out_.default_value && out_.in == ParameterIn::kPath) out_.default_value.reset();
  }

  CompileState& state_;
  Node& node_;
  Parameter out_;
  bool bad_ = false;
};

bool same_parameter(const Parameter& a, const Parameter& b) {
  if (a.in != b.in) return false;
  return a.in == ParameterIn::kHeader ? equals_ignoring_case(a.name, b.name) : a.name == b.name;
}

struct Merged {
  std::vector<Parameter> parameters;
  std::vector<Node*> nodes;
  std::vector<Place> places;  // Where the operation or path item lists each.
};

// Adds a list of parameters. Those of `overriding` lists replace what was there before them.
void merge_list(CompileState& state, const Node* list, Merged& merged) {
  if (list == nullptr || !list->is_array()) return;
  constexpr size_t kParametersMax = 500;
  size_t inherited = merged.parameters.size();
  for (const NodeEntry& entry : *list) {
    Node* node = state.documents().follow(entry.value, state.diagnostics);
    if (node == nullptr || !node->is_object()) continue;
    if (merged.parameters.size() == kParametersMax) {
      state.diagnostics.error(
          "parameter-limit", entry.value->place,
          "The operation has more than " + std::to_string(kParametersMax) + " parameters.",
          "Move some of them to the body.");
      return;
    }
    auto parameter = ParameterCompiler(state, *node).compile();
    if (!parameter) continue;
    auto same = std::ranges::find_if(merged.parameters, [&](const Parameter& other) {
      return same_parameter(other, *parameter);
    });
    auto index = static_cast<size_t>(same - merged.parameters.begin());
    if (same != merged.parameters.end() && index >= inherited) {
      state.diagnostics.error("parameter-duplicate", entry.value->place,
                              describe(*parameter) + " is listed twice; the other is at " +
                                  state.documents().place_text(merged.places[index]) + ".",
                              "Remove one of them.");
      continue;
    }
    if (same != merged.parameters.end()) {
      merged.parameters[index] = std::move(*parameter);
      merged.nodes[index] = node;
      merged.places[index] = entry.value->place;
      continue;
    }
    merged.parameters.push_back(std::move(*parameter));
    merged.nodes.push_back(node);
    merged.places.push_back(entry.value->place);
  }
}

void take(Merged& merged, size_t index, Operation& operation, OperationNode& nodes) {
  operation.parameters.push_back(std::move(merged.parameters[index]));
  nodes.parameters.push_back(std::exchange(merged.nodes[index], nullptr));
}

}  // namespace

void compile_parameters(CompileState& state, const PathTemplate& path, Operation& operation,
                        OperationNode& nodes) {
  Merged merged;
  merge_list(state, nodes.path_item->find("parameters"), merged);
  merge_list(state, nodes.node->find("parameters"), merged);
  for (const std::string& variable : path.variables) {
    auto found = std::ranges::find_if(merged.parameters, [&](const Parameter& p) {
      return p.in == ParameterIn::kPath && p.name == variable;
    });
    if (found == merged.parameters.end()) {
      state.diagnostics.error(
          "path-parameter-undeclared", nodes.node->place,
          "The path's {" + variable + "} is not declared as a parameter.",
          "Add {name: " + variable + ", in: path, required: true, schema: {type: string}}.");
      continue;
    }
    auto index = static_cast<size_t>(found - merged.parameters.begin());
    if (!found->required) {
      state.diagnostics.error("path-parameter-optional", merged.nodes[index]->place,
                              describe(*found) + " must say `required: true`.", "Add it.");
    }
    take(merged, index, operation, nodes);
  }
  for (size_t i = 0; i < merged.parameters.size(); ++i) {
    if (merged.nodes[i] == nullptr) continue;  // Taken for a variable of the path.
    Parameter& parameter = merged.parameters[i];
    if (parameter.in != ParameterIn::kPath) {
      take(merged, i, operation, nodes);
    } else if (std::ranges::find(path.variables, parameter.name) == path.variables.end()) {
      state.diagnostics.error(
          "path-parameter-unused", merged.places[i],
          describe(parameter) + " does not appear in the path " + path.text + ".",
          "Add {" + parameter.name + "} to the path or remove the parameter.");
    }
  }
}

void check_defaults(CompileState& state) {
  ValidationContext context;
  std::set<std::tuple<uint32_t, uint32_t, uint32_t>> reported;
  for (Operation& operation : state.plan.operations) {
    const OperationNode& nodes = state.nodes[operation.index];
    for (size_t i = 0; i < operation.parameters.size(); ++i) {
      Parameter& parameter = operation.parameters[i];
      if (!parameter.default_value || !parameter.schema.exists()) continue;
      JsonValue value = parameter.default_value->root();
      if (parameter.schema.accepts(value, Direction::kRequest, context)) continue;
      Place place = nodes.parameters[i]->place;
      if (reported.emplace(place.file, place.line, place.column).second) {
        state.diagnostics.warning("parameter-default", place,
                                  describe(parameter) + " has the default " + json_text(value) +
                                      ", which its own schema refuses; it is not used.",
                                  "Correct the default or the schema.");
      }
      parameter.default_value.reset();
    }
  }
}

}  // namespace servanda::internal

// SPDX-License-Identifier: Apache-2.0
#include "contract/document/documents.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "contract/document/documents_state.h"

namespace servanda {
namespace {

using internal::LoadedFile;
using internal::ReadInput;
using internal::ReadOutcome;
using internal::ReadResult;
using internal::said;

constexpr uint32_t kDepthMax = 1'000;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::vector<uint32_t> find_line_starts(std::string_view text) {
  std::vector<uint32_t> starts{0};
  uint32_t line = 0;
  for (size_t at = 0; (at = text.find('\n', at)) != std::string_view::npos;) {
    ++at;
    if (++line % internal::kLineStep == 0) starts.push_back(static_cast<uint32_t>(at));
  }
  return starts;
}

Place place_of_offset(std::string_view text, size_t offset, uint32_t file) {
  internal::PlaceFinder places(text, file);
  for (size_t i = 0; i < offset; ++i) {
    if (text[i] == '\n') places.begin_line(text.data() + i + 1);
  }
  return places.at(text.data() + offset);
}

// Where the file was named; its own first line when it was named by no document.
Place place_or_start(Place from, uint32_t file) {
  return from.file == Place::kNoFile ? Place{file, 1, 1} : from;
}

}  // namespace

Documents::State::State(FileSource& source, DocumentLimits max) : files(&source), limits(max) {
  limits.depth_max = std::min(limits.depth_max, kDepthMax);
  budget.nodes = limits.nodes_max;
  budget.alias_nodes = limits.alias_nodes_max;
  budget.alias_bytes = limits.total_bytes_max;
}

Documents::Documents(FileSource& files, DocumentLimits limits)
    : state_(std::make_unique<State>(files, limits)) {}
Documents::~Documents() = default;

LoadedFile& Documents::State::add_file(std::string_view name) {
  const auto index = static_cast<uint32_t>(list.size());
  list.push_back(std::make_unique<LoadedFile>());
  LoadedFile& file = *list.back();
  file.name = name;
  file.base = index;
  by_name[file.name] = index;
  return file;
}

bool Documents::State::take_text(LoadedFile& file, std::string text, Diagnostics& diagnostics,
                                 Place from) {
  if (text.size() > limits.file_bytes_max || total_bytes + text.size() > limits.total_bytes_max) {
    const bool alone = text.size() > limits.file_bytes_max;
    file.failure = said({"The file \"", file.name, "\" exceeds the limit of ",
                         bytes_text(alone ? limits.file_bytes_max : limits.total_bytes_max),
                         alone ? "." : " for all files together."});
    diagnostics.error("document-too-large", from, file.failure, "Make the contract smaller.");
    return false;
  }
  total_bytes += text.size();
  file.text = std::move(text);
  file.line_starts = find_line_starts(file.text);
  return true;
}

bool Documents::State::check_encoding(const LoadedFile& file, uint32_t index,
                                      std::string_view& text, Diagnostics& diagnostics) {
  text = file.text;
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    diagnostics.error("document-encoding", Place{index, 1, 1}, "The file is UTF-16, not UTF-8.",
                      "Save it as UTF-8.");
    return false;
  }
  const size_t invalid = internal::find_invalid_utf8(text);
  if (invalid != std::string_view::npos) {
    diagnostics.error("document-encoding", place_of_offset(text, invalid, index),
                      "The file is not valid UTF-8 at this place.", "Save it as UTF-8.");
    return false;
  }
  return true;
}

// JSON where the text begins like it; YAML, of which flow style looks the same, where it is not.
void Documents::State::parse(LoadedFile& file, uint32_t index, Diagnostics& diagnostics) {
  std::string_view text;
  if (!check_encoding(file, index, text, diagnostics)) return;
  const bool marked = text.starts_with(kByteOrderMark);
  if (marked) text.remove_prefix(kByteOrderMark.size());
  ReadInput input{.text = text,
                  .file = index,
                  .depth_max = limits.depth_max,
                  .arena = &arena,
                  .diagnostics = &diagnostics,
                  .budget = &budget,
                  .facts = &file.facts};
  const size_t first = text.find_first_not_of(" \t\r\n");
  const bool json_name = file.name.ends_with(".json");
  const bool looks_like_json =
      first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
  if (looks_like_json) {
    Diagnostics found;
    input.diagnostics = &found;
    const uint64_t nodes_before = budget.nodes;
    const ReadResult result = read_json(input);
    if (result.outcome != ReadOutcome::kNotSyntax || json_name) {
      for (const Diagnostic& one : found.all()) {
        diagnostics.add(one.rule, one.severity, one.place, one.message, one.fix);
      }
      if (marked) {
        diagnostics.error("document-bom", Place{index, 1, 1},
                          "A JSON document begins with a byte order mark.",
                          "Save the file as UTF-8 without a byte order mark.");
      }
      file.root = marked ? nullptr : result.root;
      file.loaded = file.root != nullptr;
      return;
    }
    budget.nodes = nodes_before;
    input.diagnostics = &diagnostics;
  }
  file.root = read_yaml(input).root;
  file.loaded = file.root != nullptr;
  if (marked && file.loaded) {
    diagnostics.warning("document-bom", Place{index, 1, 1},
                        "The file begins with a byte order mark, which some readers refuse.",
                        "Save the file as UTF-8 without a byte order mark.");
  }
}

Node* Documents::load(std::string_view path, Diagnostics& diagnostics, Place from) {
  const std::optional<std::string> name = internal::normal_path(path);
  if (!name) {
    diagnostics.error("ref-outside-root", from,
                      said({"\"", path, "\" is no file below the contract's root folder."}),
                      "Name a file inside the contract's folder, by a relative path.");
    return nullptr;
  }
  if (const auto known = state_->by_name.find(*name); known != state_->by_name.end()) {
    const LoadedFile& file = *state_->list[known->second];
    if (!file.failure.empty()) {
      diagnostics.error("file-unreadable", place_or_start(from, known->second), file.failure,
                        "Correct the path, or add the file.");
    }
    return file.root;
  }
  if (state_->list.size() >= state_->limits.files_max) {
    diagnostics.error(
        "document-too-large", from,
        said({"The contract has more than ", std::to_string(state_->limits.files_max), " files."}),
        "Join small files.");
    return nullptr;
  }
  Result<std::string> text = state_->files->read(*name);
  const auto index = static_cast<uint32_t>(state_->list.size());
  LoadedFile& file = state_->add_file(*name);
  if (!text) {
    file.failure = text.error().code == Code::kNotFound
                       ? said({"There is no file \"", *name, "\"."})
                       : said({"The file \"", *name, "\" cannot be read: ", text.error().message});
    diagnostics.error("file-unreadable", place_or_start(from, index), file.failure,
                      "Correct the path, or add the file.");
    return nullptr;
  }
  if (!state_->take_text(file, std::move(*text), diagnostics, place_or_start(from, index))) {
    return nullptr;
  }
  state_->parse(file, index, diagnostics);
  state_->index_schema_ids(index);
  return file.root;
}

Node* Documents::load_text(std::string_view name, std::string text, Diagnostics& diagnostics) {
  const auto index = static_cast<uint32_t>(state_->list.size());
  LoadedFile& file = state_->add_file(name);
  if (!state_->take_text(file, std::move(text), diagnostics, Place{index, 1, 1})) return nullptr;
  state_->parse(file, index, diagnostics);
  state_->index_schema_ids(index);
  return file.root;
}

std::string_view Documents::file_name(uint32_t file) const {
  return file < state_->list.size() ? std::string_view(state_->list[file]->name)
                                    : std::string_view();
}

Node* Documents::root_of(uint32_t file) const {
  return file < state_->list.size() ? state_->list[file]->root : nullptr;
}

uint32_t Documents::file_count() const {
  return static_cast<uint32_t>(state_->list.size());
}

const DocumentLimits& Documents::limits() const {
  return state_->limits;
}

std::string Documents::place_text(Place place) const {
  if (place.file >= state_->list.size()) return "contract";
  return said({state_->list[place.file]->name, ":", internal::line_and_column(place)});
}

std::string_view Documents::line_text(Place place) const {
  if (place.file >= state_->list.size() || place.line == 0) return {};
  const LoadedFile& file = *state_->list[place.file];
  const uint32_t step = (place.line - 1) / internal::kLineStep;
  if (step >= file.line_starts.size()) return {};
  const std::string_view text = file.text;
  size_t at = file.line_starts[step];
  for (uint32_t skip = (place.line - 1) % internal::kLineStep; skip > 0; --skip) {
    at = text.find('\n', at);
    if (at == std::string_view::npos) return {};
    ++at;
  }
  std::string_view line = text.substr(at, text.find('\n', at) - at);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Arena& Documents::arena() {
  return state_->arena;
}

void Documents::forget_references() {
  state_->ids.clear();
  for (uint32_t i = 0; i < state_->list.size(); ++i) {
    state_->list[i]->references.clear();
    state_->index_schema_ids(i);
  }
}

uint32_t Documents::base_of(uint32_t file) const {
  return file < state_->list.size() ? state_->list[file]->base : file;
}

void Documents::set_base(uint32_t file, uint32_t base) {
  LoadedFile& moved = *state_->list[file];
  LoadedFile& target = *state_->list[base];
  moved.base = base;
  target.facts.has_schema_ids |= moved.facts.has_schema_ids;
}

}  // namespace servanda

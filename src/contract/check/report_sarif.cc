// SPDX-License-Identifier: Apache-2.0
#include "contract/check/report_sarif.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "contract/check/lint.h"

namespace servanda::internal {
namespace {

std::string_view level_text(Severity severity) {
  if (severity == Severity::kError) return "error";
  return severity == Severity::kWarning ? "warning" : "note";
}

// A relative URI reference: each segment of the path encoded.
std::string uri_of(std::string_view path) {
  std::string uri;
  for (std::string_view segment : split(path, '/')) {
    if (!uri.empty()) uri += '/';
    uri += percent_encode(segment);
  }
  return uri;
}

class SarifWriter {
 public:
  SarifWriter(const Diagnostics& diagnostics, std::span<const SourcePlace> places)
      : diagnostics_(&diagnostics), places_(places), writer_(out_) {
    for (const Diagnostic& finding : diagnostics.all()) {
      if (rule_index(finding.rule) == rules_.size()) rules_.push_back(finding.rule);
    }
  }

  std::string write() {
    writer_.begin_object();
    member("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    member("version", "2.1.0");
    writer_.key("runs");
    writer_.begin_array();
    write_run();
    writer_.end_array();
    writer_.end_object();
    return out_ + "\n";
  }

 private:
  void member(std::string_view name, std::string_view text) {
    writer_.key(name);
    writer_.string(text);
  }
  void text_object(std::string_view name, std::string_view text) {
    writer_.key(name);
    writer_.begin_object();
    member("text", text);
    writer_.end_object();
  }

  [[nodiscard]] size_t rule_index(std::string_view rule) const {
    return static_cast<size_t>(std::find(rules_.begin(), rules_.end(), rule) - rules_.begin());
  }

  void write_run() {
    writer_.begin_object();
    writer_.key("tool");
    writer_.begin_object();
    writer_.key("driver");
    writer_.begin_object();
    member("name", "servanda");
    writer_.key("rules");
    writer_.begin_array();
    for (std::string_view rule : rules_) write_rule(rule);
    writer_.end_array();
    writer_.end_object();
    writer_.end_object();
    member("columnKind", "unicodeCodePoints");
    writer_.key("results");
    writer_.begin_array();
    for (size_t i = 0; i < diagnostics_->all().size(); ++i) {
      write_result(diagnostics_->all()[i], places_[i]);
    }
    writer_.end_array();
    writer_.end_object();
  }

  void write_rule(std::string_view rule) {
    writer_.begin_object();
    member("id", rule);
    for (const LintRule& known : lint_rules()) {
      if (known.id != rule) continue;
      text_object("shortDescription", known.meaning);
      text_object("help", known.fix);
    }
    writer_.end_object();
  }

  void write_result(const Diagnostic& finding, const SourcePlace& place) {
    writer_.begin_object();
    member("ruleId", finding.rule);
    writer_.key("ruleIndex");
    writer_.unsigned_integer(rule_index(finding.rule));
    member("level", level_text(finding.severity));
    text_object("message",
                finding.fix.empty() ? finding.message : finding.message + " " + finding.fix);
    if (!place.file.empty()) write_location(place);
    writer_.end_object();
  }

  void write_location(const SourcePlace& place) {
    writer_.key("locations");
    writer_.begin_array();
    writer_.begin_object();
    writer_.key("physicalLocation");
    writer_.begin_object();
    writer_.key("artifactLocation");
    writer_.begin_object();
    member("uri", uri_of(place.file));
    writer_.end_object();
    if (place.line > 0) {
      writer_.key("region");
      writer_.begin_object();
      writer_.key("startLine");
      writer_.unsigned_integer(place.line);
      writer_.key("startColumn");
      writer_.unsigned_integer(std::max<uint32_t>(1, place.column));
      writer_.end_object();
    }
    writer_.end_object();
    writer_.end_object();
    writer_.end_array();
  }

  const Diagnostics* diagnostics_;
  std::span<const SourcePlace> places_;
  std::vector<std::string_view> rules_;
  std::string out_;
  JsonWriter writer_;
};

}  // namespace

std::string sarif_report(const Diagnostics& diagnostics, std::span<const SourcePlace> places) {
  return SarifWriter(diagnostics, places).write();
}

}  // namespace servanda::internal

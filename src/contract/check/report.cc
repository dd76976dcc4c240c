// SPDX-License-Identifier: Apache-2.0
#include "contract/check/report.h"

#include "base/json.h"
#include "contract/check/check.h"
#include "contract/check/report_sarif.h"

namespace servanda {
namespace {

constexpr size_t kGutter = 6;  // Columns of the line number.

std::string counted(size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string summary(const Diagnostics& diagnostics) {
  const FindingCounts counts = count_findings(diagnostics);
  if (diagnostics.all().empty()) return "No findings.\n";
  std::string text = counted(counts.errors, "error") + ", " + counted(counts.warnings, "warning") +
                     ", " + counted(counts.notices, "notice") + ".";
  if (counts.left_out > 0) text += " " + std::to_string(counts.left_out) + " more are not shown.";
  return text + "\n";
}

// Control characters would reach the terminal that shows the line.
char printable(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F ? ' ' : c;
}

// The source line, and below it a caret under the column.
void append_source(std::string& out, const SourcePlace& place) {
  if (place.line == 0 || place.source_line.empty()) return;
  std::string number = std::to_string(place.line);
  if (number.size() < kGutter) number.insert(0, kGutter - number.size(), ' ');
  out += number + " | ";
  for (char c : place.source_line) out += printable(c);
  out += '\n';
  uint32_t column = 1;
  std::string padding(number.size(), ' ');
  padding += " | ";
  for (char c : place.source_line) {
    const bool starts_character = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (!starts_character) continue;
    if (column == place.column) {
      out += padding + "^\n";
      return;
    }
    ++column;
    padding += ' ';
  }
  // The line was cut before the column, or the place is its end.
  if (column == place.column) out += padding + "^\n";
}

std::string text_report(const Diagnostics& diagnostics, std::span<const SourcePlace> places) {
  std::string out;
  for (size_t i = 0; i < diagnostics.all().size(); ++i) {
    const Diagnostic& finding = diagnostics.all()[i];
    const std::string where = places[i].text();
    if (!where.empty()) out += where + ": ";
    out += severity_text(finding.severity);
    out += ' ';
    out += finding.rule;
    out += ' ';
    for (char c : finding.message) out += printable(c);
    out += '\n';
    append_source(out, places[i]);
    if (!finding.fix.empty()) out += std::string(kGutter, ' ') + " fix: " + finding.fix + "\n";
  }
  return out + summary(diagnostics);
}

void write_finding(JsonWriter& writer, const Diagnostic& finding, const SourcePlace& place) {
  const auto member = [&](std::string_view name, std::string_view text) {
    writer.key(name);
    writer.string(text);
  };
  writer.begin_object();
  member("rule", finding.rule);
  member("severity", severity_text(finding.severity));
  member("message", finding.message);
  if (!finding.fix.empty()) member("fix", finding.fix);
  if (!place.file.empty()) {
    member("file", place.file);
    writer.key("line");
    writer.unsigned_integer(place.line);
    writer.key("column");
    writer.unsigned_integer(place.column);
  }
  writer.end_object();
}

std::string json_report(std::string_view contract, const Diagnostics& diagnostics,
                        std::span<const SourcePlace> places) {
  const FindingCounts counts = count_findings(diagnostics);
  std::string out;
  JsonWriter writer(out);
  const auto count = [&](std::string_view name, size_t value) {
    writer.key(name);
    writer.unsigned_integer(value);
  };
  writer.begin_object();
  writer.key("contract");
  writer.string(contract);
  writer.key("ok");
  writer.boolean(!diagnostics.has_errors());
  writer.key("counts");
  writer.begin_object();
  count("errors", counts.errors);
  count("warnings", counts.warnings);
  count("notices", counts.notices);
  count("leftOut", counts.left_out);
  writer.end_object();
  writer.key("findings");
  writer.begin_array();
  for (size_t i = 0; i < diagnostics.all().size(); ++i) {
    write_finding(writer, diagnostics.all()[i], places[i]);
  }
  writer.end_array();
  writer.end_object();
  return out + "\n";
}

}  // namespace

std::optional<ReportFormat> parse_report_format(std::string_view word) {
  if (word == "text") return ReportFormat::kText;
  if (word == "json") return ReportFormat::kJson;
  if (word == "sarif") return ReportFormat::kSarif;
  return std::nullopt;
}

std::string_view severity_text(Severity severity) {
  if (severity == Severity::kError) return "error";
  return severity == Severity::kWarning ? "warning" : "notice";
}

std::string report(ReportFormat format, std::string_view contract, const Diagnostics& diagnostics,
                   std::span<const SourcePlace> places) {
  switch (format) {
    case ReportFormat::kText:
      return text_report(diagnostics, places);
    case ReportFormat::kJson:
      return json_report(contract, diagnostics, places);
    case ReportFormat::kSarif:
      return internal::sarif_report(diagnostics, places);
  }
  return {};
}

}  // namespace servanda

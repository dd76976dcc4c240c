// SPDX-License-Identifier: Apache-2.0
#include "contract/document/diagnostics.h"

#include <algorithm>
#include <tuple>

namespace servanda {

void Diagnostics::add(std::string_view rule, Severity severity, Place place, std::string message,
                      std::string fix) {
  if (severity == Severity::kError) ++errors_;
  Diagnostic found{rule, severity, place, std::move(message), std::move(fix)};
  if (all_.size() < kMax) {
    all_.push_back(std::move(found));
    return;
  }
  ++left_out_;
  if (severity != Severity::kError) return;
  while (evict_from_ > 0) {
    Diagnostic& last = all_[--evict_from_];
    if (last.severity != Severity::kError) {
      last = std::move(found);
      return;
    }
  }
}

void Diagnostics::sort() {
  std::stable_sort(all_.begin(), all_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.place.file, a.place.line, a.place.column) <
           std::tie(b.place.file, b.place.line, b.place.column);
  });
  drop_repeated();
  evict_from_ = all_.size();
}

// Two readers of one place may say the same; those of one place are neighbours by now.
void Diagnostics::drop_repeated() {
  std::vector<Diagnostic> kept;
  kept.reserve(all_.size());
  for (Diagnostic& found : all_) {
    const auto same_place = [&](const Diagnostic& other) {
      return other.place.file == found.place.file && other.place.line == found.place.line &&
             other.place.column == found.place.column;
    };
    bool repeated = false;
    for (auto at = kept.rbegin(); at != kept.rend() && same_place(*at) && !repeated; ++at) {
      repeated = at->rule == found.rule && at->message == found.message;
    }
    if (!repeated) {
      kept.push_back(std::move(found));
    } else if (found.severity == Severity::kError) {
      --errors_;
    }
  }
  all_ = std::move(kept);
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "http/encoding.h"

#include "base/text.h"
#include "http/fields.h"
#include "http/weight.h"

namespace servanda {
namespace {

// Weights in thousandths; -1 for a coding that the header does not name.
struct Weights {
  int gzip = -1;
  int identity = -1;
  int any = -1;
};

bool take_coding(internal::FieldReader& in, Weights& weights) {
  const std::string_view name = in.take_token();
  if (name.empty()) return false;
  int weight = 1000;
  in.skip_blanks();
  if (in.take(';')) {
    in.skip_blanks();
    if (!in.take('q') && !in.take('Q')) return false;
    if (!in.take('=')) return false;
    const std::optional<uint16_t> given = internal::parse_weight(in.take_token());
    if (!given) return false;
    weight = *given;
  }
  if (equals_ignoring_case(name, "gzip") || equals_ignoring_case(name, "x-gzip")) {
    weights.gzip = weight;
  } else if (equals_ignoring_case(name, "identity")) {
    weights.identity = weight;
  } else if (name == "*") {
    weights.any = weight;
  }
  return true;
}

}  // namespace

std::optional<ContentCoding> negotiate_coding(std::string_view accept_encoding) {
  internal::FieldReader in(accept_encoding);
  Weights weights;
  for (;;) {
    in.skip_blanks();
    if (!in.at_end() && in.peek() != ',' && !take_coding(in, weights)) {
      return ContentCoding::kIdentity;
    }
    in.skip_blanks();
    if (in.at_end()) break;
    if (!in.take(',')) return ContentCoding::kIdentity;
  }
  const int gzip = weights.gzip >= 0 ? weights.gzip : weights.any;
  // The plain form is acceptable unless it is excluded by name or by "*;q=0"; not being named it
  // ranks below every coding that is.
  const int identity = weights.identity >= 0 ? weights.identity : weights.any == 0 ? 0 : 1;
  if (gzip > 0 && gzip >= identity) return ContentCoding::kGzip;
  if (identity > 0) return ContentCoding::kIdentity;
  return {};
}

}  // namespace servanda

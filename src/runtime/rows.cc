// SPDX-License-Identifier: Apache-2.0
#include "servanda/rows.h"

#include <cstring>
#include <limits>
#include <utility>

namespace servanda {

using Kind = RowValue::Kind;

bool read_value(RowSource& row, const RowValue& value, bool& out, ReadError& error) {
  if (value.kind != Kind::kBoolean) return read_value<bool>(row, value, out, error);
  out = value.integer != 0;
  return true;
}

bool read_value(RowSource& row, const RowValue& value, int32_t& out, ReadError& error) {
  const bool fits = value.kind == Kind::kInteger &&
                    value.integer >= std::numeric_limits<int32_t>::min() &&
                    value.integer <= std::numeric_limits<int32_t>::max();
  if (!fits) return read_value<int32_t>(row, value, out, error);
  out = static_cast<int32_t>(value.integer);
  return true;
}

bool read_value(RowSource& row, const RowValue& value, int64_t& out, ReadError& error) {
  if (value.kind != Kind::kInteger) return read_value<int64_t>(row, value, out, error);
  out = value.integer;
  return true;
}

bool read_value(RowSource& row, const RowValue& value, double& out, ReadError& error) {
  if (value.kind != Kind::kNumber) return read_value<double>(row, value, out, error);
  out = value.number;
  return true;
}

bool read_value(RowSource& row, const RowValue& value, std::string& out, ReadError& error) {
  if (value.kind != Kind::kText) return read_value<std::string>(row, value, out, error);
  out = value.text;
  return true;
}

bool read_value(RowSource& row, const RowValue& value, Uuid& out, ReadError& error) {
  if (value.kind != Kind::kUuid || value.text.size() != out.bytes.size()) {
    return read_value<Uuid>(row, value, out, error);
  }
  std::memcpy(out.bytes.data(), value.text.data(), out.bytes.size());
  return true;
}

bool read_value(RowSource& row, const RowValue& value, Timestamp& out, ReadError& error) {
  if (value.kind != Kind::kTimestamp) return read_value<Timestamp>(row, value, out, error);
  out.us = value.integer;
  return true;
}

bool read_value(RowSource& row, const RowValue& value, Date& out, ReadError& error) {
  if (value.kind != Kind::kDate) return read_value<Date>(row, value, out, error);
  out.days = static_cast<int32_t>(value.integer);
  return true;
}

bool read_value(RowSource& row, const RowValue& value, Decimal& out, ReadError& error) {
  if (value.kind != Kind::kDecimal) return read_value<Decimal>(row, value, out, error);
  std::optional<Decimal> decimal = Decimal::parse(value.text);
  if (!decimal) return read_value<Decimal>(row, value, out, error);
  out = std::move(*decimal);
  return true;
}

namespace internal {

std::unexpected<Error> unfit_row(const ReadError& error) {
  return fail(Code::kInternal,
              "A stored row does not fit its generated type: " + error.to_error().message);
}

}  // namespace internal
}  // namespace servanda

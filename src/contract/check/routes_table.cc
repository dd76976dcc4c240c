// SPDX-License-Identifier: Apache-2.0
#include "contract/check/routes_table.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/text.h"

namespace servanda {
namespace {

constexpr size_t kColumns = 5;
using Line = std::array<std::string, kColumns>;

Line line_of(const Plan& plan, const Operation& operation) {
  std::string resource;
  if (operation.resource) {
    resource = action_text(operation.resource->action);
    if (operation.resource->resource != kNoResource) {
      resource.insert(0, plan.resources[operation.resource->resource].name + " ");
    }
  }
  return {std::string(method_text(operation.method)), operation.path, operation.id,
          std::string(handler_text(operation.handler)) + (operation.exposed ? "" : ", internal"),
          std::move(resource)};
}

}  // namespace

std::string routes_text(const Plan& plan) {
  std::vector<Line> lines = {{"METHOD", "PATH", "OPERATION", "HANDLER", "RESOURCE"}};
  for (const Operation& operation : plan.operations) lines.push_back(line_of(plan, operation));
  std::array<size_t, kColumns> widths{};
  for (const Line& line : lines) {
    for (size_t i = 0; i < kColumns; ++i) {
      widths[i] = std::max(widths[i], count_code_points(line[i]));
    }
  }
  std::string out;
  for (const Line& line : lines) {
    std::string text;
    for (size_t i = 0; i < kColumns; ++i) {
      text += line[i];
      if (i + 1 < kColumns) text.append(widths[i] - count_code_points(line[i]) + 2, ' ');
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  return out;
}

std::string routes_json(const Plan& plan) {
  std::string out;
  JsonWriter writer(out);
  const auto member = [&](std::string_view name, std::string_view text) {
    writer.key(name);
    writer.string(text);
  };
  writer.begin_array();
  for (const Operation& operation : plan.operations) {
    writer.begin_object();
    member("method", method_text(operation.method));
    member("path", operation.path);
    member("operationId", operation.id);
    member("handler", handler_text(operation.handler));
    if (!operation.exposed) {
      writer.key("internal");
      writer.boolean(true);
    }
    if (operation.resource) {
      if (operation.resource->resource != kNoResource) {
        member("resource", plan.resources[operation.resource->resource].name);
      }
      member("action", action_text(operation.resource->action));
    }
    writer.end_object();
  }
  writer.end_array();
  return out + "\n";
}

}  // namespace servanda

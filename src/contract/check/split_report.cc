// SPDX-License-Identifier: Apache-2.0
#include "contract/check/split_report.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "contract/plan/reach.h"

namespace servanda {
namespace {

using Names = std::vector<std::string_view>;

struct RemoteCall {
  std::string_view from;
  std::string_view to;
  enum class Direction : uint8_t { kOutgoing, kIncoming } direction = Direction::kOutgoing;
  Names callers;     // Operations of `from` whose handlers may call.
  Names operations;  // Of `to`.
};

struct RowsRead {
  std::string_view operation;
  std::string_view expand;    // Empty: the operation creates below an owner.
  std::string_view resource;  // The first one on the other side.
  std::string_view service;   // Its owner.
};

struct RemoteReference {
  std::string_view resource;
  std::string_view property;
  std::string_view to;
  std::string_view service;  // The owner of `to`.
};

struct ServiceTables {
  std::string_view service;
  Names tables;
};

struct Split {
  Names here;
  Names elsewhere;
  std::vector<ServiceTables> tables;  // Of those elsewhere.
  std::vector<RemoteCall> calls;
  std::vector<RowsRead> rows_read;
  std::vector<RemoteReference> references;

  [[nodiscard]] bool runs(std::string_view service) const {
    return std::ranges::find(here, service) != here.end();
  }
  [[nodiscard]] bool parts(std::string_view a, std::string_view b) const {
    return runs(a) != runs(b);
  }
};

std::string joined(const Names& names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

Result<Split> sides(const Plan& plan, std::span<const std::string> run) {
  Names all;
  for (const ServiceDeclaration& service : plan.services) all.push_back(service.name);
  Split split;
  for (const std::string& name : run) {
    if (std::ranges::find(all, name) == all.end()) {
      const auto near = nearest(name, all);
      return fail(Code::kInvalidArgument, "The contract has no service " + in_quotes(name) + "; " +
                                              (near ? "did you mean " + in_quotes(*near) + "?"
                                                    : "it has: " + joined(all) + "."));
    }
    if (split.runs(name)) {
      return fail(Code::kInvalidArgument, in_quotes(name) + " is named twice: name it once.");
    }
    split.here.push_back(name);
  }
  for (const std::string_view name : all) {
    if (!split.runs(name)) split.elsewhere.push_back(name);
  }
  if (split.here.empty()) {
    return fail(Code::kInvalidArgument,
                "No service is named: write those of one process, such as --run " +
                    std::string(all.front()) + ".");
  }
  if (split.elsewhere.empty()) {
    return fail(
        Code::kInvalidArgument,
        "All services are named, so nothing would be split off: leave out those that are to "
        "run elsewhere.");
  }
  return split;
}

void find_calls(const Plan& plan, Split& split) {
  for (const ServiceDeclaration& service : plan.services) {
    for (const std::string& callee : service.calls) {
      if (!split.parts(service.name, callee)) continue;
      RemoteCall call{service.name,
                      callee,
                      split.runs(service.name) ? RemoteCall::Direction::kOutgoing
                                               : RemoteCall::Direction::kIncoming,
                      {},
                      {}};
      for (const Operation& operation : plan.operations) {
        const bool may_call = operation.handler != HandlerKind::kResource;
        if (operation.service == service.name && may_call) call.callers.push_back(operation.id);
        if (operation.service == callee) call.operations.push_back(operation.id);
      }
      split.calls.push_back(std::move(call));
    }
  }
}

void find_rows_read(const Plan& plan, Split& split) {
  for (const Operation& operation : plan.operations) {
    const Expansion* last = nullptr;
    const auto take = [&](const RowsReached& reached) {
      const bool is_first = reached.expansion == nullptr || reached.expansion != last;
      if (!is_first || !split.parts(reached.from->service, reached.to->service)) return false;
      last = reached.expansion;
      const std::string_view expand =
          last == nullptr ? std::string_view() : std::string_view(last->text);
      split.rows_read.push_back({operation.id, expand, reached.to->name, reached.to->service});
      return false;
    };
    (void)find_reached(plan, operation, take);
  }
}

void find_tables(const Plan& plan, Split& split) {
  for (const std::string_view service : split.elsewhere) {
    ServiceTables found{service, {}};
    for (const Resource& resource : plan.resources) {
      if (resource.service == service) found.tables.push_back(resource.table);
    }
    if (!found.tables.empty()) split.tables.push_back(std::move(found));
  }
}

void find_references(const Plan& plan, Split& split) {
  for (const Resource& resource : plan.resources) {
    for (const Property& property : resource.properties) {
      if (!property.references) continue;
      const Resource& to = plan.resources[*property.references];
      if (!split.parts(resource.service, to.service)) continue;
      split.references.push_back({resource.name, property.name, to.name, to.service});
    }
  }
}

// A heading with its lines, or one line that says there is nothing.
void section(std::string& out, std::string_view heading, const std::vector<std::string>& lines) {
  out += std::string(heading) + (lines.empty() ? ": none.\n" : ":\n");
  for (const std::string& line : lines) out += "  " + line + "\n";
}

std::string text_of(const Split& split) {
  std::string out =
      "Here: " + joined(split.here) + ". Elsewhere: " + joined(split.elsewhere) + ".\n";
  std::vector<std::string> lines;
  for (const ServiceTables& one : split.tables) {
    lines.push_back(std::string(one.service) + ": " + joined(one.tables));
  }
  section(out, "Tables that other processes have, each in a data folder of its own", lines);
  lines.clear();
  for (const RemoteCall& call : split.calls) {
    const bool leaves = call.direction == RemoteCall::Direction::kOutgoing;
    lines.push_back(std::string(call.from) + " -> " + std::string(call.to) +
                    (leaves ? " (leaves this process)" : " (arrives from elsewhere)"));
    lines.push_back("  may be made by: " +
                    (call.callers.empty() ? std::string("no operation") : joined(call.callers)));
    lines.push_back("  may be made to: " + (call.operations.empty() ? std::string("no operation")
                                                                    : joined(call.operations)));
  }
  section(out, "Calls that become remote, and may then fail with 503 or 504 as well", lines);
  lines.clear();
  for (const RowsRead& one : split.rows_read) {
    const bool is_owner = one.expand.empty();
    lines.push_back(std::string(one.operation) +
                    (is_owner ? "" : " expand=" + std::string(one.expand)) + " reads " +
                    std::string(one.resource) + " of " + std::string(one.service) +
                    (is_owner ? ", below which it creates" : ""));
  }
  section(out, "Rows read over the border, which becomes a request to the other process", lines);
  lines.clear();
  for (const RemoteReference& one : split.references) {
    lines.push_back(std::string(one.resource) + "." + std::string(one.property) + " names " +
                    std::string(one.to) + " of " + std::string(one.service));
  }
  section(out, "References over the border, whose rows are not checked in one process either",
          lines);
  return out +
         "Transactions over the border: none. A unit of work reaches the resources of one service "
         "only.\n";
}

class SplitWriter {
 public:
  explicit SplitWriter(std::string& out) : writer_(out) {}

  void write(const Split& split) {
    writer_.begin_object();
    names("here", split.here);
    names("elsewhere", split.elsewhere);
    list("tables", split.tables, [&](const ServiceTables& one) {
      member("service", one.service);
      names("tables", one.tables);
    });
    list("remoteCalls", split.calls, [&](const RemoteCall& call) {
      const bool leaves = call.direction == RemoteCall::Direction::kOutgoing;
      member("from", call.from);
      member("to", call.to);
      member("direction", leaves ? "outgoing" : "incoming");
      names("callers", call.callers);
      names("operations", call.operations);
    });
    list("rowsRead", split.rows_read, [&](const RowsRead& one) {
      member("operation", one.operation);
      member("expand", one.expand);
      member("resource", one.resource);
      member("service", one.service);
    });
    list("references", split.references, [&](const RemoteReference& one) {
      member("resource", one.resource);
      member("property", one.property);
      member("to", one.to);
      member("service", one.service);
    });
    names("transactions", {});
    writer_.end_object();
  }

 private:
  void member(std::string_view name, std::string_view text) {
    writer_.key(name);
    writer_.string(text);
  }
  void names(std::string_view name, const Names& texts) {
    writer_.key(name);
    writer_.begin_array();
    for (const std::string_view text : texts) writer_.string(text);
    writer_.end_array();
  }
  template <typename Items, typename Write>
  void list(std::string_view name, const Items& items, Write write) {
    writer_.key(name);
    writer_.begin_array();
    for (const auto& item : items) {
      writer_.begin_object();
      write(item);
      writer_.end_object();
    }
    writer_.end_array();
  }

  JsonWriter writer_;
};

}  // namespace

Result<std::string> split_report(const Plan& plan, std::span<const std::string> run,
                                 SplitFormat format) {
  Result<Split> split = sides(plan, run);
  if (!split) return pass(split);
  find_tables(plan, *split);
  find_calls(plan, *split);
  find_rows_read(plan, *split);
  find_references(plan, *split);
  if (format == SplitFormat::kText) return text_of(*split);
  std::string out;
  SplitWriter(out).write(*split);
  return out + "\n";
}

}  // namespace servanda

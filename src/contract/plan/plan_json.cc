// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "base/json.h"
#include "contract/plan/plan.h"

namespace servanda {
namespace {

std::string_view column_type_text(ColumnType type) {
  static constexpr std::array<std::string_view, 9> kTexts = {
      "text", "uuid", "timestamp", "date", "decimal", "integer", "number", "boolean", "json"};
  return kTexts[static_cast<size_t>(type)];
}

std::string_view generated_text(Generated generated) {
  static constexpr std::array<std::string_view, 7> kTexts = {
      "none", "created", "updated", "uuid", "counter", "deleted", "purged"};
  return kTexts[static_cast<size_t>(generated)];
}

// off / optional or checked / required.
std::string_view idempotency_text(IdempotencyMode mode) {
  static constexpr std::array<std::string_view, 3> kTexts = {"off", "optional", "required"};
  return kTexts[static_cast<size_t>(mode)];
}
std::string_view precondition_text(PreconditionMode mode) {
  static constexpr std::array<std::string_view, 3> kTexts = {"off", "checked", "required"};
  return kTexts[static_cast<size_t>(mode)];
}

// Writes the plan member by member.
class PlanWriter {
 public:
  PlanWriter(const Plan& plan, std::string& out) : plan_(&plan), writer_(out) {}

  void write() {
    writer_.begin_object();
    member("title", plan_->title);
    member("version", plan_->version);
    member("hash", plan_->hash);
    list("services", plan_->services, [&](const auto& item) { write_service(item); });
    list("securitySchemes", plan_->security_schemes,
         [&](const auto& item) { writer_.string(item.name); });
    if (!plan_->events.empty()) {
      list("events", plan_->events, [&](const auto& item) { writer_.string(item.name); });
    }
    list("resources", plan_->resources, [&](const auto& item) { write_resource(item); });
    list("operations", plan_->operations, [&](const auto& item) { write_operation(item); });
    writer_.end_object();
  }

 private:
  void member(std::string_view name, std::string_view text) {
    writer_.key(name);
    writer_.string(text);
  }
  // Facts that are usually absent are written only when they hold.
  void flag(std::string_view name, bool value) {
    if (!value) return;
    writer_.key(name);
    writer_.boolean(true);
  }
  template <typename Items, typename Write>
  void list(std::string_view name, const Items& items, Write write) {
    writer_.key(name);
    writer_.begin_array();
    for (const auto& item : items) write(item);
    writer_.end_array();
  }

  void write_service(const ServiceDeclaration& service) {
    writer_.begin_object();
    member("name", service.name);
    if (!service.title.empty()) member("title", service.title);
    if (!service.calls.empty()) {
      list("calls", service.calls, [&](const std::string& name) { writer_.string(name); });
    }
    writer_.end_object();
  }

  void write_property(const Property& property) {
    writer_.begin_object();
    member("name", property.name);
    member("column", property.column);
    member("type", column_type_text(property.type));
    flag("nullable", property.nullable);
    flag("required", property.required);
    flag("readOnly", property.read_only);
    flag("writeOnly", property.write_only);
    flag("immutable", property.immutable);
    flag("hidden", property.hidden);
    if (property.generated != Generated::kNone) {
      member("generated", generated_text(property.generated));
    }
    if (property.references) member("ref", plan_->resources[*property.references].name);
    if (property.default_json) {
      writer_.key("default");
      writer_.raw(*property.default_json);
    }
    writer_.end_object();
  }

  void write_keys(const Resource& resource, const std::vector<IndexKey>& keys) {
    writer_.begin_array();
    for (const IndexKey& key : keys) {
      writer_.string((key.descending ? "-" : "") + resource.properties[key.property].name);
    }
    writer_.end_array();
  }

  void write_resource(const Resource& resource) {
    writer_.begin_object();
    member("name", resource.name);
    member("service", resource.service);
    member("table", resource.table);
    member("key", resource.properties[resource.key].name);
    flag("generatedKey", resource.generated_key);
    list("properties", resource.properties, [&](const auto& item) { write_property(item); });
    if (!resource.computed.empty()) {
      list("computed", resource.computed, [&](const ComputedProperty& item) {
        writer_.begin_object();
        member("name", item.name);
        if (item.by_code) {
          flag("code", true);
        } else {
          member("expression", item.source);
        }
        writer_.end_object();
      });
    }
    list("indexes", resource.indexes, [&](const Index& index) {
      writer_.begin_object();
      member("name", index.name);
      writer_.key("keys");
      write_keys(resource, index.keys);
      flag("unique", index.unique);
      flag("live", index.rows == RowScope::kLive);
      flag("deleted", index.rows == RowScope::kDeleted);
      writer_.end_object();
    });
    if (resource.soft_delete) {
      writer_.key("restoreMs");
      writer_.integer(resource.soft_delete->restore.ns / 1'000'000);
    }
    writer_.end_object();
  }

  void write_operation(const Operation& operation) {
    writer_.begin_object();
    member("operationId", operation.id);
    member("method", method_text(operation.method));
    member("path", operation.path);
    if (!operation.summary.empty()) member("summary", operation.summary);
    member("service", operation.service);
    flag("internal", !operation.exposed);
    flag("deprecated", operation.deprecated);
    member("handler", handler_text(operation.handler));
    writer_.key("timeoutMs");
    writer_.integer(operation.timeout.ns / 1'000'000);
    member("idempotency", idempotency_text(operation.idempotency));
    member("precondition", precondition_text(operation.precondition));
    if (!operation.emits.empty()) {
      list("emits", operation.emits,
           [&](uint32_t index) { writer_.string(plan_->events[index].name); });
    }
    if (operation.resource) write_binding(operation, *operation.resource);
    write_security(operation);
    list("parameters", operation.parameters, [&](const Parameter& parameter) {
      writer_.begin_object();
      member("name", parameter.name);
      member("in", parameter_in_text(parameter.in));
      flag("required", parameter.required);
      flag("deprecated", parameter.deprecated);
      writer_.end_object();
    });
    write_bodies(operation);
    writer_.end_object();
  }

  // Alternatives; of each, every scheme must be satisfied.
  void write_security(const Operation& operation) {
    if (operation.security.empty()) return;
    list("security", operation.security, [&](const SecurityRequirement& requirement) {
      writer_.begin_array();
      for (const RequiredScheme& required : requirement.schemes) {
        writer_.string(plan_->security_schemes[required.scheme].name);
      }
      writer_.end_array();
    });
  }

  void write_bodies(const Operation& operation) {
    const auto write_range = [&](const MediaType& media) { writer_.string(media.range); };
    if (operation.body) list("requestMedia", operation.body->content, write_range);
    list("responses", operation.responses, [&](const Response& response) {
      writer_.begin_object();
      member("status", status_text(response));
      list("media", response.content, write_range);
      writer_.end_object();
    });
  }

  static std::string status_text(const Response& response) {
    if (response.is_default()) return "default";
    std::string text = std::to_string(response.first_status);
    if (response.last_status != response.first_status) text.replace(1, 2, "XX");
    return text;
  }

  void write_binding(const Operation& operation, const ResourceBinding& binding) {
    writer_.key("resource");
    writer_.begin_object();
    if (binding.resource != kNoResource) member("name", plan_->resources[binding.resource].name);
    member("action", action_text(binding.action));
    writer_.key("status");
    writer_.integer(binding.status);
    flag("answersBody", binding.answers_body);
    if (!binding.request.member.empty()) member("requestMember", binding.request.member);
    if (!binding.response.member.empty()) member("responseMember", binding.response.member);
    if (binding.action == Action::kList) {
      write_list(operation, plan_->resources[binding.resource], binding.list);
    }
    if (binding.action == Action::kBatch) write_batch(binding.batch);
    flag("includesDeleted", binding.include_deleted_parameter.has_value());
    if (binding.projection.expand_parameter) {
      list("expand", binding.projection.expansions,
           [&](const Expansion& expansion) { writer_.string(expansion.text); });
    }
    writer_.end_object();
  }

  void write_batch(const BatchProfile& batch) {
    flag("partial", batch.partial == BatchProfile::Partial::kAnswered);
    list("offers", batch.offers, [&](const BatchOffer& offer) {
      writer_.begin_object();
      member("resource", plan_->resources[offer.resource].name);
      member("action", action_text(offer.action));
      member("operation", plan_->operations[offer.operation].id);
      writer_.end_object();
    });
  }

  void write_list(const Operation& operation, const Resource& resource,
                  const ListProfile& list_of) {
    const auto parameter = [&](std::string_view name, std::optional<uint16_t> index) {
      if (index) member(name, operation.parameters[*index].name);
    };
    writer_.key("list");
    writer_.begin_object();
    if (!list_of.items_member.empty()) member("items", list_of.items_member);
    if (!list_of.next_member.empty()) member("next", list_of.next_member);
    if (!list_of.prev_member.empty()) member("prev", list_of.prev_member);
    if (!list_of.total_member.empty()) member("total", list_of.total_member);
    parameter("limit", list_of.limit_parameter);
    parameter("cursor", list_of.cursor_parameter);
    parameter("offset", list_of.offset_parameter);
    parameter("page", list_of.page_parameter);
    parameter("sort", list_of.sort_parameter);
    parameter("count", list_of.count_parameter);
    writer_.key("limitDefault");
    writer_.unsigned_integer(list_of.limit_default);
    writer_.key("limitMax");
    writer_.unsigned_integer(list_of.limit_max);
    list("filters", list_of.filters, [&](const ListFilter& filter) {
      std::string text = resource.properties[filter.property].name;
      if (filter.test != FilterTest::kEqual) {
        text += "[" + std::string(filter_test_text(filter.test)) + "]";
      }
      writer_.string(text);
    });
    list("sorts", list_of.sorts, [&](const SortChoice& sort) { writer_.string(sort.text); });
    writer_.key("defaultSort");
    write_keys(resource, list_of.default_sort);
    writer_.end_object();
  }

  const Plan* plan_;
  JsonWriter writer_;
};

}  // namespace

std::string plan_json(const Plan& plan) {
  std::string out;
  PlanWriter(plan, out).write();
  return out;
}

}  // namespace servanda

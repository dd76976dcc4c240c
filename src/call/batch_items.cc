// SPDX-License-Identifier: Apache-2.0
#include "call/batch_items.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"
#include "call/resource_rows.h"
#include "http/conditions.h"

namespace servanda {
namespace {

constexpr std::string_view kReference = "$item";

// A list of words for a sentence: "create, update".
template <typename Words>
std::string listed(const Words& words) {
  std::string text;
  for (const auto& word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

std::string unknown_detail(std::string_view name, const std::vector<std::string_view>& known) {
  const auto near = nearest(name, known);
  if (near) return "There is no such member; did you mean " + in_quotes(*near) + "?";
  return "There is no such member; known are: " + listed(known) + ".";
}

// RFC 6901: one token of a JSON Pointer.
std::string token(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c == '~') {
      text += "~0";
    } else if (c == '/') {
      text += "~1";
    } else {
      text += c;
    }
  }
  return text;
}

bool is_reference(JsonValue value) {
  return value.is_object() && value.find(kReference).exists();
}

bool can_be_key(JsonValue value) {
  return value.is_string() || value.kind() == JsonKind::kInteger;
}

// What stands in place of one node.
struct Substitution {
  const JsonNode* node = nullptr;
  JsonValue value;
};

// Copies a value with some nodes replaced. Goes down only to those, so its depth is that of the
// deepest reference: five levels.
class Substituter {
 public:
  // Requires: `substitutions` in document order.
  Substituter(const std::vector<Substitution>& substitutions, JsonBuilder& builder)
      : substitutions_(substitutions), builder_(builder) {}

  void copy(JsonValue value) {
    const bool untouched =
        next_ == substitutions_.size() || substitutions_[next_].node >= json_after(value.node());
    if (untouched) return builder_.value(value);
    if (substitutions_[next_].node == value.node()) {
      return builder_.value(substitutions_[next_++].value);
    }
    if (value.is_object()) {
      builder_.begin_object();
      for (const auto [key, member] : value.members()) {
        builder_.key(key);
        copy(member);
      }
      return builder_.end_object();
    }
    builder_.begin_array();
    for (const JsonValue item : value.items()) copy(item);
    builder_.end_array();
  }

 private:
  const std::vector<Substitution>& substitutions_;
  JsonBuilder& builder_;
  size_t next_ = 0;
};

class BatchReader {
 public:
  BatchReader(const BatchSource& source, BatchRequest& request, Issues& issues)
      : source_(source),
        profile_(source.operation.resource->batch),
        request_(request),
        issues_(issues) {}

  bool read(JsonValue body) {
    request_.body = body;
    if (!read_members(body)) return false;
    request_.items.resize(body.find("items").size());
    size_t index = 0;
    for (const JsonValue item : body.find("items").items()) read_item(index++, item);
    if (!substitutions_.empty()) substitute();
    return true;
  }

 private:
  // The members of one item as they were sent.
  struct Members {
    JsonValue action, resource, id, if_match, value;
  };

  // --- The whole ---

  bool read_members(JsonValue body) {
    if (!body.exists() || !body.is_object()) {
      issues_.add({"body", "", body.exists() ? "type" : "required",
                   "A batch is an object: {\"items\": [...]}."});
      return false;
    }
    for (const auto [name, value] : body.members()) {
      if (name == "atomic") {
        read_mode(value);
      } else if (name == "items") {
        check_items(value);
      } else {
        issues_.add(
            {"body", "/" + token(name), "unknown", unknown_detail(name, {"atomic", "items"})});
      }
    }
    if (!body.find("items").exists()) {
      issues_.add({"body", "/items", "required", "A batch holds its items in a list."});
    }
    return issues_.empty();
  }

  void read_mode(JsonValue value) {
    if (value.kind() != JsonKind::kBoolean) {
      issues_.add({"body", "/atomic", "type", "This must be true or false."});
      return;
    }
    if (value.boolean()) return;
    request_.mode = BatchRequest::Mode::kPartial;
    if (profile_.partial == BatchProfile::Partial::kAnswered) return;
    issues_.add({"body", "/atomic", "not-offered",
                 "This operation declares no 207, so its batches are all or nothing: leave "
                 "\"atomic\" out, or send true."});
  }

  void check_items(JsonValue value) {
    if (!value.is_array()) {
      issues_.add({"body", "/items", "type", "This must be a list of items."});
    } else if (value.size() == 0) {
      issues_.add({"body", "/items", "minItems", "A batch has at least one item."});
    } else if (value.size() > kBatchItemsMax) {
      issues_.add({"body", "/items", "maxItems",
                   "A batch has at most " + std::to_string(kBatchItemsMax) +
                       " items; this one has " + std::to_string(value.size()) + "."});
    }
  }

  // --- One item ---

  [[nodiscard]] bool spans_resources() const {
    return source_.operation.resource->resource == kNoResource;
  }
  [[nodiscard]] const Resource& resource(uint16_t index) const {
    return source_.plan.resources[index];
  }
  static void issue(BatchItem& item, std::string pointer, std::string code, std::string detail) {
    item.issues.push_back({"body", std::move(pointer), std::move(code), std::move(detail)});
  }

  void read_item(size_t index, JsonValue sent) {
    BatchItem& item = request_.items[index];
    if (!sent.is_object()) {
      issue(item, batch_pointer(index), "type", "An item must be an object.");
      return;
    }
    const Members members = read_item_members(index, sent);
    const std::optional<uint16_t> resource = read_resource(index, members);
    if (!resource) return;
    const BatchOffer* const offer = read_action(index, members, *resource);
    if (offer == nullptr) return;
    item.operation = &source_.plan.operations[offer->operation];
    read_id(index, members.id, *offer);
    read_condition(index, members.if_match, offer->action);
    read_value(index, members.value, *offer);
    if (offer->action == Action::kCreate) {
      name_created(item, *offer);
    } else {
      item.key = item.id;
    }
  }

  Members read_item_members(size_t index, JsonValue sent) {
    Members members;
    std::vector<std::string_view> known = {"action", "id", "if_match", "value"};
    if (spans_resources()) known.insert(known.begin() + 1, "resource");
    for (const auto [name, value] : sent.members()) {
      if (name == "action") {
        members.action = value;
      } else if (name == "resource" && spans_resources()) {
        members.resource = value;
      } else if (name == "id") {
        members.id = value;
      } else if (name == "if_match") {
        members.if_match = value;
      } else if (name == "value") {
        members.value = value;
      } else if (request_.items[index].issues.size() < kIssuesMax) {
        issue(request_.items[index], batch_pointer(index, name), "unknown",
              unknown_detail(name, known));
      }
    }
    return members;
  }

  // The names of what items may be rows of.
  [[nodiscard]] std::vector<std::string_view> resource_names() const {
    std::vector<std::string_view> names;
    for (const BatchOffer& offer : profile_.offers) {
      const std::string_view name = resource(offer.resource).name;
      if (names.empty() || names.back() != name) names.push_back(name);
    }
    return names;
  }

  std::optional<uint16_t> read_resource(size_t index, const Members& members) {
    if (!spans_resources()) return source_.operation.resource->resource;
    BatchItem& item = request_.items[index];
    const std::string pointer = batch_pointer(index, "resource");
    if (!members.resource.exists()) {
      issue(item, pointer, "required",
            "An item of this batch names its resource: " + listed(resource_names()) + ".");
      return std::nullopt;
    }
    if (!members.resource.is_string()) {
      issue(item, pointer, "type", "This must be the name of a resource.");
      return std::nullopt;
    }
    const std::string_view name = members.resource.text();
    for (const BatchOffer& offer : profile_.offers) {
      if (resource(offer.resource).name == name) return offer.resource;
    }
    issue(item, pointer, "resource", missing_resource(name));
    return std::nullopt;
  }

  [[nodiscard]] std::string missing_resource(std::string_view name) const {
    for (const Resource& other : source_.plan.resources) {
      if (other.name != name || other.service == source_.operation.service) continue;
      return in_quotes(name) +
             " belongs to another service, and a batch is one commit of one service: " +
             "write it by a request of its own.";
    }
    return "There is nothing called " + in_quotes(name) +
           " to write here; a batch takes: " + listed(resource_names()) + ".";
  }

  const BatchOffer* read_action(size_t index, const Members& members, uint16_t resource_index) {
    BatchItem& item = request_.items[index];
    const std::string pointer = batch_pointer(index, "action");
    std::vector<std::string_view> allowed;
    for (const BatchOffer& offer : profile_.offers) {
      if (offer.resource != resource_index) continue;
      const std::string_view word = action_text(offer.action);
      if (members.action.exists() && members.action.is_string() && members.action.text() == word) {
        return &offer;
      }
      allowed.push_back(word);
    }
    if (!members.action.exists()) {
      issue(item, pointer, "required",
            "An item says what to do; allowed are: " + listed(allowed) + ".");
    } else if (!members.action.is_string()) {
      issue(item, pointer, "type", "This must be one of: " + listed(allowed) + ".");
    } else {
      issue(item, pointer, "action",
            in_quotes(members.action.text()) + " is not offered for " +
                resource(resource_index).name + " here; allowed are: " + listed(allowed) + ".");
    }
    return nullptr;
  }

  void read_id(size_t index, JsonValue id, const BatchOffer& offer) {
    BatchItem& item = request_.items[index];
    const std::string pointer = batch_pointer(index, "id");
    const Resource& owner = resource(offer.resource);
    if (offer.action == Action::kCreate) {
      if (!id.exists()) return;
      issue(item, pointer, "unknown",
            owner.generated_key
                ? "The server makes the key of a new " + owner.name + ": leave it out."
                : "The key of a new " + owner.name + " stands in its value, as " +
                      in_quotes(owner.properties[owner.key].name) + ".");
      return;
    }
    if (!id.exists()) {
      issue(item, pointer, "required", "This must name the " + owner.name + " by its key.");
      return;
    }
    if (is_reference(id)) {
      item.id = resolve(index, id, offer.resource, pointer);
    } else if (can_be_key(id)) {
      item.id = id;
    } else {
      issue(item, pointer, "type",
            "This must be a key of " + in_quotes(owner.name) +
                ", or {\"$item\": N} for that of an earlier "
                "item.");
    }
  }

  void read_condition(size_t index, JsonValue condition, Action action) {
    if (!condition.exists()) return;
    BatchItem& item = request_.items[index];
    const std::string pointer = batch_pointer(index, "if_match");
    if (action == Action::kCreate) {
      issue(item, pointer, "unknown", "What is created has no version yet: leave it out.");
    } else if (!condition.is_string() || !parse_entity_tags(condition.text())) {
      issue(item, pointer, condition.is_string() ? "format" : "type",
            R"(This must be a string with what If-Match holds, quotes included: "\"7\"".)");
    } else {
      item.if_match = condition;
    }
  }

  void read_value(size_t index, JsonValue value, const BatchOffer& offer) {
    BatchItem& item = request_.items[index];
    const std::string pointer = batch_pointer(index, "value");
    if (offer.action == Action::kDelete) {
      if (value.exists()) issue(item, pointer, "unknown", "A delete has no value: leave it out.");
      return;
    }
    if (!value.exists() || !value.is_object()) {
      issue(item, pointer, value.exists() ? "type" : "required",
            "This must be an object: the body that " + in_quotes(item.operation->id) + " takes.");
      return;
    }
    item.value = value;
    const JsonValue row = row_of(item);
    if (!row.exists()) return;
    std::string below = pointer;
    if (!item.operation->resource->request.member.empty()) {
      below += "/" + token(item.operation->resource->request.member);
    }
    const Resource& owner = resource(offer.resource);
    for (const auto [name, member] : row.members()) {
      if (!is_reference(member)) continue;
      const auto property = owner.property_index(name);
      if (!property || !owner.properties[*property].references) continue;
      (void)resolve(index, member, *owner.properties[*property].references,
                    below + "/" + token(name));
    }
  }

  // The members of the row inside the item's value; absent when they are not there.
  static JsonValue row_of(const BatchItem& item) {
    const std::string& member = item.operation->resource->request.member;
    if (member.empty() || !item.value.exists()) return item.value;
    const JsonValue row = item.value.find(member);
    return row.exists() && row.is_object() ? row : JsonValue();
  }

  // --- References ---

  // The key that the reference stands for; absent after an issue.
  JsonValue resolve(size_t index, JsonValue reference, uint16_t wanted,
                    const std::string& pointer) {
    BatchItem& item = request_.items[index];
    const JsonValue number = reference.find(kReference);
    if (reference.size() != 1 || number.kind() != JsonKind::kInteger || number.integer() < 0) {
      issue(item, pointer, "reference",
            "A reference to an earlier item is {\"$item\": N} and nothing else, with N from 0 on.");
      return {};
    }
    const auto target = static_cast<uint64_t>(number.integer());
    if (target >= index) {
      issue(item, pointer, "reference",
            "This is item " + std::to_string(index) + ", and a reference leads to an earlier one.");
      return {};
    }
    const BatchItem& earlier = request_.items[target];
    if (!earlier.issues.empty() || !earlier.key.exists()) {
      issue(item, pointer, "reference",
            "Item " + std::to_string(target) + ", which this refers to, cannot be carried out.");
      return {};
    }
    const uint16_t found = earlier.operation->resource->resource;
    if (found != wanted) {
      issue(item, pointer, "reference",
            "This refers to " + in_quotes(resource(wanted).name) + ", and item " +
                std::to_string(target) + " is of " + in_quotes(resource(found).name) + ".");
      return {};
    }
    item.uses.push_back({static_cast<uint32_t>(target), pointer});
    substitutions_.push_back({reference.node(), earlier.key});
    return earlier.key;
  }

  // What stands at `value` once references are replaced.
  [[nodiscard]] JsonValue replaced(JsonValue value) const {
    for (const Substitution& one : substitutions_) {
      if (one.node == value.node()) return one.value;
    }
    return value;
  }

  // Settles the key that a create will have, where that can be known.
  void name_created(BatchItem& item, const BatchOffer& offer) {
    const Resource& owner = resource(offer.resource);
    if (!owner.generated_key) {
      const JsonValue row = row_of(item);
      const JsonValue key = row.exists() ? row.find(owner.properties[owner.key].name) : JsonValue();
      if (key.exists() && can_be_key(replaced(key))) item.key = replaced(key);
      return;
    }
    const Uuid uuid = source_.uuids.next();
    item.made_key = Value::of_bytes(
        source_.arena.copy({reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()}));
    std::string text;
    append_key_text(text, ColumnType::kUuid, item.made_key);
    JsonNode* const node = source_.arena.make<JsonNode>();
    node->kind = JsonKind::kString;
    node->text = source_.arena.copy(text).data();
    node->size = static_cast<uint32_t>(text.size());
    item.key = JsonValue(node);
  }

  // Makes the body anew with keys in place of references, and lets the items point into it.
  void substitute() {
    std::ranges::sort(substitutions_, {}, &Substitution::node);
    Substituter(substitutions_, source_.builder).copy(request_.body);
    request_.body = source_.builder.root();
    size_t index = 0;
    for (const JsonValue sent : request_.body.find("items").items()) {
      BatchItem& item = request_.items[index++];
      if (item.id.exists()) item.id = sent.find("id");
      if (item.if_match.exists()) item.if_match = sent.find("if_match");
      if (item.value.exists()) item.value = sent.find("value");
    }
  }

  static constexpr size_t kIssuesMax = 20;  // Unknown members told of one item.

  const BatchSource& source_;
  const BatchProfile& profile_;
  BatchRequest& request_;
  Issues& issues_;
  std::vector<Substitution> substitutions_;
};

}  // namespace

bool read_batch(const BatchSource& source, JsonValue body, BatchRequest& request, Issues& issues) {
  return BatchReader(source, request, issues).read(body);
}

std::string batch_pointer(size_t item, std::string_view member) {
  std::string pointer = "/items/" + std::to_string(item);
  if (!member.empty()) pointer += "/" + token(member);
  return pointer;
}

}  // namespace servanda

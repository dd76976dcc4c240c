// SPDX-License-Identifier: Apache-2.0
#include "call/worker.h"

#include <utility>

#include "call/code_handlers.h"
#include "call/inner_call.h"
#include "call/mock_handler.h"
#include "call/peers.h"
#include "contract/plan/path_values.h"

namespace servanda {
namespace {

// The collection's path as a prefix of its items' paths.
std::string_view without_trailing_slash(std::string_view path) {
  return !path.empty() && path.back() == '/' ? path.substr(0, path.size() - 1) : path;
}

// Where the rows that `create` makes can be read, from the path of the operation that reads them.
// Only the key may vary beyond what the collection's own path has already fixed.
void locate_items(const Operation& create, const Operation& read, OperationState& state) {
  const std::string_view collection = without_trailing_slash(create.path);
  std::string_view item = read.path;
  const bool below = item.size() > collection.size() && item.starts_with(collection) &&
                     item[collection.size()] == '/';
  if (below) item.remove_prefix(collection.size());
  const size_t open = item.find('{');
  const size_t close = item.find('}');
  if (open == std::string_view::npos || close == std::string_view::npos) return;
  if (item.find('{', close) != std::string_view::npos) return;
  state.item_prefix = item.substr(0, open);
  state.item_suffix = item.substr(close + 1);
  state.item_below_collection = below;
}

// The operation that reads what `create` makes: one below its own path, else the first.
const Operation* reader_of(const Plan& plan, const Operation& create) {
  const Operation* first = nullptr;
  const std::string_view collection = without_trailing_slash(create.path);
  for (const Operation& read : plan.operations) {
    if (!read.resource || read.resource->action != Action::kRead || !read.exposed) continue;
    if (read.resource->resource != create.resource->resource) continue;
    if (read.path.starts_with(collection) && read.path.size() > collection.size() &&
        read.path[collection.size()] == '/') {
      return &read;
    }
    if (first == nullptr && read.resource->owners.empty()) first = &read;
  }
  return first;
}

}  // namespace

Engine::Engine(std::shared_ptr<const Plan> plan, WorkerMetrics* metrics,
               std::shared_ptr<const CodeHandlers> handlers)
    : plan_(std::move(plan)), handlers_(std::move(handlers)), states_(plan_->operations.size()) {
  if (metrics != nullptr) {
    std::vector<OperationLabel> labels;
    labels.reserve(plan_->operations.size());
    for (const Operation& operation : plan_->operations) {
      labels.push_back({operation.id, std::string(method_text(operation.method)), operation.path});
    }
    counters_ = metrics->table_for(labels);
  }
  for (const Operation& create : plan_->operations) {
    if (!create.resource || create.resource->action != Action::kCreate) continue;
    if (const Operation* const reader = reader_of(*plan_, create)) {
      locate_items(create, *reader, states_[create.index]);
    }
  }
  for (const Operation& operation : plan_->operations) {
    operations_.emplace(operation.id, &operation);
  }
  if (handlers_ == nullptr) return;
  for (const SecurityScheme& scheme : plan_->security_schemes) {
    authenticators_.push_back(handlers_->find_authenticator(scheme.name));
  }
  for (const Resource& resource : plan_->resources) {
    resources_.emplace(resource.name, &resource);
    computations_.push_back(handlers_->find_computation(resource.name));
  }
  for (const Operation& operation : plan_->operations) {
    OperationState& state = states_[operation.index];
    if (operation.handler == HandlerKind::kCode) state.code = handlers_->find(operation.id);
    if (operation.handler != HandlerKind::kResource) continue;
    state.before = handlers_->find_hook(operation.id, HookTime::kBefore);
    state.after = handlers_->find_hook(operation.id, HookTime::kAfter);
  }
}

Engine::~Engine() = default;

const Resource* Engine::find_resource(std::string_view name) const {
  const auto found = resources_.find(name);
  return found == resources_.end() ? nullptr : found->second;
}

const Operation* Engine::find_operation(std::string_view id) const {
  const auto found = operations_.find(id);
  return found == operations_.end() ? nullptr : found->second;
}

bool Engine::read_path(const Operation& operation, std::string_view path, PathValues& values) {
  const std::vector<Parameter>& parameters = operation.parameters;
  const bool is_plain = parameters.empty() || parameters.front().in != ParameterIn::kPath;
  if (is_plain && path == operation.path) {
    values.count = 0;
    return true;
  }
  std::unique_ptr<const PathTemplate>& known = states_[operation.index].path;
  if (known == nullptr) known = make_path_template(operation.path);
  return known != nullptr && split_path(*known, path, values);
}

WorkerContext::WorkerContext(WorkerParts parts, CallOptions options,
                             std::shared_ptr<const Plan> plan)
    : parts_(parts),
      options_(std::move(options)),
      cheap_rng_(parts_.rng.next()),
      uuids_(parts_.loop, parts_.rng),
      rerun_lanes_(parts_.loop),
      handler_watch_(parts_.loop),
      peers_(options_.peers ? std::make_unique<Peers>(parts_.loop, *options_.peers) : nullptr),
      engine_(std::make_shared<Engine>(std::move(plan), parts_.metrics, options_.handlers)) {
  calls_.reserve(options_.limits.calls_kept);
}

WorkerContext::~WorkerContext() = default;

void WorkerContext::serve(std::shared_ptr<const Plan> plan) {
  engine_ = std::make_shared<Engine>(std::move(plan), parts_.metrics, options_.handlers);
}

std::unique_ptr<Call> WorkerContext::take_call(Arena& arena) {
  return take_call(arena, engine_);
}

std::unique_ptr<Call> WorkerContext::take_call(Arena& arena,
                                               const std::shared_ptr<Engine>& engine) {
  std::unique_ptr<Call> call;
  if (calls_.empty()) {
    call = std::make_unique<Call>();
  } else {
    call = std::move(calls_.back());
    calls_.pop_back();
  }
  call->worker = this;
  call->engine = engine;
  call->arena = &arena;
  return call;
}

void WorkerContext::give_back(std::unique_ptr<Call> call) {
  const size_t held =
      call->answer.text.capacity() + call->answer.compressed.capacity() +
      call->decoded_body.capacity() + call->row_text.capacity() + call->body_text.size() +
      call->body_builder.node_count() * sizeof(JsonNode) +
      call->merge_builder.node_count() * sizeof(JsonNode) +
      (call->upstream ? call->upstream->head.capacity() + call->upstream->body.capacity() : 0);
  call->clear();
  if (held > options_.limits.recycled_bytes_max || calls_.size() >= options_.limits.calls_kept) {
    return;
  }
  calls_.push_back(std::move(call));
}

std::unique_ptr<InnerCall> WorkerContext::take_inner_call(const Call& caller) {
  std::unique_ptr<InnerCall> inner;
  if (inner_calls_.empty()) {
    inner = std::make_unique<InnerCall>();
  } else {
    inner = std::move(inner_calls_.back());
    inner_calls_.pop_back();
  }
  inner->call = take_call(inner->arena, caller.engine);
  return inner;
}

void WorkerContext::give_back(std::unique_ptr<InnerCall> inner) {
  give_back(std::move(inner->call));
  const size_t held = inner->arena.bytes_held() + inner->request.body.capacity();
  if (held > options_.limits.recycled_bytes_max ||
      inner_calls_.size() >= options_.limits.calls_kept) {
    return;
  }
  inner->clear();
  inner_calls_.push_back(std::move(inner));
}

}  // namespace servanda

// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/commit_job.h"

#include <utility>

#include "base/decimal.h"
#include "store/sqlite/outbox.h"

namespace servanda::internal {
namespace {

Value copied(const Value& value, Arena& arena) {
  Value copy = value;
  copy.text = arena.copy(value.text);
  return copy;
}

}  // namespace

void CommitJob::add_write(const Write& write, std::shared_ptr<const TableShape> shape) {
  JobWrite& added = writes.emplace_back();
  added.kind = write.kind;
  added.key = copied(write.key, arena);
  bytes += write.key.text.size();
  added.first_value = static_cast<uint32_t>(values.size());
  added.expected_version = write.expected_version;
  if (write.kind != Write::Kind::kRemove) {
    for (const Value& value : write.values) {
      values.push_back(copied(value, arena));
      bytes += sizeof(Value) + value.text.size();
    }
    for (const uint16_t decimal : shape->decimals) {
      const Value& value = write.values[decimal];
      values.push_back(value.is_null() ? Value::null()
                                       : Value::of_bytes(arena.copy(decimal_sort_key(value.text))));
    }
  }
  added.value_count = static_cast<uint32_t>(values.size()) - added.first_value;
  added.shape = std::move(shape);
}

void CommitJob::add_event(const OutboxEvent& event) {
  JobEvent& added = events.emplace_back();
  added.id = event.id;
  added.topic = arena.copy(event.name);
  added.key = arena.copy(event.tenant);
  added.fields = arena.copy(outbox_fields(event));
  added.payload = arena.copy(event.payload);
  added.time = event.time;
  bytes += sizeof added + added.topic.size() + added.key.size() + added.fields.size() +
           added.payload.size();
}

void CommitJob::set_record(const IdempotencyRecord& given) {
  IdempotencyRecord* copy = arena.make<IdempotencyRecord>(given);
  copy->answer.fields = arena.copy(given.answer.fields);
  copy->answer.body = arena.copy(given.answer.body);
  bytes += sizeof given + given.answer.fields.size() + given.answer.body.size();
  record = copy;
}

void CommitJob::clear() {
  arena.reset();
  writes.clear();
  values.clear();
  events.clear();
  record = nullptr;
  bytes = 0;
  outcome = {};
  port = nullptr;
  waiter = nullptr;
}

std::unique_ptr<CommitJob> CommitPort::take() {
  if (spare_.empty()) return std::make_unique<CommitJob>();
  std::unique_ptr<CommitJob> job = std::move(spare_.back());
  spare_.pop_back();
  return job;
}

void CommitPort::give(std::unique_ptr<CommitJob> job) {
  if (spare_.size() >= kSpareJobsMax || job->arena.bytes_held() > kSpareArenaMax) return;
  job->clear();
  spare_.push_back(std::move(job));
}

void CommitPort::deliver(std::unique_ptr<CommitJob>* first, std::unique_ptr<CommitJob>* last) {
  const std::lock_guard lock(mutex_);
  const bool posted = !done_.empty();
  for (; first != last; ++first) {
    (*first)->port = nullptr;
    done_.push_back(std::move(*first));
  }
  if (posted || !loop_) return;
  loop_->post([port = shared_from_this()] { port->resume_waiters(); });
}

void CommitPort::detach() {
  const std::lock_guard lock(mutex_);
  loop_ = nullptr;
}

void CommitPort::resume_waiters() {
  {
    const std::lock_guard lock(mutex_);
    if (!loop_) return;
    resuming_.swap(done_);
  }
  // A resumed call may commit again, and so take and give jobs, but nothing it does comes back
  // here before the loop's next turn.
  for (std::unique_ptr<CommitJob>& job : resuming_) {
    if (job->waiter) std::exchange(job->waiter, nullptr).resume();
    give(std::move(job));
  }
  resuming_.clear();
}

}  // namespace servanda::internal

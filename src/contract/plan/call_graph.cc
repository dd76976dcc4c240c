// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/call_graph.h"

#include <algorithm>
#include <optional>

namespace servanda {
namespace {

std::optional<size_t> index_of(std::span<const ServiceDeclaration> services,
                               std::string_view name) {
  const auto found = std::ranges::find(services, name, &ServiceDeclaration::name);
  if (found == services.end()) return std::nullopt;
  return static_cast<size_t>(found - services.begin());
}

// Follows the calls of each service once. Recursion is as deep as there are services, at most
// VocabularyLimits::kServices.
class Reacher {
 public:
  explicit Reacher(std::span<const ServiceDeclaration> services)
      : services_(services), reaches_(services.size()), known_(services.size()) {}

  std::vector<ServiceReach> run() {
    for (size_t i = 0; i < services_.size(); ++i) reach(i);
    return std::move(reaches_);
  }

 private:
  const ServiceReach& reach(size_t index) {
    if (known_[index]) return reaches_[index];
    known_[index] = true;
    ServiceReach own;
    own.chain = {services_[index].name};
    for (const std::string& name : services_[index].calls) {
      const auto callee = index_of(services_, name);
      if (!callee) continue;
      const ServiceReach& beyond = reach(*callee);
      own.calls = std::min(ServiceReach::kMany, own.calls + 1 + beyond.calls);
      if (beyond.chain.size() < own.chain.size()) continue;
      own.chain = {services_[index].name};
      own.chain.insert(own.chain.end(), beyond.chain.begin(), beyond.chain.end());
    }
    return reaches_[index] = std::move(own);
  }

  std::span<const ServiceDeclaration> services_;
  std::vector<ServiceReach> reaches_;
  std::vector<bool> known_;
};

class CycleFinder {
 public:
  explicit CycleFinder(std::span<const ServiceDeclaration> services)
      : services_(services), done_(services.size()) {}

  std::vector<CallCycle> run() {
    for (size_t i = 0; i < services_.size(); ++i) visit(i);
    return std::move(found_);
  }

 private:
  void visit(size_t index) {
    if (done_[index]) return;
    chain_.push_back(index);
    const std::vector<std::string>& calls = services_[index].calls;
    for (size_t call = 0; call < calls.size(); ++call) {
      const auto callee = index_of(services_, calls[call]);
      if (!callee) continue;
      const auto at = std::ranges::find(chain_, *callee);
      if (at == chain_.end()) {
        visit(*callee);
        continue;
      }
      CallCycle cycle{index, call, {}};
      for (auto one = at; one != chain_.end(); ++one) {
        cycle.chain.push_back(services_[*one].name);
      }
      cycle.chain.push_back(services_[*callee].name);
      found_.push_back(std::move(cycle));
    }
    chain_.pop_back();
    done_[index] = true;
  }

  std::span<const ServiceDeclaration> services_;
  std::vector<bool> done_;
  std::vector<size_t> chain_;
  std::vector<CallCycle> found_;
};

std::string budget_text(const std::optional<uint32_t>& budget) {
  return budget ? ", budget " + std::to_string(*budget) : std::string(", no budget");
}

}  // namespace

std::string chain_text(std::span<const std::string_view> chain) {
  std::string text;
  for (const std::string_view name : chain) {
    if (!text.empty()) text += " -> ";
    text += name;
  }
  return text;
}

std::vector<ServiceReach> reaches_of(std::span<const ServiceDeclaration> services) {
  return Reacher(services).run();
}

std::vector<CallCycle> find_cycles(std::span<const ServiceDeclaration> services) {
  return CycleFinder(services).run();
}

bool may_call(const Plan& plan, std::string_view from, std::string_view to) {
  if (from == to) return true;
  const auto index = index_of(plan.services, from);
  if (!index) return false;
  const std::vector<std::string>& calls = plan.services[*index].calls;
  return std::ranges::find(calls, to) != calls.end();
}

std::string worst_calls_text(const Plan& plan) {
  const std::vector<ServiceReach> reaches = reaches_of(plan.services);
  const auto deepest = std::ranges::max_element(reaches, {}, &ServiceReach::depth);
  const auto widest = std::ranges::max_element(reaches, {}, &ServiceReach::calls);
  if (deepest == reaches.end() || deepest->depth() == 0) return {};
  return "Longest chain of calls: " + chain_text(deepest->chain) + " (depth " +
         std::to_string(deepest->depth()) + budget_text(plan.budget.depth) +
         ").\nMost calls over declared edges: " + std::to_string(widest->calls) + ", from " +
         std::string(widest->chain.front()) +
         (plan.budget.calls
              ? " (budget " + std::to_string(*plan.budget.calls) + ", kept while serving)"
              : std::string(" (no budget)")) +
         ".\n";
}

}  // namespace servanda

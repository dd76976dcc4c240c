// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "model_expression.h"
#include "model_session.h"

namespace servanda::model {
namespace {

constexpr int kRunsMax = 300;

class Shrinker {
 public:
  Shrinker(Contract contract, std::vector<Request> requests, Mistake mistake)
      : contract_(std::move(contract)), requests_(std::move(requests)), mistake_(mistake) {
    report_ = run_session(contract_, requests_, mistake_);
  }

  void run() {
    drop_requests();
    simplify_requests();
    drop_parts();
    drop_requests();
  }
  [[nodiscard]] const Contract& contract() const { return contract_; }
  [[nodiscard]] const Report& report() const { return report_; }

 private:
  // Takes a smaller attempt over when it still differs, and a served contract stays served.
  bool attempt(const Contract& contract, const std::vector<Request>& requests) {
    if (++runs_ > kRunsMax) return false;
    Report report = run_session(contract, requests, mistake_);
    if (report.difference.empty() || (report.request < 0) != (report_.request < 0)) return false;
    contract_ = contract;
    requests_ = requests;
    report_ = std::move(report);
    return true;
  }

  void drop_requests() {
    if (report_.request < 0) {
      requests_.clear();
      return;
    }
    std::erase_if(requests_, [&](const Request& one) { return one.number > report_.request; });
    for (size_t size = std::max<size_t>(requests_.size() / 2, 1); size > 0; size /= 2) {
      for (size_t at = 0; at < requests_.size();) {
        std::vector<Request> fewer = requests_;
        const size_t end = std::min(at + size, fewer.size());
        fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(at),
                    fewer.begin() + static_cast<ptrdiff_t>(end));
        if (!attempt(contract_, fewer)) at += size;
      }
    }
  }

  void change(size_t at, const std::function<bool(Request&)>& edit) {
    std::vector<Request> simpler = requests_;
    if (edit(simpler[at])) attempt(contract_, simpler);
  }

  template <typename List>
  void drop_each(size_t at, List Request::*list) {
    for (size_t i = (requests_[at].*list).size(); i-- > 0;) {
      change(at, [&](Request& request) {
        (request.*list).erase((request.*list).begin() + static_cast<ptrdiff_t>(i));
        return true;
      });
    }
  }

  void simplify_requests() {
    for (size_t at = 0; at < requests_.size(); ++at) {
      drop_each(at, &Request::filters);
      drop_each(at, &Request::members);
      drop_each(at, &Request::expand);
      drop_each(at, &Request::fields);
      drop_each(at, &Request::items);
      for (size_t item = 0; item < requests_[at].items.size(); ++item) simplify_item(at, item);
      change(at, [](Request& one) { return std::exchange(one.atomic, std::nullopt).has_value(); });
      change(at, [](Request& one) {
        return std::exchange(one.include_deleted, std::nullopt).has_value();
      });
      change(at, [](Request& one) { return std::exchange(one.head, false); });
      for (size_t i = 0; i < requests_[at].expand.size(); ++i) {
        change(at, [i](Request& one) { return !std::exchange(one.expand[i].further, {}).empty(); });
      }
      change(at, [](Request& one) { return std::exchange(one.sort, -1) >= 0; });
      change(at, [](Request& one) { return std::exchange(one.limit, std::nullopt).has_value(); });
      change(at, [](Request& one) { return std::exchange(one.walk, false); });
      change(at, [](Request& one) { return std::exchange(one.minimal, false); });
      change(at, [](Request& one) { return std::exchange(one.idempotency_key, false); });
    }
  }

  void simplify_item(size_t at, size_t item) {
    for (size_t i = requests_[at].items[item].members.size(); i-- > 0;) {
      change(at, [&](Request& request) {
        auto& members = request.items[item].members;
        members.erase(members.begin() + static_cast<ptrdiff_t>(i));
        return true;
      });
    }
    change(at, [&](Request& request) {
      return std::exchange(request.items[item].condition, Condition::kNone) != Condition::kNone;
    });
  }

  [[nodiscard]] bool uses(int resource, const std::function<bool(const Request&)>& test) const {
    return std::ranges::any_of(
        requests_, [&](const Request& one) { return one.resource == resource && test(one); });
  }
  [[nodiscard]] bool uses(Act act, int resource) const {
    return uses(resource, [act](const Request& one) { return one.act == act; });
  }

  void alter(const std::function<void(Contract&)>& edit) {
    Contract smaller = contract_;
    edit(smaller);
    attempt(smaller, requests_);
  }

  // Takes out of a resource what no request needs.
  void switch_off(size_t i) {
    const int index = static_cast<int>(i);
    const Resource& one = contract_.resources[i];
    const auto asks_for_deleted = [](const Request& request) {
      return request.include_deleted.has_value();
    };
    const bool needs_deleted =
        uses(Act::kRestore, index) || uses(index, asks_for_deleted) ||
        std::ranges::any_of(one.properties, [](const Property& property) {
          const bool times = property.made == Made::kDeleted || property.made == Made::kPurged;
          return times && !property.dropped;
        });
    if (one.restore_s > 0 && !needs_deleted) {
      alter([i](Contract& contract) {
        Resource& resource = contract.resources[i];
        resource.restore_s = 0;
        resource.item_include_deleted = resource.list.include_deleted = false;
      });
    }
    if (contract_.resources[i].batches != Batches::kNone && !uses(Act::kBatch, index)) {
      alter([i](Contract& contract) { contract.resources[i].batches = Batches::kNone; });
    }
    if (contract_.resources[i].delete_shows) {
      alter([i](Contract& contract) { contract.resources[i].delete_shows = false; });
    }
    if (contract_.resources[i].needs_condition) {
      alter([i](Contract& contract) { contract.resources[i].needs_condition = false; });
    }
  }

  void drop_parts() {
    for (size_t i = 0; i < contract_.resources.size(); ++i) {
      drop_list_parts(i);
      for (size_t at = 0; at < contract_.resources[i].uniques.size(); ++at) {
        Contract smaller = contract_;
        smaller.resources[i].uniques[at].dropped = true;
        attempt(smaller, requests_);
      }
      for (size_t at = 1; at < contract_.resources[i].properties.size(); ++at) {
        drop_property(i, static_cast<int>(at));
      }
      switch_off(i);
    }
    if (contract_.batches != Batches::kNone && !uses(Act::kBatch, -1)) {
      alter([](Contract& contract) { contract.batches = Batches::kNone; });
    }
  }

  void drop_list_parts(size_t i) {
    const int resource = static_cast<int>(i);
    for (int at = 0; at < static_cast<int>(contract_.resources[i].list.filters.size()); ++at) {
      const bool used = uses(resource, [&](const Request& one) {
        return std::ranges::any_of(one.filters,
                                   [&](const AskedFilter& asked) { return asked.filter == at; });
      });
      if (used) continue;
      Contract smaller = contract_;
      smaller.resources[i].list.filters[static_cast<size_t>(at)].dropped = true;
      attempt(smaller, requests_);
    }
    for (int at = 0; at < static_cast<int>(contract_.resources[i].list.sorts.size()); ++at) {
      if (uses(resource, [&](const Request& one) { return one.sort == at; })) continue;
      Contract smaller = contract_;
      smaller.resources[i].list.sorts[static_cast<size_t>(at)].dropped = true;
      attempt(smaller, requests_);
    }
  }

  void drop_property(size_t i, int at) {
    Contract smaller = contract_;
    Resource& resource = smaller.resources[i];
    resource.properties[static_cast<size_t>(at)].dropped = true;
    for (const Filter& filter : resource.list.filters) {
      if (filter.property == at && !filter.dropped) return;
    }
    for (const Sort& sort : resource.list.sorts) {
      for (const auto& key : sort.keys) {
        if (key.first == at && !sort.dropped) return;
      }
    }
    for (const Unique& unique : resource.uniques) {
      if (!unique.dropped && std::ranges::find(unique.properties, at) != unique.properties.end()) {
        return;
      }
    }
    const bool used = uses(static_cast<int>(i), [&](const Request& one) {
      return (one.below && resource.owner == at) ||
             std::ranges::find(one.fields, at, &Shown::property) != one.fields.end();
    });
    const bool read = std::ranges::any_of(resource.properties, [at](const Property& property) {
      return !property.dropped && property.computed && mentions(*property.computed, at);
    });
    const bool expanded =
        std::ranges::any_of(requests_, [](const Request& one) { return !one.expand.empty(); });
    const bool refers = resource.properties[static_cast<size_t>(at)].refers >= 0;
    if (used || read || refers || (expanded && refers)) return;
    attempt(smaller, requests_);
  }

  Contract contract_;
  std::vector<Request> requests_;
  Mistake mistake_;
  Report report_;
  int runs_ = 0;
};

}  // namespace

std::string smallest_case(Contract contract, std::vector<Request> requests, Mistake mistake,
                          const std::string& title) {
  Shrinker shrinker(std::move(contract), std::move(requests), mistake);
  shrinker.run();
  std::string yaml = "  " + contract_yaml(shrinker.contract());
  for (size_t at = yaml.find('\n'); at != std::string::npos && at + 1 < yaml.size();
       at = yaml.find('\n', at + 1)) {
    yaml.insert(at + 1, "  ");
  }
  return "# " + title + "\n# " + shrinker.report().difference + "\ncontract: |\n" + yaml + "\n" +
         shrinker.report().transcript;
}

}  // namespace servanda::model

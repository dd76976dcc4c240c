// SPDX-License-Identifier: Apache-2.0
#pragma once
// One contract served, its requests sent, and every answer compared with the model's.

#include <map>
#include <string>
#include <vector>

#include "model_state.h"

namespace servanda::model {

struct Report {
  std::string difference;  // What differs; empty when nothing does.
  int request = -1;  // The number of the request that differs; -1: the contract is not served.
  int sent = 0;      // Requests on the wire.
  int pages = 0;     // Of them, pages of lists with what they must hold.
  int items = 0;     // Of batches.
  std::map<std::string, int> kinds;  // How many of each kind, and how many of it were refused.
  std::string transcript;            // The steps of a case, up to the difference.
};

// Makes and removes a folder of its own for the store.
[[nodiscard]] Report run_session(const Contract& contract, const std::vector<Request>& requests,
                                 Mistake mistake);

// Leaves out what the difference does not need, and says what is left as a case.
[[nodiscard]] std::string smallest_case(Contract contract, std::vector<Request> requests,
                                        Mistake mistake, const std::string& title);

}  // namespace servanda::model

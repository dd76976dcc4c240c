// SPDX-License-Identifier: Apache-2.0
#pragma once
// From the plan's operations to what is generated for them.

#include <string>
#include <string_view>
#include <vector>

#include "contract/document/contract_document.h"
#include "contract/generate/build_types.h"
#include "contract/generate/model.h"
#include "contract/plan/plan.h"

namespace servanda::internal {

// Walks the paths of the document beside the operations of the plan, which are in the same order.
class OperationBuilder {
 public:
  OperationBuilder(ContractDocument& contract, const Plan& plan, TypeBuilder& types, Model& model)
      : contract_(contract), plan_(plan), types_(types), model_(model) {}

  // Gives every operation its name. Before anything else is declared in namespace op.
  void take_names();
  // Fills Model::operations.
  void run();

 private:
  // A declared content entry and its schema.
  struct Content {
    const MediaType* media;
    Node* schema;
  };

  void operation(Node& item, Node& node);
  [[nodiscard]] Node* follow(Node* node);
  [[nodiscard]] Node* find_parameter(Node& owner, const Parameter& parameter);
  void add_parameter(Node& item, Node& node, const Parameter& parameter, const Hint& hint,
                     OperationModel& out);
  void name_parameters(OperationModel& out);
  [[nodiscard]] BodyModel body(const std::vector<MediaType>& media, Node* content, const Hint& hint,
                               bool request);
  [[nodiscard]] TypeUse content_use(const std::vector<Content>& structured, const Hint& hint);
  void add_response(Node& responses, const Response& response, const Hint& hint, Scope& names,
                    OperationModel& out);
  void add_headers(Node& node, const Hint& hint, ResponseModel& out);
  [[nodiscard]] Hint hint_of(const Node& written, const Node& followed, const Hint& otherwise,
                             std::string_view step);
  void finish_parameters();

  ContractDocument& contract_;
  const Plan& plan_;
  TypeBuilder& types_;
  Model& model_;
  std::vector<std::string> names_;
  size_t next_ = 0;  // The operation of the plan that comes next.
};

// "Ok200", "ClientError4xx", "Default".
[[nodiscard]] std::string response_name(const Response& response);

}  // namespace servanda::internal
